#include "crypto/sigv4.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "crypto/digest.h"
#include "crypto/sigv4_canonical.h"
#include "crypto/sigv4_sign.h"
#include "crypto/sigv4_signature.h"

/* AWS's own SDKs sign about ten. */
#define SIGNED_HEADERS_MAX 50

/* AWS (observed): API Gateway's clock may be this far off; other services allow 15 minutes. */
#define SKEW_SECONDS 300

/* One verification. */
struct check {
    const struct sigv4_request *request;
    const struct sigv4_expectation *expectation;
    struct sigv4_signature signature;
    struct text *message;
};

/* Appends AWS's complaint of a time outside of what is allowed. */
static bool check_time(const struct check *check)
{
    const struct sigv4_signature *signature = &check->signature;
    int64_t now                             = check->expectation->now;
    bool is_presigned                       = signature->form == SIGV4_FORM_QUERY;
    int64_t lifetime                        = is_presigned ? signature->expires : SKEW_SECONDS;
    char of_now[SIGV4_DATE_SIZE];
    char bound[SIGV4_DATE_SIZE];

    sigv4_write_date(now, of_now);
    if (now > signature->time + lifetime) {
        sigv4_write_date(is_presigned ? signature->time + lifetime : now - SKEW_SECONDS, bound);
        if (is_presigned)
            text_append_format(check->message, "Signature expired: %s is now earlier than %s",
                               bound, of_now);
        else
            text_append_format(check->message,
                               "Signature expired: %s is now earlier than %s (%s - 5 min.)",
                               signature->date, bound, of_now);
    } else if (now < signature->time - SKEW_SECONDS) {
        sigv4_write_date(now + SKEW_SECONDS, bound);
        text_append_format(check->message,
                           "Signature not yet current: %s is still later than %s (%s + 5 min.)",
                           signature->date, bound, of_now);
    }
    return check->message->size == 0;
}

static bool is_signed(const char *signed_headers, const char *name)
{
    size_t wanted = strlen(name);

    while (*signed_headers) {
        size_t size = strcspn(signed_headers, ";");

        if (size == wanted && strncasecmp(signed_headers, name, size) == 0)
            return true;
        signed_headers += size + (signed_headers[size] ? 1 : 0);
    }
    return false;
}

/* Each can repeat a header's value in what is signed: a request of 14 KB could make us sign 20 MB.
 */
static bool has_many(const char *signed_headers)
{
    size_t count = 1;

    for (; *signed_headers; signed_headers++)
        count += *signed_headers == ';';
    return count > SIGNED_HEADERS_MAX;
}

static bool check_form(const struct check *check)
{
    if (!is_signed(check->signature.signed_headers, "host"))
        text_append_string(check->message,
                           "'Host' must be a 'SignedHeader' in the AWS Authorization.");
    else if (has_many(check->signature.signed_headers))
        text_append_format(check->message, "More than %d 'SignedHeaders' are not supported.",
                           SIGNED_HEADERS_MAX);
    else if (strcmp(check->signature.algorithm, SIGV4_ALGORITHM) != 0)
        text_append_format(check->message, "Unsupported AWS 'algorithm': '%s'.",
                           check->signature.algorithm);
    return check->message->size == 0;
}

/* AWS: these messages concatenate. */
static bool check_scope(const struct check *check)
{
    const struct sigv4_signature *signature     = &check->signature;
    const struct sigv4_expectation *expectation = check->expectation;

    if (strcmp(signature->region, expectation->region) != 0)
        text_append_format(check->message,
                           "Credential should be scoped to a valid region, not '%s'. ",
                           signature->region);
    if (strcmp(signature->service, expectation->service) != 0)
        text_append_format(check->message, "Credential should be scoped to correct service: '%s'. ",
                           expectation->service);
    if (strcmp(signature->terminator, SIGV4_TERMINATOR) != 0)
        text_append_format(check->message,
                           "Credential should be scoped with a valid terminator: '" SIGV4_TERMINATOR
                           "', not '%s'. ",
                           signature->terminator);
    if (strncmp(signature->scope_date, signature->date, 8) != 0 ||
        strlen(signature->scope_date) != 8)
        text_append_format(check->message,
                           "Date in Credential scope does not match YYYYMMDD from ISO-8601 version "
                           "of date from HTTP: '%s' != '%.8s', from '%s'.",
                           signature->scope_date, signature->date, signature->date);
    return check->message->size == 0;
}

static bool is_hex_digest(const char *word)
{
    return strlen(word) == DIGEST_HEX_SIZE - 1 &&
           strspn(word, "0123456789abcdef") == DIGEST_HEX_SIZE - 1;
}

/*
 * AWS: what x-amz-content-sha256 says is taken literally; without it the body counts, of a
 * presigned request nothing. False if the header's digest isn't the body's.
 */
static bool find_payload_hash(const struct check *check, char hash[DIGEST_HEX_SIZE],
                              const char **found)
{
    const char *header = sigv4_find_header(check->request, "X-Amz-Content-SHA256");

    if (check->signature.form == SIGV4_FORM_QUERY)
        digest_hex("", 0, hash);
    else
        digest_hex(check->request->body, check->request->body_size, hash);
    *found = header && check->signature.form == SIGV4_FORM_HEADER ? header : hash;
    return !is_hex_digest(*found) || strcmp(*found, hash) == 0;
}

static bool check_signature(const struct check *check, const char *secret)
{
    const struct sigv4_signature *claimed = &check->signature;
    SCOPED_TEXT canonical                 = {0};
    SCOPED_TEXT string_to_sign            = {0};
    char hash[DIGEST_HEX_SIZE];
    char signature[DIGEST_HEX_SIZE];
    struct sigv4_seal seal = {
        .secret         = secret,
        .date           = claimed->date,
        .scope_date     = claimed->scope_date,
        .region         = claimed->region,
        .service        = claimed->service,
        .signed_headers = claimed->signed_headers,
    };
    bool is_body_right = find_payload_hash(check, hash, &seal.payload_hash);

    sigv4_compute(check->request, &seal, &canonical, &string_to_sign, signature);
    if (digest_equals(signature, claimed->signature) && is_body_right)
        return true;
    text_append_format(
        check->message,
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.\n\nThe Canonical String for this request should have been\n'%s'\n\nThe "
        "String-to-Sign should have been\n'%s'\n",
        text_string(&canonical), text_string(&string_to_sign));
    return false;
}

static const char unknown_token[] = "The security token included in the request is invalid.";

/* AWS: the token is looked at when the signature is right. */
static enum sigv4_verdict check_session(const struct check *check, struct arena *arena)
{
    const struct sigv4_session *session = check->expectation->session;
    const char *token;

    if (!session || strcmp(session->access_key, check->signature.access_key) != 0)
        return SIGV4_VALID;
    token = sigv4_signature_token(check->request, arena, check->signature.form);
    if (!token || strcmp(token, session->token) != 0) {
        text_append_string(check->message, unknown_token);
        return SIGV4_UNKNOWN_KEY;
    }
    if (session->expires_at && check->expectation->now >= session->expires_at) {
        text_append_string(check->message, "The security token included in the request is expired");
        return SIGV4_EXPIRED_TOKEN;
    }
    return SIGV4_VALID;
}

static enum sigv4_verdict verify_one(struct check *check, struct arena *arena,
                                     struct text *access_key)
{
    const struct sigv4_expectation *expectation = check->expectation;
    const char *secret;

    if (!sigv4_signature_read(check->request, arena, &check->signature, check->message))
        return SIGV4_INCOMPLETE;
    text_append_string(access_key, check->signature.access_key);
    if (!check_time(check) || !check_form(check) || !check_scope(check))
        return SIGV4_INVALID;
    secret = expectation->find_secret(expectation->owner, check->signature.access_key);
    if (!secret) {
        text_append_string(check->message, unknown_token);
        return SIGV4_UNKNOWN_KEY;
    }
    return check_signature(check, secret) ? check_session(check, arena) : SIGV4_INVALID;
}

enum sigv4_verdict sigv4_verify(const struct sigv4_request *request,
                                const struct sigv4_expectation *expectation,
                                struct sigv4_finding *finding)
{
    struct check check = {
        .request = request, .expectation = expectation, .message = &finding->message};
    struct arena arena         = {0};
    enum sigv4_verdict verdict = SIGV4_INVALID;

    switch (sigv4_form_of(request)) {
    case SIGV4_FORM_NONE:
        text_append_string(&finding->message, "Missing Authentication Token");
        return SIGV4_UNSIGNED;
    case SIGV4_FORM_BOTH:
        text_append_string(&finding->message,
                           "Found both 'X-Amz-Algorithm' as a query-string param and "
                           "'Authorization' as HTTP header.");
        return SIGV4_INVALID;
    case SIGV4_FORM_HEADER:
    case SIGV4_FORM_QUERY:
        verdict = verify_one(&check, &arena, &finding->access_key);
        break;
    }
    arena_deinit(&arena);
    return verdict;
}

void sigv4_finding_deinit(struct sigv4_finding *finding)
{
    text_deinit(&finding->message);
    text_deinit(&finding->access_key);
}

const char *sigv4_verdict_type(enum sigv4_verdict verdict)
{
    static const char *const types[] = {
        [SIGV4_VALID]         = "",
        [SIGV4_UNSIGNED]      = "MissingAuthenticationTokenException",
        [SIGV4_INCOMPLETE]    = "IncompleteSignatureException",
        [SIGV4_INVALID]       = "InvalidSignatureException",
        [SIGV4_UNKNOWN_KEY]   = "UnrecognizedClientException",
        [SIGV4_EXPIRED_TOKEN] = "ExpiredTokenException",
    };

    return types[verdict];
}
