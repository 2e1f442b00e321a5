#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/nearest.h"

#define PROJECT_HELP                                                                               \
    "PROJECT is a postern.json or the folder that has one; this folder if left out.\n"

/* clang-format off */
static const struct subcommand subcommands[] = {
    {"start", "[PROJECT] [options]", "run a project until Ctrl-C (SIGINT, SIGTERM, SIGHUP)",
     PROJECT_HELP
     "\n"
     "When everything serves, the banner with all URLs and the line \"Ready.\" go to standard\n"
     "output; log lines go to standard error. When stopped it closes its clients with 1001 and\n"
     "runs their $disconnect handlers; a second Ctrl-C doesn't wait for them.\n"
     "\n"
     "Examples:\n"
     "  postern start\n"
     "  postern start chat --port 4000 --log-level debug\n"
     "  npx wscat -c ws://localhost:3001/dev       in another terminal: talk to it\n",
     OPTIONS_OF_START, subcommand_start},
    {"run", "[PROJECT] [options] -- CMD [ARG...]", "start, run CMD, stop; exit with CMD's status",
     PROJECT_HELP
     "\n"
     "CMD runs once everything serves. It finds the emulator in its environment: POSTERN_WS and\n"
     "POSTERN_HTTP; with one API of one stage also POSTERN_WS_URL (to connect to) and\n"
     "POSTERN_CONNECTIONS_URL (for @connections); AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI for\n"
     "SDKs, with a region and dummy credentials where there are none. Standard output is CMD's\n"
     "alone. Killed by signal N, its status is 128 + N.\n"
     "\n"
     "Examples:\n"
     "  postern run -- npm test\n"
     "  postern run chat --port 0 --idle-timeout 0.5 -- node tests/chat.js\n",
     OPTIONS_OF_RUN, subcommand_run},
    {"check", "[PROJECT]", "read a project, print what it resolves to, report every problem",
     PROJECT_HELP
     "\n"
     "Starts nothing. Problems are printed as FILE:LINE: what is wrong and how to mend it, all at\n"
     "once; the exit status is 2 if there are any that aren't just warnings.\n"
     "\n"
     "Example:\n"
     "  postern check chat\n",
     OPTIONS_OF_CHECK, subcommand_check},
    {"version", "", "print the version", "", 0, subcommand_version},
    {"help", "[COMMAND]", "print this, or the help of a command", "", 0, subcommand_help},
};

static const char introduction[] =
    "postern: a local emulator of AWS API Gateway WebSocket APIs\n"
    "\n"
    "Usage:\n";

static const char first_steps[] =
    "\n"
    "A project is a folder with the code of Lambda functions and a postern.json like this:\n"
    "\n"
    "  {\n"
    "    \"functions\": { \"chat\": { \"runtime\": \"nodejs20.x\", \"handler\": \"chat.handler\" } },\n"
    "    \"apis\": {\n"
    "      \"chat\": {\n"
    "        \"routes\": {\n"
    "          \"$connect\": {},\n"
    "          \"$default\": { \"function\": \"chat\", \"routeResponse\": true }\n"
    "        }\n"
    "      }\n"
    "    }\n"
    "  }\n"
    "\n"
    "with, for example, this chat.js:\n"
    "\n"
    "  exports.handler = async (event) => ({ statusCode: 200, body: `you said ${event.body}` });\n"
    "\n"
    "`postern start` in that folder serves it at ws://localhost:3001/dev; try it with\n"
    "`npx wscat -c ws://localhost:3001/dev`. `postern help COMMAND` says more about a command.\n";
/* clang-format on */

const struct subcommand *subcommand_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
        if (strcmp(subcommands[i].name, name) == 0)
            return &subcommands[i];
    }
    return NULL;
}

void subcommand_describe_all(struct text *out)
{
    text_append_string(out, introduction);
    for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
        SCOPED_MEMORY char *usage =
            memory_format("%s %s", subcommands[i].name, subcommands[i].arguments);

        text_append_format(out, "  postern %-40s  %s\n", usage, subcommands[i].summary);
    }
    text_append_string(out, first_steps);
}

void subcommand_describe(const struct subcommand *subcommand, struct text *out)
{
    text_append_format(out, "postern %s%s%s: %s\n", subcommand->name,
                       subcommand->arguments[0] ? " " : "", subcommand->arguments,
                       subcommand->summary);
    if (subcommand->details[0])
        text_append_format(out, "\n%s", subcommand->details);
    if (subcommand->options == 0)
        return;
    text_append_string(out, subcommand->options == OPTIONS_OF_CHECK
                                ? "\nOptions:\n"
                                : "\nOptions, which may be environment variables as well "
                                  "(POSTERN_IDLE_TIMEOUT is --idle-timeout):\n");
    options_print(subcommand->options, out);
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

    if (!options_read(subcommand->options, words, getenv, options, &errors)) {
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
