#include "model/access_log_format.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Each piece between bars: text, or a variable's name after '=', "?" if there is none. */
static void take_apart(const char *format, struct text *out)
{
    struct access_log_piece piece;

    while (access_log_format_next(&format, &piece)) {
        text_append_character(out, '|');
        if (!piece.is_variable)
            text_append(out, piece.text, piece.size);
        else if (piece.reference.variable == CONTEXT_UNKNOWN)
            text_append_string(out, "=?");
        else
            text_append_format(out, "=%s", context_variable_name(piece.reference.variable));
    }
}

static void formats_are_text_and_variables(void **state)
{
    static const struct {
        const char *format;
        const char *expected;
    } cases[] = {
        {"",                                      ""                                      },
        {"plain",                                 "|plain"                                },
        {"$context.requestId",                    "|=requestId"                           },
        {"a $context.stage b",                    "|a |=stage| b"                         },
        {"$context.stage$context.status",         "|=stage|=status"                       },
        {"$context.identity.sourceIp.",           "|=identity.sourceIp|."                 },
        {"$context.stage-x",                      "|=stage|-x"                            },
        {"$context.stage.more",                   "|=?"                                   },
        {"$context.authorizer.any_thing",         "|=authorizer.*"                        },
        {"$context.nothing",                      "|=?"                                   },
        {"${context.stage}s",                     "|=stage|s"                             },
        {"${context.stage",                       "|${context.stage"                      },
        {"$$context.stage",                       "|$|=stage"                             },
        {"$context",                              "|$context"                             },
        {"$context.",                             "|$context."                            },
        {"$contextual.stage",                     "|$contextual.stage"                    },
        {"#if($input.body)$stageVariables.x#end", "|#if($input.body)$stageVariables.x#end"},
        {"$",                                     "|$"                                    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        take_apart(cases[i].format, &out);
        assert_string_equal(text_string(&out), cases[i].expected);
    }
}

static void a_format_has_a_request_id_and_3_kb(void **state)
{
    SCOPED_TEXT format = {0};

    assert_null(access_log_format_problem("$context.requestId"));
    assert_null(access_log_format_problem("x $context.extendedRequestId"));
    assert_non_null(access_log_format_problem("$context.requestIds"));
    assert_non_null(access_log_format_problem("$context.integration.requestId"));
    text_append_string(&format, "$context.requestId ");
    while (format.size < ACCESS_LOG_FORMAT_SIZE_MAX)
        text_append_character(&format, 'x');
    assert_null(access_log_format_problem(text_string(&format)));
    text_append_character(&format, 'x');
    assert_non_null(access_log_format_problem(text_string(&format)));
}

static void unknown_variables_are_named(void **state)
{
    SCOPED_TEXT names = {0};

    access_log_format_unknown("$context.stage $context.foo ${context.error.no}", &names);
    assert_string_equal(text_string(&names), "$context.foo, ${context.error.no}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_text_and_variables),
        cmocka_unit_test(a_format_has_a_request_id_and_3_kb),
        cmocka_unit_test(unknown_variables_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
