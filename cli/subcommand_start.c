/* postern start: run a project until a signal. */

#include "cli/subcommand.h"

#include <unistd.h>

int subcommand_start(char **words)
{
    SCOPED_OPTIONS options = {0};
    int status;

    if (!subcommand_read_options("start", words, &options, &status))
        return status;
    options.settings.banner_descriptor = STDOUT_FILENO;
    return emulator_run(&options.settings);
}
