#pragma once

/*
 * Verifies the signature of a request: Signature Version 4, in a header or presigned. Takes a
 * request and the time, gives an answer in AWS's words.
 *
 * AWS: "Signature Version 4 signing process"; messages as users quote them.
 */

#include <stdint.h>

#include "base/text.h"

struct sigv4_request;

enum sigv4_verdict {
    SIGV4_VALID,
    SIGV4_UNSIGNED,     /* MissingAuthenticationTokenException */
    SIGV4_INCOMPLETE,   /* IncompleteSignatureException */
    SIGV4_INVALID,      /* InvalidSignatureException */
    SIGV4_UNKNOWN_KEY,  /* UnrecognizedClientException: the key, or its session token */
    SIGV4_EXPIRED_TOKEN /* ExpiredTokenException */
};

/* Temporary credentials: a key that comes with this token. */
struct sigv4_session {
    const char *access_key;
    const char *token;
    int64_t expires_at; /* seconds since 1970; 0: it isn't known when */
};

struct sigv4_expectation {
    const char *region;
    const char *service;
    int64_t now; /* seconds since 1970 */

    /* The secret of an access key; NULL: it isn't known. */
    const char *(*find_secret)(const void *owner, const char *access_key);
    const void *owner;

    const struct sigv4_session *session; /* NULL: tokens are signed, and nothing else is asked */
};

/* Zeroed before use. */
struct sigv4_finding {
    struct text message;    /* AWS's; empty for SIGV4_VALID */
    struct text access_key; /* as far as it could be read */
};

enum sigv4_verdict sigv4_verify(const struct sigv4_request *request,
                                const struct sigv4_expectation *expectation,
                                struct sigv4_finding *finding);
void sigv4_finding_deinit(struct sigv4_finding *finding);

/* "InvalidSignatureException" and the like; "" for SIGV4_VALID. */
const char *sigv4_verdict_type(enum sigv4_verdict verdict);
