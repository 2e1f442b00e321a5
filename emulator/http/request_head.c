#include "http/request_head.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define END_OF_HEAD "\r\n\r\n"

/* RFC 9110: what methods and field names are made of. */
static bool is_token_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') ||
           (character && strchr("!#$%&'*+-.^_`|~", character));
}

bool request_head_is_token(const char *string)
{
    if (!*string)
        return false;
    while (is_token_character(*string))
        string++;
    return !*string;
}

static bool is_control(char character)
{
    return (unsigned char)character < 0x20 || character == 0x7f;
}

static bool is_visible(const char *string)
{
    while (*string && *string != ' ' && !is_control(*string))
        string++;
    return !*string;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/*
 * True if size bytes are lines of text that end in CRLF; the last one may be cut anywhere. Looked
 * at before the head is complete, so that nobody waits for the end of garbage.
 */
static bool is_lines(const char *data, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        if (!is_control(data[at]) || data[at] == '\t')
            continue;
        if (data[at] != '\r' || (at + 1 < size && data[at + 1] != '\n'))
            return false;
        at++;
    }
    return true;
}

/* Cuts the line off the front of *rest. */
static char *take_line(char **rest)
{
    char *line = *rest;
    char *end  = strstr(line, "\r\n");

    *end  = '\0';
    *rest = end + 2;
    return line;
}

/*
 * "http://host/path" to "/path". The host moves two bytes down, over the slashes before it, to make
 * room for its NUL and for a path that isn't there: "http://host?query".
 */
static bool split_absolute_target(char **target, const char **host)
{
    char *authority;
    char *moved;
    size_t size;

    if (strncasecmp(*target, "http://", 7) != 0 && strncasecmp(*target, "https://", 8) != 0)
        return false;
    authority = strstr(*target, "://") + strlen("://");
    size      = strcspn(authority, "/?");
    if (size == 0)
        return false;
    *target     = authority + size;
    moved       = memmove(authority - 2, authority, size);
    moved[size] = '\0';
    *host       = moved;
    if (**target != '/')
        *--*target = '/';
    return true;
}

static bool parse_request_line(char *line, struct request_head *head, const char **host)
{
    char *target  = strchr(line, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;

    if (!version)
        return false;
    *target++  = '\0';
    *version++ = '\0';
    if (!request_head_is_token(line) || !is_visible(target))
        return false;
    if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
        return false;
    if (*target != '/' && !split_absolute_target(&target, host))
        return false;

    head->method        = line;
    head->target        = target;
    head->minor_version = version[7] == '1';
    return true;
}

/* A folded line fails here as well: a name can't begin with a blank. */
static bool parse_header(char *line, struct request_header *header)
{
    char *colon = strchr(line, ':');
    char *value;
    char *end;

    if (!colon)
        return false;
    *colon = '\0';
    value  = colon + 1;
    while (is_blank(*value))
        value++;
    end = value + strlen(value);
    while (end > value && is_blank(end[-1]))
        end--;
    *end = '\0';

    header->name  = line;
    header->value = value;
    return request_head_is_token(line);
}

size_t request_head_count(const struct request_head *head, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < head->header_count; i++)
        count += strcasecmp(head->headers[i].name, name) == 0;
    return count;
}

static bool is_number(const char *string)
{
    return *string && string[strspn(string, "0123456789")] == '\0';
}

/* What could make two readers of the same bytes see two different requests. */
static bool is_unambiguous(const struct request_head *head)
{
    size_t hosts       = request_head_count(head, "Host");
    size_t codings     = request_head_count(head, "Transfer-Encoding");
    size_t lengths     = request_head_count(head, "Content-Length");
    const char *length = request_head_find(head, "Content-Length");

    if (hosts > 1 || (hosts == 0 && head->minor_version > 0))
        return false;
    return codings + lengths <= 1 && (!length || is_number(length));
}

static void replace_host(struct request_head *head, const char *host)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, "Host") == 0)
            head->headers[i].value = host;
    }
}

/* text is the head without its empty line, and is written to. */
static bool parse_lines(char *text, struct request_head *head)
{
    const char *host = NULL;

    if (!parse_request_line(take_line(&text), head, &host))
        return false;
    while (*text) {
        if (!parse_header(take_line(&text), &head->headers[head->header_count]))
            return false;
        head->header_count++;
    }
    if (host)
        replace_host(head, host);
    return is_unambiguous(head);
}

static size_t count_lines(const char *data, size_t size)
{
    size_t count = 0;

    for (size_t at = 0; at < size; at++)
        count += data[at] == '\n';
    return count;
}

/* One piece of memory: the table of headers, then the bytes of the head, cut into strings. */
static enum request_head_result parse_complete(const char *data, size_t size,
                                               struct request_head *head)
{
    size_t table_size            = count_lines(data, size) * sizeof *head->headers;
    size_t lines_size            = size - strlen("\r\n");
    SCOPED_MEMORY char *storage  = memory_new(table_size + lines_size + 1);
    char *text                   = storage + table_size;
    struct request_head complete = {.size = size};

    memcpy(text, data, lines_size);
    complete.headers = (struct request_header *)(void *)storage;
    if (!parse_lines(text, &complete))
        return REQUEST_HEAD_MALFORMED;
    complete.storage = memory_take(&storage);
    *head            = complete;
    return REQUEST_HEAD_COMPLETE;
}

enum request_head_result request_head_parse(const char *data, size_t size,
                                            struct request_head *head)
{
    size_t looked_at = size < REQUEST_HEAD_SIZE_MAX ? size : REQUEST_HEAD_SIZE_MAX;
    const char *end  = memmem(data, looked_at, END_OF_HEAD, strlen(END_OF_HEAD));

    if (!end && !is_lines(data, looked_at))
        return REQUEST_HEAD_MALFORMED;
    if (!end)
        return size < REQUEST_HEAD_SIZE_MAX ? REQUEST_HEAD_PARTIAL : REQUEST_HEAD_TOO_LARGE;
    looked_at = (size_t)(end - data) + strlen(END_OF_HEAD);
    if (!is_lines(data, looked_at))
        return REQUEST_HEAD_MALFORMED;
    return parse_complete(data, looked_at, head);
}

void request_head_deinit(struct request_head *head)
{
    free(head->storage);
    *head = (struct request_head){0};
}

const char *request_head_find(const struct request_head *head, const char *name)
{
    for (size_t i = head->header_count; i > 0; i--) {
        if (strcasecmp(head->headers[i - 1].name, name) == 0)
            return head->headers[i - 1].value;
    }
    return NULL;
}

static bool list_has_token(const char *list, const char *token)
{
    while (*list) {
        size_t size;
        size_t end;

        list += strspn(list, " \t,");
        size = strcspn(list, ",");
        end  = size;
        while (end > 0 && is_blank(list[end - 1]))
            end--;
        if (end > 0 && end == strlen(token) && strncasecmp(list, token, end) == 0)
            return true;
        list += size;
    }
    return false;
}

int request_head_has_token(const struct request_head *head, const char *name, const char *token)
{
    for (size_t i = 0; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, name) == 0 &&
            list_has_token(head->headers[i].value, token))
            return true;
    }
    return false;
}
