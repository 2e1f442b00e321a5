#pragma once

/*
 * The AWS services that an integration can call: how each is named, which protocol it speaks, and
 * what the gateway adds for it.
 *
 * AWS: the services' own API models; what API Gateway adds is observed in execution logs.
 */

#include <stdbool.h>

enum aws_protocol {
    AWS_PROTOCOL_JSON_1_0, /* application/x-amz-json-1.0, with X-Amz-Target */
    AWS_PROTOCOL_JSON_1_1,
    AWS_PROTOCOL_QUERY, /* ?Action=…, answers XML unless asked for JSON */
    AWS_PROTOCOL_REST,
};

struct aws_service {
    const char *name;         /* in the ARN of an integration's URI */
    const char *id;           /* as in AWS_ENDPOINT_URL_<ID> */
    const char *signing_name; /* in the credential scope */
    enum aws_protocol protocol;
    const char *target_prefix; /* of the JSON protocols; NULL: the gateway adds no X-Amz-Target */
};

/* The service of that ARN name; NULL if it isn't known: then it is taken for one of
 * AWS_PROTOCOL_REST whose other names are the same. */
const struct aws_service *aws_service_find(const char *name);

/* The service of that ARN name or id, in whatever case, with '-' or '_' between words; NULL if
 * there is none. */
const struct aws_service *aws_service_find_by_any_name(const char *name);

/* "application/x-amz-json-1.0" and the like; NULL for AWS_PROTOCOL_REST. */
const char *aws_protocol_content_type(enum aws_protocol protocol);
