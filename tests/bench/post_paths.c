/* Whom to post to. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/post_load.h"
#include "tests/bench/stream.h"
#include "tests/bench/wire.h"

#define PAGE_SIZE         "1000"
#define PAGE_BYTES_MAX    (1024 * 1024)
#define READ_MILLISECONDS 10000
#define ID                "\"connectionId\":\""
#define NEXT_TOKEN        "\"nextToken\":\""

static char *format_path(const char *id, int size)
{
    char path[128];

    snprintf(path, sizeof path, "/dev/@connections/%.*s", size, id);
    return strdup(path);
}

/* One answer into page, as a string. */
static bool read_page(int descriptor, char *page)
{
    struct wire_message answer;
    struct pollfd readable = {.fd = descriptor, .events = POLLIN};
    size_t size            = 0;

    do {
        ssize_t got = poll(&readable, 1, READ_MILLISECONDS) == 1
                          ? recv(descriptor, page + size, PAGE_BYTES_MAX - 1 - size, 0)
                          : 0;

        if (got <= 0)
            return false;
        size += (size_t)got;
        page[size] = '\0';
    } while (!wire_read_message(page, size, &answer));
    return answer.status == 200;
}

static bool ask_for_page(int descriptor, uint16_t port, const char *token, char *page)
{
    char request[256];
    int size = snprintf(request, sizeof request,
                        "GET /_postern/connections?maxResults=" PAGE_SIZE "%s%s HTTP/1.1\r\n"
                        "Host: localhost:%u\r\n\r\n",
                        *token ? "&nextToken=" : "", token, port);

    return stream_write(descriptor, request, (size_t)size) && read_page(descriptor, page);
}

/* Appends the ids of a page; *token becomes "" after the last one. */
static size_t take_page(const char *page, char **paths, size_t at, size_t count, char token[32])
{
    const char *id   = page;
    const char *next = strstr(page, NEXT_TOKEN);

    while (at < count && (id = strstr(id, ID))) {
        id += strlen(ID);
        paths[at++] = format_path(id, (int)strcspn(id, "\""));
    }
    token[0] = '\0';
    if (next) {
        next += strlen(NEXT_TOKEN);
        snprintf(token, 32, "%.*s", (int)strcspn(next, "\""), next);
    }
    return at;
}

char **post_paths_of_emulator(uint16_t port, size_t count)
{
    char **paths   = calloc(count, sizeof *paths);
    char *page     = malloc(PAGE_BYTES_MAX);
    int descriptor = stream_connect(port, 1);
    char token[32] = "";
    size_t at      = 0;

    while (at < count && ask_for_page(descriptor, port, token, page)) {
        at = take_page(page, paths, at, count, token);
        if (!*token)
            break;
    }
    close(descriptor);
    free(page);
    if (at == count)
        return paths;
    fprintf(stderr, "bench: the emulator lists %zu connections instead of %zu\n", at, count);
    post_paths_free(paths, count);
    return NULL;
}

char **post_paths_of_floor(size_t count)
{
    char **paths = calloc(count, sizeof *paths);

    for (size_t i = 0; i < count; i++) {
        char number[24];
        int size = snprintf(number, sizeof number, "%zu", i);

        paths[i] = format_path(number, size);
    }
    return paths;
}

void post_paths_free(char **paths, size_t count)
{
    for (size_t i = 0; paths && i < count; i++)
        free(paths[i]);
    free(paths);
}
