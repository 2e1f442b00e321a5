#include "gateway/event_headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"
#include "http/request_head.h"

/* A header or query parameter; those of one name are chained, in the order of their values. */
struct field {
    const char *name;
    const char *value;
    struct field *next; /* of the same name; NULL: it is the last */
    struct field *last; /* of the first one of its name: the last; NULL: it isn't the first */
};

/* Sorted rather than compared each with each, since a client may send thousands. */
struct fields {
    struct field *items;  /* as they came */
    struct field **order; /* as they are written */
    size_t count;
};

static struct fields new_fields(struct arena *arena, size_t count_max)
{
    return (struct fields){
        .items = arena_new(arena, (count_max + 1) * sizeof(struct field)),
        .order = arena_new(arena, (count_max + 1) * sizeof(struct field *)),
    };
}

static void add(struct fields *fields, const char *name, const char *value)
{
    fields->items[fields->count++] = (struct field){.name = name, .value = value};
}

static void order_as_they_came(struct fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        fields->order[i] = &fields->items[i];
}

/* Equal names keep their order, which is that of their values. */
static int compare_places(const struct field *one, const struct field *other, int by_name)
{
    if (by_name != 0)
        return by_name;
    return one < other ? -1 : 1;
}

static int compare_headers(const void *a, const void *b)
{
    const struct field *const *one   = a;
    const struct field *const *other = b;

    return compare_places(*one, *other, strcasecmp((*one)->name, (*other)->name));
}

static int compare_parameters(const void *a, const void *b)
{
    const struct field *const *one   = a;
    const struct field *const *other = b;

    return compare_places(*one, *other, strcmp((*one)->name, (*other)->name));
}

/* Orders the fields by their names and chains those that have the same one. */
static void sort(struct fields *fields, int (*compare)(const void *a, const void *b),
                 int (*compare_names)(const char *a, const char *b))
{
    struct field *first = NULL;

    order_as_they_came(fields);
    qsort(fields->order, fields->count, sizeof *fields->order, compare);
    for (size_t i = 0; i < fields->count; i++) {
        struct field *field = fields->order[i];

        if (first && compare_names(first->name, field->name) == 0)
            first->last->next = field;
        else
            first = field;
        first->last = field;
    }
}

/* The name as it was first written, then its last value, or all of them. */
static void write_field(const struct field *first, bool all, struct text *out)
{
    text_append_json_string(out, first->name);
    text_append_character(out, ':');
    if (!all) {
        text_append_json_string(out, first->last->value);
        return;
    }
    for (const struct field *field = first; field; field = field->next) {
        text_append_character(out, field == first ? '[' : ',');
        text_append_json_string(out, field->value);
    }
    text_append_character(out, ']');
}

static void write_map(const struct fields *fields, const char *member, bool all, struct text *out)
{
    bool is_first = true;

    text_append_format(out, "\"%s\":{", member);
    for (size_t i = 0; i < fields->count; i++) {
        if (!fields->order[i]->last)
            continue;
        if (!is_first)
            text_append_character(out, ',');
        is_first = false;
        write_field(fields->order[i], all, out);
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

/* AWS?: a proxy's X-Forwarded-For is kept and the client's address put behind it, as for REST APIs.
 */
const char *event_forwarded_for(struct arena *arena, const struct request_head *head,
                                const char *source_ip)
{
    const char *earlier = request_head_find(head, "X-Forwarded-For");

    return earlier ? arena_format(arena, "%s, %s", earlier, source_ip) : source_ip;
}

void event_write_headers(const struct request_head *head, const char *source_ip,
                         const char *trace_id, enum event_of whose, struct text *out)
{
    struct arena arena   = {0};
    struct fields fields = new_fields(&arena, head->header_count + 5);

    for (size_t i = 0; i < head->header_count; i++) {
        if (is_shown(head->headers[i].name, whose))
            add(&fields, head->headers[i].name, head->headers[i].value);
    }
    if (whose == EVENT_OF_AUTHORIZER && !request_head_find(head, "Content-Length"))
        add(&fields, "content-length", "0");
    if (!request_head_find(head, "X-Amzn-Trace-Id"))
        add(&fields, "X-Amzn-Trace-Id", arena_format(&arena, "Root=%s", trace_id));
    add(&fields, "X-Forwarded-For", event_forwarded_for(&arena, head, source_ip));
    add(&fields, "X-Forwarded-Port", "443");
    add(&fields, "X-Forwarded-Proto", "https");
    sort(&fields, compare_headers, strcasecmp);
    write_map(&fields, "headers", false, out);
    text_append_character(out, ',');
    write_map(&fields, "multiValueHeaders", true, out);
    arena_deinit(&arena);
}

/* Parameters in the order in which their names come first. */
static struct fields parse_query(struct arena *arena, const char *query)
{
    struct url_parameter *parameters;
    size_t count         = url_parse_query(arena, query, &parameters);
    struct fields fields = new_fields(arena, count);

    for (size_t i = 0; i < count; i++)
        add(&fields, parameters[i].name, parameters[i].value);
    sort(&fields, compare_parameters, strcmp);
    order_as_they_came(&fields);
    return fields;
}

/* AWS?: the parameters of a presigned URL stay among the others. */
void event_write_query(const char *target, enum event_of whose, struct text *out)
{
    const char *query    = strchr(target, '?');
    struct arena arena   = {0};
    struct fields fields = {0};

    if (query)
        fields = parse_query(&arena, query + 1);
    if (fields.count > 0 || whose == EVENT_OF_AUTHORIZER) {
        write_map(&fields, "queryStringParameters", false, out);
        text_append_character(out, ',');
        write_map(&fields, "multiValueQueryStringParameters", true, out);
        text_append_character(out, ',');
    }
    arena_deinit(&arena);
}
