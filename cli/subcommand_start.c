/* postern start: run a project until a signal. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <unistd.h>

int subcommand_start(char **words)
{
    struct options options = {0};
    int status;

    if (!subcommand_read_options("start", words, &options, &status))
        return status;
    if (options.command) {
        fputs("postern start: runs no command: use `postern run [PROJECT] -- CMD`\n", stderr);
        return EXIT_BAD_USAGE;
    }
    options.settings.banner_descriptor = STDOUT_FILENO;
    return emulator_run(&options.settings);
}
