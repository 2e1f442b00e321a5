#include "lambda/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"

static char *words(const char *word)
{
    return (char *)(uintptr_t)word; /* struct function owns its strings: none of these is freed */
}

/* The arguments with a blank behind each, or why there are none. */
static void join(const struct function *function, struct text *joined)
{
    struct arena arena           = {0};
    const char *problem          = NULL;
    const char *const *arguments = command_build(&arena, function, "/run", &problem);

    for (size_t i = 0; arguments && arguments[i]; i++)
        text_append_format(joined, "%s ", arguments[i]);
    if (!arguments)
        text_append_format(joined, "! %s", problem);
    arena_deinit(&arena);
}

/* clang-format off */
static void a_function_is_started_by_its_command_or_its_runtime(void **state)
{
    static const struct {
        const char *what;
        const char *runtime;
        const char *handler;
        const char *command[3];
        const char *expected;
    } cases[] = {
        {"Node.js",               "nodejs20.x",      "a.b", {NULL},                 "node /run/bootstrap.cjs "},
        {"Python",                "python3.12",      "a.b", {NULL},                 "python3 /run/bootstrap.py "},
        {"Ruby",                  "ruby3.3",         "a.b", {NULL},                 "ruby /run/bootstrap.rb "},
        {"a runtime of its own",  "provided.al2023", NULL,  {NULL},                 "/code/bootstrap "},
        {"Go",                    "go1.x",           "main", {NULL},                "/code/bootstrap "},
        {"a command",             NULL,              NULL,  {"npx", "ric"},         "npx ric "},
        {"a file",                NULL,              NULL,  {"./build/chat", "-v"}, "/code/build/chat -v "},
        {"a file without a dot",  NULL,              NULL,  {"build/chat"},         "/code/build/chat "},
        {"an absolute file",      NULL,              NULL,  {"/bin/chat", "./x"},   "/bin/chat ./x "},
        {"a command all the same", "java21",         "a.b", {"java"},               "java "},
        {"no handler",            "nodejs20.x",      NULL,  {NULL},
         "! it has a runtime but no handler: write \"handler\": \"file.export\""},
        {"an unknown runtime",    "java21",          "a.b", {NULL},
         "! there is no bootstrap for the runtime java21: give the function a \"command\" that speaks "
         "the Lambda Runtime API"},
        {"nothing",               NULL,              "a.b", {NULL}, "! it has neither a runtime nor a command"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *command[3]         = {words(cases[i].command[0]), words(cases[i].command[1]), NULL};
        struct function function = {.runtime  = words(cases[i].runtime),
                                    .handler  = words(cases[i].handler),
                                    .command  = command[0] ? command : NULL,
                                    .code_uri = words("/code")};
        SCOPED_TEXT joined       = {0};

        print_message("  %s\n", cases[i].what);
        join(&function, &joined);
        assert_string_equal(text_string(&joined), cases[i].expected);
        if (cases[i].expected[0] != '!')
            assert_int_equal(command_has_bootstrap(&function),
                             strstr(cases[i].expected, "/run/bootstrap.") != NULL);
        if (cases[i].expected[0] != '!')
            assert_int_equal(command_has_redirect(&function),
                             strstr(cases[i].expected, "bootstrap.cjs") ||
                                 strstr(cases[i].expected, "bootstrap.py"));
    }
}

static void a_debuggers_port_is_an_option_of_node_and_a_variable_of_python(void **state)
{
    struct function function = {.runtime      = words("nodejs20.x"),
                                .handler      = words("a.b"),
                                .code_uri     = words("/code"),
                                .inspect_port = 9229};
    SCOPED_TEXT joined       = {0};

    join(&function, &joined);
    assert_string_equal(text_string(&joined), "node --inspect=127.0.0.1:9229 /run/bootstrap.cjs ");
    function.runtime = words("python3.12");
    text_clear(&joined);
    join(&function, &joined);
    assert_string_equal(text_string(&joined), "python3 /run/bootstrap.py ");
}

static void what_is_missing_can_be_installed(void **state)
{
    assert_non_null(strstr(command_install_hint("node"), "apt-get install nodejs"));
    assert_non_null(strstr(command_install_hint("python3"), "apt-get install python3"));
    assert_null(command_install_hint("/code/bootstrap"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_started_by_its_command_or_its_runtime),
        cmocka_unit_test(a_debuggers_port_is_an_option_of_node_and_a_variable_of_python),
        cmocka_unit_test(what_is_missing_can_be_installed),
    };

    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
