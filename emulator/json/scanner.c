#include "json/scanner.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "json/token.h"

/*
 * One pass over the bytes. active holds a bit for each path whose first steps lead to where the
 * scan stands, so that outside the wanted branches nothing is compared.
 */
struct scan {
    const char *at;
    const char *end;
    const struct json_path *paths;
    struct json_span *spans;
};

static bool scan_value(struct scan *scan, unsigned depth, uint64_t active, enum json_kind *kind);

/* Takes the lowest bit off *mask and returns its number. */
static unsigned take_bit(uint64_t *mask)
{
    unsigned bit = (unsigned)__builtin_ctzll(*mask);

    *mask &= *mask - 1;
    return bit;
}

static void skip_space(struct scan *scan)
{
    scan->at = token_skip_space(scan->at, scan->end);
}

/* Consumes character, if it is next. */
static bool take(struct scan *scan, char character)
{
    if (scan->at == scan->end || *scan->at != character)
        return false;
    scan->at++;
    return true;
}

/* The active paths whose step at depth is that name. name has its quotes. */
static uint64_t match_name(const struct scan *scan, unsigned depth, uint64_t active,
                           const char *name, size_t size)
{
    uint64_t matching = 0;

    while (active) {
        unsigned bit                 = take_bit(&active);
        const struct json_path *path = &scan->paths[bit];
        const struct json_step *step;

        if (path->count <= depth)
            continue;
        step = &path->steps[depth];
        if (step->name && token_string_equals(name + 1, size - 2, step->name, step->size))
            matching |= 1ull << bit;
    }
    return matching;
}

static uint64_t match_index(const struct scan *scan, unsigned depth, uint64_t active, size_t index)
{
    uint64_t matching = 0;

    while (active) {
        unsigned bit                 = take_bit(&active);
        const struct json_path *path = &scan->paths[bit];

        if (path->count > depth && !path->steps[depth].name && path->steps[depth].index == index)
            matching |= 1ull << bit;
    }
    return matching;
}

/* What an earlier member of the same name has given is void. */
static void forget(struct scan *scan, uint64_t wanted)
{
    while (wanted)
        scan->spans[take_bit(&wanted)] = (struct json_span){0};
}

static void record(struct scan *scan, unsigned depth, uint64_t wanted,
                   const struct json_span *value)
{
    while (wanted) {
        unsigned bit = take_bit(&wanted);

        if (scan->paths[bit].count == depth)
            scan->spans[bit] = *value;
    }
}

/* Scans the value that depth steps of each wanted path lead to. */
static bool scan_wanted(struct scan *scan, unsigned depth, uint64_t wanted)
{
    struct json_span value = {.data = scan->at};

    forget(scan, wanted);
    if (!scan_value(scan, depth, wanted, &value.kind))
        return false;
    value.size = (size_t)(scan->at - value.data);
    record(scan, depth, wanted, &value);
    return true;
}

/* The name, its colon and the white space around. */
static bool scan_name(struct scan *scan, struct json_span *name)
{
    const char *start = scan->at;

    if (!take(scan, '"'))
        return false;
    scan->at = token_string_end(scan->at, scan->end);
    if (!scan->at)
        return false;
    *name = (struct json_span){JSON_STRING, start, (size_t)(scan->at - start)};
    skip_space(scan);
    if (!take(scan, ':'))
        return false;
    skip_space(scan);
    return true;
}

static bool scan_object(struct scan *scan, unsigned depth, uint64_t active)
{
    scan->at++;
    skip_space(scan);
    if (take(scan, '}'))
        return true;
    for (;;) {
        struct json_span name;
        uint64_t wanted = 0;

        if (!scan_name(scan, &name))
            return false;
        if (active)
            wanted = match_name(scan, depth, active, name.data, name.size);
        if (!scan_wanted(scan, depth + 1, wanted))
            return false;
        skip_space(scan);
        if (take(scan, '}'))
            return true;
        if (!take(scan, ','))
            return false;
        skip_space(scan);
    }
}

static bool scan_array(struct scan *scan, unsigned depth, uint64_t active)
{
    scan->at++;
    skip_space(scan);
    if (take(scan, ']'))
        return true;
    for (size_t index = 0;; index++) {
        uint64_t wanted = active ? match_index(scan, depth, active, index) : 0;

        if (!scan_wanted(scan, depth + 1, wanted))
            return false;
        skip_space(scan);
        if (take(scan, ']'))
            return true;
        if (!take(scan, ','))
            return false;
        skip_space(scan);
    }
}

/* Moves behind what token_…_end() has found. */
static bool move_to(struct scan *scan, const char *end)
{
    if (!end)
        return false;
    scan->at = end;
    return true;
}

/* depth is the number of arrays and objects around the value, so the recursion is bounded. */
static bool scan_value(struct scan *scan, unsigned depth, uint64_t active, enum json_kind *kind)
{
    if (scan->at == scan->end)
        return false;
    switch (*scan->at) {
    case '"':
        *kind = JSON_STRING;
        return move_to(scan, token_string_end(scan->at + 1, scan->end));
    case '{':
        *kind = JSON_OBJECT;
        return depth < JSON_DEPTH_MAX && scan_object(scan, depth, active);
    case '[':
        *kind = JSON_ARRAY;
        return depth < JSON_DEPTH_MAX && scan_array(scan, depth, active);
    case 't':
        *kind = JSON_BOOLEAN;
        return move_to(scan, token_word_end(scan->at, scan->end, "true", 4));
    case 'f':
        *kind = JSON_BOOLEAN;
        return move_to(scan, token_word_end(scan->at, scan->end, "false", 5));
    case 'n':
        *kind = JSON_NULL;
        return move_to(scan, token_word_end(scan->at, scan->end, "null", 4));
    default:
        *kind = JSON_NUMBER;
        return move_to(scan, token_number_end(scan->at, scan->end));
    }
}

static bool scan_document(struct scan *scan, uint64_t wanted)
{
    skip_space(scan);
    if (!scan_wanted(scan, 0, wanted))
        return false;
    skip_space(scan);
    return scan->at == scan->end;
}

bool json_is_valid(const char *data, size_t size)
{
    return json_scan(data, size, NULL, NULL, 0);
}

bool json_scan(const char *data, size_t size, const struct json_path *paths,
               struct json_span *spans, size_t count)
{
    struct scan scan = {.paths = paths, .spans = spans};
    uint64_t all     = count == JSON_PATHS_MAX ? UINT64_MAX : (1ull << count) - 1;

    assert(count <= JSON_PATHS_MAX);
    forget(&scan, all);
    if (!data)
        return false;
    scan.at  = data;
    scan.end = data + size;
    if (scan_document(&scan, all))
        return true;
    forget(&scan, all);
    return false;
}

bool json_scan_members(const char *data, size_t size, const char *const *names,
                       struct json_span *spans, size_t count)
{
    struct json_step steps[JSON_PATHS_MAX];
    struct json_path paths[JSON_PATHS_MAX];

    assert(count <= JSON_PATHS_MAX);
    for (size_t i = 0; i < count; i++) {
        steps[i] = (struct json_step){.name = names[i], .size = strlen(names[i])};
        paths[i] = (struct json_path){.steps = &steps[i], .count = 1};
    }
    return json_scan(data, size, paths, spans, count);
}

struct json_cursor json_cursor_begin(const struct json_span *span)
{
    if (!span->data || (span->kind != JSON_OBJECT && span->kind != JSON_ARRAY))
        return (struct json_cursor){0};
    return (struct json_cursor){
        .at        = span->data + 1,
        .end       = span->data + span->size - 1,
        .has_names = span->kind == JSON_OBJECT,
    };
}

bool json_cursor_next(struct json_cursor *cursor, struct json_span *name, struct json_span *value)
{
    struct scan scan = {.at = cursor->at, .end = cursor->end};

    skip_space(&scan);
    if (take(&scan, ','))
        skip_space(&scan);
    *name = (struct json_span){0};
    if (cursor->has_names && !scan_name(&scan, name))
        return false;
    *value = (struct json_span){.data = scan.at};
    if (!scan_value(&scan, 0, 0, &value->kind))
        return false;
    value->size = (size_t)(scan.at - value->data);
    cursor->at  = scan.at;
    return true;
}

void json_span_each(const struct json_span *span,
                    bool (*visit)(void *owner, const struct json_span *name,
                                  const struct json_span *value),
                    void *owner)
{
    struct json_cursor cursor = json_cursor_begin(span);
    struct json_span name;
    struct json_span value;

    if (span->kind != JSON_OBJECT)
        return;
    while (json_cursor_next(&cursor, &name, &value)) {
        if (!visit(owner, &name, &value))
            return;
    }
}

void json_span_decode(const struct json_span *span, struct text *out)
{
    char *end = text_reserve(out, span->size - 2);

    assert(span->kind == JSON_STRING);
    text_grow(out, token_string_decode(span->data + 1, span->size - 2, end));
}

bool json_span_is_string(const struct json_span *span, const char *contents)
{
    return span->data && span->kind == JSON_STRING &&
           token_string_equals(span->data + 1, span->size - 2, contents, strlen(contents));
}
