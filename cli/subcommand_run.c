/* postern run: a command with an emulator around it. Its standard output is the command's alone. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <unistd.h>

int subcommand_run(char **words)
{
    struct options options = {0};
    int status;

    if (!subcommand_read_options("run", words, &options, &status))
        return status;
    if (!options.command || !options.command[0]) {
        fputs("postern run: lacks the command: postern run [PROJECT] -- CMD, for example "
              "`postern run -- npm test`\n",
              stderr);
        return EXIT_BAD_USAGE;
    }
    options.settings.command           = options.command;
    options.settings.banner_descriptor = STDERR_FILENO;
    return emulator_run(&options.settings);
}
