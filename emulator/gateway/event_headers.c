#include "gateway/event_headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "http/request_head.h"
#include "http/url.h"

/* A list of names with values in which a name may come several times. */
struct fields {
    struct url_parameter *items;
    size_t count;
    int (*compare)(const char *a, const char *b);
};

static bool is_first_of_its_name(const struct fields *fields, size_t i)
{
    for (size_t before = 0; before < i; before++) {
        if (fields->compare(fields->items[before].name, fields->items[i].name) == 0)
            return false;
    }
    return true;
}

/* The name as it was first written, then its last value, or all of them. */
static void write_field(const struct fields *fields, size_t first, bool all, struct text *out)
{
    const char *last = NULL;
    bool is_open     = false;

    text_append_json_string(out, fields->items[first].name);
    text_append_character(out, ':');
    for (size_t i = first; i < fields->count; i++) {
        if (fields->compare(fields->items[i].name, fields->items[first].name) != 0)
            continue;
        last = fields->items[i].value;
        if (!all)
            continue;
        text_append_character(out, is_open ? ',' : '[');
        text_append_json_string(out, last);
        is_open = true;
    }
    if (all)
        text_append_character(out, ']');
    else
        text_append_json_string(out, last);
}

static void write_map(const struct fields *fields, const char *member, bool all, struct text *out)
{
    bool is_first = true;

    text_append_format(out, "\"%s\":{", member);
    for (size_t i = 0; i < fields->count; i++) {
        if (!is_first_of_its_name(fields, i))
            continue;
        if (!is_first)
            text_append_character(out, ',');
        is_first = false;
        write_field(fields, i, all, out);
    }
    text_append_character(out, '}');
}

static bool is_forwarding(const char *name)
{
    return strcasecmp(name, "X-Forwarded-Port") == 0 ||
           strcasecmp(name, "X-Forwarded-Proto") == 0 || strcasecmp(name, "X-Forwarded-For") == 0;
}

static bool is_of_the_upgrade(const char *name)
{
    return strcasecmp(name, "Connection") == 0 || strcasecmp(name, "Upgrade") == 0 ||
           strcasecmp(name, "Content-Length") == 0;
}

static bool is_shown(const char *name, enum event_of whose)
{
    return !is_forwarding(name) && (whose == EVENT_OF_AUTHORIZER || !is_of_the_upgrade(name));
}

/* Insertion keeps the order of equal names, which is the order of their values. */
static void insert_sorted(struct fields *fields, const char *name, const char *value)
{
    size_t at = fields->count++;

    while (at > 0 && strcasecmp(fields->items[at - 1].name, name) > 0) {
        fields->items[at] = fields->items[at - 1];
        at--;
    }
    fields->items[at] = (struct url_parameter){name, value};
}

/* AWS?: a proxy's X-Forwarded-For is kept and the client's address put behind it, as for REST APIs.
 */
static const char *forwarded_for(struct arena *arena, const struct request_head *head,
                                 const char *source_ip)
{
    const char *earlier = request_head_find(head, "X-Forwarded-For");

    return earlier ? arena_format(arena, "%s, %s", earlier, source_ip) : source_ip;
}

void event_write_headers(const struct request_head *head, const char *source_ip,
                         const char *trace_id, enum event_of whose, struct text *out)
{
    struct arena arena   = {0};
    struct fields fields = {.compare = strcasecmp};

    fields.items = arena_new(&arena, (head->header_count + 5) * sizeof *fields.items);
    for (size_t i = 0; i < head->header_count; i++) {
        if (is_shown(head->headers[i].name, whose))
            insert_sorted(&fields, head->headers[i].name, head->headers[i].value);
    }
    if (whose == EVENT_OF_AUTHORIZER && !request_head_find(head, "Content-Length"))
        insert_sorted(&fields, "content-length", "0");
    if (!request_head_find(head, "X-Amzn-Trace-Id"))
        insert_sorted(&fields, "X-Amzn-Trace-Id", arena_format(&arena, "Root=%s", trace_id));
    insert_sorted(&fields, "X-Forwarded-For", forwarded_for(&arena, head, source_ip));
    insert_sorted(&fields, "X-Forwarded-Port", "443");
    insert_sorted(&fields, "X-Forwarded-Proto", "https");
    write_map(&fields, "headers", false, out);
    text_append_character(out, ',');
    write_map(&fields, "multiValueHeaders", true, out);
    arena_deinit(&arena);
}

void event_write_query(const char *target, enum event_of whose, struct text *out)
{
    const char *query    = strchr(target, '?');
    struct arena arena   = {0};
    struct fields fields = {.compare = strcmp};

    if (query)
        fields.count = url_parse_query(&arena, query + 1, &fields.items);
    if (fields.count > 0 || whose == EVENT_OF_AUTHORIZER) {
        write_map(&fields, "queryStringParameters", false, out);
        text_append_character(out, ',');
        write_map(&fields, "multiValueQueryStringParameters", true, out);
        text_append_character(out, ',');
    }
    arena_deinit(&arena);
}
