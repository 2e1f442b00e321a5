#include "gateway/service_request.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/memory.h"
#include "crypto/digest.h"
#include "crypto/sigv4_sign.h"
#include "crypto/sigv4_signature.h"
#include "model/aws_service.h"
#include "model/service_uri.h"

/* What the gateway adds at most. */
#define OWN_HEADERS_MAX 11

/* AWS (observed): mapping one of these fails the call: "header already present". */
static const char *const taken_headers[] = {
    "Content-Length",
    "Transfer-Encoding",
    "X-Amzn-Trace-Id",
    "X-Amzn-Apigateway-Api-Id",
    "Authorization",
    "Connection",
    "Expect",
    "Proxy-Authenticate",
    "TE",
};

struct making {
    const struct service_request_input *input;
    struct arena *arena;
    struct service_request *request;
};

static void add(const struct making *making, const char *name, const char *value)
{
    making->request->headers[making->request->header_count++] = (struct sigv4_header){name, value};
}

static bool is_mapped(const struct making *making, const char *name)
{
    for (size_t i = 0; i < making->request->header_count; i++) {
        if (strcasecmp(making->request->headers[i].name, name) == 0)
            return true;
    }
    return false;
}

static void add_default(const struct making *making, const char *name, const char *value)
{
    if (!is_mapped(making, name))
        add(making, name, value);
}

static bool is_taken(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(taken_headers); i++) {
        if (strcasecmp(taken_headers[i], name) == 0)
            return true;
    }
    return false;
}

/* AWS (observed): Referer is dropped in silence. Host is the endpoint's. */
static const char *add_mapped(const struct making *making)
{
    for (size_t i = 0; i < making->input->header_count; i++) {
        const char *name = making->input->headers[i].name;

        if (is_taken(name))
            return name;
        if (strcasecmp(name, "Referer") != 0 && strcasecmp(name, "Host") != 0)
            add(making, name, making->input->headers[i].value);
    }
    return NULL;
}

static bool is_get(const struct making *making)
{
    return strcasecmp(making->input->method, "GET") == 0;
}

/* AWS (observed): the JSON services get their target and type with an action; a GET gets none. */
static void add_protocol(const struct making *making)
{
    const struct service_uri *uri     = making->input->uri;
    const struct aws_service *service = uri->service;
    bool is_target_added = uri->is_action && service && service->target_prefix && !is_get(making);

    if (is_target_added) {
        add_default(making, "X-Amz-Target",
                    arena_format(making->arena, "%s.%.*s", service->target_prefix,
                                 (int)strcspn(uri->rest, "&"), uri->rest));
        add_default(making, "Content-Type", aws_protocol_content_type(service->protocol));
    }
    if (!is_get(making))
        add_default(making, "Content-Type", "application/json");
    add_default(making, "Accept", "application/json");
}

static const char *host_of(const struct making *making)
{
    const char *endpoint = making->input->endpoint;
    const char *slashes  = strstr(endpoint, "://");
    const char *host     = slashes ? slashes + 3 : endpoint;

    return arena_copy(making->arena, host, strcspn(host, "/?#"));
}

static const char *find_blank(const struct making *making)
{
    for (size_t i = 0; i < making->input->query_count; i++) {
        if (strpbrk(making->input->query[i].value, " \t\r\n"))
            return making->input->query[i].name;
    }
    return NULL;
}

/* Characters that would end the request line are no part of any target. */
static void append_printable(struct text *target, const char *string)
{
    for (; *string; string++) {
        if ((unsigned char)*string <= ' ' || *string == 0x7f)
            text_append_format(target, "%%%02X", (unsigned char)*string);
        else
            text_append_character(target, *string);
    }
}

static void append_target(const struct making *making, struct text *target)
{
    const struct service_request_input *input = making->input;
    const char *separator;

    if (input->uri->is_action) {
        text_append_string(target, "/?Action=");
        append_printable(target, input->uri->rest);
    } else {
        text_append_character(target, '/');
        append_printable(target, input->uri->rest);
    }
    separator = strchr(text_string(target), '?') ? "&" : "?";
    for (size_t i = 0; i < input->query_count; i++) {
        text_append_string(target, separator);
        append_printable(target, input->query[i].name);
        text_append_character(target, '=');
        append_printable(target, input->query[i].value);
        separator = "&";
    }
}

static const char *signing_name(const struct service_uri *uri)
{
    return uri->service ? uri->service->signing_name : uri->service_name;
}

/* The path of the endpoint itself is signed as well: it is what the service sees. */
static const char *path_of(const char *endpoint)
{
    const char *slashes = strstr(endpoint, "://");
    const char *path    = strchr(slashes ? slashes + 3 : endpoint, '/');

    return path ? path : "";
}

static void sign(const struct making *making, const char *target)
{
    const struct service_request_input *input = making->input;
    const struct sigv4_credentials *keys      = input->credentials;
    struct service_request *request           = making->request;
    const char *service                       = signing_name(input->uri);
    SCOPED_TEXT authorization                 = {0};
    char *date                                = arena_new(making->arena, SIGV4_DATE_SIZE);
    char *hash                                = arena_new(making->arena, DIGEST_HEX_SIZE);
    struct sigv4_request to_sign;

    sigv4_write_date(input->now, date);
    digest_hex(request->body, request->body_size, hash);
    add(making, "X-Amz-Date", date);
    add(making, "X-Amz-Content-Sha256", hash);
    if (keys->session_token)
        add(making, "X-Amz-Security-Token", keys->session_token);
    to_sign = (struct sigv4_request){
        .method          = request->method,
        .target          = target,
        .headers         = request->headers,
        .header_count    = request->header_count,
        .body            = request->body,
        .body_size       = request->body_size,
        .is_path_literal = strcmp(service, "s3") == 0,
    };
    sigv4_write_authorization(&to_sign, keys, date, input->uri->region, service, hash,
                              &authorization);
    add(making, "Authorization",
        arena_copy(making->arena, text_string(&authorization), authorization.size));
}

enum service_request_result service_request_make(const struct service_request_input *input,
                                                 struct arena *arena,
                                                 struct service_request *request,
                                                 struct text *problem)
{
    struct making making = {input, arena, request};
    const char *endpoint = input->endpoint;
    size_t prefix_size   = strlen(endpoint);
    SCOPED_TEXT target   = {0};
    const char *wrong;

    while (prefix_size > 0 && endpoint[prefix_size - 1] == '/')
        prefix_size--;
    endpoint = arena_copy(arena, endpoint, prefix_size);
    *request = (struct service_request){
        .method = input->method,
        .headers =
            arena_new(arena, (input->header_count + OWN_HEADERS_MAX) * sizeof *request->headers),
        .body      = is_get(&making) ? "" : input->body,
        .body_size = is_get(&making) ? 0 : input->body_size,
    };
    wrong = add_mapped(&making);
    if (wrong) {
        text_append_string(problem, wrong);
        return SERVICE_REQUEST_HEADER_TAKEN;
    }
    wrong = find_blank(&making);
    if (wrong) {
        text_append_string(problem, wrong);
        return SERVICE_REQUEST_BLANK_IN_QUERY;
    }
    add_protocol(&making);
    add(&making, "Host", input->host ? input->host : host_of(&making));
    add_default(&making, "User-Agent", arena_format(arena, "AmazonAPIGateway_%s", input->api_id));
    add(&making, "X-Amzn-Apigateway-Api-Id", input->api_id);
    if (input->trace_id)
        add(&making, "X-Amzn-Trace-Id", input->trace_id);
    text_append_string(&target, path_of(endpoint));
    append_target(&making, &target);
    sign(&making, text_string(&target));
    request->url = arena_format(arena, "%.*s%s", (int)(prefix_size - strlen(path_of(endpoint))),
                                endpoint, text_string(&target));
    return SERVICE_REQUEST_MADE;
}
