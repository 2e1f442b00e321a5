#include "lambda/environment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "model/name_values.h"
#include "model/registry.h"

#define LISTS_MAX 3

static char *name(const char *string)
{
    return (char *)(uintptr_t)string; /* struct function owns its strings: none of these is freed */
}

static const char *find(const char *const *environment, const char *wanted)
{
    size_t size = strlen(wanted);

    for (; *environment; environment++) {
        if (strncmp(*environment, wanted, size) == 0 && (*environment)[size] == '=')
            return *environment + size + 1;
    }
    return NULL;
}

/* "NAME=value" into a list. */
static void put(struct name_values *values, const char *const *variables)
{
    for (; *variables; variables++) {
        const char *equals         = strchr(*variables, '=');
        SCOPED_MEMORY char *before = memory_copy(*variables, (size_t)(equals - *variables));

        name_values_put(values, before, equals + 1);
    }
}

/* clang-format off */
static void a_variable_comes_from_whoever_has_the_last_word(void **state)
{
    static const struct {
        const char *what;
        const char *caller[LISTS_MAX];
        const char *common[LISTS_MAX];
        const char *own[LISTS_MAX];
        const char *runtime;
        const char *variable;
        const char *expected; /* NULL: it isn't there */
    } cases[] = {
        {"the caller's are passed on", {"PATH=/bin"}, {NULL}, {NULL}, "nodejs20.x", "PATH", "/bin"},
        {"an empty one too", {"EMPTY="}, {NULL}, {NULL}, "nodejs20.x", "EMPTY", ""},
        {"but not ours", {"POSTERN_PORT=1"}, {NULL}, {NULL}, "nodejs20.x", "POSTERN_PORT", NULL},
        {"nor what isn't there on AWS", {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI=x"}, {NULL}, {NULL}, "nodejs20.x", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", NULL},
        {"nor another process's trace", {"_X_AMZN_TRACE_ID=x"}, {NULL}, {NULL}, "nodejs20.x", "_X_AMZN_TRACE_ID", NULL},
        {"nor another process's logging", {"AWS_LAMBDA_LOG_FORMAT=JSON"}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_LOG_FORMAT", NULL},
        {"what all handlers have wins over the caller", {"CA=a"}, {"CA=b"}, {NULL}, "nodejs20.x", "CA", "b"},
        {"the function's own wins over that", {"CA=a"}, {"CA=b"}, {"CA=c"}, "nodejs20.x", "CA", "c"},
        {"Lambda's wins over all", {"AWS_REGION=a"}, {"AWS_REGION=b"}, {"AWS_REGION=c"}, "nodejs20.x", "AWS_REGION", "eu-west-1"},
        {"the default region too", {"AWS_DEFAULT_REGION=a"}, {NULL}, {NULL}, "nodejs20.x", "AWS_DEFAULT_REGION", "eu-west-1"},
        {"the time is UTC", {"TZ=Europe/Berlin"}, {NULL}, {NULL}, "nodejs20.x", "TZ", ":UTC"},
        {"unless the function says otherwise", {NULL}, {NULL}, {"TZ=Asia/Tokyo"}, "nodejs20.x", "TZ", "Asia/Tokyo"},
        {"credentials are made up", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_ACCESS_KEY_ID", "test"},
        {"with a token", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_SESSION_TOKEN", "test"},
        {"unless there are some", {"AWS_ACCESS_KEY_ID=AKIA"}, {NULL}, {NULL}, "nodejs20.x", "AWS_ACCESS_KEY_ID", "AKIA"},
        {"then without a token", {"AWS_ACCESS_KEY_ID=AKIA"}, {NULL}, {NULL}, "nodejs20.x", "AWS_SESSION_TOKEN", NULL},
        {"a profile is some", {"AWS_PROFILE=me"}, {NULL}, {NULL}, "nodejs20.x", "AWS_ACCESS_KEY_ID", NULL},
        {"the function's own are some", {NULL}, {NULL}, {"AWS_ACCESS_KEY_ID=ASIA"}, "nodejs20.x", "AWS_ACCESS_KEY_ID", "ASIA"},
        {"where the Runtime API is", {"AWS_LAMBDA_RUNTIME_API=a"}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:40000"},
        {"the handler", {NULL}, {NULL}, {NULL}, "nodejs20.x", "_HANDLER", "index.handler"},
        {"the code's folder", {NULL}, {NULL}, {NULL}, "nodejs20.x", "LAMBDA_TASK_ROOT", "/code"},
        {"the runtime's folder", {NULL}, {NULL}, {NULL}, "nodejs20.x", "LAMBDA_RUNTIME_DIR", "/run"},
        {"the name", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_FUNCTION_NAME", "chat"},
        {"the version", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"},
        {"the memory", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"},
        {"the log group", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/chat"},
        {"the log stream", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/31/[$LATEST]0"},
        {"the runtime's name", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_EXECUTION_ENV", "AWS_Lambda_nodejs20.x"},
        {"which one of its own hasn't", {NULL}, {NULL}, {NULL}, "provided.al2023", "AWS_EXECUTION_ENV", NULL},
        {"nor a command", {NULL}, {NULL}, {NULL}, NULL, "AWS_EXECUTION_ENV", NULL},
        {"X-Ray's SDK is calmed", {NULL}, {NULL}, {NULL}, "nodejs20.x", "AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"},
        {"in the function's way", {NULL}, {NULL}, {"AWS_XRAY_CONTEXT_MISSING=x"}, "nodejs20.x", "AWS_XRAY_CONTEXT_MISSING", "x"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena             = {0};
        struct name_values common      = {0};
        struct function function       = {.name             = name("chat"),
                                          .runtime          = name(cases[i].runtime),
                                          .handler          = name("index.handler"),
                                          .code_uri         = name("/code"),
                                          .memory_megabytes = 256};
        struct environment_input input = {.caller            = cases[i].caller,
                                          .common            = &common,
                                          .function          = &function,
                                          .api               = "127.0.0.1:40000",
                                          .region            = "eu-west-1",
                                          .runtime_directory = "/run",
                                          .log_stream        = "2026/01/31/[$LATEST]0"};
        const char *found;

        print_message("  %s\n", cases[i].what);
        put(&common, cases[i].common);
        put(&function.environment, cases[i].own);
        found = find(environment_build(&arena, &input), cases[i].variable);
        if (cases[i].expected)
            assert_non_null(found);
        if (cases[i].expected)
            assert_string_equal(found, cases[i].expected);
        else
            assert_null(found);
        name_values_deinit(&common);
        name_values_deinit(&function.environment);
        arena_deinit(&arena);
    }
}

static void a_library_is_loaded_after_those_that_are_wanted_already(void **state)
{
    static const struct {
        const char *caller[LISTS_MAX];
        const char *own[LISTS_MAX];
        const char *preload;
        const char *libraries;
        const char *options;
    } cases[] = {
        {{NULL},                                       {NULL}, NULL,        NULL,                  NULL                      },
        {{"LD_PRELOAD=a.so"},                          {NULL}, NULL,        "a.so",                NULL                      },
        {{NULL},                                       {NULL}, "/run/r.so", "/run/r.so",           "verify_asan_link_order=0"},
        {{"LD_PRELOAD="},                              {NULL}, "/run/r.so", "/run/r.so",           "verify_asan_link_order=0"},
        {{"LD_PRELOAD=a.so b.so", "ASAN_OPTIONS=x=1"},
         {NULL},
         "/run/r.so",                                                       "a.so b.so:/run/r.so",
         "x=1:verify_asan_link_order=0"                                                                                      },
        {{"LD_PRELOAD=a.so"},
         {"LD_PRELOAD=b.so"},
         "/run/r.so",                                                       "b.so:/run/r.so",
         "verify_asan_link_order=0"                                                                                          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena             = {0};
        struct function function       = {.name = name("chat"), .code_uri = name("/code")};
        struct environment_input input = {.caller            = cases[i].caller,
                                          .function          = &function,
                                          .api               = "127.0.0.1:40000",
                                          .region            = "eu-west-1",
                                          .runtime_directory = "/run",
                                          .log_stream        = "x",
                                          .preload           = cases[i].preload};
        const char *const *built;

        put(&function.environment, cases[i].own);
        built = environment_build(&arena, &input);
        if (cases[i].libraries)
            assert_string_equal(find(built, "LD_PRELOAD"), cases[i].libraries);
        else
            assert_null(find(built, "LD_PRELOAD"));
        if (cases[i].options)
            assert_string_equal(find(built, "ASAN_OPTIONS"), cases[i].options);
        else
            assert_null(find(built, "ASAN_OPTIONS"));
        name_values_deinit(&function.environment);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_is_loaded_after_those_that_are_wanted_already),
        cmocka_unit_test(a_variable_comes_from_whoever_has_the_last_word),
    };

    return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
