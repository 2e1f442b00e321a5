/* postern run: a command with an emulator around it. Its standard output is the command's alone. */

#include "cli/subcommand.h"

#include <unistd.h>

int subcommand_run(char **words)
{
    SCOPED_OPTIONS options = {0};
    int status;

    if (!subcommand_read_options("run", words, &options, &status))
        return status;
    options.settings.command           = options.command;
    options.settings.banner_descriptor = STDERR_FILENO;
    return emulator_run(&options.settings);
}
