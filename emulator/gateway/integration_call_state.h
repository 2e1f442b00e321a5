#pragma once

/* What the files of an integration call share: the call itself. Nobody else includes it. */

#include <stdbool.h>

#include "base/arena.h"
#include "gateway/access_log.h"
#include "gateway/integration_call.h"
#include "gateway/integration_parameters.h"
#include "lambda/lambda.h"
#include "loop/http_exchange.h"
#include "loop/loop.h"

struct mapping_run;
struct named_template;
struct template_choice;

struct integration_call {
    struct integration_result result;
    void (*done)(void *owner, struct integration_result *result);
    void *owner;
    struct gateway *gateway;
    struct snapshot *snapshot; /* kept */
    const struct integration_plan *plan;
    struct access_entry *entry; /* the request's context, which outlives the connection */
    struct arena arena;
    struct text params;  /* $input.params() as JSON; empty: there are none */
    struct text message; /* the request's body, if the plan uses it afterwards */
    bool is_connect;
    struct mapping_run *run; /* NULL until a template is evaluated */
    struct text body;        /* what is sent */
    struct parameter_values values;
    struct invocation invocation;
    struct http_exchange exchange;
    struct loop_task task;
    int64_t began_at; /* as clock_microseconds() counts */
};

/* integration_request.c */

/* Makes what is sent: the body, headers, parameters. False, with the result filled, if it fails. */
bool integration_call_prepare(struct integration_call *call,
                              const struct integration_request *request);

/* Fills the exchange's request for HTTP and HTTP_PROXY. False, with the result filled, if it can't
 * be made. */
bool integration_call_make_http(struct integration_call *call,
                                const struct integration_request *request,
                                struct http_exchange_request *http);

/* Appends an URI, or a path, in which names in braces are mapped parts of the path. */
void integration_call_expand_path(const struct integration_call *call, const char *at,
                                  struct text *url);

/* Evaluates a template of that kind ("request", "response") on a body. False, with the result
 * filled, if it fails. */
bool integration_call_evaluate(struct integration_call *call, const char *kind,
                               const struct named_template *template, const char *body, size_t size,
                               struct text *out);

/* The template of that key, or the one that counts without; NULL: none. */
const struct named_template *template_choice_find(const struct template_choice *choice,
                                                  const char *key);

/* integration_response.c */

/* Takes the answer: selector is what the keys of integration responses are matched with.
 * Fills the result. */
void integration_call_answer(struct integration_call *call, const char *selector, int status,
                             const char *body, size_t size);

void integration_call_fail(struct integration_call *call, enum integration_outcome outcome,
                           const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
