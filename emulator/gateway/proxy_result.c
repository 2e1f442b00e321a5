#include "gateway/proxy_result.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "http/passed_header.h"

/* Values of one name in multiValueHeaders that are looked at. */
#define HEADER_VALUES_MAX 100

/* A status is a number; AWS?: numbers with a fraction and strings that read as a number are
 * accepted like it. */
static bool read_status(const struct json_span *span, unsigned *status)
{
    SCOPED_TEXT digits = {0};
    char *end;
    double number;

    if (span->data && span->kind == JSON_STRING)
        json_span_decode(span, &digits);
    else if (span->data && span->kind == JSON_NUMBER)
        text_append(&digits, span->data, span->size);
    else
        return false;
    number = strtod(text_string(&digits), &end);
    if (digits.size == 0 || *end != '\0' || !(number >= 100 && number < 600))
        return false;
    *status = (unsigned)number;
    return true;
}

/* Leaves the span only if it is of that kind; null counts as absent. False if it is of another one.
 */
static bool want_kind(struct json_span *span, enum json_kind kind)
{
    if (!span->data || span->kind == kind)
        return true;
    if (span->kind != JSON_NULL)
        return false;
    span->data = NULL;
    return true;
}

bool proxy_result_read(const char *payload, size_t size, struct proxy_result *result)
{
    static const char *const names[] = {"statusCode", "body", "headers", "multiValueHeaders"};
    struct json_span spans[ARRAY_SIZE(names)];

    if (!json_scan_members(payload, size, names, spans, ARRAY_SIZE(names)))
        return false;
    if (!read_status(&spans[0], &result->status) || !want_kind(&spans[1], JSON_STRING) ||
        !want_kind(&spans[2], JSON_OBJECT) || !want_kind(&spans[3], JSON_OBJECT))
        return false;
    result->body                = spans[1];
    result->headers             = spans[2];
    result->multi_value_headers = spans[3];
    return true;
}

struct header_search {
    const char *name; /* NULL: every header */
    struct text *out; /* of one header its value, of all their lines */
    bool found;
};

static bool is_header_name(const struct text *text)
{
    return strlen(text_string(text)) == text->size && !passed_header_is_barred(text_string(text));
}

static void found_header(struct header_search *search, const struct text *name,
                         const struct json_span *value)
{
    SCOPED_TEXT contents = {0};

    if (value->kind == JSON_STRING)
        json_span_decode(value, &contents);
    else if (value->kind == JSON_NUMBER || value->kind == JSON_BOOLEAN)
        text_append(&contents, value->data, value->size);
    else
        return;
    if (!passed_header_is_value(contents.data, contents.size))
        return;
    if (search->name) {
        text_clear(search->out);
        text_append(search->out, contents.data, contents.size);
        search->found = true;
    } else {
        text_append_format(search->out, "%s: %s\r\n", text_string(name), text_string(&contents));
    }
}

static bool visit_header(void *owner, const struct json_span *name_span,
                         const struct json_span *value)
{
    struct header_search *search = owner;
    SCOPED_TEXT name             = {0};

    json_span_decode(name_span, &name);
    if (search->name ? strcasecmp(text_string(&name), search->name) == 0 : is_header_name(&name))
        found_header(search, &name, value);
    return true;
}

/* Every element of an array is a value. */
static bool visit_multi_value_header(void *owner, const struct json_span *name,
                                     const struct json_span *value)
{
    struct json_cursor cursor = json_cursor_begin(value);
    struct json_span no_name;
    struct json_span element;

    if (value->kind != JSON_ARRAY)
        return visit_header(owner, name, value);
    for (int i = 0; i < HEADER_VALUES_MAX && json_cursor_next(&cursor, &no_name, &element); i++)
        visit_header(owner, name, &element);
    return true;
}

static void search_headers(const struct proxy_result *result, struct header_search *search)
{
    if (result->headers.data)
        json_span_each(&result->headers, visit_header, search);
    if (result->multi_value_headers.data)
        json_span_each(&result->multi_value_headers, visit_multi_value_header, search);
}

bool proxy_result_header(const struct proxy_result *result, const char *name, struct text *value)
{
    struct header_search search = {.name = name, .out = value};

    search_headers(result, &search);
    return search.found;
}

void proxy_result_header_lines(const struct proxy_result *result, struct text *lines)
{
    struct header_search search = {.out = lines};

    search_headers(result, &search);
}
