/* postern version */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

int subcommand_version(char **words)
{
    SCOPED_OPTIONS options = {0};
    int status;

    if (!subcommand_read_options("version", words, &options, &status))
        return status;
    puts("postern " POSTERN_VERSION);
    return EXIT_SUCCESS;
}
