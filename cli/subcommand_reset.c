/* postern reset: every connection is closed. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/json.h"

int subcommand_reset(char **words)
{
    SCOPED_OPTIONS options  = {0};
    SCOPED_REMOTE remote    = {0};
    SCOPED_TEXT answer      = {0};
    struct arena arena      = {0};
    struct json_error error = {0};
    const struct json *closed;
    int status;

    if (!subcommand_read_options("reset", words, &options, &status) ||
        !remote_init(&remote, "reset", &options.remote, &status))
        return status;
    if (!remote_ask(&remote, "POST", "/_postern/reset", &answer))
        return EXIT_FAILURE;
    closed = json_find(json_parse(&arena, text_string(&answer), answer.size, &error),
                       "closedConnections");
    if (closed)
        printf("closed %.0f connection%s\n", closed->number, closed->number == 1 ? "" : "s");
    arena_deinit(&arena);
    return closed ? EXIT_SUCCESS : remote_complain_answer(&remote);
}
