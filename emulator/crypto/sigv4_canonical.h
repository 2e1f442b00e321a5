#pragma once

/*
 * The canonical form of a request, which Signature Version 4 signs. Takes what stood on the wire,
 * gives text.
 *
 * AWS: "Create a signed AWS API request", the canonical request.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

struct sigv4_header {
    const char *name; /* in any case */
    const char *value;
};

/* One request, as it came. Strings are borrowed. */
struct sigv4_request {
    const char *method;
    const char *target; /* raw, with its query */
    const struct sigv4_header *headers;
    size_t header_count;
    const void *body;
    size_t body_size;
    bool is_path_literal; /* of S3: the path is signed as it is on the request line */
};

/* The last value of that header, whatever its case; NULL if there is none. */
const char *sigv4_find_header(const struct sigv4_request *request, const char *name);

/*
 * Appends the canonical request. signed_headers is the list as it was signed, "host;x-amz-date";
 * payload_hash is its last line.
 */
void sigv4_write_canonical(const struct sigv4_request *request, const char *signed_headers,
                           const char *payload_hash, struct text *out);
