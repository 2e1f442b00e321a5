/* postern check: what a project resolves to, and all that is wrong with it. */

#include "cli/subcommand.h"

#include <stdio.h>

#include "base/text.h"

int subcommand_check(char **words)
{
    SCOPED_TEXT out        = {0};
    SCOPED_TEXT errors     = {0};
    SCOPED_OPTIONS options = {0};
    int status;

    if (!subcommand_read_options("check", words, &options, &status))
        return status;
    status = emulator_check(&options.settings, &out, &errors);
    fputs(text_string(&errors), stderr);
    fputs(text_string(&out), stdout);
    return status;
}
