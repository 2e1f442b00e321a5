#pragma once

/*
 * The names of the variables of $context, which mapping templates, parameter mappings and access
 * logs may ask for. Their values are gateway/context.h's.
 *
 * AWS: "WebSocket API mapping template and access logging variable reference for API Gateway".
 */

#include <stdbool.h>
#include <stddef.h>

/* Which requests a variable has a value in: bits. */
enum context_event {
    CONTEXT_OF_CONNECT    = 1,
    CONTEXT_OF_MESSAGE    = 2,
    CONTEXT_OF_DISCONNECT = 4,
};

/* AWS: of some variables only access logs know. Bits. */
enum context_use {
    CONTEXT_FOR_TEMPLATES = 1,
    CONTEXT_FOR_LOGS      = 2,
};

/* What has a common beginning stands together. */
enum context_variable {
    CONTEXT_ROUTE_KEY,
    CONTEXT_DISCONNECT_STATUS_CODE,
    CONTEXT_MESSAGE_ID,
    CONTEXT_EVENT_TYPE,
    CONTEXT_EXTENDED_REQUEST_ID,
    CONTEXT_REQUEST_TIME,
    CONTEXT_MESSAGE_DIRECTION,
    CONTEXT_DISCONNECT_REASON,
    CONTEXT_STAGE,
    CONTEXT_CONNECTED_AT,
    CONTEXT_REQUEST_TIME_EPOCH,
    CONTEXT_REQUEST_ID,
    CONTEXT_DOMAIN_NAME,
    CONTEXT_CONNECTION_ID,
    CONTEXT_API_ID,
    CONTEXT_STATUS,

    CONTEXT_IDENTITY_ACCESS_KEY,
    CONTEXT_IDENTITY_ACCOUNT_ID,
    CONTEXT_IDENTITY_API_KEY,
    CONTEXT_IDENTITY_API_KEY_ID,
    CONTEXT_IDENTITY_CALLER,
    CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_PROVIDER,
    CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_TYPE,
    CONTEXT_IDENTITY_COGNITO_IDENTITY_ID,
    CONTEXT_IDENTITY_COGNITO_IDENTITY_POOL_ID,
    CONTEXT_IDENTITY_PRINCIPAL_ORG_ID,
    CONTEXT_IDENTITY_SOURCE_IP,
    CONTEXT_IDENTITY_USER,
    CONTEXT_IDENTITY_USER_AGENT,
    CONTEXT_IDENTITY_USER_ARN,

    CONTEXT_ERROR_MESSAGE,
    CONTEXT_ERROR_MESSAGE_STRING,
    CONTEXT_ERROR_RESPONSE_TYPE,
    CONTEXT_ERROR_VALIDATION_ERROR_STRING,

    CONTEXT_AUTHENTICATE_ERROR,
    CONTEXT_AUTHENTICATE_LATENCY,
    CONTEXT_AUTHENTICATE_STATUS,

    CONTEXT_AUTHORIZE_ERROR,
    CONTEXT_AUTHORIZE_LATENCY,
    CONTEXT_AUTHORIZE_STATUS,

    CONTEXT_AUTHORIZER_ERROR,
    CONTEXT_AUTHORIZER_INTEGRATION_LATENCY,
    CONTEXT_AUTHORIZER_INTEGRATION_STATUS,
    CONTEXT_AUTHORIZER_LATENCY,
    CONTEXT_AUTHORIZER_REQUEST_ID,
    CONTEXT_AUTHORIZER_STATUS,
    CONTEXT_AUTHORIZER_MEMBER,

    CONTEXT_INTEGRATION_ERROR,
    CONTEXT_INTEGRATION_INTEGRATION_STATUS,
    CONTEXT_INTEGRATION_LATENCY,
    CONTEXT_INTEGRATION_REQUEST_ID,
    CONTEXT_INTEGRATION_STATUS,

    CONTEXT_LATENCY_OF_INTEGRATION,

    CONTEXT_WAF_ERROR,
    CONTEXT_WAF_LATENCY,
    CONTEXT_WAF_STATUS,
    CONTEXT_UNKNOWN, /* there is none of that name: the number of the others */
};

/* A variable that has been looked up. */
struct context_reference {
    enum context_variable variable;
    const char *member; /* of CONTEXT_AUTHORIZER_MEMBER: its name, borrowed from the path */
    size_t member_size;
};

/*
 * Looks up a path without "$context.": "identity.sourceIp", "authorizer.color". False if there is
 * none of that name for that use. The path must outlive the reference.
 */
bool context_refer(const char *path, size_t size, enum context_use use,
                   struct context_reference *reference);

/* "identity.sourceIp"; that of the authorizer's members is "authorizer.*". */
const char *context_variable_name(enum context_variable variable);
bool context_variable_is_for(enum context_variable variable, enum context_use use);

/* False: it has no value in such a request. */
bool context_variable_is_of(enum context_variable variable, enum context_event event);
