#include "project/env_vars.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"
#include "project/problems.h"

static void add_function(struct registry *registry, const char *name, const char *logical_id,
                         const char *variable)
{
    struct function *function = registry_add_function(registry);

    function->name       = memory_copy_string(name);
    function->logical_id = memory_copy_string(logical_id);
    name_values_put(&function->environment, "STAGE", "declared");
    name_values_put(&function->environment, variable, "own");
}

/* The functions' variables, a line each; then the problems as LINE: message lines. */
static void show(const char *file, struct text *out)
{
    struct registry registry = {0};
    struct problems problems = {0};

    add_function(&registry, "chat-dev", "ChatFunction", "TABLE");
    add_function(&registry, "auth", NULL, "SECRET");
    env_vars_parse(file, strlen(file), "env.json", &registry, &problems);
    for (size_t i = 0; i < registry.function_count; i++) {
        const struct function *function = &registry.functions[i];

        text_append_format(out, "%s:", function->name);
        for (size_t v = 0; v < function->environment.count; v++)
            text_append_format(out, " %s=%s", function->environment.items[v].name,
                               function->environment.items[v].value);
        text_append_character(out, '\n');
    }
    for (size_t i = 0; i < problems.count; i++) {
        assert_string_equal(problems.items[i].file, "env.json");
        text_append_format(out, "%u: %s%s\n", problems.items[i].line,
                           problems.items[i].is_warning ? "warning: " : "",
                           problems.items[i].message);
    }
    registry_deinit(&registry);
    problems_deinit(&problems);
}

#define UNTOUCHED "chat-dev: STAGE=declared TABLE=own\nauth: STAGE=declared SECRET=own\n"
#define SAM                                                                                        \
    ", and as with `sam local` only declared ones are passed: declare it, or put it into .env\n"

static void env_vars_parse_replaces_what_functions_declare(void **state)
{
    /* clang-format off */
    static const struct { const char *what; const char *file; const char *expected; } cases[] = {
        {"nothing", "{}", UNTOUCHED},
        {"a function's name", "{\"auth\": {\"SECRET\": \"s\"}}",
         "chat-dev: STAGE=declared TABLE=own\nauth: STAGE=declared SECRET=s\n"},
        {"a logical id", "{\"ChatFunction\": {\"TABLE\": \"t\"}}",
         "chat-dev: STAGE=declared TABLE=t\nauth: STAGE=declared SECRET=own\n"},
        {"all functions", "{\"Parameters\": {\"STAGE\": \"local\"}}",
         "chat-dev: STAGE=local TABLE=own\nauth: STAGE=local SECRET=own\n"},
        {"one of all functions", "{\"Parameters\": {\"TABLE\": \"t\"}}",
         "chat-dev: STAGE=declared TABLE=t\nauth: STAGE=declared SECRET=own\n"},
        {"a function wins over all", "{\"auth\": {\"STAGE\": \"a\"}, \"Parameters\": {\"STAGE\": \"p\"}}",
         "chat-dev: STAGE=p TABLE=own\nauth: STAGE=a SECRET=own\n"},
        {"values that are no strings", "{\"auth\": {\"STAGE\": 1.50, \"SECRET\": true}, \"chat-dev\": {\"STAGE\": null}}",
         "chat-dev: STAGE= TABLE=own\nauth: STAGE=1.50 SECRET=true\n"},
        {"undeclared", "{\"auth\":\n{\"TABLE\": \"t\"}}",
         UNTOUCHED "2: warning: auth.TABLE: the function declares no variable TABLE" SAM},
        {"undeclared by all", "{\"Parameters\": {\"OTHER\": \"t\"}}",
         UNTOUCHED "1: warning: Parameters.OTHER: no function declares a variable OTHER" SAM},
        {"an unknown function", "{\"Auth\": {\"SECRET\": \"s\"}}",
         UNTOUCHED "1: warning: there is no function Auth in the project: did you mean auth?\n"},
        {"a list", "{\"auth\": {\"SECRET\": []}}",
         "chat-dev: STAGE=declared TABLE=own\nauth: STAGE=declared SECRET=\n"
         "1: warning: auth.SECRET: is an array, and so passed as an empty text, as `sam local` does: write its JSON in quotes\n"},
        {"a NUL", "{\"auth\": {\"SECRET\": \"a\\u0000b\"}}",
         UNTOUCHED "1: auth.SECRET contains a NUL character (\\u0000): remove it\n"},
        {"no object for a function", "{\n\"SECRET\": \"s\"}",
         UNTOUCHED "2: SECRET: is a string, and must be an object with the variables of one function, or of all under "
         "\"Parameters\": {\"Function\": {\"NAME\": \"value\"}}\n"},
        {"Parameters that are no object", "{\"Parameters\": 1}",
         UNTOUCHED "1: Parameters: is a number, and must be an object with the variables of one function, or of all under "
         "\"Parameters\": {\"Function\": {\"NAME\": \"value\"}}\n"},
        {"no object", "[]", UNTOUCHED "1: is an array, and must be an object: {\"Function\": {\"NAME\": \"value\"}}\n"},
        {"no JSON", "{\n  \"auth\": }", UNTOUCHED "2: not JSON: expected a value: a string, number, object, array, true, false or null (column 11)\n"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown = {0};

        show(cases[i].file, &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(env_vars_parse_replaces_what_functions_declare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
