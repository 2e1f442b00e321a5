#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/reason.h"
#include "gateway/content_handling.h"
#include "gateway/integration_call_state.h"
#include "gateway/integration_plan.h"
#include "model/response_selector.h"
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

/* Appends the header of an HTTP answer; AWS: Lambda's is always JSON. */
static void append_header(const struct integration_call *call, const char *name, struct text *out)
{
    size_t size;
    const char *value = http_exchange_field(&call->exchange, name, 0, &size);

    if (value)
        text_append(out, value, size);
    else if (call->plan->function && strcasecmp(name, "Content-Type") == 0)
        text_append_string(out, "application/json");
}

static const struct mapping_template *choose_template(const struct integration_call *call,
                                                      const struct response_plan *response,
                                                      unsigned status)
{
    const struct template_choice *choice = &response->templates;
    const char *header                   = response_selector_header(choice->source);
    SCOPED_TEXT key                      = {0};

    if (response_selector_is_status(choice->source))
        text_append_format(&key, "%u", status);
    else if (header)
        append_header(call, header, &key);
    else if (choice->expression)
        selection_expression_select(choice->expression, "", 0, &key);
    return template_choice_find(choice, choice->source ? text_string(&key) : NULL);
}

/* 'text', or integration.response.header.NAME. */
static void find_protocol(struct integration_call *call, const char *source)
{
    static const char prefix[] = "integration.response.header.";
    size_t size                = source ? strlen(source) : 0;

    if (size >= 2 && source[0] == '\'' && source[size - 1] == '\'')
        text_append(&call->result.protocol, source + 1, size - 2);
    else if (source && strncmp(source, prefix, sizeof prefix - 1) == 0)
        append_header(call, source + sizeof prefix - 1, &call->result.protocol);
}

/* AWS (tests against the service): $input of a response template is the answer's body. */
static bool render(struct integration_call *call, const struct mapping_template *template,
                   unsigned status, const struct text *body)
{
    if (!template) {
        text_append(&call->result.body, text_string(body), body->size);
        return true;
    }
    call->entry->context.status = (int)status;
    if (call->run)
        mapping_put_number(call->run, mapping_run_context(call->run), "status", status);
    return integration_call_evaluate(call, template, text_string(body), body->size,
                                     &call->result.body);
}

/* AWS?: bytes become text before a template sees them, and text becomes bytes behind it. */
static void respond(struct integration_call *call, const struct response_plan *response,
                    unsigned status, const char *body, size_t size)
{
    SCOPED_TEXT answer = {0};

    text_append(&answer, body, size);
    content_to_text(response->content, &answer);
    find_protocol(call, response->protocol);
    if (!render(call, choose_template(call, response, status), status, &answer) ||
        content_to_binary(response->content, &call->result.body))
        return;
    integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                          "contentHandlingStrategy is CONVERT_TO_BINARY, and the answer isn't "
                          "base64: %.200s",
                          text_string(&call->result.body));
}

void integration_call_answer(struct integration_call *call, const char *selector, unsigned status,
                             const char *body, size_t size)
{
    const struct response_plan *response;

    call->result.outcome = INTEGRATION_ANSWERED;
    call->result.status  = status;
    if (call->plan->type == INTEGRATION_HTTP_PROXY) { /* AWS: passed as it is */
        append_header(call, PROTOCOL_HEADER, &call->result.protocol);
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
            "configured. Endpoint Response Status Code: %u",
            selector, status);
}
