/* postern export: a project of any kind as a postern.json. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "emulator/export.h"

int subcommand_export(char **words)
{
    SCOPED_TEXT out        = {0};
    SCOPED_TEXT errors     = {0};
    SCOPED_OPTIONS options = {0};
    int status;

    if (!subcommand_read_options("export", words, &options, &status))
        return status;
    status = export_print(&options.settings, STDOUT_FILENO, &out, &errors);
    fputs(text_string(&errors), stderr);
    fputs(text_string(&out), stdout);
    return status;
}
