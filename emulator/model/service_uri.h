#pragma once

/*
 * The URI of an AWS integration: "arn:aws:apigateway:us-east-1:sqs:path/000000000000/orders" or
 * "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem". Takes a text, gives its parts.
 *
 * AWS: CreateIntegration, integrationUri.
 */

#include <stdbool.h>

struct arena;
struct aws_service;
struct text;

struct service_uri {
    const char *region;
    const char *service_name; /* "dynamodb", "streams.dynamodb" */
    const char *subdomain;    /* before the service's name, as in "abc.iotdata"; "": none */
    const struct aws_service *service; /* NULL: none that is known */
    bool is_action;                    /* otherwise it is a path */
    const char *rest;                  /* "PutItem", "000000000000/orders" */
};

/* Reads uri; everything lives in arena. False if it is malformed: then problem gets AWS's words. */
bool service_uri_read(const char *uri, struct arena *arena, struct service_uri *out,
                      struct text *problem);
