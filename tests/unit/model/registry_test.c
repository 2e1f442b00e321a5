#include "model/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static void set(char **string, const char *value)
{
    free(*string);
    *string = memory_copy_string(value);
}

static void set_command(struct function *function, const char *first, const char *second)
{
    char **command = memory_new(3 * sizeof *command);

    command[0]        = memory_copy_string(first);
    command[1]        = memory_copy_string(second);
    function->command = command;
}

/* A function with every field set. */
static void fill_function(struct function *function)
{
    set(&function->name, "chat");
    set(&function->runtime, "nodejs20.x");
    set(&function->handler, "src/chat.handler");
    set(&function->code_uri, "/project");
    set_command(function, "node", "chat.js");
    function->timeout_seconds  = 10;
    function->memory_megabytes = 256;
    function->concurrency      = 5;
    name_values_put(&function->environment, "TABLE", "rooms");
}

static void added_resources_are_zeroed_and_found(void **state)
{
    struct registry registry = {0};

    for (size_t i = 0; i < 50; i++) {
        struct function *function = registry_add_function(&registry);
        struct api *api           = registry_add_api(&registry);

        assert_null(function->name);
        assert_null(api->routes);
        function->name = memory_format("function%zu", i);
        api->api_id    = memory_format("api%zu", i);
    }
    assert_int_equal(registry.function_count, 50);
    assert_int_equal(registry.api_count, 50);
    assert_string_equal(registry_find_function(&registry, "function7")->name, "function7");
    assert_ptr_equal(registry_find_function(&registry, "function49"), &registry.functions[49]);
    assert_ptr_equal(registry_find_api(&registry, "api0"), &registry.apis[0]);
    assert_null(registry_find_function(&registry, "function"));
    assert_null(registry_find_api(&registry, "API0"));
    assert_null(registry_find_api(&registry, NULL));
    registry_deinit(&registry);
    assert_int_equal(registry.api_count, 0);
}

static void an_api_finds_its_routes_and_integrations(void **state)
{
    struct registry registry = {0};
    struct api *api          = registry_add_api(&registry);

    for (size_t i = 0; i < 20; i++) {
        struct route *route             = api_add_route(api);
        struct integration *integration = api_add_integration(api);
        struct stage *stage             = api_add_stage(api);

        route->route_key            = memory_format("key%zu", i);
        route->integration_id       = memory_format("i%zu", i);
        integration->integration_id = memory_format("i%zu", i);
        integration->function       = memory_copy_string("chat");
        stage->stage_name           = memory_format("stage%zu", i);
        name_values_put(&stage->stage_variables, "color", "blue");
    }
    assert_string_equal(api_find_route(api, "key19")->integration_id, "i19");
    assert_string_equal(api_find_integration(api, "i3")->function, "chat");
    assert_null(api_find_route(api, "Key19"));
    assert_null(api_find_route(api, ""));
    assert_null(api_find_integration(api, NULL));
    assert_int_equal(api->stage_count, 20);
    registry_deinit(&registry);
}

static void what_has_no_name_yet_is_not_found(void **state)
{
    struct registry registry = {0};

    registry_add_function(&registry);
    assert_null(registry_find_function(&registry, ""));
    assert_null(registry_find_function(&registry, NULL));
    registry_deinit(&registry);
}

static void a_copied_function_lives_on_its_own(void **state)
{
    struct function function = {0};
    struct function copy;

    fill_function(&function);
    function_copy(&copy, &function);
    assert_true(function_equals(&copy, &function));
    assert_ptr_not_equal(copy.name, function.name);
    function_deinit(&function);
    assert_null(function.name);
    assert_string_equal(copy.handler, "src/chat.handler");
    assert_string_equal(copy.command[1], "chat.js");
    assert_null(copy.command[2]);
    assert_string_equal(name_values_find(&copy.environment, "TABLE"), "rooms");
    function_deinit(&copy);
}

static void an_empty_function_can_be_copied(void **state)
{
    struct function function = {0};
    struct function copy;

    function_copy(&copy, &function);
    assert_true(function_equals(&copy, &function));
    assert_null(copy.command);
    function_deinit(&copy);
    function_deinit(&copy);
}

static void change_runtime(struct function *function)
{
    set(&function->runtime, NULL);
}

static void change_name(struct function *function)
{
    set(&function->name, "other");
}

static void change_handler(struct function *function)
{
    set(&function->handler, "src/other.handler");
}

static void change_code_uri(struct function *function)
{
    set(&function->code_uri, "/other");
}

static void change_word(struct function *function)
{
    set(&function->command[1], "other.js");
}

static void shorten_command(struct function *function)
{
    set(&function->command[1], NULL);
}

static void drop_command(struct function *function)
{
    free(function->command[0]);
    free(function->command[1]);
    free(function->command);
    function->command = NULL;
}

static void change_timeout(struct function *function)
{
    function->timeout_seconds++;
}

static void change_memory(struct function *function)
{
    function->memory_megabytes++;
}

static void change_inspect_port(struct function *function)
{
    function->inspect_port++;
}

static void change_concurrency(struct function *function)
{
    function->concurrency++;
}

static void change_environment(struct function *function)
{
    name_values_put(&function->environment, "TABLE", "other");
}

static void functions_differ_by_any_field(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct function *function);
    } cases[] = {
        {"name",                change_name        },
        {"runtime",             change_runtime     },
        {"handler",             change_handler     },
        {"code",                change_code_uri    },
        {"a word",              change_word        },
        {"a shorter command",   shorten_command    },
        {"no command",          drop_command       },
        {"timeout",             change_timeout     },
        {"memory",              change_memory      },
        {"concurrency",         change_concurrency },
        {"the debugger's port", change_inspect_port},
        {"environment",         change_environment },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct function a = {0};
        struct function b = {0};

        fill_function(&a);
        fill_function(&b);
        assert_true(function_equals(&a, &b));
        cases[i].change(&b);
        if (function_equals(&a, &b) || function_equals(&b, &a))
            fail_msg("%s", cases[i].what);
        function_deinit(&a);
        function_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(added_resources_are_zeroed_and_found),
        cmocka_unit_test(an_api_finds_its_routes_and_integrations),
        cmocka_unit_test(what_has_no_name_yet_is_not_found),
        cmocka_unit_test(a_copied_function_lives_on_its_own),
        cmocka_unit_test(an_empty_function_can_be_copied),
        cmocka_unit_test(functions_differ_by_any_field),
    };

    return cmocka_run_group_tests_name("model/registry", tests, NULL, NULL);
}
