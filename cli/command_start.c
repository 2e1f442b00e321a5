#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/options.h"

/* Reads the options; -1: go on, otherwise the exit status. */
static int read_options(const char *name, char **words, struct options *options)
{
    SCOPED_TEXT errors = {0};

    if (!options_read(words, getenv, options, &errors) && !options->is_help_wanted) {
        fprintf(stderr, "%sSee `postern help %s`.\n", text_string(&errors), name);
        return EXIT_BAD_USAGE;
    }
    if (options->is_help_wanted) {
        command_print_help(name);
        return EXIT_FINE;
    }
    log_configure(options->log_level, options->log_format);
    return -1;
}

int command_start(char **words)
{
    struct options options;
    int status = read_options("start", words, &options);

    if (status >= 0)
        return status;
    if (options.command) {
        fputs("`start` runs no command: use `postern run … -- CMD`\n", stderr);
        return EXIT_BAD_USAGE;
    }
    options.settings.banner_descriptor = STDOUT_FILENO;
    return emulator_run(&options.settings);
}

int command_run(char **words)
{
    struct options options;
    int status = read_options("run", words, &options);

    if (status >= 0)
        return status;
    if (!options.command || !options.command[0]) {
        fputs("`run` needs a command behind `--`: postern run . -- npm test\n", stderr);
        return EXIT_BAD_USAGE;
    }
    if (!options.is_in_memory_set)
        options.settings.in_memory = true;
    options.settings.command           = options.command;
    options.settings.banner_descriptor = STDERR_FILENO;
    return emulator_run(&options.settings);
}
