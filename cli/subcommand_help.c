/* postern help: what there is, or more about one subcommand. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

int subcommand_help(char **words)
{
    SCOPED_TEXT out        = {0};
    SCOPED_OPTIONS options = {0};
    const struct subcommand *subcommand;
    int status;

    if (!subcommand_read_options("help", words, &options, &status))
        return status;
    subcommand = options.help ? subcommand_find(options.help) : NULL;
    if (options.help && !subcommand)
        return subcommand_complain(options.help);
    if (subcommand)
        subcommand_describe(subcommand, &out);
    else
        subcommand_describe_all(&out);
    fputs(text_string(&out), stdout);
    return EXIT_SUCCESS;
}
