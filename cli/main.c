/* postern's command line. */

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "json/nearest.h"

/* clang-format off */
static const struct command commands[] = {
    {"start",   "[PROJECT] [options]",                "run until SIGINT or SIGTERM",                                      "postern start . --port 0",          command_start},
    {"run",     "[PROJECT] [options] -- CMD [ARG…]",  "start, run CMD with its environment set, stop, exit with its status", "postern run . -- npm test",       command_run},
    {"check",   "[PROJECT]",                          "read the project, print what it resolves to, report every problem", "postern check fixtures/projects/chat", command_check},
    {"version", "",                                   "print the version",                                                "postern version",                   command_version},
    {"help",    "[COMMAND]",                          "print help",                                                       "postern help start",                command_help},
};
/* clang-format on */

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static void print_overview(FILE *out)
{
    fputs("postern: a local emulator of AWS API Gateway WebSocket APIs\n\n", out);
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        fprintf(out, "  postern %-8s %-36s %s\n", commands[i].name, commands[i].arguments,
                commands[i].summary);
    fputs("\nPROJECT is a folder with a postern.json, or such a file. `postern help COMMAND` says "
          "more.\n",
          out);
}

void command_print_help(const char *name)
{
    const struct command *command = find_command(name);
    SCOPED_TEXT options           = {0};

    printf("postern %s %s\n\n  %s\n\n", command->name, command->arguments, command->summary);
    if (command->run == command_start || command->run == command_run) {
        options_print(&options);
        printf("Options (each also as an environment variable, --idle-timeout as "
               "POSTERN_IDLE_TIMEOUT):\n%s\n",
               text_string(&options));
    }
    printf("Example:\n  %s\n", command->example);
}

int command_version(char **words)
{
    puts("postern " POSTERN_VERSION);
    return EXIT_FINE;
}

static int complain_unknown(const char *name)
{
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        nearest_consider(&nearest, commands[i].name);
    fprintf(stderr, "unknown command %s", name);
    if (nearest.found)
        fprintf(stderr, ": did you mean %s?\n", nearest.found);
    else
        fputs(". See `postern help`.\n", stderr);
    return EXIT_BAD_USAGE;
}

int command_help(char **words)
{
    if (!words[0])
        print_overview(stdout);
    else if (find_command(words[0]))
        command_print_help(words[0]);
    else
        return complain_unknown(words[0]);
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    const struct command *command;

    if (argc < 2) {
        print_overview(stderr);
        return EXIT_BAD_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0)
        return command_version(argv + 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return command_help(argv + 2);
    command = find_command(argv[1]);
    return command ? command->run(argv + 2) : complain_unknown(argv[1]);
}
