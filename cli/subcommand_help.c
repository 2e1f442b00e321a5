/* postern help: what there is, or more about one subcommand. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

int subcommand_help(char **words)
{
    const struct subcommand *subcommand = words[0] ? subcommand_find(words[0]) : NULL;
    SCOPED_TEXT out                     = {0};

    if (words[0] && !subcommand)
        return subcommand_complain(words[0]);
    if (subcommand)
        subcommand_describe(subcommand, &out);
    else
        subcommand_describe_all(&out);
    fputs(text_string(&out), stdout);
    return EXIT_SUCCESS;
}
