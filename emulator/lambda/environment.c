#include "lambda/environment.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "lambda/layers.h"
#include "model/name_values.h"
#include "model/registry.h"

/* What handlers sign with where nobody has set anything: the pair that local tools of AWS's
 * services agree on. */
#define DUMMY_CREDENTIAL "test"

/* Any of these means that the caller has credentials of its own. */
static const char *const credentials[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
};

/* Ours are not the handlers' business, and what AWS's runtimes set must not come from a Lambda
 * function or a test that we were started in. */
static bool is_passed_on(const char *variable)
{
    /* Code that needs this one fails on AWS: handlers build their endpoint from the event. */
    if (text_behind(variable, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI="))
        return false;
    return !text_behind(variable, "POSTERN_") && !text_behind(variable, "AWS_LAMBDA_") &&
           !text_behind(variable, "_X_AMZN_TRACE_ID=") && !text_behind(variable, "_HANDLER=");
}

static void put_all(struct name_values *values, const struct name_values *more)
{
    for (size_t i = 0; more && i < more->count; i++)
        name_values_put(values, more->items[i].name, more->items[i].value);
}

void environment_put_credentials(struct name_values *values)
{
    for (size_t i = 0; i < ARRAY_SIZE(credentials); i++) {
        if (name_values_find(values, credentials[i]))
            return;
    }
    name_values_put(values, "AWS_ACCESS_KEY_ID", DUMMY_CREDENTIAL);
    name_values_put(values, "AWS_SECRET_ACCESS_KEY", DUMMY_CREDENTIAL);
    name_values_put(values, "AWS_SESSION_TOKEN", DUMMY_CREDENTIAL);
}

/* AWS: reserved, so that a function's own variables can't change them. */
static void put_platform(struct name_values *values, const struct environment_input *input)
{
    const struct function *function = input->function;
    SCOPED_MEMORY char *log_group   = memory_format("/aws/lambda/%s", function->name);
    SCOPED_MEMORY char *memory      = memory_format("%d", function->memory_megabytes);

    name_values_put(values, "AWS_LAMBDA_RUNTIME_API", input->api);
    name_values_put(values, "_HANDLER", function->handler ? function->handler : "");
    name_values_put(values, "LAMBDA_TASK_ROOT", function->code_uri);
    name_values_put(values, "LAMBDA_RUNTIME_DIR", input->runtime_directory);
    name_values_put(values, "AWS_REGION", input->region);
    name_values_put(values, "AWS_DEFAULT_REGION", input->region);
    name_values_put(values, "AWS_LAMBDA_FUNCTION_NAME", function->name);
    name_values_put(values, "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
    name_values_put(values, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", memory);
    name_values_put(values, "AWS_LAMBDA_LOG_GROUP_NAME", log_group);
    name_values_put(values, "AWS_LAMBDA_LOG_STREAM_NAME", input->log_stream);
    name_values_put(values, "AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");

    /* For a bootstrap whose interpreter has no option for it. */
    if (function->inspect_port > 0 && function->runtime &&
        text_behind(function->runtime, "python")) {
        SCOPED_MEMORY char *port = memory_format("%d", function->inspect_port);

        name_values_put(values, "POSTERN_INSPECT_PORT", port);
    }

    /* For the bootstrap of Node.js, which takes it away. */
    if (function->esbuild && function->runtime && text_behind(function->runtime, "nodejs"))
        name_values_put(values, "POSTERN_ESBUILD", function->esbuild);

    /* AWS: the runtimes that a function brings along have none. */
    if (function->runtime && !text_behind(function->runtime, "provided")) {
        SCOPED_MEMORY char *name = memory_format("AWS_Lambda_%s", function->runtime);

        name_values_put(values, "AWS_EXECUTION_ENV", name);
    }
}

/* A value behind the one that is there. */
static void append(struct name_values *values, const char *name, const char *value)
{
    const char *before = name_values_find(values, name);
    SCOPED_MEMORY char *joined =
        memory_format("%s%s%s", before ? before : "", before && *before ? ":" : "", value);

    name_values_put(values, name, joined);
}

/* Executables that were built with GCC's AddressSanitizer end at once where any library comes
 * before its own, but for this option. */
static void put_preload(struct name_values *values, const char *preload)
{
    append(values, "LD_PRELOAD", preload);
    append(values, "ASAN_OPTIONS", "verify_asan_link_order=0");
}

const char *const *environment_build(struct arena *arena, const struct environment_input *input)
{
    struct name_values values = {0};
    const char *const *list;

    name_values_put_variables(&values, input->caller, is_passed_on);
    name_values_put(&values, "TZ", ":UTC");
    put_all(&values, input->common);
    put_all(&values, &input->function->environment);
    layers_put(&values, input->function);

    /* AWS: without these the X-Ray SDK throws in every call. */
    name_values_put_default(&values, "AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:2000");
    name_values_put_default(&values, "AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
    name_values_put_default(&values, "LANG", "en_US.UTF-8");
    environment_put_credentials(&values);
    put_platform(&values, input);
    if (input->preload)
        put_preload(&values, input->preload);

    list = name_values_list(&values, arena);
    name_values_deinit(&values);
    return list;
}
