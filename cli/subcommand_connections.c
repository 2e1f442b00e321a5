/* postern connections: those that are open. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/printable.h"
#include "json/json.h"

/* What one request asks for; the emulator gives no more. */
#define PAGE_SIZE "1000"

/* "42s", "5m", "3h", "12d": of a duration the largest unit that it fills twice. */
static void append_ago(struct text *out, int64_t milliseconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {
        {'d', 24 * 3600},
        {'h', 3600     },
        {'m', 60       },
        {'s', 0        }
    };
    int64_t seconds = milliseconds < 0 ? 0 : milliseconds / 1000;
    size_t i        = 0;

    while (seconds < 2 * units[i].seconds)
        i++;
    text_append_format(out, "%lld%c ago",
                       (long long)(units[i].seconds ? seconds / units[i].seconds : seconds),
                       units[i].unit);
}

static void append_string(struct text *out, const struct json *item, const char *name)
{
    const char *value = json_find_string(item, name);

    value = value ? value : "-";
    printable_append_line(out, value, strlen(value));
}

/* id, api, stage, connected, source ip, user agent: the last one may have spaces. */
static void append_line(struct text *out, const struct json *item)
{
    const struct json *connected = json_find(item, "connectedAt");
    SCOPED_TEXT place            = {0};
    SCOPED_TEXT ago              = {0};
    SCOPED_TEXT ip               = {0};

    append_string(&place, item, "apiId");
    text_append_character(&place, ' ');
    append_string(&place, item, "stage");
    append_ago(&ago, clock_milliseconds() - (int64_t)(connected ? connected->number : 0));
    append_string(&ip, item, "sourceIp");
    append_string(out, item, "connectionId");
    text_append_format(out, "  %-16s  %-8s  %-12s  ", text_string(&place), text_string(&ago),
                       text_string(&ip));
    append_string(out, item, "userAgent");
    text_append_character(out, '\n');
}

static void append_item(struct text *out, const struct json *item, bool is_json)
{
    if (!is_json) {
        append_line(out, item);
        return;
    }
    if (out->size > 0)
        text_append_character(out, ',');
    json_print(item, out);
}

/* Reads one page; what the next one is asked for replaces token, "" if there is none. False if the
 * page isn't one. */
static bool take_page(const struct text *answer, bool is_json, struct text *out, struct text *token)
{
    struct arena arena       = {0};
    struct json_error error  = {0};
    const struct json *root  = json_parse(&arena, text_string(answer), answer->size, &error);
    const struct json *items = json_find(root, "items");
    const char *next         = json_find_string(root, "nextToken");
    bool is_page             = items && items->kind == JSON_ARRAY;

    for (const struct json *item = is_page ? items->first : NULL; item; item = item->next)
        append_item(out, item, is_json);
    text_clear(token);
    text_append_string(token, next ? next : "");
    arena_deinit(&arena);
    return is_page;
}

static void append_parameter(struct text *path, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    text_append_format(path, "&%s=", name);
    remote_append_encoded(path, value);
}

/* Asks page after page. Returns the exit status. */
static int list(struct remote *remote, const struct remote_settings *settings, struct text *out)
{
    SCOPED_TEXT token = {0};

    do {
        SCOPED_TEXT path   = {0};
        SCOPED_TEXT answer = {0};

        text_append_string(&path, "/_postern/connections?maxResults=" PAGE_SIZE);
        append_parameter(&path, "apiId", settings->api);
        append_parameter(&path, "stage", settings->stage);
        append_parameter(&path, "nextToken", text_string(&token));
        if (!remote_ask(remote, "GET", text_string(&path), &answer))
            return EXIT_FAILURE;
        if (!take_page(&answer, settings->json, out, &token))
            return remote_complain_answer(remote);
    } while (token.size > 0);
    return EXIT_SUCCESS;
}

int subcommand_connections(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_REMOTE remote   = {0};
    SCOPED_TEXT out        = {0};
    int status;

    if (!subcommand_read_options("connections", words, &options, &status) ||
        !remote_init(&remote, "connections", &options.remote, &status))
        return status;
    status = list(&remote, &options.remote, &out);
    if (status == EXIT_SUCCESS)
        printf(options.remote.json ? "{\"items\":[%s]}\n" : "%s", text_string(&out));
    return status;
}
