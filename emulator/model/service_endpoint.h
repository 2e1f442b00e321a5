#pragma once

/*
 * Where calls of other AWS services go: to what stands in for them on this machine.
 *
 * AWS: "Service-specific endpoints", AWS SDKs and Tools reference guide.
 */

struct name_values;
struct service_uri;
struct text;

/*
 * The endpoint of a service: AWS_ENDPOINT_URL_<SERVICE> of variables, or AWS_ENDPOINT_URL, or what
 * services (of the project file) has under any of the service's names. NULL if none is given.
 */
const char *service_endpoint_find(const struct service_uri *uri,
                                  const struct name_values *variables,
                                  const struct name_values *services);

/* Appends the variable that would name it: "AWS_ENDPOINT_URL_DYNAMODB". */
void service_endpoint_write_variable(const struct service_uri *uri, struct text *out);
