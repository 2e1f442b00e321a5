#pragma once

/*
 * What a Lambda proxy integration returned: {"statusCode", "headers", "multiValueHeaders", "body"},
 * read without building anything. The body's bytes are decoded once and passed on as they are.
 *
 * AWS: "Output format of a Lambda function for proxy integration".
 */

#include <stdbool.h>
#include <stddef.h>

#include "json/scanner.h"

struct text;

struct proxy_result {
    unsigned status;
    struct json_span body;                /* a string; data is NULL without one */
    struct json_span headers;             /* an object, or data is NULL */
    struct json_span multi_value_headers; /* an object, or data is NULL */
};

/*
 * Reads payload, which result then points into. False if it isn't a proxy result: no object, no
 * statusCode from 100 to 599, a body that is no string.
 */
bool proxy_result_read(const char *payload, size_t size, struct proxy_result *result);

/*
 * Appends the value of a response header, whatever its name's case (the last one if there are
 * several); false if there is none, or a character in it that no header may have.
 */
bool proxy_result_header(const struct proxy_result *result, const char *name, struct text *value);

/*
 * Appends the handler's headers as lines "Name: value\r\n", leaving out what belongs to the
 * connection (Content-Length, Connection, Sec-WebSocket-… and the like) and what no header may
 * contain.
 */
void proxy_result_header_lines(const struct proxy_result *result, struct text *lines);
