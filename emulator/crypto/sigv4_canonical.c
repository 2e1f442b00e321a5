#include "crypto/sigv4_canonical.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"

const char *sigv4_find_header(const struct sigv4_request *request, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            value = request->headers[i].value;
    }
    return value;
}

/* Takes the last segment off a path of segments that each begin with '/'. */
static void drop_segment(struct text *path)
{
    while (path->size > 0 && path->data[--path->size] != '/') {
    }
    if (path->data)
        path->data[path->size] = '\0';
}

/* AWS: every service but S3 encodes the path once more than it is on the request line, after empty
 * segments and dots were resolved. */
static void append_path(const char *target, struct text *out)
{
    const char *at   = target;
    const char *end  = target + strcspn(target, "?");
    bool is_folder   = end > target && end[-1] == '/';
    SCOPED_TEXT path = {0};

    while (at < end) {
        size_t size = 0;

        at += *at == '/';
        while (at + size < end && at[size] != '/')
            size++;
        if (size == 2 && strncmp(at, "..", 2) == 0) {
            drop_segment(&path);
        } else if (size > 0 && !(size == 1 && *at == '.')) {
            text_append_character(&path, '/');
            url_encode(at, size, &path);
        }
        at += size;
    }
    if (path.size == 0 || is_folder)
        text_append_character(&path, '/');
    text_append(out, path.data, path.size);
}

/* A parameter "name=value", encoded anew; sorting such texts would put "a-b=" before "a=". */
struct parameter {
    const char *name;
    const char *value;
};

static int compare(const void *a, const void *b)
{
    const struct parameter *one   = a;
    const struct parameter *other = b;
    int by_name                   = strcmp(one->name, other->name);

    return by_name != 0 ? by_name : strcmp(one->value, other->value);
}

static const char *encode_anew(struct arena *arena, const char *data, size_t size)
{
    SCOPED_TEXT encoded = {0};
    char *decoded       = arena_new(arena, size + 1);

    url_encode(decoded, url_decode(data, size, false, decoded), &encoded);
    return arena_copy(arena, text_string(&encoded), encoded.size);
}

static size_t read_parameters(struct arena *arena, const char *query, struct parameter *parameters)
{
    size_t count = 0;

    while (*query) {
        size_t size      = strcspn(query, "&");
        size_t name_size = strcspn(query, "=&");
        size_t value_at  = name_size < size ? name_size + 1 : size;

        if (size > 0)
            parameters[count++] = (struct parameter){
                encode_anew(arena, query, name_size),
                encode_anew(arena, query + value_at, size - value_at),
            };
        query += size + (query[size] ? 1 : 0);
    }
    return count;
}

/* Everything but the signature itself. */
static void append_query(const char *target, struct text *out)
{
    const char *query  = strchr(target, '?');
    struct arena arena = {0};
    struct parameter *parameters;
    const char *separator = "";
    size_t count;

    if (!query)
        return;
    parameters = arena_new(&arena, (strlen(query) + 1) * sizeof *parameters);
    count      = read_parameters(&arena, query + 1, parameters);
    qsort(parameters, count, sizeof *parameters, compare);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, "X-Amz-Signature") == 0)
            continue;
        text_append_format(out, "%s%s=%s", separator, parameters[i].name, parameters[i].value);
        separator = "&";
    }
    arena_deinit(&arena);
}

/* Trimmed, inner runs of spaces as one. */
static void append_value(const char *value, struct text *out)
{
    bool is_pending = false;
    size_t begin    = out->size;

    for (; *value; value++) {
        bool is_space = *value == ' ' || *value == '\t';

        if (!is_space) {
            if (is_pending && out->size > begin)
                text_append_character(out, ' ');
            text_append_character(out, *value);
        }
        is_pending = is_space;
    }
}

static bool is_named(const char *name, const char *wanted, size_t size)
{
    return strlen(name) == size && strncasecmp(name, wanted, size) == 0;
}

static void append_headers(const struct sigv4_request *request, const char *signed_headers,
                           struct text *out)
{
    while (*signed_headers) {
        size_t size           = strcspn(signed_headers, ";");
        const char *separator = ":";

        for (size_t i = 0; i < size; i++)
            text_append_character(out, (char)tolower((unsigned char)signed_headers[i]));
        for (size_t i = 0; i < request->header_count; i++) {
            if (!is_named(request->headers[i].name, signed_headers, size))
                continue;
            text_append_string(out, separator);
            append_value(request->headers[i].value, out);
            separator = ",";
        }
        text_append_string(out, *separator == ':' ? ":\n" : "\n");
        signed_headers += size + (signed_headers[size] ? 1 : 0);
    }
}

void sigv4_write_canonical(const struct sigv4_request *request, const char *signed_headers,
                           const char *payload_hash, struct text *out)
{
    text_append_format(out, "%s\n", request->method);
    if (request->is_path_literal)
        text_append(out, request->target, strcspn(request->target, "?"));
    else
        append_path(request->target, out);
    text_append_character(out, '\n');
    append_query(request->target, out);
    text_append_character(out, '\n');
    append_headers(request, signed_headers, out);
    text_append_format(out, "\n%s\n%s", signed_headers, payload_hash);
}
