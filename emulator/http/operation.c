#include "http/operation.h"

#include <stdbool.h>
#include <string.h>

#include "base/url.h"

/* Longer than any literal segment of a row; what is longer matches none. */
#define LITERAL_SIZE_MAX 64

/* A segment of a path, without its slashes. */
struct segment {
    const char *data;
    size_t size;
};

/* Takes the next segment off the front of the path; false if only slashes are left. */
static bool next_segment(struct segment *path, struct segment *segment)
{
    while (path->size > 0 && *path->data == '/') {
        path->data++;
        path->size--;
    }
    segment->data = path->data;
    while (path->size > 0 && *path->data != '/') {
        path->data++;
        path->size--;
    }
    segment->size = (size_t)(path->data - segment->data);
    return segment->size > 0;
}

static bool equals(struct segment one, struct segment other)
{
    return one.size == other.size && memcmp(one.data, other.data, one.size) == 0;
}

/* Only a segment that doesn't match as it is needs decoding: "%40connections". */
static bool is_literal(struct segment segment, struct segment literal)
{
    char decoded[LITERAL_SIZE_MAX * 3 + 1];
    struct segment plain = {decoded, 0};

    if (equals(segment, literal))
        return true;
    if (segment.size > LITERAL_SIZE_MAX * 3 || !memchr(segment.data, '%', segment.size))
        return false;
    plain.size = url_decode(segment.data, segment.size, false, decoded);
    return equals(plain, literal);
}

static bool matches(const char *pattern, struct segment path,
                    struct operation_parameter parameters[], size_t *count)
{
    struct segment row = {pattern, strlen(pattern)};
    struct segment wanted;
    struct segment segment;
    size_t found = 0;

    while (next_segment(&row, &wanted)) {
        if (!next_segment(&path, &segment))
            return false;
        if (*wanted.data != '{') {
            if (!is_literal(segment, wanted))
                return false;
        } else if (found < OPERATION_PARAMETERS_MAX) {
            parameters[found++] =
                (struct operation_parameter){wanted.data + 1, segment.data, segment.size};
        }
    }
    *count = found;
    return !next_segment(&path, &segment);
}

const struct operation *operation_find(const struct api_table *table, const char *method,
                                       const char *path, size_t path_size,
                                       struct operation_parameter parameters[], size_t *count,
                                       int *path_is_known)
{
    struct segment whole = {path, path_size};

    *path_is_known = false;
    for (size_t i = 0; i < table->count; i++) {
        const struct operation *operation = &table->operations[i];

        if (!matches(operation->path, whole, parameters, count))
            continue;
        *path_is_known = true;
        if (strcmp(operation->method, method) == 0)
            return operation;
    }
    *count = 0;
    return NULL;
}
