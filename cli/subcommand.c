#include "cli/subcommand.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/nearest.h"

/* The help of each one is cli/help/NAME.txt, its operands and options are rows in cli/options.c. */
/* clang-format off */
static const struct subcommand subcommands[] = {
    {"start", "run a project until Ctrl-C (SIGINT, SIGTERM, SIGHUP)", OPTIONS_OF_START, subcommand_start},
    {"run", "start, run CMD, stop; exit with CMD's status", OPTIONS_OF_RUN, subcommand_run},
    {"check", "read a project, print what it resolves to, report every problem", OPTIONS_OF_CHECK, subcommand_check},
    {"export", "print a project of any kind as a postern.json", OPTIONS_OF_EXPORT, subcommand_export},
    {"init", "write a small working project", OPTIONS_OF_INIT, subcommand_init},
    {"connect", "talk to a stage: a WebSocket client", OPTIONS_OF_CONNECT, subcommand_connect},
    {"invoke", "run one function with one event, print its result", OPTIONS_OF_INVOKE, subcommand_invoke},
    {"event", "print a sample event of any kind", OPTIONS_OF_EVENT, subcommand_event},
    {"template", "evaluate a mapping template, print what it makes", OPTIONS_OF_TEMPLATE, subcommand_template},
    {"connections", "list the open connections of a running emulator", OPTIONS_OF_CONNECTIONS, subcommand_connections},
    {"get", "say what there is to know about a connection", OPTIONS_OF_GET, subcommand_get},
    {"send", "send a message to a connection", OPTIONS_OF_SEND, subcommand_send},
    {"disconnect", "close a connection", OPTIONS_OF_DISCONNECT, subcommand_disconnect},
    {"reset", "close all connections", OPTIONS_OF_RESET, subcommand_reset},
    {"completion", "print a script that completes command lines", OPTIONS_OF_COMPLETION, subcommand_completion},
    {"version", "print the version", OPTIONS_OF_VERSION, subcommand_version},
    {"help", "print this, or the help of a command", OPTIONS_OF_HELP, subcommand_help},
};
/* clang-format on */

const struct subcommand *subcommand_at(size_t index)
{
    return index < ARRAY_SIZE(subcommands) ? &subcommands[index] : NULL;
}

const struct subcommand *subcommand_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    }
    return NULL;
}

/* "start [PROJECT] [options]" */
static void append_usage(const struct subcommand *subcommand, struct text *out)
{
    struct command_line line = options_of(subcommand->bit);
    SCOPED_TEXT usage        = {0};

    command_line_append_usage(&line, &usage);
    text_append_format(out, usage.size ? "%s %s" : "%s%s", subcommand->name, text_string(&usage));
}

/* Appends cli/help/NAME.txt. */
static void append_help_file(const char *name, struct text *out)
{
    SCOPED_MEMORY char *path         = memory_format("cli/help/%s.txt", name);
    const struct embedded_file *file = embedded_find(path);

    assert(file);
    text_append(out, file->data, file->size);
}

void subcommand_describe_all(struct text *out)
{
    text_append_string(out, "postern: a local emulator of AWS API Gateway WebSocket APIs\n"
                            "\n"
                            "Usage:\n");
    for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
        SCOPED_TEXT usage = {0};

        append_usage(&subcommands[i], &usage);
        text_append_format(out, "  postern %-40s  %s\n", text_string(&usage),
                           subcommands[i].summary);
    }
    text_append_character(out, '\n');
    append_help_file("first_steps", out);
}

void subcommand_describe(const struct subcommand *subcommand, struct text *out)
{
    struct command_line line = options_of(subcommand->bit);

    text_append_string(out, "postern ");
    append_usage(subcommand, out);
    text_append_format(out, ": %s\n\n", subcommand->summary);
    append_help_file(subcommand->name, out);
    text_append_character(out, '\n');
    command_line_append_options(&line, out);
}

int subcommand_complain(const char *name)
{
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++)
        nearest_consider(&nearest, subcommands[i].name);
    fprintf(stderr, "postern: unknown command %s", name);
    if (nearest.found)
        fprintf(stderr, ": did you mean `postern %s`?\n", nearest.found);
    else
        fputs(": see `postern help`\n", stderr);
    return EXIT_BAD_USAGE;
}

/* Each line of what is wrong, with the command in front. */
static void print_errors(const char *name, const struct text *errors)
{
    const char *line = text_string(errors);

    while (*line) {
        size_t size = strcspn(line, "\n");

        fprintf(stderr, "postern %s: %.*s\n", name, (int)size, line);
        line += size + (line[size] == '\n');
    }
    fprintf(stderr, "See `postern help %s`.\n", name);
}

bool subcommand_read_options(const char *name, char **words, struct options *options, int *status)
{
    const struct subcommand *subcommand = subcommand_find(name);
    SCOPED_TEXT errors                  = {0};
    SCOPED_TEXT help                    = {0};

    if (!options_read(subcommand->bit, words, getenv, options, &errors)) {
        print_errors(name, &errors);
        *status = EXIT_BAD_USAGE;
        return false;
    }
    if (options->is_help_wanted) {
        subcommand_describe(subcommand, &help);
        fputs(text_string(&help), stdout);
        *status = EXIT_SUCCESS;
        return false;
    }
    log_configure((enum log_level)options->log_level, (enum log_format)options->log_format);
    return true;
}
