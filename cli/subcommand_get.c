/* postern get: what there is to know about a connection. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/printable.h"
#include "json/json.h"

static const struct {
    const char *label;
    const char *object; /* the member that it is in; NULL: the answer itself */
    const char *name;
} fields[] = {
    {"connected",   NULL,       "connectedAt" },
    {"last active", NULL,       "lastActiveAt"},
    {"source IP",   "identity", "sourceIp"    },
    {"user agent",  "identity", "userAgent"   },
};

static void print_fields(const struct json *answer)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        const struct json *object = fields[i].object ? json_find(answer, fields[i].object) : answer;
        const char *value         = json_find_string(object, fields[i].name);
        SCOPED_TEXT plain         = {0};

        value = value ? value : "-";
        printable_append_line(&plain, value, strlen(value));
        printf("%-12s %s\n", fields[i].label, text_string(&plain));
    }
}

static int print_answer(const struct remote *remote, const struct text *answer)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    const struct json *root = json_parse(&arena, text_string(answer), answer->size, &error);
    int status              = EXIT_SUCCESS;

    if (json_find_string(root, "connectedAt"))
        print_fields(root);
    else
        status = remote_complain_answer(remote);
    arena_deinit(&arena);
    return status;
}

int subcommand_get(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_REMOTE remote   = {0};
    SCOPED_TEXT answer     = {0};
    int status;

    if (!subcommand_read_options("get", words, &options, &status) ||
        !remote_init(&remote, "get", &options.remote, &status))
        return status;
    if (!remote_ask_connection(&remote, "GET", options.remote.connection_id, NULL, &answer))
        return EXIT_FAILURE;
    if (!options.remote.json)
        return print_answer(&remote, &answer);
    puts(text_string(&answer));
    return EXIT_SUCCESS;
}
