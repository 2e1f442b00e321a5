#include "cli/connect/stages.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/answer.h"
#include "cli/connect/exchange.h"
#include "cli/connect/printable.h"
#include "cli/connect/target.h"
#include "cli/connect/transport.h"
#include "json/json.h"

static bool read_item(const struct json *row, struct stages_item *item)
{
    item->api_id = json_find_string(row, "apiId");
    item->name   = json_find_string(row, "name");
    item->stage  = json_find_string(row, "stage");
    item->ws     = json_find_string(row, "ws");
    return item->api_id && item->name && item->stage && item->ws;
}

bool stages_read(const char *data, size_t size, struct stages *stages)
{
    struct json_error ignored;
    const struct json *root  = json_parse(&stages->arena, data, size, &ignored);
    const struct json *items = root ? json_find(root, "items") : NULL;

    if (!items || items->kind != JSON_ARRAY)
        return false;
    stages->items = arena_new(&stages->arena, (items->count + 1) * sizeof *stages->items);
    for (const struct json *row = items->first; row; row = row->next) {
        if (!read_item(row, &stages->items[stages->count++]))
            return false;
    }
    return true;
}

void stages_deinit(struct stages *stages)
{
    arena_deinit(&stages->arena);
    *stages = (struct stages){0};
}

static bool ask(struct transport *transport, const struct target *target, struct text *body,
                struct text *error)
{
    SCOPED_TEXT request  = {0};
    SCOPED_TEXT received = {0};
    struct answer answer = {0};
    bool is_answered;

    text_append_format(&request, "GET %s HTTP/1.1\r\nHost: ", target->path);
    target_append_host(target, &request);
    text_append_string(&request, "\r\nConnection: close\r\n\r\n");
    is_answered = exchange_head(transport, &request, &received, &answer, error);
    if (is_answered)
        exchange_body(transport, &received, &answer, body);
    if (is_answered && answer.status != 200) {
        text_append_string(error, "it answers ");
        printable_append_line(error, answer.status_line, strlen(answer.status_line));
        is_answered = false;
    }
    answer_deinit(&answer);
    return is_answered;
}

static bool ask_target(const struct target *target, const struct transport_settings *settings,
                       struct text *body, struct text *error)
{
    struct transport *transport = transport_open(target, settings, error);
    bool is_answered            = transport && ask(transport, target, body, error);

    transport_close(transport);
    return is_answered;
}

bool stages_ask(const char *endpoint, const struct transport_settings *settings,
                struct stages *stages, struct text *error)
{
    SCOPED_TEXT body     = {0};
    struct target target = {0};
    bool is_answered;

    if (!target_read("/_postern/stages", endpoint, &target, error))
        return false;
    is_answered = ask_target(&target, settings, &body, error);
    target_deinit(&target);
    if (!is_answered)
        return false;
    if (!stages_read(text_string(&body), body.size, stages)) {
        text_append_string(error, "its answer isn't a list of stages");
        return false;
    }
    return true;
}

static bool has(const struct stages *stages, const char *name, size_t size)
{
    for (size_t i = 0; i < stages->count; i++) {
        if (strlen(stages->items[i].stage) == size &&
            memcmp(stages->items[i].stage, name, size) == 0)
            return true;
    }
    return false;
}

bool stages_has_any(const struct stages *stages, const char *path)
{
    const char *end = path + strcspn(path, "?");

    while (path < end) {
        size_t size = strcspn(path, "/?");

        if (has(stages, path, size))
            return true;
        path += size + 1;
    }
    return false;
}

void stages_list(const struct stages *stages, struct text *out)
{
    for (size_t i = 0; i < stages->count; i++) {
        const struct stages_item *item = &stages->items[i];

        text_append_string(out, "  ");
        printable_append_line(out, item->ws, strlen(item->ws));
        text_append_string(out, "  (API ");
        printable_append_line(out, item->name, strlen(item->name));
        text_append_format(out, ", id ");
        printable_append_line(out, item->api_id, strlen(item->api_id));
        text_append_string(out, ")\n");
    }
}
