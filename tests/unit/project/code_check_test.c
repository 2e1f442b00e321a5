#include "project/code_check.h"

#include "project_scene.h"

#define NODE(handler)   "\"runtime\": \"nodejs20.x\", \"handler\": \"" handler "\""
#define PYTHON(handler) "\"runtime\": \"python3.12\", \"handler\": \"" handler "\""
#define RUBY(handler)   "\"runtime\": \"ruby3.3\", \"handler\": \"" handler "\""
#define HERE            "the project's folder"
#define NONE(file, where, more)                                                                    \
    "functions.f: " file " doesn't exist in " where more ": its invocations will fail"
#define NODE_MORE ", nor .mjs, .cjs or .ts"

static void make_code(void)
{
    static const char *const files[] = {
        "a.js",        "b.mjs",         "c.cjs",
        "d.ts",        "exact",         "src/deep.js",
        "p.py",        "package/m.py",  "whole/__init__.py",
        "r.rb",        "code/inner.js", "built/plain",
        "postern.txt",
    };

    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        scene_write(files[i], "");
    scene_write_program("built/program");
    scene_write_program("built/bootstrap");
    scene_write_program("own/tool");
    scene_write("flat/bootstrap", "");
    mkdir("folder.js", 0755);
}

static void code_that_is_missing_is_a_warning(void **state)
{
    static const struct {
        const char *what;
        const char *function;
        const char *warning; /* "": none */
    } cases[] = {
        {"Node: .js",                               NODE("a.handler"),                                                   ""                                                            },
        {"Node: .mjs",                              NODE("b.handler"),                                                   ""                                                            },
        {"Node: .cjs",                              NODE("c.handler"),                                                   ""                                                            },
        {"Node: .ts",                               NODE("d.handler"),                                                   ""                                                            },
        {"Node: a file without ending",             NODE("exact.handler"),                                               ""                                                            },
        {"Node: in a folder",                       NODE("src/deep.handler"),                                            ""                                                            },
        {"Node: a nested export",                   NODE("src/deep.api.handler"),                                        ""                                                            },
        {"Node: nothing",                           NODE("src/chat.handler"),                                            NONE("src/chat.js",                                             HERE, NODE_MORE)},
        {"Node: Python's file",                               NODE("p.handler"),                                                                                                  NONE("p.js",                                                                                                                                            HERE, NODE_MORE)},
        {"Node: a folder",                              NODE("folder.handler"),NONE("folder.js",HERE, NODE_MORE)},
        {"Node: in its own folder",                          NODE("inner.handler") ", \"codeUri\": \"./code\"",                                          ""                                                                                            },
        {"Node: not in its own folder",                               NODE("a.handler") ", \"codeUri\": \"./code\"",
         NONE("a.js",                                                                                                                                        "./code", NODE_MORE)},
        {"Python: a module",                                       PYTHON("p.handler"),                                                                 ""      },
        {"Python: with a slash",                               PYTHON("package/m.handler"),                                                                                          ""      },
        {"Python: with a dot",                        PYTHON("package.m.handler"),                                  ""                             },
        {"Python: a package",                    PYTHON("whole.handler"),                              ""},
        {"Python: nothing",                      PYTHON("package.n.handler"),                                       NONE("package/n.py",                                                                  HERE, "")},
        {"Ruby: a file",                       RUBY("r.handler"),                                                ""                                                                              },
        {"Ruby: a class",                         RUBY("r.Room.handler"),                                            ""                                                },
        {"Ruby: nothing",                                      RUBY("s.handler"),                                                                                                         NONE("s.rb",                                                                                                                                                          HERE, "")},
        {"no folder",                                       NODE("a.handler") ", \"codeUri\": \"nowhere\"",
         "functions.f.codeUri: nowhere doesn't exist: the function can't be started"                            },
        {"a file as folder",                                       NODE("a.handler") ", \"codeUri\": \"a.js\"",
         "functions.f.codeUri: a.js is no folder: the function can't be started"                                                              },
        {"a bootstrap",                              "\"runtime\": \"provided.al2023\", \"codeUri\": \"built\"",""},
        {"a bootstrap with an informative handler",
         "\"runtime\": \"go1.x\", \"handler\": \"main\", \"codeUri\": \"built\"",              ""                                                                                                   },
        {"no bootstrap",                        "\"runtime\": \"provided.al2023\"",
         "functions.f: bootstrap doesn't exist in " HERE ": build it before it is called"                                                                                                       },
        {"a bootstrap that may not be run",                             "\"runtime\": \"go1.x\", \"codeUri\": \"flat\"",
         "functions.f: bootstrap in flat may not be executed: chmod +x it"                                                                                },
        {"a program in PATH", "\"command\": [\"node\", \"nowhere.js\"]",                                        ""                                                                                      },
        {"a program of the project",                            "\"command\": [\"./built/program\"]",                                      ""                                                                                              },
        {"a program of the function",         "\"command\": [\"./program\"], \"codeUri\": \"built\"", ""                                                                                                             },
        {"no program of the project",                       "\"command\": [\"./built/chat\"]",
         "functions.f: ./built/chat doesn't exist in " HERE ": build it before it is called"                                                                     },
        {"a program that may not be run",                "\"command\": [\"built/plain\"]",
         "functions.f: built/plain in " HERE " may not be executed: chmod +x it"                                          },
        {"no program in PATH",               "\"command\": [\"go\", \"run\", \".\"]",
         "functions.f: go isn't in PATH: install it, or name its path"                                                                               },
        {"a program beside PATH",               "\"command\": [\"program\"], \"codeUri\": \"built\"",
         "functions.f: program isn't in PATH: if you mean the one in built, write \"./program\""                                                                                           },
        {"a program in the function's own PATH",
         "\"command\": [\"tool\"], \"environment\": {\"PATH\": \"/nowhere:own\"}",                               ""                                                                                                       },
        {"a program in the current folder, by an empty part of PATH",
         "\"command\": [\"tool\"], \"codeUri\": \"own\", \"environment\": {\"PATH\": "
         "\"/nowhere:\"}",                                    ""                                                                                                                 },
        {"a folder that is called like a program",
         "\"command\": [\"own\"], \"environment\": {\"PATH\": \".\"}",                    "functions.f: own isn't in PATH: install it, or name its path"                                                                                       },
    };
    struct scene *scene = *state;

    make_code();
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *contents =
            memory_format("{\"functions\": {\"f\": {\n%s}},\n\"apis\": {\"c\": {\"routes\": "
                          "{\"$connect\": {}}}}}",
                          cases[i].function);
        SCOPED_MEMORY char *expected =
            cases[i].warning[0] ? memory_format("postern.json:2: warning: %s\n", cases[i].warning)
                                : memory_copy_string("");

        if (strcmp(scene_read_json(scene, contents), expected) != 0)
            fail_msg("%s:\n%sinstead of\n%s", cases[i].what, text_string(&scene->shown), expected);
    }
}

/* clang-format off */
static void a_runtime_that_is_not_installed_is_told_once(void **state)
{
    static const char contents[] = "{\"functions\": {\"a\": {" PYTHON("p.handler") "},\n"
                                   "\"b\": {" PYTHON("p.handler") "},\n"
                                   "\"c\": {" NODE("a.handler") "}},\n"
                                   "\"apis\": {\"c\": {\"routes\": {\"$connect\": {}}}}}";

    make_code();
    assert_int_equal(unlink("programs/python3"), 0);
    assert_string_equal(scene_read_json(*state, contents),
                        "postern.json:1: warning: functions.a: python3.12 needs the program "
                        "python3, which isn't in PATH: apt-get install -y python3\n");
}
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(code_that_is_missing_is_a_warning, scene_set_up,
                                        scene_tear_down),
        cmocka_unit_test_setup_teardown(a_runtime_that_is_not_installed_is_told_once, scene_set_up,
                                        scene_tear_down),
    };

    return cmocka_run_group_tests_name("code_check", tests, NULL, NULL);
}
