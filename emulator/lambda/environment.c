#include "lambda/environment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "model/name_values.h"
#include "model/registry.h"

/* Code that needs it fails on AWS: handlers build their endpoint from the event. */
#define UNSET_VARIABLE "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"

static void take_caller(struct name_values *all, char *const *caller)
{
    for (; *caller; caller++) {
        const char *equals       = strchr(*caller, '=');
        SCOPED_MEMORY char *name = NULL;

        if (!equals || equals == *caller || strncmp(*caller, "POSTERN_", 8) == 0)
            continue;
        name = memory_copy(*caller, (size_t)(equals - *caller));
        if (strcmp(name, UNSET_VARIABLE) != 0)
            name_values_put(all, name, equals + 1);
    }
}

static void take_all(struct name_values *all, const struct name_values *more)
{
    for (size_t i = 0; more && i < more->count; i++)
        name_values_put(all, more->items[i].name, more->items[i].value);
}

static void put_default(struct name_values *all, const char *name, const char *value)
{
    if (!name_values_find(all, name))
        name_values_put(all, name, value);
}

/* SDKs refuse to start without credentials; which ones doesn't matter here. */
static void put_credentials(struct name_values *all)
{
    if (name_values_find(all, "AWS_ACCESS_KEY_ID") || name_values_find(all, "AWS_PROFILE"))
        return;
    name_values_put(all, "AWS_ACCESS_KEY_ID", "test");
    name_values_put(all, "AWS_SECRET_ACCESS_KEY", "test");
    put_default(all, "AWS_SESSION_TOKEN", "test");
}

static void put_format(struct name_values *all, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void put_format(struct name_values *all, const char *name, const char *format, ...)
{
    char value[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    name_values_put(all, name, value);
}

static void put_platform(struct name_values *all, const struct environment_facts *facts)
{
    const struct function *function = facts->function;
    time_t now                      = time(NULL);
    struct tm utc;
    char date[16];

    gmtime_r(&now, &utc);
    strftime(date, sizeof date, "%Y/%m/%d", &utc);
    put_format(all, "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:%u", facts->port);
    name_values_put(all, "_HANDLER", function->handler ? function->handler : "");
    name_values_put(all, "LAMBDA_TASK_ROOT", function->code_uri);
    name_values_put(all, "LAMBDA_RUNTIME_DIR", facts->runtime_directory);
    name_values_put(all, "AWS_REGION", facts->region);
    name_values_put(all, "AWS_DEFAULT_REGION", facts->region);
    name_values_put(all, "AWS_LAMBDA_FUNCTION_NAME", function->name);
    name_values_put(all, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    put_format(all, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "%d", function->memory_megabytes);
    put_format(all, "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/%s", function->name);
    put_format(all, "AWS_LAMBDA_LOG_STREAM_NAME", "%s/[$LATEST]%s", date, facts->log_stream);
    name_values_put(all, "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    if (function->runtime && strncmp(function->runtime, "provided", 8) != 0)
        put_format(all, "AWS_EXECUTION_ENV", "AWS_Lambda_%s", function->runtime);
    put_default(all, "AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    put_default(all, "TZ", ":UTC");
    put_default(all, "LANG", "en_US.UTF-8");
    put_credentials(all);
}

char **environment_new(const struct environment_facts *facts)
{
    struct name_values all = {0};
    char **environment;

    take_caller(&all, facts->caller);
    take_all(&all, facts->emulator);
    take_all(&all, &facts->function->environment);
    put_platform(&all, facts);
    environment = memory_new((all.count + 1) * sizeof *environment);
    for (size_t i = 0; i < all.count; i++)
        environment[i] = memory_format("%s=%s", all.items[i].name, all.items[i].value);
    name_values_deinit(&all);
    return environment;
}

void environment_free(char **environment)
{
    for (char **variable = environment; *variable; variable++)
        free(*variable);
    free(environment);
}
