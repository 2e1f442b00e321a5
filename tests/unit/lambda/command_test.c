#include "lambda/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        {"Java without its client", "java21",        "a.B::c", {NULL},
         "! /code has no client of the Lambda Runtime API, which only AWS's own Java brings along: add "
         "com.amazonaws:aws-lambda-java-runtime-interface-client to the dependencies, build, and name the "
         "built package, with its jar in lib/, as codeUri"},
        {"a .NET class library",  "dotnet8",         "A::B::c", {NULL},
         "! the handler A::B::c is a method of a class library, which only AWS's own .NET can start: make it "
         "an executable assembly with Amazon.Lambda.RuntimeSupport's LambdaBootstrapBuilder, whose name is "
         "the handler then"},
        {".NET that isn't built", "dotnet8",         "Chat", {NULL},
         "! /code/Chat.dll isn't there: build it (dotnet publish), and name the folder with what is built as "
         "codeUri"},
        {".NET without a handler", "dotnet8",        NULL, {NULL},
         "! it has a runtime but no handler: name a class, or an assembly"},
        {"an unknown runtime",    "cobol74",          "a.b", {NULL},
         "! there is no bootstrap for the runtime cobol74: give the function a \"command\" that speaks "
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

static char *make_package(const char *const *files)
{
    char *folder                = memory_copy_string("/tmp/postern-package-XXXXXX");
    SCOPED_MEMORY char *library = NULL;

    assert_non_null(mkdtemp(folder));
    library = memory_format("%s/lib", folder);
    assert_int_equal(mkdir(library, 0755), 0);
    for (; *files; files++) {
        SCOPED_MEMORY char *path = memory_format("%s/%s", folder, *files);
        FILE *file               = fopen(path, "w");

        assert_non_null(file);
        fclose(file);
    }
    return folder;
}

static void remove_package(const char *folder, const char *const *files)
{
    SCOPED_MEMORY char *library = memory_format("%s/lib", folder);

    for (; *files; files++) {
        SCOPED_MEMORY char *path = memory_format("%s/%s", folder, *files);

        unlink(path);
    }
    rmdir(library);
    rmdir(folder);
}

static void java_and_dotnet_are_started_with_the_client_of_their_package(void **state)
{
    static const char *const files[] = {"lib/aws-lambda-java-runtime-interface-client-2.6.0.jar",
                                        "Chat.dll", "Amazon.Lambda.RuntimeSupport.dll", NULL};
    SCOPED_MEMORY char *folder       = make_package(files);
    SCOPED_MEMORY char *java =
        memory_format("java -cp %s:%s/*:%s/lib/*:/layer/java/lib/* "
                      "com.amazonaws.services.lambda.runtime.api.client.AWSLambda a.B::c ",
                      folder, folder, folder);
    SCOPED_MEMORY char *dotnet = memory_format("dotnet exec %s/Chat.dll ", folder);
    char *layers[]             = {words("/layer")};
    struct function function   = {.runtime     = words("java21"),
                                  .handler     = words("a.B::c"),
                                  .code_uri    = folder,
                                  .layers      = layers,
                                  .layer_count = 1};
    SCOPED_TEXT joined         = {0};
    SCOPED_TEXT other          = {0};

    join(&function, &joined);
    assert_string_equal(text_string(&joined), java);
    function.runtime = words("dotnet8");
    function.handler = words("Chat");
    join(&function, &other);
    assert_string_equal(text_string(&other), dotnet);
    remove_package(folder, files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(java_and_dotnet_are_started_with_the_client_of_their_package),
        cmocka_unit_test(a_function_is_started_by_its_command_or_its_runtime),
        cmocka_unit_test(a_debuggers_port_is_an_option_of_node_and_a_variable_of_python),
        cmocka_unit_test(what_is_missing_can_be_installed),
    };

    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
