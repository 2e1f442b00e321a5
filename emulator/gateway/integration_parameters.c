#include "gateway/integration_parameters.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/url.h"
#include "gateway/context.h"
#include "http/request_head.h"
#include "model/name_values.h"
#include "model/parameter_mapping.h"
#include "model/selection_expression.h"
#include "json/query.h"
#include "json/scanner.h"

struct finding {
    const struct parameter_input *input;
    struct arena *arena;
    struct parameter_values *values;
};

void parameter_list_add(struct parameter_list *list, struct arena *arena, const char *name,
                        const char *value)
{
    if (list->count == list->capacity) {
        struct http_field *items;

        list->capacity = list->capacity ? 2 * list->capacity : 16;
        items          = arena_new(arena, list->capacity * sizeof *items);
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
    }
    list->items[list->count++] = (struct http_field){name, value};
}

void parameter_list_put(struct parameter_list *list, struct arena *arena, const char *name,
                        const char *value)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (strcasecmp(list->items[i].name, name) != 0)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
    parameter_list_add(list, arena, name, value);
}

const char *parameter_list_find(const struct parameter_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcasecmp(list->items[i].name, name) == 0)
            return list->items[i].value;
    }
    return NULL;
}

static void add(const struct finding *finding, const struct parameter_mapping *mapping,
                const char *value)
{
    struct parameter_values *values = finding->values;

    switch (mapping->place) {
    case PARAMETER_IN_HEADER:
        parameter_list_add(&values->headers, finding->arena, mapping->name, value);
        break;
    case PARAMETER_IN_QUERYSTRING:
        parameter_list_add(&values->query, finding->arena, mapping->name, value);
        break;
    case PARAMETER_IN_PATH:
        parameter_list_add(&values->path, finding->arena, mapping->name, value);
        break;
    }
}

static void add_text(const struct finding *finding, const struct parameter_mapping *mapping,
                     const struct text *text)
{
    if (strlen(text_string(text)) < text->size)
        finding->values->has_nul = true;
    add(finding, mapping, arena_copy(finding->arena, text_string(text), text->size));
}

/* The value of the header with that index; NULL: there are no more. AWS (observed on REST APIs):
 * what a request's is called counts with its case. */
static const char *find_header(const struct parameter_input *input, const char *name, size_t index,
                               size_t *size)
{
    const struct request_head *head = input->head;

    if (input->answer)
        return input->answer->find_header(input->answer->owner, name, index, size);
    for (size_t i = 0; head && i < head->header_count; i++) {
        if (strcmp(head->headers[i].name, name) == 0 && index-- == 0) {
            *size = strlen(head->headers[i].value);
            return head->headers[i].value;
        }
    }
    return NULL;
}

/* AWS: of several the last one. */
static void add_headers(const struct finding *finding, const struct parameter_mapping *mapping)
{
    bool all           = mapping->from == PARAMETER_FROM_HEADERS;
    SCOPED_TEXT joined = {0};
    size_t count       = 0;
    const char *value;
    size_t size;

    for (; (value = find_header(finding->input, mapping->source, count, &size)); count++) {
        if (!all)
            text_clear(&joined);
        else if (count > 0)
            text_append_character(&joined, ',');
        text_append(&joined, value, size);
    }
    if (count > 0)
        add_text(finding, mapping, &joined);
}

/* AWS: of several the last one, or all of them. AWS?: which in a header are joined by commas, as
 * those of headers are. */
static void add_query(const struct finding *finding, const struct parameter_mapping *mapping)
{
    const struct request_head *head = finding->input->head;
    const char *query               = head ? strchr(head->target, '?') : NULL;
    bool all                        = mapping->from == PARAMETER_FROM_QUERYSTRINGS;
    bool is_repeated                = all && mapping->place == PARAMETER_IN_QUERYSTRING;
    SCOPED_TEXT joined              = {0};
    size_t found                    = 0;
    struct url_parameter *parameters;
    size_t count = url_parse_query(finding->arena, query ? query + 1 : NULL, &parameters);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, mapping->source) != 0)
            continue;
        if (is_repeated)
            add(finding, mapping, parameters[i].value);
        else if (!all)
            text_clear(&joined);
        else if (found > 0)
            text_append_character(&joined, ',');
        text_append_string(&joined, parameters[i].value);
        found++;
    }
    if (found > 0 && !is_repeated)
        add_text(finding, mapping, &joined);
}

/* Values that a path leads to, as one text. */
struct found {
    struct text text;
    size_t count;
    bool is_list;
    bool is_null;
};

static bool take_found(void *owner, const struct json_span *value)
{
    struct found *found = owner;

    if (found->count++ > 0)
        text_append_character(&found->text, ',');
    found->is_null = value->kind == JSON_NULL;
    if (value->kind == JSON_STRING && !found->is_list)
        json_span_decode(value, &found->text);
    else
        text_append(&found->text, value->data, value->size);
    return found->is_list;
}

/* AWS: scalars as text; what isn't found is skipped. AWS?: containers as JSON. */
static void add_by_path(const struct finding *finding, const struct parameter_mapping *mapping)
{
    struct found found = {.is_list = mapping->query.is_list};
    struct json_span start;

    if (found.is_list)
        text_append_character(&found.text, '[');
    if (json_scan(finding->input->body, finding->input->body_size, &mapping->query.plain, &start,
                  1) &&
        start.data)
        query_each(&mapping->query, &start, take_found, &found);
    if (found.is_list)
        text_append_character(&found.text, ']');
    if (found.is_list || (found.count > 0 && !found.is_null))
        add_text(finding, mapping, &found.text);
    text_deinit(&found.text);
}

static void find_one(const struct finding *finding, const struct parameter_mapping *mapping)
{
    const struct parameter_input *input = finding->input;
    SCOPED_TEXT text                    = {0};
    const char *value;

    switch (mapping->from) {
    case PARAMETER_STATIC:
        add(finding, mapping, mapping->source);
        break;
    case PARAMETER_FROM_CONTEXT:
        if (context_append(input->context, &mapping->context, &text))
            add_text(finding, mapping, &text);
        break;
    case PARAMETER_FROM_STAGE_VARIABLE:
        value = name_values_find(input->stage_variables, mapping->source);
        if (value)
            add(finding, mapping, value);
        break;
    case PARAMETER_FROM_HEADER:
    case PARAMETER_FROM_HEADERS:
        add_headers(finding, mapping);
        break;
    case PARAMETER_FROM_QUERYSTRING:
    case PARAMETER_FROM_QUERYSTRINGS:
        add_query(finding, mapping);
        break;
    case PARAMETER_FROM_BODY: /* AWS: an empty one is {} */
        text_append(&text, input->body, input->body_size);
        add(finding, mapping,
            text.size == 0 ? "{}" : arena_copy(finding->arena, text.data, text.size));
        break;
    case PARAMETER_FROM_BODY_BY_PATH:
        add_by_path(finding, mapping);
        break;
    }
}

bool integration_parameters_use_body(const struct parameter_mapping *mappings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (mappings[i].from == PARAMETER_FROM_BODY ||
            mappings[i].from == PARAMETER_FROM_BODY_BY_PATH)
            return true;
    }
    return false;
}

void integration_parameters_find(const struct parameter_mapping *mappings, size_t count,
                                 const struct parameter_input *input, struct arena *arena,
                                 struct parameter_values *values)
{
    const struct finding finding = {input, arena, values};

    for (size_t i = 0; i < count; i++)
        find_one(&finding, &mappings[i]);
}
