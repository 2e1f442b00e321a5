#pragma once

/*
 * What API Gateway sends to another AWS service: from an integration's URI and what was made of a
 * message, the signed HTTP request. Sends nothing itself.
 *
 * AWS: "AWS integrations"; what is added to which service is observed in execution logs.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "crypto/sigv4_canonical.h"

struct arena;
struct service_uri;
struct sigv4_credentials;

/* Strings are borrowed. */
struct service_request_input {
    const struct service_uri *uri;
    const char *endpoint;               /* "http://127.0.0.1:8000", perhaps with a path */
    const char *host;                   /* what Host says instead of the endpoint; NULL: that */
    const char *method;                 /* integrationMethod */
    const struct sigv4_header *headers; /* mapped by requestParameters or a template */
    size_t header_count;
    const struct sigv4_header *query; /* mapped, as they are */
    size_t query_count;
    const char *body; /* what the template made, or the message */
    size_t body_size;
    const char *api_id;
    const char *trace_id; /* NULL: none */
    const struct sigv4_credentials *credentials;
    int64_t now; /* seconds since 1970 */
};

/* Everything lives in the arena that was given, or is borrowed from the input. */
struct service_request {
    const char *method;
    const char *url;
    struct sigv4_header *headers; /* Host among them */
    size_t header_count;
    const char *body;
    size_t body_size;
};

enum service_request_result {
    SERVICE_REQUEST_MADE,
    SERVICE_REQUEST_HEADER_TAKEN,   /* a mapped header is one that the gateway sets itself */
    SERVICE_REQUEST_BLANK_IN_QUERY, /* AWS: it isn't encoded, and the service refuses it */
};

/* problem gets the name of the header or parameter, where the result is none. */
enum service_request_result service_request_make(const struct service_request_input *input,
                                                 struct arena *arena,
                                                 struct service_request *request,
                                                 struct text *problem);
