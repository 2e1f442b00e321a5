#pragma once

/*
 * An HTTP client that waits for its answers: for the command line, never for what runs on the loop.
 * Goes to its server directly, whatever proxies the environment names, and follows no redirections.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct http_client;

struct http_client_request {
    const char *method;
    const char *url;
    const char *content_type; /* of the body; NULL: not said */
    const char *body;         /* NULL: none */
    size_t body_size;
    const char *authorities;      /* PEM: trusted besides the system's; NULL: none */
    int64_t timeout_milliseconds; /* for all of it */
    size_t answer_size_max;       /* a larger answer is a failure */
};

enum http_client_result {
    HTTP_CLIENT_ANSWERED,
    HTTP_CLIENT_NOBODY,    /* nothing listens there, or there is no such host */
    HTTP_CLIENT_UNTRUSTED, /* its certificate isn't one of the authorities' */
    HTTP_CLIENT_FAILED,
};

struct http_client_answer {
    unsigned status;
    struct text body;  /* appended to; the caller releases it in any case */
    struct text error; /* if there is no answer: why; the caller releases it as well */
};

/* NULL if there is no libcurl; error says so. The caller frees the client. */
struct http_client *http_client_new(struct text *error);
void http_client_free(struct http_client *client);

/* Asks and waits. A connection is kept for the next request. */
enum http_client_result http_client_ask(struct http_client *client,
                                        const struct http_client_request *request,
                                        struct http_client_answer *answer);
