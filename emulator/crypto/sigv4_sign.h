#pragma once

/*
 * Signs a request by Signature Version 4, as API Gateway signs what it sends to other services.
 *
 * AWS: "Create a signed AWS API request".
 */

#include <stdint.h>

#include "crypto/digest.h"

struct sigv4_request;
struct text;

#define SIGV4_ALGORITHM  "AWS4-HMAC-SHA256"
#define SIGV4_TERMINATOR "aws4_request"

struct sigv4_credentials {
    const char *access_key;
    const char *secret;
    const char *session_token; /* NULL: none */
};

/* For what a signature is made. Strings are borrowed. */
struct sigv4_seal {
    const char *secret;
    const char *date;       /* "20260102T030405Z" */
    const char *scope_date; /* its first eight characters are the rule */
    const char *region;
    const char *service;
    const char *signed_headers;
    const char *payload_hash;
};

/* The signature of a request; appends the canonical request and the string to sign, which its
 * refusal shows. */
void sigv4_compute(const struct sigv4_request *request, const struct sigv4_seal *seal,
                   struct text *canonical, struct text *string_to_sign,
                   char signature[DIGEST_HEX_SIZE]);

/*
 * Appends the Authorization header's value for a request whose headers are all signed: Host and
 * X-Amz-Date, which says date, are among them. payload_hash is digest_hex() of the body.
 */
void sigv4_write_authorization(const struct sigv4_request *request,
                               const struct sigv4_credentials *credentials, const char *date,
                               const char *region, const char *service, const char *payload_hash,
                               struct text *out);
