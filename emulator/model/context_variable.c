#include "model/context_variable.h"

#include <string.h>

#define BOTH       (CONTEXT_FOR_TEMPLATES | CONTEXT_FOR_LOGS)
#define LOGS       CONTEXT_FOR_LOGS
#define ALL        (CONTEXT_OF_CONNECT | CONTEXT_OF_MESSAGE | CONTEXT_OF_DISCONNECT)
#define CONNECT    CONTEXT_OF_CONNECT
#define MESSAGE    CONTEXT_OF_MESSAGE
#define DISCONNECT CONTEXT_OF_DISCONNECT

/*
 * AWS?: messageDirection, disconnectStatusCode, disconnectReason and identity.accessKey are in
 * events and not in the guide's list; here they are variables as well.
 */
/* clang-format off */
static const struct {
    const char *name;
    unsigned uses;
    unsigned events; /* none: never set here */
} variables[CONTEXT_UNKNOWN] = {
    [CONTEXT_ROUTE_KEY] = {"routeKey", BOTH, ALL},
    [CONTEXT_DISCONNECT_STATUS_CODE] = {"disconnectStatusCode", BOTH, DISCONNECT},
    [CONTEXT_MESSAGE_ID] = {"messageId", BOTH, MESSAGE},
    [CONTEXT_EVENT_TYPE] = {"eventType", BOTH, ALL},
    [CONTEXT_EXTENDED_REQUEST_ID] = {"extendedRequestId", BOTH, ALL},
    [CONTEXT_REQUEST_TIME] = {"requestTime", BOTH, ALL},
    [CONTEXT_MESSAGE_DIRECTION] = {"messageDirection", BOTH, ALL},
    [CONTEXT_DISCONNECT_REASON] = {"disconnectReason", BOTH, DISCONNECT},
    [CONTEXT_STAGE] = {"stage", BOTH, ALL},
    [CONTEXT_CONNECTED_AT] = {"connectedAt", BOTH, ALL},
    [CONTEXT_REQUEST_TIME_EPOCH] = {"requestTimeEpoch", BOTH, ALL},
    [CONTEXT_REQUEST_ID] = {"requestId", BOTH, ALL},
    [CONTEXT_DOMAIN_NAME] = {"domainName", BOTH, ALL},
    [CONTEXT_CONNECTION_ID] = {"connectionId", BOTH, ALL},
    [CONTEXT_API_ID] = {"apiId", BOTH, ALL},
    [CONTEXT_STATUS] = {"status", BOTH, ALL},

    [CONTEXT_IDENTITY_ACCESS_KEY] = {"identity.accessKey", BOTH, ALL},
    [CONTEXT_IDENTITY_ACCOUNT_ID] = {"identity.accountId", BOTH, ALL},
    [CONTEXT_IDENTITY_API_KEY] = {"identity.apiKey", BOTH, ALL},
    [CONTEXT_IDENTITY_API_KEY_ID] = {"identity.apiKeyId", BOTH, ALL},
    [CONTEXT_IDENTITY_CALLER] = {"identity.caller", BOTH, ALL},
    [CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_PROVIDER] = {"identity.cognitoAuthenticationProvider", BOTH, ALL},
    [CONTEXT_IDENTITY_COGNITO_AUTHENTICATION_TYPE] = {"identity.cognitoAuthenticationType", BOTH, ALL},
    [CONTEXT_IDENTITY_COGNITO_IDENTITY_ID] = {"identity.cognitoIdentityId", BOTH, ALL},
    [CONTEXT_IDENTITY_COGNITO_IDENTITY_POOL_ID] = {"identity.cognitoIdentityPoolId", BOTH, ALL},
    [CONTEXT_IDENTITY_PRINCIPAL_ORG_ID] = {"identity.principalOrgId", LOGS, ALL},
    [CONTEXT_IDENTITY_SOURCE_IP] = {"identity.sourceIp", BOTH, ALL},
    [CONTEXT_IDENTITY_USER] = {"identity.user", BOTH, ALL},
    [CONTEXT_IDENTITY_USER_AGENT] = {"identity.userAgent", BOTH, ALL},
    [CONTEXT_IDENTITY_USER_ARN] = {"identity.userArn", BOTH, ALL},

    [CONTEXT_ERROR_MESSAGE] = {"error.message", LOGS, ALL},
    [CONTEXT_ERROR_MESSAGE_STRING] = {"error.messageString", BOTH, ALL},
    [CONTEXT_ERROR_RESPONSE_TYPE] = {"error.responseType", LOGS, ALL},
    [CONTEXT_ERROR_VALIDATION_ERROR_STRING] = {"error.validationErrorString", BOTH, ALL},

    [CONTEXT_AUTHENTICATE_ERROR] = {"authenticate.error", LOGS, CONNECT},
    [CONTEXT_AUTHENTICATE_LATENCY] = {"authenticate.latency", LOGS, CONNECT},
    [CONTEXT_AUTHENTICATE_STATUS] = {"authenticate.status", LOGS, CONNECT},

    [CONTEXT_AUTHORIZE_ERROR] = {"authorize.error", LOGS, CONNECT},
    [CONTEXT_AUTHORIZE_LATENCY] = {"authorize.latency", LOGS, CONNECT},
    [CONTEXT_AUTHORIZE_STATUS] = {"authorize.status", LOGS, CONNECT},

    [CONTEXT_AUTHORIZER_ERROR] = {"authorizer.error", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_INTEGRATION_LATENCY] = {"authorizer.integrationLatency", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_INTEGRATION_STATUS] = {"authorizer.integrationStatus", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_LATENCY] = {"authorizer.latency", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_REQUEST_ID] = {"authorizer.requestId", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_STATUS] = {"authorizer.status", LOGS, CONNECT},
    [CONTEXT_AUTHORIZER_MEMBER] = {"authorizer.*", BOTH, ALL},

    [CONTEXT_INTEGRATION_ERROR] = {"integration.error", LOGS, ALL},
    [CONTEXT_INTEGRATION_INTEGRATION_STATUS] = {"integration.integrationStatus", LOGS, ALL},
    [CONTEXT_INTEGRATION_LATENCY] = {"integration.latency", LOGS, ALL},
    [CONTEXT_INTEGRATION_REQUEST_ID] = {"integration.requestId", LOGS, ALL},
    [CONTEXT_INTEGRATION_STATUS] = {"integration.status", LOGS, ALL},

    [CONTEXT_LATENCY_OF_INTEGRATION] = {"integrationLatency", LOGS, ALL},

    [CONTEXT_WAF_ERROR] = {"waf.error", LOGS, 0},
    [CONTEXT_WAF_LATENCY] = {"waf.latency", LOGS, 0},
    [CONTEXT_WAF_STATUS] = {"waf.status", LOGS, 0},
};
/* clang-format on */

#define AUTHORIZER_PREFIX "authorizer."

static enum context_variable find(const char *path, size_t size, enum context_use use)
{
    for (unsigned i = 0; i < CONTEXT_UNKNOWN; i++)
        if ((variables[i].uses & use) && strlen(variables[i].name) == size &&
            memcmp(variables[i].name, path, size) == 0)
            return (enum context_variable)i;
    return CONTEXT_UNKNOWN;
}

bool context_refer(const char *path, size_t size, enum context_use use,
                   struct context_reference *reference)
{
    size_t prefix_size = strlen(AUTHORIZER_PREFIX);

    *reference = (struct context_reference){.variable = find(path, size, use)};
    if (reference->variable == CONTEXT_UNKNOWN && size > prefix_size &&
        memcmp(path, AUTHORIZER_PREFIX, prefix_size) == 0)
        reference->variable = CONTEXT_AUTHORIZER_MEMBER;
    if (reference->variable == CONTEXT_AUTHORIZER_MEMBER) {
        reference->member      = path + prefix_size;
        reference->member_size = size - prefix_size;
    }
    return reference->variable != CONTEXT_UNKNOWN;
}

const char *context_variable_name(enum context_variable variable)
{
    return variables[variable].name;
}

bool context_variable_is_for(enum context_variable variable, enum context_use use)
{
    return variables[variable].uses & use;
}

bool context_variable_is_of(enum context_variable variable, enum context_event event)
{
    return variables[variable].events & event;
}
