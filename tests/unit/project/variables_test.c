#include "project/variables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/yaml.h"
#include "json/json.h"

#define DOCUMENT                                                                                   \
    "service: chat\n"                                                                              \
    "provider: {name: aws, stage: \"${opt:stage, 'test'}\"}\n"                                     \
    "params: {default: {color: grey, size: 1}, test: {color: red}}\n"                              \
    "custom:\n"                                                                                    \
    "  table: rooms\n"                                                                             \
    "  number: 5\n"                                                                                \
    "  flag: true\n"                                                                               \
    "  nothing: null\n"                                                                            \
    "  list: [a, {b: c}]\n"                                                                        \
    "  map: {x: \"${self:custom.table}\"}\n"                                                       \
    "  test: {name: of test}\n"                                                                    \
    "  key: test\n"                                                                                \
    "  file: ${file(more.yml)}\n"                                                                  \
    "  loop: ${self:custom.pool}\n"                                                                \
    "  pool: ${self:custom.loop}\n"                                                                \
    "  self: {in: \"${self:custom.self}\"}\n"                                                      \
    "  postern: {variables: {'ssm:/chat/key': known, 'cf:net.Id': {a: 1}}}\n"                      \
    "  serverless-offline-ssm: {ssm: {/chat/other: offline}}\n"

struct scene {
    struct arena arena;
    struct variables *variables;
    struct text problems;
};

static const struct json *parse(struct scene *scene, const char *yaml)
{
    struct json_error error;
    const struct json *tree = yaml_parse(&scene->arena, yaml, strlen(yaml), &error);

    assert_non_null(tree);
    return tree;
}

static const char *find_environment(void *owner, const char *name)
{
    return strcmp(name, "HOME") == 0 ? "/home/ada" : NULL;
}

static const struct json *read_file(void *owner, const char *path, const char **problem)
{
    if (strcmp(path, "broken.yml") == 0)
        *problem = "line 1, column 1: it is broken";
    return strcmp(path, "more.yml") == 0
               ? parse(owner, "a: {b: \"of file, ${self:custom.table}\"}\nlist: [1, 2]\n")
               : NULL;
}

static void report(void *owner, const struct json *where, const char *message)
{
    struct scene *scene = owner;

    text_append_format(&scene->problems, "%u: %s\n", where->line, message);
}

static void begin(struct scene *scene, const char *document)
{
    static char first[]                = "user=ada";
    static char second[]               = "s3:bucket/key=given";
    static char *const options[]       = {first, second, NULL};
    struct variables_settings settings = {
        .arena            = &scene->arena,
        .document         = parse(scene, document),
        .options          = options,
        .find_environment = find_environment,
        .read_file        = read_file,
        .report           = report,
        .owner            = scene,
    };

    scene->variables = variables_new(&settings);
}

static void end(struct scene *scene)
{
    arena_deinit(&scene->arena);
    text_deinit(&scene->problems);
}

static void variables_have_values_of_every_kind(void **state)
{
    static const struct {
        const char *what;
        const char *text;
        const char *json;
    } cases[] = {
        {"no variable",                        "plain",                                         "\"plain\""                 },
        {"self",                               "${self:custom.table}",                          "\"rooms\""                 },
        {"in a text",                          "<${self:custom.table}-${self:service}>",        "\"<rooms-chat>\""          },
        {"a number stays one",                 "${self:custom.number}",                         "5"                         },
        {"a number in a text",                 "n${self:custom.number}",                        "\"n5\""                    },
        {"a boolean",                          "${self:custom.flag}",                           "true"                      },
        {"a list",                             "${self:custom.list}",                           "[\"a\",{\"b\":\"c\"}]"     },
        {"an element",                         "${self:custom.list.1.b}",                       "\"c\""                     },
        {"a map with a variable in it",        "${self:custom.map}",                            "{\"x\":\"rooms\"}"         },
        {"the service's name",                 "${self:service.name}",                          "\"chat\""                  },
        {"the region that nobody sets",        "${self:provider.region}",                       "\"us-east-1\""             },
        {"the stage that nobody gives",        "${opt:stage}",                                  "\"test\""                  },
        {"an option",                          "${opt:user}",                                   "\"ada\""                   },
        {"a fallback in quotes",               "${opt:no, 'de,v}'}",                            "\"de,v}\""                 },
        {"a fallback in other quotes",         "${opt:no, \"it's\"}",                           "\"it's\""                  },
        {"a fallback that is a number",        "${opt:no, 12}",                                 "12"                        },
        {"a fallback that is a boolean",       "${opt:no, false}",                              "false"                     },
        {"null is a value at the end",         "${opt:no, null}",                               "null"                      },
        {"null isn't one before",              "${self:custom.nothing, 'x'}",                   "\"x\""                     },
        {"fallbacks in a row",                 "${opt:no, env:NO, self:custom.table}",          "\"rooms\""                 },
        {"the first that there is",            "${opt:user, 'x'}",                              "\"ada\""                   },
        {"a variable as a fallback",           "${opt:no, ${self:custom.number}}",              "5"                         },
        {"a variable in an address",           "${self:custom.${self:custom.key}.name}",        "\"of test\""               },
        {"a variable in a fallback's address", "${opt:no, self:custom.${sls:stage}.name}",
         "\"of test\""                                                                                                      },
        {"the environment",                    "${env:HOME}",                                   "\"/home/ada\""             },
        {"a file",                             "${file(more.yml):a.b}",                         "\"of file, rooms\""        },
        {"a file as a whole",                  "${file(more.yml):list}",                        "[1,2]"                     },
        {"a file's name from variables",       "${file(${self:custom.no, 'more'}.yml):list.0}", "1"                         },
        {"through a file",                     "${self:custom.file.a.b}",                       "\"of file, rooms\""        },
        {"no such file",                       "${file(none.yml):a, 'none'}",                   "\"none\""                  },
        {"the stage",                          "${sls:stage}",                                  "\"test\""                  },
        {"the instance",                       "${sls:instanceId}",                             "\"postern\""               },
        {"a parameter of the stage",           "${param:color}",                                "\"red\""                   },
        {"a parameter of all stages",          "${param:size}",                                 "1"                         },
        {"a parameter that is given",          "${param:user}",                                 "\"ada\""                   },
        {"AWS",                                "${aws:accountId} ${aws:region}",                "\"000000000000 us-east-1\""},
        {"a boolean of a text",                "${strToBool(${opt:no, 'true'})}",               "true"                      },
        {"a boolean of a number",              "${strToBool(0)}",                               "false"                     },
        {"a map says it",                      "${ssm:/chat/key}",                              "\"known\""                 },
        {"decrypted, as it was said once",     "${ssm:/chat/key~true}",                         "\"known\""                 },
        {"with a region",                      "${cf(eu-west-1):net.Id}",                       "{\"a\":1}"                 },
        {"a plugin's map says it",             "${ssm:/chat/other}",                            "\"offline\""               },
        {"an option says it",                  "${s3:bucket/key}",                              "\"given\""                 },
        {"out of reach with a fallback",       "${ssm:/no, 'x'}",                               "\"x\""                     },
        {"CloudFormation's",                   "${AWS::Region} ${Table} ${Table.Arn} ${!x}",
         "\"${AWS::Region} ${Table} ${Table.Arn} ${!x}\""                                                                   },
        {"escaped",                            "\\${self:custom.table}",                        "\"${self:custom.table}\""  },
        {"spaces",                             "${ self:custom.table , 'x' }",                  "\"rooms\""                 },
    };
    struct scene scene = {0};

    begin(&scene, DOCUMENT);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct json value = {
            .kind = JSON_STRING, .line = 7, .string = cases[i].text, .size = strlen(cases[i].text)};
        const struct json *result = variables_resolve(scene.variables, &value);
        SCOPED_TEXT shown         = {0};

        json_print(result, &shown);
        if (!text_equals(&shown, cases[i].json) || result->line != 7)
            fail_msg("%s: %s in line %u", cases[i].what, text_string(&shown), result->line);
    }
    assert_string_equal(text_string(&scene.problems), "");
    end(&scene);
}

static void what_has_no_value_says_how_to_give_one(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        {"${self:custom.tabel}",     "7: ${self:custom.tabel} has no value: there is no \"tabel\" in "
                                 "custom: did you mean \"table\"?\n"              },
        {"${opt:no}",                "7: ${opt:no} has no value: give it with --parameter no=VALUE\n"             },
        {"${env:NO}",
         "7: ${env:NO} has no value: the environment has no NO: set it, or write it into .env\n"                  },
        {"${param:no}",              "7: ${param:no} has no value: neither stages.test.params nor "
                        "stages.default.params has it: give it with --parameter no=VALUE\n"},
        {"${cf:stack.Out}",
         "7: ${cf:stack.Out} has no value: it is kept elsewhere: give it with --parameter "
         "'cf:stack.Out=VALUE', or under custom.postern.variables\n"                                              },
        {"${slf:custom.x}",          "7: ${slf:custom.x} has no value: \"slf\" is no source that is known "
                            "here, did you mean \"self\"?: give the value with --parameter "
                            "'slf:custom.x=VALUE', or under custom.postern.variables\n"},
        {"${file(none.yml)}",        "7: ${file(none.yml)} has no value: there is no file none.yml\n"             },
        {"${file(broken.yml), 'x'}", "7: broken.yml: line 1, column 1: it is broken\n"                            },
        {"${file(a.js):b}",          "7: a.js is a program, and isn't run for its values: write them into a "
                            ".yml or .json file\n"                                     },
        {"a ${self:custom.map}",     "7: ${self:custom.map} is an object, and can't be put into a "
                                 "text: only a text, a number or a boolean can\n" },
        {"${opt:no, dev}",
         "7: \"dev\" is no value of a variable: write it like self:custom.name, or in quotes\n"                   },
        {"${self:custom.table",      "7: \"${\" has no \"}\"\n"                                                   },
        {"${strToBool(maybe)}",      "7: strToBool(maybe): must be true, false, 1 or 0\n"                         },
        {"${sls:stag}",              "7: sls:stag is not known: there are sls:stage and sls:instanceId\n"         },
        {"${self:custom.loop}",      "14: \"${self:custom.pool}\" depends on itself\n"                            },
        {"${self:custom.self}",      "16: \"${self:custom.self}\" depends on itself\n"                            },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct scene scene      = {0};
        const struct json value = {
            .kind = JSON_STRING, .line = 7, .string = cases[i].text, .size = strlen(cases[i].text)};

        begin(&scene, DOCUMENT);
        variables_resolve(scene.variables, &value);
        if (!text_equals(&scene.problems, cases[i].problem))
            fail_msg("%s: %s", cases[i].text, text_string(&scene.problems));
        assert_int_equal(variables_failures(scene.variables), 1);
        end(&scene);
    }
}

static void what_nobody_needs_may_have_no_value(void **state)
{
    struct scene scene = {0};
    SCOPED_TEXT shown  = {0};

    begin(&scene, DOCUMENT);
    json_print(variables_try(scene.variables,
                             parse(&scene, "{a: \"${cf:x.y}\", b: \"${self:custom.table}\"}")),
               &shown);
    assert_string_equal(text_string(&shown), "{\"a\":\"${cf:x.y}\",\"b\":\"rooms\"}");
    assert_string_equal(text_string(&scene.problems), "");
    end(&scene);
}

static void what_doubles_does_not_grow_without_bound(void **state)
{
    SCOPED_TEXT document = {0};
    struct scene scene   = {0};

    text_append_string(&document, "a0: [x]\n");
    for (unsigned i = 1; i < 60; i++)
        text_append_format(&document, "a%u: [\"${self:a%u}\", \"${self:a%u}\"]\n", i, i - 1, i - 1);
    begin(&scene, text_string(&document));
    variables_resolve(scene.variables, parse(&scene, "\"${self:a40}\""));
    assert_non_null(strstr(text_string(&scene.problems), "too large"));
    end(&scene);
}

static void what_is_deep_ends(void **state)
{
    SCOPED_TEXT document = {0};
    struct scene scene   = {0};

    text_append_string(&document, "a0: x\n");
    for (unsigned i = 1; i < 200; i++)
        text_append_format(&document, "a%u: \"${self:a%u}\"\n", i, i - 1);
    begin(&scene, text_string(&document));
    variables_resolve(scene.variables, parse(&scene, "\"${self:a199}\""));
    assert_non_null(strstr(text_string(&scene.problems), "go too deep"));
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_have_values_of_every_kind),
        cmocka_unit_test(what_has_no_value_says_how_to_give_one),
        cmocka_unit_test(what_nobody_needs_may_have_no_value),
        cmocka_unit_test(what_doubles_does_not_grow_without_bound),
        cmocka_unit_test(what_is_deep_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
