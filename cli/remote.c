#include "cli/remote.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/printable.h"
#include "cli/endpoint.h"
#include "cli/subcommand.h"
#include "loop/http_client.h"
#include "json/json.h"

#define ANSWER_SIZE_MAX      (64 * 1024 * 1024)
#define AUTHORITIES_SIZE_MAX (4 * 1024 * 1024)

/* What a status says about a request of ours, and what to do. */
static const struct {
    unsigned status;
    const char *meaning;
} meanings[] = {
    {403, "no API and stage are at that endpoint, or it doesn't let this host in"                },
    {404, "nothing is there: is it postern that answers at that endpoint?"                       },
    {410, "the connection is gone, or never was there: `postern connections` lists the open ones"},
    {413, "the message has more than the 131072 bytes that AWS takes: send it in parts"          },
    {429, "the client reads too slowly, too much waits for it already: try again later"          },
    {503, "the emulator is stopping"                                                             },
};

/* All that are there; a file that isn't does no harm. */
static void collect_authorities(const char *data_folder, struct text *authorities)
{
    SCOPED_MEMORY char *ours  = memory_format("%s/ca.pem", data_folder);
    const char *const files[] = {ours, getenv("NODE_EXTRA_CA_CERTS"), getenv("AWS_CA_BUNDLE")};

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        SCOPED_TEXT file = {0};

        if (files[i] && file_read(files[i], AUTHORITIES_SIZE_MAX, &file) == 0 &&
            file.size <= AUTHORITIES_SIZE_MAX) {
            text_append(authorities, text_string(&file), file.size);
            text_append_character(authorities, '\n');
        }
    }
}

char *remote_find_endpoint(const char *subcommand, const struct remote_settings *settings)
{
    char *endpoint = endpoint_find(settings->endpoint, getenv);

    if (!endpoint)
        fprintf(stderr, "postern %s: POSTERN_HTTP is no URL like http://localhost:3001: \"%s\"\n",
                subcommand, getenv("POSTERN_HTTP"));
    return endpoint;
}

bool remote_init(struct remote *remote, const char *subcommand,
                 const struct remote_settings *settings, int *status)
{
    SCOPED_TEXT error = {0};

    remote->subcommand           = subcommand;
    remote->timeout_milliseconds = settings->timeout_milliseconds;
    remote->endpoint             = remote_find_endpoint(subcommand, settings);
    if (!remote->endpoint) {
        *status = EXIT_BAD_USAGE;
        return false;
    }
    if (strncmp(remote->endpoint, "https:", 6) == 0)
        collect_authorities(settings->data_folder, &remote->authorities);
    remote->http = http_client_new(&error);
    if (!remote->http) {
        fprintf(stderr, "postern %s: %s\n", subcommand, text_string(&error));
        *status = EXIT_FAILURE;
        return false;
    }
    return true;
}

void remote_deinit(struct remote *remote)
{
    http_client_free(remote->http);
    text_deinit(&remote->authorities);
    free(remote->endpoint);
    *remote = (struct remote){0};
}

/* The emulator's own words: an answer's "message". */
static void print_message(const struct text *body)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    const char *message =
        json_find_string(json_parse(&arena, text_string(body), body->size, &error), "message");
    SCOPED_TEXT plain = {0};

    if (message) {
        printable_append_line(&plain, message, strlen(message));
        fprintf(stderr, " (%s)", text_string(&plain));
    }
    arena_deinit(&arena);
}

static void complain_refusal(const struct remote *remote, const struct http_client_answer *answer)
{
    const char *meaning = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
        if (meanings[i].status == answer->status)
            meaning = meanings[i].meaning;
    }
    fprintf(stderr, "postern %s: refused with %u%s%s", remote->subcommand, answer->status,
            meaning ? ": " : "", meaning ? meaning : "");
    print_message(&answer->body);
    fputc('\n', stderr);
}

static void complain_no_answer(const struct remote *remote, enum http_client_result result,
                               const char *reason)
{
    const char *name     = remote->subcommand;
    const char *endpoint = remote->endpoint;

    switch (result) {
    case HTTP_CLIENT_NOBODY:
        fprintf(stderr,
                "postern %s: nobody answers at %s: start an emulator with `postern start`, or say "
                "where one is with --endpoint or POSTERN_HTTP\n",
                name, endpoint);
        break;
    case HTTP_CLIENT_UNTRUSTED:
        fprintf(stderr,
                "postern %s: the certificate of %s isn't trusted (%s): say with --data "
                "where the emulator's data folder is, or use http://\n",
                name, endpoint, reason);
        break;
    case HTTP_CLIENT_FAILED:
    case HTTP_CLIENT_ANSWERED:
        fprintf(stderr, "postern %s: no answer from %s: %s\n", name, endpoint, reason);
        break;
    }
}

/* url is all of it. */
static bool ask(struct remote *remote, const char *method, const char *url, const struct text *data,
                struct text *body)
{
    struct http_client_request request = {
        .method       = method,
        .url          = url,
        .content_type = data ? "application/octet-stream" : NULL,
        .body         = data ? text_string(data) : NULL,
        .body_size    = data ? data->size : 0,
        .authorities  = remote->authorities.size > 0 ? text_string(&remote->authorities) : NULL,
        .timeout_milliseconds = remote->timeout_milliseconds,
        .answer_size_max      = ANSWER_SIZE_MAX,
    };
    struct http_client_answer answer = {0};
    enum http_client_result result   = http_client_ask(remote->http, &request, &answer);
    bool is_done                     = false;

    if (result != HTTP_CLIENT_ANSWERED) {
        complain_no_answer(remote, result, text_string(&answer.error));
    } else if (answer.status / 100 != 2) {
        complain_refusal(remote, &answer);
    } else {
        is_done = true;
        text_append(body, text_string(&answer.body), answer.body.size);
    }
    text_deinit(&answer.body);
    text_deinit(&answer.error);
    return is_done;
}

bool remote_ask(struct remote *remote, const char *method, const char *path, struct text *answer)
{
    SCOPED_MEMORY char *url   = memory_format("%.*s%s", (int)endpoint_origin_size(remote->endpoint),
                                              remote->endpoint, path);
    const struct text nothing = {0};

    return ask(remote, method, url, strcmp(method, "POST") == 0 ? &nothing : NULL, answer);
}

bool remote_ask_connection(struct remote *remote, const char *method, const char *connection_id,
                           const struct text *data, struct text *answer)
{
    SCOPED_TEXT url = {0};

    text_append_format(&url, "%s/@connections/", remote->endpoint);
    remote_append_encoded(&url, connection_id);
    return ask(remote, method, text_string(&url), data, answer);
}

int remote_complain_answer(const struct remote *remote)
{
    fprintf(stderr, "postern %s: what answers at %s isn't postern, or another version of it\n",
            remote->subcommand, remote->endpoint);
    return EXIT_FAILURE;
}

void remote_append_encoded(struct text *out, const char *word)
{
    for (const char *at = word; *at; at++) {
        if (isalnum((unsigned char)*at) || strchr("-._~", *at))
            text_append_character(out, *at);
        else
            text_append_format(out, "%%%02X", (unsigned char)*at);
    }
}
