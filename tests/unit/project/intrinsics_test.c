#include "project/intrinsics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/yaml.h"
#include "json/json.h"

/* What all cases are evaluated in. */
static const char template[] = "Parameters:\n"
                               "  Stage: {Type: String, Default: dev}\n"
                               "  Given: {Type: String, Default: no}\n"
                               "  Port: {Type: Number, Default: 80}\n"
                               "  Zones: {Type: CommaDelimitedList, Default: 'a, b ,c'}\n"
                               "  Missing: {Type: String}\n"
                               "  Size: {Type: String, Default: m, AllowedValues: [s, l]}\n"
                               "Mappings:\n"
                               "  Sizes: {dev: {memory: 128, list: [x, y]}}\n"
                               "Conditions:\n"
                               "  IsDev: !Equals [!Ref Stage, dev]\n"
                               "  IsProd: !Not [!Condition IsDev]\n"
                               "  Both: !And [!Condition IsDev, !Condition IsProd]\n"
                               "  Either: !Or [!Condition IsProd, !Condition IsDev]\n"
                               "  Loop: !Not [!Condition Pool]\n"
                               "  Pool: !Not [!Condition Loop]\n"
                               "Resources:\n"
                               "  Table: {}\n";

static char given[]             = "Given=yes";
static char import[]            = "shared-vpc=vpc-1";
static char *const parameters[] = {given, import, NULL};

/* The only resource is Table. */
static const char *find_attribute(void *owner, const char *resource, const char *attribute,
                                  const struct json *where)
{
    if (strcmp(resource, "Table") != 0)
        return NULL;
    return attribute[0] == '\0' ? "the-table" : "the-attribute";
}

static void report(void *owner, bool is_warning, const struct json *where, const char *message)
{
    text_append_format(owner, "%s%s;", is_warning ? "warning: " : "", message);
}

/* What the value comes to, as JSON; behind it, what is wrong. */
static void evaluate(const char *yaml, struct text *out)
{
    struct arena arena            = {0};
    struct json_error error       = {0};
    SCOPED_TEXT problems          = {0};
    struct intrinsics *intrinsics = intrinsics_new(&(struct intrinsics_settings){
        .arena          = &arena,
        .document       = yaml_parse(&arena, template, strlen(template), &error),
        .region         = "eu-west-1",
        .account        = "123456789012",
        .stack_name     = "stack",
        .parameters     = parameters,
        .find_attribute = find_attribute,
        .report         = report,
        .owner          = &problems,
    });
    const struct json *source     = yaml_parse(&arena, yaml, strlen(yaml), &error);
    const struct json *value;

    assert_non_null(source);
    value = intrinsics_resolve(intrinsics, source);
    if (problems.size > 0)
        text_append_string(out, text_string(&problems));
    else if (value)
        json_print(value, out);
    else
        text_append_string(out, "nothing");
    intrinsics_deinit(intrinsics);
    arena_deinit(&arena);
}

static void functions_come_to_what_aws_makes_of_them(void **state)
{
    static const struct {
        const char *yaml;
        const char *expected;
    } cases[] = {
        {"!Ref Stage",                                                   "\"dev\""                                         },
        {"!Ref Given",                                                   "\"yes\""                                         },
        {"!Ref Port",                                                    "\"80\""                                          },
        {"!Ref Zones",                                                   "[\"a\",\"b\",\"c\"]"                             },
        {"!Ref Table",                                                   "\"the-table\""                                   },
        {"!Ref AWS::Region",                                             "\"eu-west-1\""                                   },
        {"!Ref AWS::NoValue",                                            "nothing"                                         },
        {"{a: !Ref AWS::NoValue, b: [1, !Ref AWS::NoValue]}",            "{\"b\":[1]}"                                     },
        {"!GetAtt Table.Arn",                                            "\"the-attribute\""                               },
        {"{Fn::GetAtt: Table.Arn}",                                      "\"the-attribute\""                               },
        {"!GetAtt [Table, !Ref Stage]",                                  "\"the-attribute\""                               },
        {"!Sub 'a-${Stage}-${Table.Arn}-${AWS::AccountId}'",
         "\"a-dev-the-attribute-123456789012\""                                                                            },
        {"!Sub ['${X}/${Stage}', {X: !Ref Table}]",                      "\"the-table/dev\""                               },
        {"!Sub '${!Stage} $ {Stage} ${Stage'",                           "\"${Stage} $ {Stage} ${Stage\""                  },
        {"!Sub '${AWS::Partition}.${AWS::URLSuffix}.${AWS::StackName}'",
         "\"aws.amazonaws.com.stack\""                                                                                     },
        {"!Join ['-', [a, !Ref Stage, 5, true]]",                        "\"a-dev-5-true\""                                },
        {"!Join [',', !Ref Zones]",                                      "\"a,b,c\""                                       },
        {"!Join ['', []]",                                               "\"\""                                            },
        {"!Select [1, [a, b]]",                                          "\"b\""                                           },
        {"!Select ['2', !Ref Zones]",                                    "\"c\""                                           },
        {"!Split ['|', 'a||b']",                                         "[\"a\",\"\",\"b\"]"                              },
        {"!Select [0, !GetAZs '']",                                      "\"eu-west-1a\""                                  },
        {"!If [IsDev, {m: 1}, 2]",                                       "{\"m\":1}"                                       },
        {"!If [IsProd, !Ref Nowhere, 2]",                                "2"                                               },
        {"!If [Both, 1, !If [Either, 2, 3]]",                            "2"                                               },
        {"!If [IsProd, 1, !Ref AWS::NoValue]",                           "nothing"                                         },
        {"!FindInMap [Sizes, !Ref Stage, memory]",                       "128"                                             },
        {"!FindInMap [Sizes, dev, list]",                                "[\"x\",\"y\"]"                                   },
        {"!FindInMap [Sizes, prod, memory, {DefaultValue: 1}]",          "1"                                               },
        {"!ImportValue shared-vpc",                                      "\"vpc-1\""                                       },
        {"!Base64 hello",                                                "\"aGVsbG8=\""                                    },
        {"{Fn::Length: [1, 2]}",                                         "2"                                               },
        {"{Fn::ToJsonString: {a: !Ref Stage}}",                          "\"{\\\"a\\\":\\\"dev\\\"}\""                     },
        {"{Condition: {StringEquals: {a: b}}}",                          "{\"Condition\":{\"StringEquals\":{\"a\":\"b\"}}}"},
        {"{Ref: Stage, Other: 1}",                                       "{\"Ref\":\"Stage\",\"Other\":1}"                 },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        evaluate(cases[i].yaml, &out);
        if (!text_equals(&out, cases[i].expected))
            fail_msg("%s: %s", cases[i].yaml, text_string(&out));
    }
}

static void what_cannot_be_evaluated_is_said(void **state)
{
    static const struct {
        const char *yaml;
        const char *problem;
    } cases[] = {
        {"!Ref Stag",                        "there is no resource or parameter \"Stag\": did you mean \"Stage\"?;"},
        {"!Ref AWS::Regoin",                 "there is no pseudo parameter \"AWS::Regoin\";"                       },
        {"!Ref Missing",
         "the parameter Missing has no default: give it with --parameter Missing=VALUE;"                           },
        {"!Ref Size",                        "\"m\" is none of the AllowedValues of the parameter Size;"           },
        {"!Ref [a]",                         "Ref takes the name of a resource or parameter;"                      },
        {"!GetAtt Table",                    "Fn::GetAtt takes the name of a resource and of an attribute;"        },
        {"!GetAtt Tables.Arn",
         "there is no resource or parameter \"Tables\": did you mean \"Table\"?;"                                  },
        {"!Sub '${Zones}'",                  "Fn::Sub: ${Zones} is no text;"                                       },
        {"!Sub {a: b}",                      "Fn::Sub takes a text, or a list of a text and a map;"                },
        {"!Join [',', a]",                   "Fn::Join takes a list of a delimiter and a list of texts;"           },
        {"!Select [7, [a]]",                 "Fn::Select: the list has 1 elements, none with the index 7;"         },
        {"!Select [x, [a]]",                 "Fn::Select takes a list of an index and a list;"                     },
        {"!Split ['', a]",                   "Fn::Split takes a list of a delimiter and a text;"                   },
        {"!If [IsDv, 1, 2]",                 "there is no condition \"IsDv\" under Conditions;"                    },
        {"!If [Loop, 1, 2]",                 "the condition Loop depends on itself;"                               },
        {"!FindInMap [Sizes, prod, memory]",
         "there is no \"memory\" in \"prod\" of the map \"Sizes\";"                                                },
        {"!ImportValue other",
         "\"other\" is what another stack exports, which is not known here: give it with "
         "--parameter other=VALUE;"                                                                                },
        {"!Cidr [a, 1, 2]",                  "Fn::Cidr can't be evaluated here: write what it comes to;"           },
        {"{'Fn::ForEach::X': []}",
         "Fn::ForEach::X can't be evaluated here: write what it comes to;"                                         },
        {"!Joim ['', []]",                   "there is no function Fn::Joim: did you mean Fn::Join?;"              },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        evaluate(cases[i].yaml, &out);
        if (!text_equals(&out, cases[i].problem))
            fail_msg("%s: %s", cases[i].yaml, text_string(&out));
    }
}

/* Each level doubles the text of the one below: 2^60 bytes. */
static void a_text_does_not_grow_without_bound(void **state)
{
    SCOPED_TEXT yaml = {0};
    SCOPED_TEXT out  = {0};

    for (int i = 0; i < 30; i++)
        text_append_string(&yaml, "!Sub ['${a}${a}', {a: ");
    text_append_string(&yaml, "x");
    for (int i = 0; i < 30; i++)
        text_append_string(&yaml, "}]");
    evaluate(text_string(&yaml), &out);
    assert_string_equal(text_string(&out),
                        "the template grows too large with its functions evaluated;");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_come_to_what_aws_makes_of_them),
        cmocka_unit_test(what_cannot_be_evaluated_is_said),
        cmocka_unit_test(a_text_does_not_grow_without_bound),
    };

    return cmocka_run_group_tests_name("intrinsics", tests, NULL, NULL);
}
