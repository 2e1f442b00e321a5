#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "project/project.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/json.h"

#define OFFLINE "serverless-offline"

#define PORT_MAX    65535
#define SECONDS_MAX (31 * 86400)

/* serverless-offline: its options; those of which nothing is here are silent. */
static const char *const keys[] = {
    "allowCache",
    "apiKey",
    "corsAllowHeaders",
    "corsAllowOrigin",
    "corsDisallowCredentials",
    "corsExposedHeaders",
    "customAuthenticationProvider",
    "disableCookieValidation",
    "disableScheduledEvents",
    "dockerHost",
    "dockerHostServicePath",
    "dockerNetwork",
    "dockerReadOnly",
    "enforceSecureCookies",
    "functionCleanupIdleTimeSeconds",
    "hideStackTraces",
    "host",
    "httpPort",
    "httpsProtocol",
    "ignoreJWTSignature",
    "lambdaPort",
    "layersDir",
    "localEnvironment",
    "location",
    "noAuth",
    "noCookieValidation",
    "noPrependStageInUrl",
    "noSponsor",
    "noStripTrailingSlashInUrl",
    "noTimeout",
    "port",
    "prefix",
    "preLoadModules",
    "printOutput",
    "reloadHandler",
    "resourceRoutes",
    "showDuration",
    "stage",
    "region",
    "terminateIdleLambdaTime",
    "useChildProcesses",
    "useDocker",
    "useInProcess",
    "useWorkerThreads",
    "webSocketHardTimeout",
    "webSocketIdleTimeout",
    "websocketPort",
};

/* A whole number of it; 0 if it is absent, or none, which is a problem. */
static long find_number(struct serverless *serverless, const struct json *offline, const char *name,
                        long most)
{
    const struct json *value = variables_member(serverless->variables, offline, name);
    const char *text         = json_text(value);
    char *end                = NULL;
    long number              = text ? strtol(text, &end, 10) : 0;

    if (!value)
        return 0;
    if (text && end != text && *end == '\0' && number > 0 && number <= most)
        return number;
    serverless_error(serverless, value, "%s must be a whole number from 1 to %ld", name, most);
    return 0;
}

static bool find_flag(struct serverless *serverless, const struct json *offline, const char *name)
{
    const struct json *value = variables_member(serverless->variables, offline, name);
    const char *text         = json_text(value);

    return text && strcmp(text, "true") == 0;
}

void serverless_offline_read(struct serverless *serverless)
{
    const struct json *custom =
        variables_member(serverless->variables, serverless->document, "custom");
    const struct json *offline =
        custom ? variables_member(serverless->variables, custom, OFFLINE) : NULL;
    struct project_settings *settings = &serverless->project->settings;
    const struct json *host;

    if (!offline || offline->kind != JSON_OBJECT)
        return;
    serverless->place = "custom." OFFLINE;
    serverless_check_keys(serverless, offline, keys, ARRAY_SIZE(keys));
    host = variables_member(serverless->variables, offline, "host");
    if (host && host->kind == JSON_STRING && host->size > 0)
        settings->host = memory_copy_string(host->string);
    settings->port = (uint16_t)find_number(serverless, offline, "websocketPort", PORT_MAX);
    settings->idle_timeout_milliseconds =
        find_number(serverless, offline, "webSocketIdleTimeout", SECONDS_MAX) * 1000;
    settings->max_duration_milliseconds =
        find_number(serverless, offline, "webSocketHardTimeout", SECONDS_MAX) * 1000;
    serverless->has_authorizers_off = find_flag(serverless, offline, "noAuth");
    if (find_flag(serverless, offline, "noTimeout"))
        serverless_warn(serverless, json_find(offline, "noTimeout"),
                        "noTimeout is ignored: give the functions a longer timeout");
    serverless->place = NULL;
}
