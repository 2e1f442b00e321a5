#pragma once

/*
 * What a request says of its own signature, in the Authorization header or in its query. Reads it
 * and nothing more.
 *
 * AWS: "Authenticating Requests (AWS Signature Version 4)".
 */

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct sigv4_request;
struct text;

enum sigv4_form {
    SIGV4_FORM_NONE, /* no signature */
    SIGV4_FORM_HEADER,
    SIGV4_FORM_QUERY, /* presigned */
    SIGV4_FORM_BOTH,
};

struct sigv4_signature {
    enum sigv4_form form;
    const char *algorithm;
    const char *access_key; /* the parts of Credential */
    const char *scope_date;
    const char *region;
    const char *service;
    const char *terminator;
    const char *signed_headers;
    const char *signature;
    const char *date; /* YYYYMMDDTHHMMSSZ */
    int64_t time;     /* the same in seconds since 1970 */
    int64_t expires;  /* of the query form, seconds */
};

/* Which form a request has; the algorithm's parameter or the header is enough. */
enum sigv4_form sigv4_form_of(const struct sigv4_request *request);

/*
 * Reads the signature of a request that has exactly one; everything lives in arena. False if it is
 * incomplete: then problem gets AWS's words for it.
 */
bool sigv4_signature_read(const struct sigv4_request *request, struct arena *arena,
                          struct sigv4_signature *signature, struct text *problem);

/* The session token that came with a signature of that form; NULL: none. */
const char *sigv4_signature_token(const struct sigv4_request *request, struct arena *arena,
                                  enum sigv4_form form);

/* "20260102T030405Z" of seconds since 1970. */
#define SIGV4_DATE_SIZE 17
void sigv4_write_date(int64_t time, char date[SIGV4_DATE_SIZE]);
