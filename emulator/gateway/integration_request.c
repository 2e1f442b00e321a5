#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/url.h"
#include "gateway/content_handling.h"
#include "gateway/event_headers.h"
#include "gateway/integration_call_state.h"
#include "gateway/integration_plan.h"
#include "http/request_head.h"
#include "model/limits.h"
#include "model/name_values.h"
#include "model/selection_expression.h"
#include "template/mapping_template.h"
#include "json/scanner.h"

static void fill_context(struct mapping_run *run, struct object *object, void *owner)
{
    const struct integration_call *call = owner;
    SCOPED_TEXT json                    = {0};

    context_write_json(&call->entry->context, CONTEXT_FOR_TEMPLATES, &json);
    mapping_put_json(run, object, text_string(&json), json.size);
}

static void fill_stage_variables(struct mapping_run *run, struct object *object, void *owner)
{
    const struct integration_call *call = owner;

    for (size_t i = 0; i < call->plan->variables.count; i++)
        mapping_put(run, object, call->plan->variables.items[i].name,
                    call->plan->variables.items[i].value);
}

/* AWS?: messages have no parameters; the three maps are there and empty. */
static void fill_params(struct mapping_run *run, struct object *object, void *owner)
{
    const struct integration_call *call = owner;
    static const char none[]            = "{\"path\":{},\"querystring\":{},\"header\":{}}";

    if (call->params.size > 0)
        mapping_put_json(run, object, call->params.data, call->params.size);
    else
        mapping_put_json(run, object, none, sizeof none - 1);
}

bool integration_call_evaluate(struct integration_call *call, const char *kind,
                               const struct named_template *template, const char *body, size_t size,
                               struct text *out)
{
    const struct mapping_input input = {
        .context         = {fill_context,         call},
        .stage_variables = {fill_stage_variables, call},
        .params          = {fill_params,          call},
    };
    struct mapping_error error;

    if (!call->run)
        call->run = mapping_run_new(&input);
    if (mapping_run_evaluate(call->run, template->template, body, size, out, &error))
        return true;
    integration_call_fail(call, INTEGRATION_FAILED, REASON_TEMPLATE_FAILED,
                          "the %s template \"%s\" fails at %u:%u: %s", kind, template->key,
                          error.line, error.column, error.message);
    return false;
}

static const struct named_template *find_template(const struct template_choice *choice,
                                                  const char *key)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (strcmp(choice->items[i].key, key) == 0)
            return &choice->items[i];
    }
    return NULL;
}

/* AWS (tests against the service): without an expression application/json counts; a single template
 * was applied whatever its key. */
const struct named_template *template_choice_find(const struct template_choice *choice,
                                                  const char *key)
{
    const struct named_template *template = find_template(choice, key);

    if (!template)
        template = find_template(choice, "$default");
    if (!template && !choice->expression)
        template = find_template(choice, "application/json");
    if (!template && !choice->expression && choice->count == 1)
        template = &choice->items[0];
    return template;
}

static const struct named_template *
choose_request_template(const struct integration_call *call,
                        const struct integration_request *request)
{
    const struct template_choice *choice = &call->plan->requests;
    SCOPED_TEXT key                      = {0};

    if (choice->expression)
        selection_expression_write(choice->expression, request->body, request->body_size, NULL,
                                   &key);
    return template_choice_find(choice, text_string(&key));
}

static void append_member(struct text *out, const char *name, const char *value)
{
    if (out->data[out->size - 1] != '{')
        text_append_character(out, ',');
    text_append_json_string(out, name);
    text_append_character(out, ':');
    text_append_json_string(out, value);
}

/* True if a later one has that name: the last value counts. */
static bool is_repeated(const struct request_head *head, size_t index)
{
    for (size_t i = index + 1; i < head->header_count; i++) {
        if (strcasecmp(head->headers[i].name, head->headers[index].name) == 0)
            return true;
    }
    return false;
}

/* What the gateway takes for itself of a client's headers. */
static bool is_of_the_gateway(const char *name)
{
    static const char *const names[] = {
        "Connection",
        "Upgrade",
        "Host",
        "Content-Length",
        "Content-Encoding",
        "Content-MD5",
        "Expect",
        "Max-Forwards",
        "Proxy-Authenticate",
        "Server",
        "TE",
        "Transfer-Encoding",
        "Trailer",
        "WWW-Authenticate",
        "X-Amzn-Apigateway-Api-Id",
        "X-Forwarded-For",
        "X-Forwarded-Port",
        "X-Forwarded-Proto",
        "Keep-Alive",
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static void write_params(struct integration_call *call, const struct request_head *head)
{
    const char *query = strchr(head->target, '?');
    struct url_parameter *parameters;
    size_t count = url_parse_query(&call->arena, query ? query + 1 : NULL, &parameters);

    text_append_string(&call->params, "{\"path\":{},\"querystring\":{");
    for (size_t i = 0; i < count; i++) {
        bool is_last = true;

        for (size_t j = i + 1; j < count && j < i + URL_SIZE_MAX; j++)
            is_last = is_last && strcmp(parameters[i].name, parameters[j].name) != 0;
        if (is_last)
            append_member(&call->params, parameters[i].name, parameters[i].value);
    }
    text_append_string(&call->params, "},\"header\":{");
    for (size_t i = 0; i < head->header_count; i++) {
        if (!is_repeated(head, i) && !is_of_the_gateway(head->headers[i].name))
            append_member(&call->params, head->headers[i].name, head->headers[i].value);
    }
    text_append_string(&call->params, "}}");
}

struct override {
    struct integration_call *call;
    struct parameter_list *list;
};

/* AWS (REST): what a template sets wins over mapped parameters. */
static void put_override(void *owner, const char *name, const char *value)
{
    struct override *override = owner;
    struct arena *arena       = &override->call->arena;

    parameter_list_put(override->list, arena, arena_copy_string(arena, name),
                       arena_copy_string(arena, value));
}

static void put_overrides(struct integration_call *call)
{
    struct override headers = {call, &call->values.headers};
    struct override query   = {call, &call->values.query};
    struct override path    = {call, &call->values.path};

    mapping_run_each_override(call->run, MAPPING_REQUEST_HEADER, put_override, &headers);
    mapping_run_each_override(call->run, MAPPING_REQUEST_QUERYSTRING, put_override, &query);
    mapping_run_each_override(call->run, MAPPING_REQUEST_PATH, put_override, &path);
}

/* AWS (tests against REST APIs): a body that begins as JSON does and is broken has no parts, and
 * can't be mapped as a whole, either; other texts aren't parsed. */
static bool is_mappable(struct integration_call *call, const struct integration_request *request)
{
    size_t blanks = strspn(request->body, " \t\r\n");

    if (!integration_parameters_use_body(call->plan->parameters, call->plan->parameter_count) ||
        !request->body[blanks] || !strchr("{[\"'", request->body[blanks]) ||
        mapping_body_is_sound(request->body, request->body_size))
        return true;
    integration_call_fail(call, INTEGRATION_INVALID_JSON, REASON_BAD_MAPPING,
                          "requestParameters map the body, which begins like JSON and is none");
    return false;
}

static bool make_body(struct integration_call *call, const struct integration_request *request)
{
    const struct integration_plan *plan   = call->plan;
    const struct named_template *template = NULL;
    bool is_passed;

    if (plan->type != INTEGRATION_HTTP_PROXY)
        template = choose_request_template(call, request);
    if (template) {
        if (request->head)
            write_params(call, request->head);
        if (!integration_call_evaluate(call, "request", template, request->body, request->body_size,
                                       &call->body))
            return false;
        put_overrides(call);
        return true;
    }
    is_passed = plan->type == INTEGRATION_HTTP_PROXY ||
                plan->passthrough == PASSTHROUGH_WHEN_NO_MATCH ||
                (plan->passthrough == PASSTHROUGH_WHEN_NO_TEMPLATES && plan->requests.count == 0);
    if (!is_passed) {
        integration_call_fail(call, INTEGRATION_UNSUPPORTED, REASON_NO_REQUEST_TEMPLATE,
                              "no request template is for this message, and passthroughBehavior "
                              "doesn't let it pass");
        return false;
    }
    text_append(&call->body, request->body, request->body_size);
    return true;
}

/* AWS: of the text that would be sent. AWS?: a MOCK sends nothing; what is no base64 fails. */
static bool convert_body(struct integration_call *call)
{
    if (call->plan->type == INTEGRATION_MOCK || content_to_binary(call->plan->content, &call->body))
        return true;
    integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                          "contentHandlingStrategy is CONVERT_TO_BINARY, and what is to be sent "
                          "isn't base64: %.200s",
                          text_string(&call->body));
    return false;
}

bool integration_call_prepare(struct integration_call *call,
                              const struct integration_request *request)
{
    const struct integration_plan *plan = call->plan;
    const struct parameter_input input  = {
         .context         = &call->entry->context,
         .stage_variables = &plan->variables,
         .head            = request->head,
         .body            = request->body,
         .body_size       = request->body_size,
    };

    if (!is_mappable(call, request))
        return false;
    integration_parameters_find(plan->parameters, plan->parameter_count, &input, &call->arena,
                                &call->values);
    if (call->values.has_nul) {
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "requestParameters map a value with a NUL in it");
        return false;
    }
    return make_body(call, request) && convert_body(call);
}

void integration_call_expand_path(const struct integration_call *call, const char *at,
                                  struct text *url)
{
    while (*at) {
        const char *end   = *at == '{' ? strchr(at, '}') : NULL;
        const char *value = NULL;

        for (size_t i = 0; end && i < call->values.path.count; i++) {
            const struct http_field *part = &call->values.path.items[i];

            if (strlen(part->name) == (size_t)(end - at - 1) &&
                strncmp(part->name, at + 1, (size_t)(end - at - 1)) == 0)
                value = part->value;
        }
        if (value) {
            url_encode(value, strlen(value), url);
            at = end + 1;
        } else {
            text_append_character(url, *at++);
        }
    }
}

/* AWS: to HTTP_PROXY goes the query of $connect as well. */
static const char *make_url(struct integration_call *call, const struct request_head *head)
{
    const char *query =
        head && call->plan->type == INTEGRATION_HTTP_PROXY ? strchr(head->target, '?') : NULL;
    const char *separator;
    SCOPED_TEXT url = {0};

    integration_call_expand_path(call, call->plan->uri, &url);
    separator = strchr(text_string(&url), '?') ? "&" : "?";
    if (query && query[1]) {
        text_append_format(&url, "%s%s", separator, query + 1);
        separator = "&";
    }
    for (size_t i = 0; i < call->values.query.count; i++) {
        const struct http_field *parameter = &call->values.query.items[i];

        text_append_string(&url, separator);
        url_encode(parameter->name, strlen(parameter->name), &url);
        text_append_character(&url, '=');
        url_encode(parameter->value, strlen(parameter->value), &url);
        separator = "&";
    }
    return arena_copy(&call->arena, text_string(&url), url.size);
}

static void add_default(struct integration_call *call, struct parameter_list *fields,
                        const char *name, const char *value)
{
    if (!parameter_list_find(fields, name))
        parameter_list_add(fields, &call->arena, name, value);
}

/* AWS (observed): mapping one of these fails the call. */
static const char *find_taken(const struct parameter_list *headers)
{
    static const char *const taken[] = {"Content-Length", "Transfer-Encoding", "X-Amzn-Trace-Id",
                                        "X-Amzn-Apigateway-Api-Id"};

    for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
        if (parameter_list_find(headers, taken[i]))
            return taken[i];
    }
    return NULL;
}

/* AWS (observed): dropped in silence, even where they are mapped. */
static void add_mapped(struct integration_call *call, struct parameter_list *fields)
{
    static const char *const dropped[] = {"Expect", "Proxy-Authenticate", "TE", "Via"};

    for (size_t i = 0; i < call->values.headers.count; i++) {
        const struct http_field *header = &call->values.headers.items[i];
        bool is_dropped                 = false;

        for (size_t j = 0; j < ARRAY_SIZE(dropped); j++)
            is_dropped = is_dropped || strcasecmp(dropped[j], header->name) == 0;
        if (!is_dropped)
            parameter_list_add(fields, &call->arena, header->name, header->value);
    }
}

/* AWS (observed): on $connect an HTTP_PROXY backend sees the client's headers, with their names. */
static void add_clients(struct integration_call *call, const struct request_head *head,
                        struct parameter_list *fields)
{
    size_t mapped = fields->count;

    for (size_t i = 0; i < head->header_count; i++) {
        bool is_mapped = is_of_the_gateway(head->headers[i].name);

        for (size_t j = 0; j < mapped; j++)
            is_mapped = is_mapped || strcasecmp(fields->items[j].name, head->headers[i].name) == 0;
        if (!is_mapped)
            parameter_list_add(fields, &call->arena,
                               arena_copy_string(&call->arena, head->headers[i].name),
                               arena_copy_string(&call->arena, head->headers[i].value));
    }
}

static void add_own(struct integration_call *call, const struct request_head *head,
                    struct parameter_list *fields)
{
    const char *source_ip               = call->entry->event.facts.source_ip;
    const struct integration_plan *plan = call->plan;
    char trace_id[ID_TRACE_SIZE];

    id_trace(call->entry->event.now, trace_id);
    if (plan->type == INTEGRATION_HTTP_PROXY) {
        add_default(call, fields, "X-Forwarded-For",
                    head ? event_forwarded_for(&call->arena, head, source_ip) : source_ip);
        add_default(call, fields, "X-Forwarded-Port", "443");
        add_default(call, fields, "X-Forwarded-Proto", "https");
    } else {
        add_default(call, fields, "Accept", "application/json");
    }
    if (call->body.size > 0)
        add_default(call, fields, "Content-Type", "application/json");
    add_default(call, fields, "User-Agent",
                arena_format(&call->arena, "AmazonAPIGateway_%s", plan->api_id));
    parameter_list_add(fields, &call->arena, "X-Amzn-Apigateway-Api-Id", plan->api_id);
    add_default(call, fields, "X-Amzn-Trace-Id", arena_format(&call->arena, "Root=%s", trace_id));
}

static bool has_body(const char *method)
{
    return strcasecmp(method, "GET") != 0 && strcasecmp(method, "HEAD") != 0;
}

bool integration_call_make_http(struct integration_call *call,
                                const struct integration_request *request,
                                struct http_exchange_request *http)
{
    const char *taken            = find_taken(&call->values.headers);
    struct parameter_list fields = {0};

    if (taken) {
        integration_call_fail(call, INTEGRATION_FAILED, REASON_BAD_MAPPING,
                              "requestParameters set the header %s, which the gateway sets itself: "
                              "AWS fails such a call",
                              taken);
        return false;
    }
    if (!has_body(call->plan->method))
        text_clear(&call->body);
    add_mapped(call, &fields);
    if (request->head && call->plan->type == INTEGRATION_HTTP_PROXY)
        add_clients(call, request->head, &fields);
    add_own(call, request->head, &fields);
    if (strcasecmp(call->plan->method, "GET") == 0) /* AWS (observed): it has a length, too */
        parameter_list_add(&fields, &call->arena, "Content-Length", "0");
    *http = (struct http_exchange_request){
        .method               = call->plan->method,
        .url                  = make_url(call, request->head),
        .fields               = fields.items,
        .field_count          = fields.count,
        .body                 = has_body(call->plan->method) ? text_string(&call->body) : NULL,
        .body_size            = call->body.size,
        .timeout_milliseconds = call->plan->timeout_milliseconds,
        .answer_size_max      = INTEGRATION_ANSWER_SIZE_MAX,
    };
    return true;
}
