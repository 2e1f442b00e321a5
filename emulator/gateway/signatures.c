#include "gateway/signatures.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "crypto/sigv4.h"
#include "crypto/sigv4_canonical.h"
#include "gateway/gateway_state.h"
#include "http/call.h"
#include "http/request_head.h"
#include "model/name_values.h"

static const char *find_secret(const void *owner, const char *access_key)
{
    const struct gateway *gateway = owner;

    return name_values_find(gateway->settings.access_keys, access_key);
}

static enum aws_error error_of(enum sigv4_verdict verdict)
{
    static const enum aws_error errors[] = {
        [SIGV4_VALID] = AWS_INTERNAL_FAILURE,          [SIGV4_UNSIGNED] = AWS_UNSIGNED,
        [SIGV4_INCOMPLETE] = AWS_INCOMPLETE_SIGNATURE, [SIGV4_INVALID] = AWS_INVALID_SIGNATURE,
        [SIGV4_UNKNOWN_KEY] = AWS_UNKNOWN_ACCESS_KEY,  [SIGV4_EXPIRED_TOKEN] = AWS_EXPIRED_TOKEN,
    };

    return errors[verdict];
}

static enum sigv4_verdict verify(const struct gateway *gateway, const struct sigv4_request *request,
                                 struct text *access_key, struct text *message)
{
    const struct sigv4_expectation expectation = {
        .region      = gateway->settings.region,
        .service     = "execute-api",
        .now         = clock_milliseconds() / 1000,
        .find_secret = find_secret,
        .owner       = gateway,
        .session     = gateway->settings.session,
    };
    struct sigv4_finding finding = {0};
    enum sigv4_verdict verdict   = sigv4_verify(request, &expectation, &finding);

    text_append(access_key, finding.access_key.data, finding.access_key.size);
    text_append(message, finding.message.data, finding.message.size);
    sigv4_finding_deinit(&finding);
    return verdict;
}

/* The headers of a call on their way into an array, which has room for all. */
struct header_list {
    struct sigv4_header *items;
    size_t count;
};

static void count_header(void *owner, const char *name, const char *value)
{
    struct header_list *list = owner;

    list->count++;
}

static void add_header(void *owner, const char *name, const char *value)
{
    struct header_list *list = owner;

    list->items[list->count++] = (struct sigv4_header){name, value};
}

static struct sigv4_request request_of_call(struct call *call)
{
    struct header_list list = {0};
    struct sigv4_request request;

    call_each_header(call, count_header, &list);
    list.items = arena_new(call_arena(call), (list.count + 1) * sizeof *list.items);
    list.count = 0;
    call_each_header(call, add_header, &list);
    request = (struct sigv4_request){
        .method       = call_method(call),
        .target       = call_target(call),
        .headers      = list.items,
        .header_count = list.count,
    };
    request.body = call_body(call, &request.body_size);
    return request;
}

/* Only a look at the header: this is the way of every post. */
static void mention_malformed(struct gateway *gateway, const struct call *call)
{
    const char *header = call_header(call, "Authorization");

    if (!header || (strncmp(header, "AWS4-HMAC-SHA256 ", 17) == 0 &&
                    strstr(header, "Credential=") && strstr(header, "Signature=")))
        return;
    gateway->has_told_of_signature = true;
    log_warn(LOG_FIELDS({"reason", REASON_MALFORMED_SIGNATURE}),
             "%s has an Authorization header that is no SigV4 signature: AWS refuses it with 403; "
             "here it passes, since signatures aren't verified (--signatures verify)",
             call_operation(call));
}

bool signatures_check_call(struct gateway *gateway, struct call *call, enum aws_error *error,
                           struct text *message)
{
    SCOPED_TEXT access_key = {0};
    struct sigv4_request request;
    enum sigv4_verdict verdict;

    if (!gateway->settings.verify_signatures) {
        if (!gateway->has_told_of_signature)
            mention_malformed(gateway, call);
        return true;
    }
    request = request_of_call(call);
    verdict = verify(gateway, &request, &access_key, message);
    *error  = error_of(verdict);
    return verdict == SIGV4_VALID;
}

bool signatures_check_head(const struct gateway *gateway, const struct request_head *head,
                           struct text *access_key, enum aws_error *error, struct text *message)
{
    struct arena arena           = {0};
    struct sigv4_header *headers = arena_new(&arena, (head->header_count + 1) * sizeof *headers);
    const struct sigv4_request request = {
        .method       = head->method,
        .target       = head->target,
        .headers      = headers,
        .header_count = head->header_count,
        .body         = "",
    };
    enum sigv4_verdict verdict;

    for (size_t i = 0; i < head->header_count; i++)
        headers[i] = (struct sigv4_header){head->headers[i].name, head->headers[i].value};
    verdict = verify(gateway, &request, access_key, message);
    *error  = error_of(verdict);
    arena_deinit(&arena);
    return verdict == SIGV4_VALID || !gateway->settings.verify_signatures;
}
