#include "project/build_method.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"

#define PROPERTIES(text) "{\"BuildMethod\":\"esbuild\",\"BuildProperties\":{" text "}}"

static void build_method_handler_finds_the_entry_point(void **state)
{
    static const struct {
        const char *metadata;
        const char *handler;
        const char *expected;
    } cases[] = {
        {PROPERTIES("\"EntryPoints\":[\"src/app.ts\"]"),                                          "app.handler",     "src/app.handler"   },
        {PROPERTIES("\"EntryPoints\":[\"./src/app.ts\"]"),                                        "app.a.b",         "src/app.a.b"       },
        {PROPERTIES("\"EntryPoints\":[\"app.ts\"]"),                                              "app.handler",     "app.handler"       },
        {PROPERTIES("\"EntryPoints\":[\"src/in/app.ts\"]"),                                       "app.handler",     "src/in/app.handler"},
        {PROPERTIES("\"EntryPoints\":[\"src/a/one.ts\",\"src/b/two.ts\"]"),                       "b/two.handler",
         "src/b/two.handler"                                                                                                             },
        {PROPERTIES("\"EntryPoints\":[\"src/one.ts\",\"src/one/two.ts\"]"),                       "one/two.handler",
         "src/one/two.handler"                                                                                                           },
        {PROPERTIES("\"EntryPoints\":[\"src/app.ts\"]"),                                          "other.handler",   "other.handler"     },
        {PROPERTIES("\"EntryPoints\":[\"src/app.ts\"]"),                                          "src/app.handler", "src/app.handler"   },
        {PROPERTIES("\"EntryPoints\":[\"x.y/app\"]"),                                             "app.handler",     "x.y/app.handler"   },
        {PROPERTIES("\"EntryPoints\":[5,null]"),                                                  "app.handler",     "app.handler"       },
        {PROPERTIES("\"EntryPoints\":\"src/app.ts\""),                                            "app.handler",     "app.handler"       },
        {PROPERTIES(""),                                                                          "app.handler",     "app.handler"       },
        {"{\"BuildMethod\":\"esbuild\"}",                                                         "app.handler",     "app.handler"       },
        {"{\"BuildMethod\":\"makefile\",\"BuildProperties\":{\"EntryPoints\":[\"src/app.ts\"]}}",
         "app.handler",                                                                                              "app.handler"       },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena      = {0};
        struct json_error error = {0};
        const struct json *metadata =
            json_parse(&arena, cases[i].metadata, strlen(cases[i].metadata), &error);

        assert_non_null(metadata);
        assert_string_equal(build_method_handler(&arena, metadata, cases[i].handler),
                            cases[i].expected);
        arena_deinit(&arena);
    }
}

static void build_method_options_are_those_of_esbuild(void **state)
{
    static const struct {
        const char *metadata;
        const char *expected; /* NULL: no esbuild */
    } cases[] = {
        {"{\"BuildMethod\":\"makefile\"}",                                                           NULL},
        {"{}",                                                                                       NULL},
        {"{\"BuildMethod\":\"esbuild\"}",                                                            "{}"},
        {PROPERTIES("\"Minify\":true,\"EntryPoints\":[\"a.ts\"],\"Sourcemap\":true"),                "{}"},
        {PROPERTIES("\"External\":[\"a\",\"b\"],\"Format\":\"esm\",\"MainFields\":\"module,main\""),
         "{\"external\":[\"a\",\"b\"],\"format\":\"esm\",\"mainFields\":[\"module\",\"main\"]}"          },
        {PROPERTIES("\"Define\":[\"A=1\",\"B=\\\"x=y\\\"\",\"bad\",7,\"A=2\"]"),
         "{\"define\":{\"A\":\"1\",\"B\":\"\\\"x=y\\\"\"}}"                                              },
        {PROPERTIES("\"Loader\":{\".png\":\"file\"},\"Banner\":{\"js\":\"x\"}"),
         "{\"banner\":{\"js\":\"x\"},\"loader\":{\".png\":\"file\"}}"                                    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena      = {0};
        struct json_error error = {0};
        SCOPED_TEXT out         = {0};
        const struct json *metadata =
            json_parse(&arena, cases[i].metadata, strlen(cases[i].metadata), &error);
        const struct json *options = build_method_options(&arena, metadata);

        if (options)
            json_print(options, &out);
        assert_true((options != NULL) == (cases[i].expected != NULL));
        assert_string_equal(text_string(&out), cases[i].expected ? cases[i].expected : "");
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(build_method_handler_finds_the_entry_point),
        cmocka_unit_test(build_method_options_are_those_of_esbuild),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
