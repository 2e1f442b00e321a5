#include "gateway/policy_condition.h"

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

/* 2026-11-24T20:36:18.500Z */
static const struct policy_facts facts = {
    .now_milliseconds = 1795552578500,
    .source_ip        = "203.0.113.24",
    .user_agent       = "Mozilla/5.0 (X11)",
};

struct condition_case {
    const char *condition; /* with ' for " */
    enum condition_verdict expected;
};

static enum condition_verdict judge(const char *condition, const struct policy_facts *known,
                                    struct text *problem)
{
    SCOPED_MEMORY char *document = memory_copy_string(condition);
    struct arena arena           = {0};
    enum condition_verdict verdict;
    const struct json *tree;
    struct json_error error;

    for (char *quote = strchr(document, '\''); quote; quote = strchr(quote, '\''))
        *quote = '"';
    tree = json_parse(&arena, document, strlen(document), &error);
    if (!tree)
        fail_msg("%s: %s", document, error.message);
    verdict = policy_condition_judge(tree, known, problem);
    arena_deinit(&arena);
    return verdict;
}

static void check(const struct condition_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SCOPED_TEXT problem = {0};

        if (judge(cases[i].condition, &facts, &problem) != cases[i].expected)
            fail_msg("%s", cases[i].condition);
        if ((problem.size > 0) != (cases[i].expected == CONDITION_MALFORMED))
            fail_msg("%s: %s", cases[i].condition, text_string(&problem));
    }
}

static void operators_compare_as_iam_does(void **state)
{
    static const struct condition_case cases[] = {
        {"{'StringEquals':{'aws:SourceIp':'203.0.113.24'}}",                    CONDITION_MET      },
        {"{'StringEquals':{'aws:UserAgent':'mozilla/5.0 (x11)'}}",              CONDITION_NOT_MET  },
        {"{'StringEquals':{'aws:UserAgent':'Mozilla*'}}",                       CONDITION_NOT_MET  },
        {"{'StringNotEquals':{'aws:UserAgent':'Mozilla*'}}",                    CONDITION_MET      },
        {"{'StringEqualsIgnoreCase':{'aws:UserAgent':'mozilla/5.0 (x11)'}}",    CONDITION_MET      },
        {"{'StringNotEqualsIgnoreCase':{'aws:UserAgent':'mozilla/5.0 (x11)'}}", CONDITION_NOT_MET  },
        {"{'StringLike':{'aws:UserAgent':'Moz*/?.0 *'}}",                       CONDITION_MET      },
        {"{'StringLike':{'aws:UserAgent':'moz*'}}",                             CONDITION_NOT_MET  },
        {"{'StringNotLike':{'aws:UserAgent':'Moz*'}}",                          CONDITION_NOT_MET  },
        {"{'NumericEquals':{'aws:EpochTime':'1795552578'}}",                    CONDITION_MET      },
        {"{'NumericEquals':{'aws:EpochTime':1795552578.0}}",                    CONDITION_MET      },
        {"{'NumericNotEquals':{'aws:EpochTime':1795552578}}",                   CONDITION_NOT_MET  },
        {"{'NumericLessThan':{'aws:EpochTime':1795552578}}",                    CONDITION_NOT_MET  },
        {"{'NumericLessThan':{'aws:EpochTime':1795552579}}",                    CONDITION_MET      },
        {"{'NumericLessThanEquals':{'aws:EpochTime':1795552578}}",              CONDITION_MET      },
        {"{'NumericGreaterThan':{'aws:EpochTime':1795552578}}",                 CONDITION_NOT_MET  },
        {"{'NumericGreaterThan':{'aws:EpochTime':'1e3'}}",                      CONDITION_MET      },
        {"{'NumericGreaterThanEquals':{'aws:EpochTime':1795552578}}",           CONDITION_MET      },
        {"{'NumericEquals':{'aws:UserAgent':7}}",                               CONDITION_NOT_MET  },
        {"{'NumericNotEquals':{'aws:UserAgent':7}}",                            CONDITION_MET      },
        {"{'NumericEquals':{'aws:EpochTime':'soon'}}",                          CONDITION_MALFORMED},
        {"{'NumericEquals':{'aws:EpochTime':''}}",                              CONDITION_MALFORMED},
        {"{'DateEquals':{'aws:CurrentTime':'2026-11-24T20:36:18.5Z'}}",         CONDITION_MET      },
        {"{'DateEquals':{'aws:CurrentTime':'2026-11-24T21:36:18.500+01:00'}}",  CONDITION_MET      },
        {"{'DateNotEquals':{'aws:CurrentTime':'2026-11-24T20:36:18Z'}}",        CONDITION_MET      },
        {"{'DateLessThan':{'aws:CurrentTime':'2026-11-25'}}",                   CONDITION_MET      },
        {"{'DateLessThan':{'aws:CurrentTime':'2026'}}",                         CONDITION_NOT_MET  },
        {"{'DateLessThan':{'aws:EpochTime':'2026-12'}}",                        CONDITION_MET      },
        {"{'DateLessThanEquals':{'aws:EpochTime':'1795552578'}}",               CONDITION_MET      },
        {"{'DateGreaterThan':{'aws:CurrentTime':'2026-11-24T20:36Z'}}",         CONDITION_MET      },
        {"{'DateGreaterThan':{'aws:CurrentTime':'2026-11-24T16:00:00-05:00'}}", CONDITION_NOT_MET  },
        {"{'DateGreaterThanEquals':{'aws:EpochTime':1795552578}}",              CONDITION_MET      },
        {"{'DateLessThan':{'aws:CurrentTime':'tomorrow'}}",                     CONDITION_MALFORMED},
        {"{'DateLessThan':{'aws:CurrentTime':'2026-13-01'}}",                   CONDITION_MALFORMED},
        {"{'DateLessThan':{'aws:CurrentTime':'2026-11-24T25:00Z'}}",            CONDITION_MALFORMED},
        {"{'DateLessThan':{'aws:CurrentTime':'2026-11-24T20:36:18.Z'}}",        CONDITION_MALFORMED},
        {"{'DateLessThan':{'aws:CurrentTime':'2026-11-24T20:36Zulu'}}",         CONDITION_MALFORMED},
        {"{'Bool':{'aws:SecureTransport':'true'}}",                             CONDITION_MET      },
        {"{'Bool':{'aws:SecureTransport':true}}",                               CONDITION_MET      },
        {"{'Bool':{'aws:SecureTransport':'False'}}",                            CONDITION_NOT_MET  },
        {"{'Bool':{'aws:SecureTransport':'yes'}}",                              CONDITION_MALFORMED},
        {"{'BinaryEquals':{'aws:UserAgent':'QmluYXJ5'}}",                       CONDITION_NOT_MET  },
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.24'}}",                       CONDITION_MET      },
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.24/32'}}",                    CONDITION_MET      },
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.16/28'}}",                    CONDITION_MET      },
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.32/28'}}",                    CONDITION_NOT_MET  },
        {"{'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}}",                          CONDITION_MET      },
        {"{'IpAddress':{'aws:SourceIp':'::/0'}}",                               CONDITION_NOT_MET  },
        {"{'IpAddress':{'aws:SourceIp':['192.0.2.0/24','203.0.113.0/24']}}",    CONDITION_MET      },
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.0/33'}}",                     CONDITION_MALFORMED},
        {"{'IpAddress':{'aws:SourceIp':'203.0.113.0/'}}",                       CONDITION_MALFORMED},
        {"{'IpAddress':{'aws:SourceIp':'203.0.113'}}",                          CONDITION_MALFORMED},
        {"{'NotIpAddress':{'aws:SourceIp':['192.0.2.0/24','203.0.113.0/24']}}", CONDITION_NOT_MET  },
        {"{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}",                    CONDITION_MET      },
        {"{'ArnEquals':{'aws:UserAgent':'arn:aws:s3:::*'}}",                    CONDITION_NOT_MET  },
        {"{'ArnNotLike':{'aws:UserAgent':'arn:aws:s3:::*'}}",                   CONDITION_MET      },
        {"{'Null':{'aws:SourceIp':'false'}}",                                   CONDITION_MET      },
        {"{'Null':{'aws:SourceIp':'true'}}",                                    CONDITION_NOT_MET  },
        {"{'Null':{'aws:Referer':true}}",                                       CONDITION_MET      },
        {"{'Null':{'aws:Referer':['false']}}",                                  CONDITION_NOT_MET  },
        {"{'Null':{'aws:Referer':'maybe'}}",                                    CONDITION_MALFORMED},
    };

    check(cases, ARRAY_SIZE(cases));
}

static void keys_values_and_operators_count_together(void **state)
{
    static const struct condition_case cases[] = {
        {"{}",                                                                             CONDITION_MET      },
        {"{'StringEquals':{}}",                                                            CONDITION_MET      },
        {"{'stringequals':{'AWS:sourceip':'203.0.113.24'}}",                               CONDITION_MET      },
        {"{'StringEquals':{'aws:SourceIp':[]}}",                                           CONDITION_NOT_MET  },
        {"{'StringNotEquals':{'aws:SourceIp':[]}}",                                        CONDITION_MET      },
        {"{'StringLike':{'aws:SourceIp':'203.*','aws:UserAgent':'Mozilla*'}}",             CONDITION_MET      },
        {"{'StringLike':{'aws:SourceIp':'203.*','aws:UserAgent':'curl*'}}",                CONDITION_NOT_MET  },
        {"{'StringLike':{'aws:SourceIp':'203.*'},'Bool':{'aws:SecureTransport':'false'}}",
         CONDITION_NOT_MET                                                                                    },
        {"{'Bool':{'aws:SecureTransport':'false'},'Bools':{'aws:SourceIp':'1'}}",
         CONDITION_MALFORMED                                                                                  },
        {"{'StringEquals':'aws:SourceIp'}",                                                CONDITION_MALFORMED},
        {"{'StringEquals':{'aws:SourceIp':null}}",                                         CONDITION_MALFORMED},
        {"{'StringEquals':{'aws:SourceIp':[['203.0.113.24']]}}",                           CONDITION_MALFORMED},
        {"{'IpAddress':{'aws:VpcSourceIp':'here'}}",                                       CONDITION_MALFORMED},
        {"{'IfExists':{'aws:SourceIp':'1'}}",                                              CONDITION_MALFORMED},
        {"{'NullIfExists':{'aws:SourceIp':'true'}}",                                       CONDITION_MALFORMED},
        {"{'ForAnyValue:Null':{'aws:SourceIp':'true'}}",                                   CONDITION_MALFORMED},
        {"[]",                                                                             CONDITION_MALFORMED},
    };

    check(cases, ARRAY_SIZE(cases));
}

/* A key that the request hasn't, whether there is such a key or not. */
static void missing_keys_fit_negations_and_if_exists(void **state)
{
    static const struct condition_case cases[] = {
        {"{'StringEquals':{'aws:Referer':'x'}}",                      CONDITION_NOT_MET},
        {"{'StringLike':{'aws:SourceVpce':'*'}}",                     CONDITION_NOT_MET},
        {"{'StringNotEquals':{'aws:PrincipalOrgID':'o-1'}}",          CONDITION_MET    },
        {"{'IpAddress':{'aws:VpcSourceIp':'10.0.0.0/8'}}",            CONDITION_NOT_MET},
        {"{'NotIpAddress':{'aws:VpcSourceIp':'10.0.0.0/8'}}",         CONDITION_MET    },
        {"{'Bool':{'aws:MultiFactorAuthPresent':'false'}}",           CONDITION_NOT_MET},
        {"{'BoolIfExists':{'aws:MultiFactorAuthPresent':'true'}}",    CONDITION_MET    },
        {"{'StringEqualsIfExists':{'aws:Referer':'x'}}",              CONDITION_MET    },
        {"{'StringEqualsIfExists':{'aws:SourceIp':'x'}}",             CONDITION_NOT_MET},
        {"{'NumericLessThan':{'my:Key':1}}",                          CONDITION_NOT_MET},
        {"{'ArnLike':{'aws:SourceArn':'*'}}",                         CONDITION_NOT_MET},
        {"{'ArnNotLikeIfExists':{'aws:SourceArn':'*'}}",              CONDITION_MET    },
        {"{'ForAllValues:StringEquals':{'aws:Referer':'x'}}",         CONDITION_MET    },
        {"{'ForAllValues:StringEquals':{'aws:SourceIp':'x'}}",        CONDITION_NOT_MET},
        {"{'ForAnyValue:StringEquals':{'aws:Referer':'x'}}",          CONDITION_NOT_MET},
        {"{'ForAnyValue:StringNotEquals':{'aws:Referer':'x'}}",       CONDITION_NOT_MET},
        {"{'ForAnyValue:StringLike':{'aws:SourceIp':['x','203.*']}}", CONDITION_MET    },
        {"{'ForAnyValue:StringLikeIfExists':{'aws:Referer':'x'}}",    CONDITION_MET    },
    };

    check(cases, ARRAY_SIZE(cases));
}

static void facts_of_every_kind_are_found(void **state)
{
    static const struct policy_facts known = {
        .now_milliseconds = 1795552578500,
        .source_ip        = "2001:db8::1",
        .referer          = "https://example.com/chat",
    };
    static const struct condition_case cases[] = {
        {"{'IpAddress':{'aws:SourceIp':'2001:DB8::/32'}}",               CONDITION_MET    },
        {"{'IpAddress':{'aws:SourceIp':['2001:db9::/32','0.0.0.0/0']}}", CONDITION_NOT_MET},
        {"{'StringLike':{'aws:Referer':'https://example.com/*'}}",       CONDITION_MET    },
        {"{'Null':{'aws:UserAgent':'true'}}",                            CONDITION_MET    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT problem = {0};

        if (judge(cases[i].condition, &known, &problem) != cases[i].expected)
            fail_msg("%s", cases[i].condition);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_compare_as_iam_does),
        cmocka_unit_test(keys_values_and_operators_count_together),
        cmocka_unit_test(missing_keys_fit_negations_and_if_exists),
        cmocka_unit_test(facts_of_every_kind_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
