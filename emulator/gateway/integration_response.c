#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/reason.h"
#include "gateway/content_handling.h"
#include "gateway/integration_call_state.h"
#include "gateway/integration_plan.h"
#include "http/passed_header.h"
#include "model/selection_expression.h"
#include "template/mapping_template.h"
#include "json/pattern.h"
#include "json/scanner.h"

#define PROTOCOL_HEADER "Sec-WebSocket-Protocol"

static const struct response_plan *choose_response(const struct integration_plan *plan,
                                                   const char *selector)
{
    for (size_t i = 0; i < plan->response_count; i++) {
        const struct response_plan *response = &plan->responses[i];

        if (!response->pattern || pattern_matches(response->pattern, selector, strlen(selector)))
            return response;
    }
    return NULL;
}

/* AWS: what Lambda answers is always JSON. */
static const char *find_header(void *owner, const char *name, size_t index, size_t *size)
{
    static const char json[]            = "application/json";
    const struct integration_call *call = owner;

    if (!call->plan->function)
        return http_exchange_field(&call->exchange, name, index, size);
    *size = sizeof json - 1;
    return index == 0 && strcasecmp(name, "Content-Type") == 0 ? json : NULL;
}

static const struct named_template *choose_template(const struct integration_call *call,
                                                    const struct response_plan *response,
                                                    const struct selection_answer *answer)
{
    const struct template_choice *choice = &response->templates;
    SCOPED_TEXT key                      = {0};

    if (choice->expression)
        selection_expression_write(choice->expression, text_string(&call->message),
                                   call->message.size, answer, &key);
    return template_choice_find(choice, text_string(&key));
}

/* Puts a header where the client of a handshake gets it. */
static void put_header(struct integration_call *call, const char *name, const char *value,
                       size_t size)
{
    if (strcasecmp(name, PROTOCOL_HEADER) == 0) {
        text_clear(&call->result.protocol);
        text_append(&call->result.protocol, value, size);
    } else if (!passed_header_is_barred(name) && passed_header_is_value(value, size)) {
        text_append_format(&call->result.headers, "%s: %.*s\r\n", name, (int)size, value);
    }
}

/* AWS (observed on REST APIs): a header can't be taken out of a body that is no JSON. */
static bool map_headers(struct integration_call *call, const struct response_plan *response,
                        const struct selection_answer *answer, const char *body, size_t size)
{
    struct parameter_values values     = {0};
    const struct parameter_input input = {
        .context         = &call->entry->context,
        .stage_variables = &call->plan->variables,
        .answer          = answer,
        .body            = body,
        .body_size       = size,
    };

    if (size > 0 && integration_parameters_use_body(response->headers, response->header_count) &&
        !mapping_body_is_sound(body, size)) {
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "responseParameters map the answer's body, which is no JSON");
        return false;
    }
    integration_parameters_find(response->headers, response->header_count, &input, &call->arena,
                                &values);
    for (size_t i = 0; i < values.headers.count; i++)
        put_header(call, values.headers.items[i].name, values.headers.items[i].value,
                   strlen(values.headers.items[i].value));
    return true;
}

/* AWS (tests against the service): $input of a response template is the answer's body. */
static bool render(struct integration_call *call, const struct named_template *template, int status,
                   const struct text *body)
{
    if (!template) {
        text_append(&call->result.body, text_string(body), body->size);
        return true;
    }
    call->entry->context.status = status;
    if (call->run)
        mapping_put_number(call->run, mapping_run_context(call->run), "status", status);
    return integration_call_evaluate(call, "response", template, text_string(body), body->size,
                                     &call->result.body);
}

/* AWS?: bytes become text before a template sees them, and text becomes bytes behind it. */
static void respond(struct integration_call *call, const struct response_plan *response, int status,
                    const char *body, size_t size)
{
    const struct selection_answer answer = {status, find_header, call};
    SCOPED_TEXT text                     = {0};

    text_append(&text, body, size);
    content_to_text(response->content, &text);
    if (call->is_connect && !map_headers(call, response, &answer, text_string(&text), text.size))
        return;
    if (!render(call, choose_template(call, response, &answer), status, &text) ||
        content_to_binary(response->content, &call->result.body))
        return;
    integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                          "contentHandlingStrategy is CONVERT_TO_BINARY, and the answer isn't "
                          "base64: %.200s",
                          text_string(&call->result.body));
}

/* AWS?: the client of a handshake gets the headers of a proxied backend. */
static void pass_headers(struct integration_call *call)
{
    const char *line = text_string(&call->exchange.fields);

    while (*line) {
        size_t size              = strcspn(line, "\n");
        const char *colon        = memchr(line, ':', size);
        const char *value        = colon ? colon + 1 : line;
        const char *end          = line + size;
        SCOPED_MEMORY char *name = colon ? memory_copy(line, (size_t)(colon - line)) : NULL;

        value += strspn(value, " \t");
        while (end > value && strchr(" \t\r", end[-1]))
            end--;
        if (name)
            put_header(call, name, value, (size_t)(end - value));
        line += size;
        line += *line == '\n';
    }
}

void integration_call_answer(struct integration_call *call, const char *selector, int status,
                             const char *body, size_t size)
{
    const struct response_plan *response;

    call->result.outcome = INTEGRATION_ANSWERED;
    call->result.status  = status;
    if (call->plan->type == INTEGRATION_HTTP_PROXY) { /* AWS: passed as it is */
        if (call->is_connect)
            pass_headers(call);
        text_append(&call->result.body, body, size);
        return;
    }
    response = choose_response(call->plan, selector);
    if (response)
        respond(call, response, status, body, size);
    else
        integration_call_fail(
            call, INTEGRATION_FAILED, REASON_NO_INTEGRATION_RESPONSE,
            "no integration response matches \"%.200s\" and there is no $default: "
            "No match for output mapping and no default output mapping "
            "configured. Endpoint Response Status Code: %d",
            selector, status);
}
