#include "project/lint_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"

static void two_wildcards_at_the_end_of_a_text_are_found(void **state)
{
    static const struct {
        const char *source;
        unsigned line;
    } cases[] = {
        {"a\nconst r = `${arn}/${stage}/*/*`;",           2},
        {"resource = f'{arn}/{stage}/*/*'",               1},
        {"\n\nr = \"arn:aws:execute-api:a:b:c/dev/*/*\"", 3},
        {"r = `${arn}/${stage}/*`;",                      0},
        {"f(/*/* a comment */);\nr = 'x/*/*'",            2},
        {"/*/*",                                          0},
        {"",                                              0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(lint_code_find_wildcards(cases[i].source), cases[i].line);
}

static void a_body_beside_a_status_is_found(void **state)
{
    static const struct {
        const char *source;
        unsigned line;
    } cases[] = {
        {"return { statusCode: 200, body: 'Data sent.' };",              1},
        {"return {\n  body: JSON.stringify(x),\n  statusCode: 200,\n};", 2},
        {"return {\"statusCode\": 200, \"body\": json.dumps(x)}",        1},
        {"{ statusCode: 200, body: text }",                              1},
        {"{ 'statusCode' => 200, 'body' => 'a' }",                       1},
        {"return { statusCode: 200, body: '' };",                        0},
        {"return { statusCode: 200, body: null };",                      0},
        {"return {'statusCode': 200, 'body': None}",                     0},
        {"return { statusCode: 200 };",                                  0},
        {"const { body: text } = event;",                                0},
        {"JSON.parse(event.body); return { statusCode: 200 };",          0},
        {"somebody: 1, statusCode: 2, event.body: x, body_x: 1",         0},
        {"",                                                             0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_int_equal(lint_code_find_body(cases[i].source), cases[i].line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_wildcards_at_the_end_of_a_text_are_found),
        cmocka_unit_test(a_body_beside_a_status_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
