#pragma once

/*
 * One HTTP request and its answer, made on the loop by an agent (loop/http_agent.h). It knows of
 * no AWS, follows no redirections, uses no proxies and stores no cookies.
 *
 * An exchange lives inside whoever waits for it, zeroed before use:
 *
 *     http_exchange_begin(&own->exchange, agent, &request, on_answer);
 *     …on_answer() is called once, in a later turn, and reads own->exchange…
 *     http_exchange_deinit(&own->exchange);
 */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/queue.h"
#include "base/text.h"
#include "loop/loop.h"

struct curl_slist;
struct http_agent;
struct http_exchange;

struct http_field {
    const char *name;
    const char *value;
};

struct http_exchange_request {
    const char *method;
    const char *url; /* http or https */
    /* In this order, duplicates too. Host, Content-Length and User-Agent may be among them; nothing
     * is added but Host and, where there is a body, Content-Length. */
    const struct http_field *fields;
    size_t field_count;
    const char *body; /* NULL: none. The caller's, until done or the exchange is gone */
    size_t body_size;
    int64_t timeout_milliseconds; /* for all of it, looking up the name included */
    size_t answer_size_max;       /* a larger body is a failure */
};

enum http_exchange_result {
    HTTP_EXCHANGE_ANSWERED,
    HTTP_EXCHANGE_NOT_SENT,  /* a bad URL or field, or there is no libcurl */
    HTTP_EXCHANGE_NOBODY,    /* nothing listens there, or there is no such host */
    HTTP_EXCHANGE_UNTRUSTED, /* its certificate isn't one of the authorities' */
    HTTP_EXCHANGE_TIMED_OUT,
    HTTP_EXCHANGE_TOO_LARGE, /* the answer */
    HTTP_EXCHANGE_FAILED,    /* the connection broke, or what came isn't HTTP */
};

struct http_exchange {
    enum http_exchange_result result;
    unsigned status;    /* 0 if there is no answer */
    struct text body;   /* may be taken by the owner with text_take() */
    struct text fields; /* of the answer: read with http_exchange_field() */
    struct text error;  /* why there is no answer, in words; "" if there is one */

    /* The rest belongs to the agent. */
    struct http_agent *agent; /* NULL: nothing is under way */
    void *easy;
    struct arena arena;
    struct loop_task failure;
    struct queue_link link;
    size_t body_size_max;
    char *reason;
    void (*done)(struct http_exchange *exchange);
};

/*
 * Sends request, which is copied except for its body. done is called once, never before this
 * returns, and not at all once the exchange is deinited; it may deinit the exchange, free it, or
 * begin the next one. What an earlier answer left is released first.
 */
void http_exchange_begin(struct http_exchange *exchange, struct http_agent *agent,
                         const struct http_exchange_request *request,
                         void (*done)(struct http_exchange *exchange));

/* Gives up what is under way and releases the answer. Harmless on a zeroed exchange. */
void http_exchange_deinit(struct http_exchange *exchange);

/*
 * The value of the index-th field of the answer with that name (in any case), or NULL; *size is
 * set with it. Not terminated. It lives as long as the answer.
 */
const char *http_exchange_field(const struct http_exchange *exchange, const char *name,
                                size_t index, size_t *size);
