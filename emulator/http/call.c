#include "http/call.h"

#include <assert.h>
#include <microhttpd.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/url.h"
#include "http/call_state.h"

static const char json_type[] = "application/json";

struct call_header {
    struct call_header *next;
    const char *name;
    const char *value;
};

#define TO(phase) (1u << CALL_##phase)

static const unsigned may_become[] = {
    [CALL_READING]  = TO(RUNNING) | TO(ANSWERED),
    [CALL_RUNNING]  = TO(WAITING) | TO(ANSWERED),
    [CALL_WAITING]  = TO(ANSWERED) | TO(GONE),
    [CALL_ANSWERED] = 0,
    [CALL_GONE]     = 0,
};

void call_become(struct call *call, enum call_phase phase)
{
    assert(may_become[call->phase] & (1u << phase));
    call->phase = phase;
}

char *call_scratch(struct call *call, size_t size)
{
    char *scratch = call->scratch + call->scratch_used;

    if (size >= sizeof call->scratch - call->scratch_used)
        return arena_new(&call->arena, size + 1);
    call->scratch_used += size + 1;
    return scratch;
}

const char *call_method(const struct call *call)
{
    return call->method;
}

const char *call_target(const struct call *call)
{
    return call->target;
}

unsigned call_status(const struct call *call)
{
    return call->status;
}

const char *call_header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

struct header_visit {
    void (*visit)(void *owner, const char *name, const char *value);
    void *owner;
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const struct header_visit *visit = cls;

    visit->visit(visit->owner, name, value ? value : "");
    return MHD_YES;
}

void call_each_header(const struct call *call,
                      void (*visit)(void *owner, const char *name, const char *value), void *owner)
{
    struct header_visit whole = {visit, owner};

    MHD_get_connection_values(call->connection, MHD_HEADER_KIND, on_header, &whole);
}

const char *call_trailer(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(call->connection, MHD_FOOTER_KIND, name);
}

static bool is_named(const struct operation_parameter *parameter, const char *name)
{
    size_t size = strlen(name);

    return strncmp(parameter->name, name, size) == 0 && parameter->name[size] == '}';
}

const char *call_path(struct call *call, const char *name)
{
    for (size_t i = 0; i < call->parameter_count; i++) {
        const struct operation_parameter *parameter = &call->parameters[i];
        char *value;

        if (!is_named(parameter, name))
            continue;
        value = call_scratch(call, parameter->size);
        value[url_decode(parameter->segment, parameter->size, false, value)] = '\0';
        return value;
    }
    return NULL;
}

const char *call_query(struct call *call, const char *name)
{
    const char *query = strchr(call->target, '?');

    if (!call->has_query)
        call->query_count = url_parse_query(&call->arena, query ? query + 1 : NULL, &call->query);
    call->has_query = true;
    for (size_t i = call->query_count; i > 0; i--) {
        if (strcmp(call->query[i - 1].name, name) == 0)
            return call->query[i - 1].value;
    }
    return NULL;
}

const void *call_body(const struct call *call, size_t *size)
{
    *size = call->body.size;
    return text_string(&call->body);
}

void *call_owner(const struct call *call)
{
    return call->goal.owner;
}

void *call_subject(const struct call *call)
{
    return call->goal.subject;
}

void *call_client(const struct call *call)
{
    return call->client;
}

const char *call_operation(const struct call *call)
{
    return call->operation ? call->operation->name : "";
}

const struct sockaddr *call_peer(const struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return info ? info->client_addr : NULL;
}

const char *call_request_id(struct call *call)
{
    if (!call->request_id[0])
        id_uuid(call->request_id);
    return call->request_id;
}

struct arena *call_arena(struct call *call)
{
    return &call->arena;
}

void call_add_header(struct call *call, const char *name, const char *value)
{
    struct call_header *header = arena_new(&call->arena, sizeof *header);

    header->name  = arena_copy_string(&call->arena, name);
    header->value = arena_copy_string(&call->arena, value);
    header->next  = call->headers;
    call->headers = header;
}

/* libmicrohttpd takes no line ends in values, and no framing of ours. */
static void put_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        log_debug(NULL, "the header %s can't be sent and is left out", name);
}

static void put_own_headers(struct call *call, struct MHD_Response *response,
                            const char **content_type)
{
    struct call_header *reversed = NULL;

    while (call->headers) {
        struct call_header *header = call->headers;

        call->headers = header->next;
        header->next  = reversed;
        reversed      = header;
    }
    for (; reversed; reversed = reversed->next) {
        if (strcasecmp(reversed->name, "Content-Type") == 0)
            *content_type = NULL;
        put_header(response, reversed->name, reversed->value);
    }
}

/* content_type gives way to one that was added by hand. */
static enum outcome answer(struct call *call, unsigned status, const char *content_type,
                           const void *body, size_t size)
{
    bool is_awaited = call->phase == CALL_WAITING;

    call->status = status;
    if (size == 0 && call->shared && !call->headers && content_type == json_type) {
        call->response = call->shared;
    } else {
        /* libmicrohttpd copies the body; it doesn't write to it. */
        call->response =
            MHD_create_response_from_buffer(size, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
        assert(call->response);
        put_own_headers(call, call->response, &content_type);
        if (content_type)
            put_header(call->response, "Content-Type", content_type);
        if (call->has_request_id)
            put_header(call->response, "x-amzn-RequestId", call_request_id(call));
    }
    call_become(call, CALL_ANSWERED);
    if (is_awaited)
        call->on_answered(call);
    return OUTCOME_REPLIED;
}

/* AWS: an empty answer has JSON's type as well. */
enum outcome reply_empty(struct call *call, unsigned status)
{
    return answer(call, status, json_type, "", 0);
}

enum outcome reply_json(struct call *call, unsigned status, const char *json, size_t size)
{
    return answer(call, status, json_type, json, size);
}

enum outcome reply_text(struct call *call, unsigned status, const char *content_type,
                        const char *text, size_t size)
{
    return answer(call, status, content_type, text, size);
}

enum outcome reply_error(struct call *call, enum aws_error error, const char *detail)
{
    const char *type = aws_error_type(error);
    SCOPED_TEXT body = {0};

    if (*type)
        call_add_header(call, "x-amzn-ErrorType", type);
    if (error == AWS_UPGRADE_REQUIRED)
        call_add_header(call, "Upgrade", "websocket");
    aws_error_body(error, detail, &body);
    return answer(call, aws_error_status(error), json_type, text_string(&body), body.size);
}

enum outcome reply_later(struct call *call, void (*gone)(void *owner), void *owner)
{
    call->gone       = gone;
    call->gone_owner = owner;
    call_become(call, CALL_WAITING);
    return OUTCOME_LATER;
}
