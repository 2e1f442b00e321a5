#include "gateway/policy.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/policy_condition.h"
#include "json/json.h"

#define CONNECT "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect"

/* 2026-11-24T20:36:18.500Z */
static const struct policy_facts facts = {
    .now_milliseconds = 1795552578500,
    .source_ip        = "203.0.113.24",
    .user_agent       = "Mozilla/5.0 (X11)",
};

static enum policy_verdict judge(const char *document, struct text *problem)
{
    struct arena arena = {0};
    struct json_error error;
    const struct json *tree = json_parse(&arena, document, strlen(document), &error);
    enum policy_verdict verdict;

    assert_non_null(tree);
    verdict = policy_judge(tree, "execute-api:Invoke", CONNECT, &facts, problem);
    arena_deinit(&arena);
    return verdict;
}

/* One statement that allows, with that action and that resource. */
static enum policy_verdict judge_allow(const char *action, const char *resource)
{
    SCOPED_TEXT problem = {0};
    SCOPED_MEMORY char *document =
        memory_format("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                      "\"Action\":\"%s\",\"Resource\":\"%s\"}]}",
                      action, resource);

    return judge(document, &problem);
}

static void wildcards_match_as_on_aws(void **state)
{
    static const struct {
        const char *action;
        const char *resource;
        enum policy_verdict expected;
    } cases[] = {
        {"execute-api:Invoke",            CONNECT,                                            POLICY_ALLOWS},
        {"execute-api:invoke",            CONNECT,                                            POLICY_ALLOWS},
        {"execute-api:*",                 "*",                                                POLICY_ALLOWS},
        {"*",                             "arn:aws:execute-api:*:*:a1b2c3d4e5/dev/*",         POLICY_ALLOWS},
        {"execute-api:Inv?ke",            "arn:aws:execute-api:*:*:*/*/$connect",             POLICY_ALLOWS},
        {"execute-api:Invoke",            "arn:aws:execute-api:us-east-1:*:a1b2c3d4e5/*",     POLICY_ALLOWS},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e?/dev/$connect",  POLICY_ALLOWS},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/**",            POLICY_ALLOWS},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/dev/*/*",       POLICY_SILENT},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/prod/*",        POLICY_SILENT},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/dev/$CONNECT",  POLICY_SILENT},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/dev/$connect?", POLICY_SILENT},
        {"execute-api:Invoke",            "arn:aws:execute-api:*:*:a1b2c3d4e5/dev",           POLICY_SILENT},
        {"execute-api:Invoke",            "",                                                 POLICY_SILENT},
        {"execute-api:ManageConnections", "*",                                                POLICY_SILENT},
        {"lambda:*",                      "*",                                                POLICY_SILENT},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (judge_allow(cases[i].action, cases[i].resource) != cases[i].expected)
            fail_msg("%s on %s", cases[i].action, cases[i].resource);
    }
}

#define ALLOW "{\"Effect\":\"Allow\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"*\"}"
#define DENY  "{\"Effect\":\"Deny\",\"Action\":\"execute-api:Invoke\",\"Resource\":\"*\"}"
#define NEAR  "{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"}}"
#define FAR   "{\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}}"
#define OTHER                                                                                      \
    "{\"Effect\":\"Deny\",\"Action\":\"execute-api:Invoke\",\"Resource\":[\"arn:a\",\"arn:b\"]}"

static void statements_are_judged_together(void **state)
{
    static const struct {
        const char *what;
        const char *document;
        enum policy_verdict expected;
    } cases[] = {
        {"one statement without a list",                              "{\"Statement\":" ALLOW "}",                                              POLICY_ALLOWS   },
        {"no statement",                                              "{\"Statement\":[]}",                                                     POLICY_SILENT   },
        {"a deny before an allow",                                    "{\"Statement\":[" DENY "," ALLOW "]}",                                   POLICY_DENIES   },
        {"a deny behind an allow",                                    "{\"Statement\":[" ALLOW "," DENY "]}",                                   POLICY_DENIES   },
        {"a deny of something else",                                  "{\"Statement\":[" OTHER "," ALLOW "]}",                                  POLICY_ALLOWS   },
        {"lists",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"a:b\",\"execute-api:Invoke\"],"
         "\"Resource\":[\"x\",\"*\"]}]}",                                                                                                       POLICY_ALLOWS   },
        {"empty lists",                                               "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[],\"Resource\":[]}]}",
         POLICY_SILENT                                                                                                                                          },
        {"NotResource of another one",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotResource\":\"*/prod/*\"}]}",                                              POLICY_ALLOWS   },
        {"NotAction of this one",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"NotAction\":\"execute-api:*\",\"Resource\":\"*\"}"
         "]}",                                                                                                                                  POLICY_SILENT   },
        {"no object",                                                 "[]",                                                                     POLICY_MALFORMED},
        {"no statements",                                             "{\"Version\":\"2012-10-17\"}",                                           POLICY_MALFORMED},
        {"a number for a statement",                                  "{\"Statement\":[1]}",                                                    POLICY_MALFORMED},
        {"another effect",
         "{\"Statement\":[{\"Effect\":\"allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}",                                                        POLICY_MALFORMED},
        {"no action",                                                 "{\"Statement\":[{\"Effect\":\"Allow\",\"Resource\":\"*\"}]}",
         POLICY_MALFORMED                                                                                                                                       },
        {"no resource",                                               "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\"}]}",
         POLICY_MALFORMED                                                                                                                                       },
        {"both",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotAction\":\"*\",\"Resource\":"
         "\"*\"}]}",                                                                                                                            POLICY_MALFORMED},
        {"a number for a resource",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":[7]}]}",                                                          POLICY_MALFORMED},
        {"an empty condition",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
         "}}]}",                                                                                                                                POLICY_ALLOWS   },
        {"an allow whose condition isn't met",
         "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\","
         "\"Condition\":" FAR "}]}",
         POLICY_SILENT                                                                                                                                          },
        {"a deny whose condition isn't met",
         "{\"Statement\":[" ALLOW ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\","
         "\"Condition\":" FAR "}]}",
         POLICY_ALLOWS                                                                                                                                          },
        {"a deny whose condition is met",
         "{\"Statement\":[" ALLOW ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\","
         "\"Condition\":" NEAR "}]}",
         POLICY_DENIES                                                                                                                                          },
        {"a malformed condition of a statement about something else",
         "{\"Statement\":[" ALLOW ",{\"Effect\":\"Deny\",\"Action\":\"a:b\",\"Resource\":\"*\","
         "\"Condition\":[]}]}",                                                                                                                 POLICY_MALFORMED},
        {"a bad statement behind a good one",                         "{\"Statement\":[" ALLOW ",{\"Effect\":\"Allow\"}]}",
         POLICY_MALFORMED                                                                                                                                       },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT problem = {0};

        if (judge(cases[i].document, &problem) != cases[i].expected)
            fail_msg("%s", cases[i].what);
        if ((problem.size > 0) != (cases[i].expected == POLICY_MALFORMED))
            fail_msg("%s: %s", cases[i].what, text_string(&problem));
    }
}

static void a_resource_of_more_than_512_characters_is_malformed(void **state)
{
    char resource[514];

    memset(resource, '*', sizeof resource);
    resource[512] = '\0';
    assert_int_equal(judge_allow("*", resource), POLICY_ALLOWS);
    resource[512] = '*';
    resource[513] = '\0';
    assert_int_equal(judge_allow("*", resource), POLICY_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wildcards_match_as_on_aws),
        cmocka_unit_test(statements_are_judged_together),
        cmocka_unit_test(a_resource_of_more_than_512_characters_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
