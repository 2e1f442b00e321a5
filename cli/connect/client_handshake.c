#include "cli/connect/client_handshake.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/answer.h"
#include "cli/connect/target.h"
#include "crypto/websocket_accept.h"
#include "http/request_head.h"

#define KEY_BYTES 16

/* The handshake's own fields, with what to use instead. */
static const struct {
    const char *name;
    const char *instead;
} reserved[] = {
    {"Connection",               "it is always \"Upgrade\""           },
    {"Upgrade",                  "it is always \"websocket\""         },
    {"Sec-WebSocket-Key",        "it is made anew for each connection"},
    {"Sec-WebSocket-Version",    "it is always 13"                    },
    {"Sec-WebSocket-Extensions", "no extension is spoken, as on AWS"  },
    {"Sec-WebSocket-Protocol",   "use --subprotocol (-s)"             },
    {"Content-Length",           "a handshake has no body"            },
    {"Transfer-Encoding",        "a handshake has no body"            },
};

static bool is_named(const char *line, const char *name)
{
    size_t size = strlen(name);

    return strncasecmp(line, name, size) == 0 && line[size] == ':';
}

bool client_handshake_check_header(const char *line, struct text *error)
{
    size_t size              = strcspn(line, ":");
    SCOPED_MEMORY char *name = memory_copy(line, size);

    if (line[size] != ':' || !request_head_is_token(name)) {
        text_append_format(error, "a header is written 'Name: value', not '%s'", line);
        return false;
    }
    for (const char *at = line + size; *at; at++) {
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f) {
            text_append_format(error, "the header %s has a control character in its value", name);
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
        if (strcasecmp(name, reserved[i].name) == 0) {
            text_append_format(error, "the header %s can't be set: %s", name, reserved[i].instead);
            return false;
        }
    }
    return true;
}

void client_handshake_make_key(struct client_handshake *handshake)
{
    char bytes[KEY_BYTES];
    SCOPED_TEXT key = {0};

    id_random(bytes, sizeof bytes);
    base64_append(&key, bytes, sizeof bytes);
    memcpy(handshake->key, text_string(&key), CLIENT_HANDSHAKE_KEY_SIZE);
}

static bool is_given(const struct client_handshake *handshake, const char *name)
{
    for (const char *const *line = handshake->headers; *line; line++) {
        if (is_named(*line, name))
            return true;
    }
    return false;
}

static void append_own(const struct client_handshake *handshake, const char *name,
                       const char *value, struct text *out)
{
    if (!is_given(handshake, name))
        text_append_format(out, "%s: %s\r\n", name, value);
}

static void append_protocols(const struct client_handshake *handshake, struct text *out)
{
    if (!handshake->protocols[0])
        return;
    text_append_string(out, "Sec-WebSocket-Protocol: ");
    for (const char *const *name = handshake->protocols; *name; name++)
        text_append_format(out, "%s%s", name == handshake->protocols ? "" : ", ", *name);
    text_append_string(out, "\r\n");
}

void client_handshake_build(const struct client_handshake *handshake, struct text *out)
{
    const char *user = handshake->target->user;
    SCOPED_TEXT host = {0};

    target_append_host(handshake->target, &host);
    text_append_format(out, "GET %s HTTP/1.1\r\n", handshake->target->path);
    append_own(handshake, "Host", text_string(&host), out);
    text_append_format(out,
                       "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
                       handshake->key);
    append_protocols(handshake, out);
    if (handshake->origin)
        append_own(handshake, "Origin", handshake->origin, out);
    if (user && !is_given(handshake, "Authorization")) {
        text_append_string(out, "Authorization: Basic ");
        base64_append(out, user, strlen(user));
        text_append_string(out, "\r\n");
    }
    append_own(handshake, "User-Agent", "postern/" POSTERN_VERSION, out);
    for (const char *const *line = handshake->headers; *line; line++) {
        size_t size       = strcspn(*line, ":");
        const char *value = *line + size + 1;

        text_append_format(out, "%.*s: %s\r\n", (int)size, *line, value + strspn(value, " \t"));
    }
    text_append_string(out, "\r\n");
}

static bool is_asked(const struct client_handshake *handshake, const char *protocol, size_t size)
{
    for (const char *const *name = handshake->protocols; *name; name++) {
        if (strlen(*name) == size && memcmp(*name, protocol, size) == 0)
            return true;
    }
    return false;
}

bool client_handshake_judge(const struct client_handshake *handshake, const struct answer *answer,
                            struct text *problem)
{
    char accept[WEBSOCKET_ACCEPT_SIZE];
    size_t size = 0;
    const char *value;

    if (!answer_has_token(answer, "Upgrade", "websocket") ||
        !answer_has_token(answer, "Connection", "upgrade")) {
        text_append_string(problem, "the server's 101 doesn't say Upgrade: websocket");
        return false;
    }
    websocket_accept(handshake->key, accept);
    value = answer_find(answer, "Sec-WebSocket-Accept", &size);
    if (!value || size != WEBSOCKET_ACCEPT_SIZE - 1 || memcmp(value, accept, size) != 0) {
        text_append_string(problem, "the server's Sec-WebSocket-Accept doesn't match our key");
        return false;
    }
    value = answer_find(answer, "Sec-WebSocket-Protocol", &size);
    if (value && size > 0 && !is_asked(handshake, value, size)) {
        text_append_format(problem, "the server chose the subprotocol %.*s, which wasn't offered",
                           (int)size, value);
        return false;
    }
    value = answer_find(answer, "Sec-WebSocket-Extensions", &size);
    if (value && size > 0) {
        text_append_format(problem, "the server chose the extension %.*s, which wasn't offered",
                           (int)size, value);
        return false;
    }
    return true;
}
