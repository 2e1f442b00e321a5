#include "gateway/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "gateway/access.h"
#include "gateway/authorization.h"
#include "gateway/proxy_result.h"
#include "gateway/snapshot.h"
#include "lambda/failure.h"
#include "lambda/lambda.h"
#include "model/access_log_format.h"
#include "model/registry.h"
#include "json/scanner.h"

struct access_log {
    char *format; /* the pieces are of it */
    struct access_log_piece *pieces;
    size_t count;
    char *api_id;
    char *stage_name;
    char *path; /* NULL: the emulator's log */
    int file;   /* -1: the same */
    uint64_t dropped;
    int64_t told_at; /* of lines that were dropped */
};

static void compile(struct access_log *log)
{
    struct access_log_piece piece;

    for (const char *at = log->format; access_log_format_next(&at, &piece); log->count++)
        continue;
    log->pieces = memory_new(log->count * sizeof *log->pieces);
    log->count  = 0;
    for (const char *at = log->format; access_log_format_next(&at, &piece);)
        log->pieces[log->count++] = piece;
}

static void open_file(struct access_log *log)
{
    int error;

    log->file = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0644);
    if (log->file >= 0)
        return;
    error = errno;
    log_warn(LOG_FIELDS({"apiId", log->api_id}, {"stage", log->stage_name},
                        {"reason", REASON_ACCESS_LOG}),
             "cannot open the access log %s: %s; its lines go to this log", log->path,
             strerror(error));
}

struct access_log *access_log_new(const char *api_id, const struct stage *stage)
{
    struct access_log *log;

    if (!stage->access_log_format)
        return NULL;
    log             = NEW(struct access_log);
    log->format     = memory_copy_string(stage->access_log_format);
    log->api_id     = memory_copy_string(api_id);
    log->stage_name = memory_copy_string(stage->stage_name);
    log->file       = -1;
    compile(log);
    if (stage->access_log_path) {
        log->path = memory_copy_string(stage->access_log_path);
        open_file(log);
    }
    return log;
}

void access_log_free(struct access_log *log)
{
    if (!log)
        return;
    if (log->file >= 0)
        close(log->file);
    free(log->path);
    free(log->stage_name);
    free(log->api_id);
    free(log->pieces);
    free(log->format);
    free(log);
}

/* AWS?: a request is one line, whatever the format and the values have in them. */
static void flatten(struct text *line)
{
    for (size_t i = 0; i < line->size; i++) {
        if (line->data[i] == '\n' || line->data[i] == '\r')
            line->data[i] = ' ';
    }
}

static void note_dropped(struct access_log *log, const char *why)
{
    log->dropped++;
    if (log_is_due(&log->told_at))
        log_warn(LOG_FIELDS({"apiId", log->api_id}, {"stage", log->stage_name},
                            {"reason", REASON_ACCESS_LOG}),
                 "lines of the access log %s are dropped, %llu by now: %s", log->path,
                 (unsigned long long)log->dropped, why);
}

static void write_line(struct access_log *log, struct text *line)
{
    ssize_t written;

    if (log->file < 0) {
        log_info(LOG_FIELDS({"apiId", log->api_id}, {"stage", log->stage_name}), "access: %s",
                 text_string(line));
        return;
    }
    text_append_character(line, '\n');
    written = write(log->file, line->data, line->size);
    if (written < 0)
        note_dropped(log, strerror(errno));
    else if ((size_t)written < line->size)
        note_dropped(log, "there was no room for a whole one");
}

void access_log_write(struct access_log *log, const struct context *context)
{
    SCOPED_TEXT line = {0};

    if (!log)
        return;
    for (size_t i = 0; i < log->count; i++) {
        const struct access_log_piece *piece = &log->pieces[i];

        if (!piece->is_variable)
            text_append(&line, piece->text, piece->size);
        else if (!context_append(context, &piece->reference, &line))
            text_append_character(&line, '-'); /* AWS: what has no value */
    }
    flatten(&line);
    write_line(log, &line);
}

/* Where copies of the event's strings stand in a block that is allocated once. */
struct copying {
    char *at;
    size_t size;
};

static void copy_string(struct copying *copying, const char **string)
{
    size_t size = *string ? strlen(*string) + 1 : 0;

    if (copying->at && size > 0) {
        memcpy(copying->at + copying->size, *string, size);
        *string = copying->at + copying->size;
    }
    copying->size += size;
}

static void copy_strings(struct copying *copying, struct event *event)
{
    copy_string(copying, &event->facts.connection_id);
    copy_string(copying, &event->facts.api_id);
    copy_string(copying, &event->facts.stage);
    copy_string(copying, &event->facts.domain_name);
    copy_string(copying, &event->facts.source_ip);
    copy_string(copying, &event->facts.user_agent);
    copy_string(copying, &event->facts.authorizer);
    copy_string(copying, &event->facts.credentials);
}

struct access_entry *access_entry_new(const struct event *event, enum context_event kind,
                                      const char *route_key, const char *message_id)
{
    struct access_entry *entry = NEW(struct access_entry);
    struct copying copying     = {0};

    entry->event = *event;
    /* The last one is of the entry alone. */
    copy_strings(&copying, &entry->event);
    copy_string(&copying, &message_id);
    entry->strings = memory_new(copying.size);
    copying        = (struct copying){.at = entry->strings};
    copy_strings(&copying, &entry->event);
    copy_string(&copying, &message_id);
    entry->event.stage_variables = "";
    entry->context               = (struct context){
                      .event      = &entry->event,
                      .kind       = kind,
                      .route_key  = route_key,
                      .message_id = message_id,
    };
    return entry;
}

void access_entry_free(struct access_entry *entry)
{
    if (!entry)
        return;
    free(entry->strings);
    free(entry);
}

/* AWS: integrationStatus is the status of the Lambda service. AWS?: 504 where it didn't answer. */
static int service_status(const struct invocation *invocation)
{
    switch (invocation->outcome) {
    case INVOCATION_SUCCEEDED:
    case INVOCATION_FUNCTION_ERROR:
        return 200;
    case INVOCATION_TIMED_OUT:
        return 504;
    case INVOCATION_THROTTLED:
        return 429;
    case INVOCATION_NO_FUNCTION:
        return 404;
    }
    return 0;
}

static const char *describe(const struct invocation *invocation, struct text *error)
{
    if (invocation->outcome == INVOCATION_SUCCEEDED)
        return NULL;
    failure_describe(invocation, error);
    return text_string(error);
}

void access_log_take_invocation(struct context *context, const struct invocation *invocation,
                                struct text *error)
{
    struct proxy_result result;
    const struct text *payload = &invocation->payload;

    context->integration = (struct context_step){
        .has_run              = true,
        .integration_status   = service_status(invocation),
        .latency_milliseconds = invocation->duration_microseconds / 1000,
        .request_id           = invocation->request_id,
        .error                = describe(invocation, error),
    };
    if (invocation->outcome == INVOCATION_SUCCEEDED &&
        proxy_result_read(text_string(payload), payload->size, &result))
        context->integration.status = (int)result.status;
    context->status =
        context->integration.status ? context->integration.status : ACCESS_LOG_CONNECTED_STATUS;
}

void access_log_take_authorization(struct context *context,
                                   const struct authorization *authorization, struct text *error)
{
    bool is_refused   = authorization->state == AUTHORIZATION_REFUSED;
    int status        = is_refused ? (int)aws_error_status(authorization->error) : 200;
    const char *asked = authorization->invocation.function;

    if (!authorization->snapshot)
        return;
    context->authorize = (struct context_step){
        .has_run              = true,
        .status               = status,
        .latency_milliseconds = authorization->latency_milliseconds,
    };
    if (access_needs_iam(authorization->snapshot->access))
        context->authenticate = (struct context_step){.has_run = true, .status = status};
    if (!asked)
        return;
    context->authorizer = (struct context_step){
        .has_run                          = true,
        .status                           = status,
        .integration_status               = service_status(&authorization->invocation),
        .latency_milliseconds             = authorization->latency_milliseconds,
        .integration_latency_milliseconds = authorization->latency_milliseconds,
        .request_id                       = authorization->invocation.request_id,
        .error                            = describe(&authorization->invocation, error),
    };
}

/* AWS: the types of gateway responses. AWS?: which of them WebSocket APIs name, and when. */
static const char *response_type(enum aws_error error)
{
    switch (error) {
    case AWS_BAD_REQUEST:
    case AWS_INVALID_CONNECTION_ID:
        return "BAD_REQUEST_PARAMETERS";
    case AWS_UNAUTHORIZED:
        return "UNAUTHORIZED";
    case AWS_FORBIDDEN:
        return "INVALID_API_KEY";
    case AWS_UNSIGNED:
        return "MISSING_AUTHENTICATION_TOKEN";
    case AWS_INCOMPLETE_SIGNATURE:
    case AWS_INVALID_SIGNATURE:
    case AWS_UNKNOWN_ACCESS_KEY:
        return "INVALID_SIGNATURE";
    case AWS_EXPIRED_TOKEN:
        return "EXPIRED_TOKEN";
    case AWS_ACCESS_DENIED:
    case AWS_EXPLICIT_DENY:
        return "ACCESS_DENIED";
    case AWS_NO_SUCH_ROUTE:
    case AWS_METHOD_NOT_ALLOWED:
    case AWS_GONE:
    case AWS_UPGRADE_REQUIRED:
        return "RESOURCE_NOT_FOUND";
    case AWS_PAYLOAD_TOO_LARGE:
    case AWS_URI_TOO_LONG:
    case AWS_HEADERS_TOO_LARGE:
        return "REQUEST_TOO_LARGE";
    case AWS_UNSUPPORTED_MEDIA:
        return "UNSUPPORTED_MEDIA_TYPE";
    case AWS_TOO_MANY_REQUESTS:
    case AWS_LIMIT_EXCEEDED:
        return "THROTTLED";
    case AWS_QUOTA_EXCEEDED:
        return "QUOTA_EXCEEDED";
    case AWS_INTERNAL_FAILURE:
        return "API_CONFIGURATION_ERROR";
    case AWS_BAD_GATEWAY:
    case AWS_SERVICE_UNAVAILABLE:
        return "INTEGRATION_FAILURE";
    case AWS_ENDPOINT_TIMED_OUT:
        return "INTEGRATION_TIMEOUT";
    }
    return NULL;
}

void access_log_take_error(struct context *context, enum aws_error error, const char *detail,
                           struct text *message)
{
    static const char *const names[] = {"message", "Message"};
    struct json_span found[ARRAY_SIZE(names)];
    SCOPED_TEXT body = {0};

    aws_error_body(error, detail, &body);
    if (json_scan_members(text_string(&body), body.size, names, found, ARRAY_SIZE(names))) {
        const struct json_span *span = found[0].data ? &found[0] : &found[1];

        if (span->data && span->kind == JSON_STRING)
            json_span_decode(span, message);
    }
    context->status              = (int)aws_error_status(error);
    context->error_message       = message->size > 0 ? text_string(message) : NULL;
    context->error_response_type = response_type(error);
    if (error == AWS_INTERNAL_FAILURE && context->authorizer.status == context->status)
        context->error_response_type = "AUTHORIZER_FAILURE";
}

/* AWS?: which status and type an error frame has in the log. */
void access_log_take_frame(struct context *context, const char *text)
{
    static const struct {
        const char *text;
        int status;
        const char *response_type;
    } frames[] = {
        {"Forbidden",                    403, "RESOURCE_NOT_FOUND"    },
        {"Internal server error",        500, "INTEGRATION_FAILURE"   },
        {"Endpoint request timed out",   504, "INTEGRATION_TIMEOUT"   },
        {"Invalid request body",         400, "BAD_REQUEST_BODY"      },
        {"Invalid JSON in request body", 400, "BAD_REQUEST_BODY"      },
        {"Too Many Requests",            429, "THROTTLED"             },
        {"Unsupported Media Type",       415, "UNSUPPORTED_MEDIA_TYPE"},
    };

    context->error_message = text;
    for (size_t i = 0; i < ARRAY_SIZE(frames); i++) {
        if (strcmp(frames[i].text, text) == 0) {
            context->status              = frames[i].status;
            context->error_response_type = frames[i].response_type;
        }
    }
}
