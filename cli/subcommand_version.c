/* postern version */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

int subcommand_version(char **words)
{
    if (words[0]) {
        fputs("postern version: takes nothing\n", stderr);
        return EXIT_BAD_USAGE;
    }
    puts("postern " POSTERN_VERSION);
    return EXIT_SUCCESS;
}
