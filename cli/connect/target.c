#include "cli/connect/target.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"

#define URL_SIZE_MAX 8192

static const struct scheme {
    const char *prefix;
    bool is_tls;
} schemes[] = {
    {"ws://",    false},
    {"wss://",   true },
    {"http://",  false},
    {"https://", true },
};

static const struct scheme *find_scheme(const char *word)
{
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        if (strncasecmp(word, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return &schemes[i];
    }
    return NULL;
}

static const char *default_port(bool is_tls)
{
    return is_tls ? "443" : "80";
}

/* What can't stand in a request line is percent-encoded; a fragment stays behind. */
static char *encode_path(const char *path)
{
    struct text out = {0};

    if (*path != '/')
        text_append_character(&out, '/');
    for (; *path && *path != '#'; path++) {
        unsigned char byte = (unsigned char)*path;

        if (byte <= ' ' || byte >= 0x7f)
            text_append_format(&out, "%%%02X", byte);
        else
            text_append_character(&out, *path);
    }
    return text_take(&out);
}

static bool read_port(const char *digits, struct target *target, struct text *error)
{
    size_t size = strlen(digits);

    if (size == 0)
        return true;
    if (size > 5 || strspn(digits, "0123456789") != size || atoi(digits) < 1 ||
        atoi(digits) > 65535) {
        text_append_format(error, "the port must be a number from 1 to 65535, not %s", digits);
        return false;
    }
    free(target->port);
    target->port = memory_copy_string(digits);
    return true;
}

/*
 * Cuts "host[:port]" or "[address][:port]". Returns the host; *port is what is behind the colon, or
 * NULL. NULL if brackets and colons aren't where they belong.
 */
static char *cut_host(char *text, char **port)
{
    bool is_bracketed = *text == '[';
    char *host        = text + is_bracketed;
    char *end         = host + strcspn(host, is_bracketed ? "[]" : ":[]");
    char *behind      = end;

    if (is_bracketed) {
        if (*end != ']')
            return NULL;
        behind++;
    }
    if ((*behind != '\0' && *behind != ':') || (*behind && strpbrk(behind + 1, ":[]")))
        return NULL;
    *port = *behind == ':' ? behind + 1 : NULL;
    *end = *behind = '\0';
    return host;
}

/* "[user@]host[:port]"; text is changed. */
static bool read_authority(char *text, struct target *target, struct text *error)
{
    char *at   = strrchr(text, '@');
    char *port = NULL;
    char *host = cut_host(at ? at + 1 : text, &port);

    if (!host) {
        text_append_string(error, "the host has a colon or bracket too much: an IPv6 address is "
                                  "written in brackets, like ws://[::1]:3001/dev");
        return false;
    }
    if (at) {
        *at                                               = '\0';
        text[url_decode(text, strlen(text), false, text)] = '\0';
        target->user                                      = memory_copy_string(text);
    }
    if (*host == '\0' || strpbrk(host, " \t\r\n<>\"\\^`{|}")) {
        text_append_string(error, "the URL lacks a host name: ws://HOST:PORT/STAGE");
        return false;
    }
    target->host = memory_copy_string(host);
    return !port || read_port(port, target, error);
}

static bool read_rest(const char *rest, bool is_tls, struct target *target, struct text *error)
{
    size_t size                   = strcspn(rest, "/?#");
    SCOPED_MEMORY char *authority = memory_copy(rest, size);

    *target = (struct target){.is_tls = is_tls, .port = memory_copy_string(default_port(is_tls))};
    if (!read_authority(authority, target, error)) {
        target_deinit(target);
        return false;
    }
    target->path = encode_path(rest + size);
    return true;
}

static bool names_a_host(const char *word)
{
    size_t size                 = strcspn(word, "/?#");
    SCOPED_MEMORY char *segment = memory_copy(word, size);

    return strpbrk(segment, ".:[") || strcasecmp(segment, "localhost") == 0;
}

bool target_is_on_endpoint(const char *word)
{
    return !find_scheme(word) && !names_a_host(word);
}

bool target_read(const char *word, const char *endpoint, struct target *target, struct text *error)
{
    const struct scheme *scheme = find_scheme(word);
    SCOPED_MEMORY char *joined  = NULL;
    size_t size                 = strlen(endpoint);

    if (strlen(word) > URL_SIZE_MAX || size > URL_SIZE_MAX) {
        text_append_format(error, "the URL is longer than %d bytes", URL_SIZE_MAX);
        return false;
    }
    if (scheme)
        return read_rest(word + strlen(scheme->prefix), scheme->is_tls, target, error);
    if (strstr(word, "://") && strcspn(word, ":") < strcspn(word, "/?#")) {
        text_append_format(error, "%.*s is no scheme of WebSocket URLs: use ws:// or wss://",
                           (int)(strcspn(word, ":") + 3), word);
        return false;
    }
    if (names_a_host(word))
        return read_rest(word, false, target, error);
    while (size > 0 && endpoint[size - 1] == '/')
        size--;
    if (target_is_on_endpoint(endpoint)) {
        text_append_format(error, "the endpoint must be a URL like http://localhost:3001, not %s",
                           endpoint);
        return false;
    }
    joined = memory_format("%.*s%s%s", (int)size, endpoint,
                           *word == '/' || *word == '\0' ? "" : "/", word);
    return target_read(joined, "", target, error);
}

void target_deinit(struct target *target)
{
    free(target->host);
    free(target->port);
    free(target->path);
    free(target->user);
    *target = (struct target){0};
}

void target_append_host(const struct target *target, struct text *out)
{
    text_append_format(out, strchr(target->host, ':') ? "[%s]" : "%s", target->host);
    if (strcmp(target->port, default_port(target->is_tls)) != 0)
        text_append_format(out, ":%s", target->port);
}

void target_append_url(const struct target *target, struct text *out)
{
    text_append_string(out, target->is_tls ? "wss://" : "ws://");
    target_append_host(target, out);
    text_append_string(out, target->path);
}
