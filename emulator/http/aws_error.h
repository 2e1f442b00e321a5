#pragma once

/*
 * The errors that AWS answers with: status, x-amzn-ErrorType and body. One table for calls and
 * refused handshakes.
 *
 * AWS: API Gateway Management API reference, "Common errors"; bodies as observed.
 */

#include "base/text.h"

enum aws_error {
    AWS_BAD_REQUEST,           /* 400 {"message":detail} */
    AWS_INVALID_CONNECTION_ID, /* 400, detail is the id as received */
    AWS_UNAUTHORIZED,          /* 401 {"message":"Unauthorized"}: a handshake */
    AWS_FORBIDDEN,             /* 403 {"message":"Forbidden"} */
    AWS_UNSIGNED,              /* 403 MissingAuthenticationTokenException, detail is the message */
    AWS_INCOMPLETE_SIGNATURE,  /* 403, detail is the message */
    AWS_INVALID_SIGNATURE,     /* 403, detail is the message */
    AWS_UNKNOWN_ACCESS_KEY,    /* 403 UnrecognizedClientException, detail is the message */
    AWS_EXPIRED_TOKEN,         /* 403 ExpiredTokenException, detail is the message */
    AWS_ACCESS_DENIED,         /* 403: nothing in an authorizer's policy allows it */
    AWS_EXPLICIT_DENY,         /* 403: the policy denies it */
    AWS_NO_SUCH_ROUTE,         /* 404, detail is the whole message */
    AWS_METHOD_NOT_ALLOWED,    /* 405 */
    AWS_GONE,                  /* 410, empty body */
    AWS_PAYLOAD_TOO_LARGE,     /* 413 */
    AWS_URI_TOO_LONG,          /* 414 */
    AWS_UNSUPPORTED_MEDIA,     /* 415 */
    AWS_UPGRADE_REQUIRED,      /* 426 */
    AWS_TOO_MANY_REQUESTS,     /* 429 {"message":"Too Many Requests"}: a handshake */
    AWS_QUOTA_EXCEEDED,        /* 429 {"message":"Limit Exceeded"}: a usage plan's quota */
    AWS_LIMIT_EXCEEDED,        /* 429 LimitExceededException: an @connections call */
    AWS_HEADERS_TOO_LARGE,     /* 431 */
    AWS_INTERNAL_FAILURE,      /* 500 {"message":"Internal server error"} */
    AWS_BAD_GATEWAY,           /* 502 {"message": "Internal server error"} */
    AWS_SERVICE_UNAVAILABLE,   /* 503 */
    AWS_ENDPOINT_TIMED_OUT,    /* 504 {"message":"Endpoint request timed out"} */
};

unsigned aws_error_status(enum aws_error error);

/* "GoneException" and the like, for x-amzn-ErrorType. */
const char *aws_error_type(enum aws_error error);

/* Appends the body, detail put in where the error has one (NULL is fine otherwise). */
void aws_error_body(enum aws_error error, const char *detail, struct text *body);

/* "Gone", "Not Found": the reason phrase of a status; "" for an unknown one. */
const char *http_reason_phrase(unsigned status);
