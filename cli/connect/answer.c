#include "cli/connect/answer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* "HTTP/1.1 403 Forbidden": the number; 0 if it isn't a status line. */
static unsigned read_status(const char *line, size_t size)
{
    if (size < 12 || strncmp(line, "HTTP/1.", 7) != 0 || line[8] != ' ' || !is_digit(line[9]) ||
        !is_digit(line[10]) || !is_digit(line[11]) || (size > 12 && line[12] != ' '))
        return 0;
    return (unsigned)(line[9] - '0') * 100 + (unsigned)(line[10] - '0') * 10 +
           (unsigned)(line[11] - '0');
}

static size_t line_size(const char *line, const char *end)
{
    const char *line_end = memchr(line, '\n', (size_t)(end - line));

    return (size_t)((line_end ? line_end : end) - line);
}

static size_t without_return(const char *line, size_t size)
{
    return size > 0 && line[size - 1] == '\r' ? size - 1 : size;
}

enum answer_result answer_parse(const char *data, size_t size, struct answer *answer)
{
    const char *end   = memmem(data, size, "\r\n\r\n", 4);
    SCOPED_TEXT lines = {0};
    const char *at    = data;
    unsigned status;
    size_t first;

    if (size >= 5 && strncmp(data, "HTTP/", 5) != 0)
        return ANSWER_MALFORMED;
    if (!end)
        return size > ANSWER_HEAD_SIZE_MAX ? ANSWER_MALFORMED : ANSWER_PARTIAL;
    first  = without_return(data, line_size(data, end + 2));
    status = read_status(data, first);
    if (status == 0 || memchr(data, '\0', (size_t)(end - data)))
        return ANSWER_MALFORMED;
    for (at += line_size(data, end + 2) + 1; at < end; at += line_size(at, end + 2) + 1) {
        text_append(&lines, at, without_return(at, line_size(at, end + 2)));
        text_append_character(&lines, '\n');
    }
    *answer = (struct answer){
        .status      = status,
        .head_size   = (size_t)(end + 4 - data),
        .status_line = memory_copy(data, first),
        .fields      = lines.data ? text_take(&lines) : memory_copy_string(""),
    };
    return ANSWER_COMPLETE;
}

void answer_deinit(struct answer *answer)
{
    free(answer->status_line);
    free(answer->fields);
    *answer = (struct answer){0};
}

const char *answer_find(const struct answer *answer, const char *name, size_t *size)
{
    size_t name_size = strlen(name);

    for (const char *line = answer->fields; *line; line += strcspn(line, "\n") + 1) {
        const char *value;

        if (strncasecmp(line, name, name_size) != 0 || line[name_size] != ':')
            continue;
        value = line + name_size + 1;
        value += strspn(value, " \t");
        *size = strcspn(value, "\n");
        while (*size > 0 && (value[*size - 1] == ' ' || value[*size - 1] == '\t'))
            --*size;
        return value;
    }
    return NULL;
}

bool answer_has_token(const struct answer *answer, const char *name, const char *token)
{
    size_t size       = 0;
    const char *value = answer_find(answer, name, &size);
    const char *end   = value ? value + size : NULL;

    while (value < end) {
        size_t length;

        value += strspn(value, " \t,");
        length = strcspn(value, " \t,\n");
        if (length == strlen(token) && strncasecmp(value, token, length) == 0)
            return true;
        value += length + (length == 0);
    }
    return false;
}

/* Chunks of RFC 9112, section 7.1; their extensions and trailers are skipped. */
static enum answer_result read_chunks(const char *data, size_t size, struct text *body)
{
    const char *end = data + size;

    for (;;) {
        const char *line_end = memmem(data, (size_t)(end - data), "\r\n", 2);
        size_t chunk;

        if (!line_end)
            return ANSWER_PARTIAL;
        if (!isxdigit((unsigned char)*data))
            return ANSWER_MALFORMED;
        chunk = strtoul(data, NULL, 16);
        if (chunk > ANSWER_BODY_SIZE_MAX - body->size)
            return ANSWER_MALFORMED;
        if (chunk == 0)
            return ANSWER_COMPLETE;
        data = line_end + 2;
        if ((size_t)(end - data) < chunk + 2)
            return ANSWER_PARTIAL;
        text_append(body, data, chunk);
        data += chunk + 2;
    }
}

enum answer_result answer_read_body(const struct answer *answer, const char *data, size_t size,
                                    bool is_ended, struct text *body)
{
    size_t value_size         = 0;
    const char *length        = answer_find(answer, "Content-Length", &value_size);
    enum answer_result result = is_ended ? ANSWER_COMPLETE : ANSWER_PARTIAL;

    text_clear(body);
    if (size > ANSWER_BODY_SIZE_MAX)
        return ANSWER_MALFORMED;
    if (answer->status / 100 == 1 || answer->status == 204 || answer->status == 304)
        return ANSWER_COMPLETE;
    if (answer_has_token(answer, "Transfer-Encoding", "chunked")) {
        result = read_chunks(data, size, body);
        return result == ANSWER_PARTIAL && is_ended ? ANSWER_COMPLETE : result;
    }
    if (length) {
        size_t announced = strtoul(length, NULL, 10);

        if (size >= announced) {
            size   = announced;
            result = ANSWER_COMPLETE;
        }
    }
    text_append(body, data, size);
    return result;
}
