#include "cli/connect/stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

#define DEV                                                                                        \
    "{\"apiId\":\"a1\",\"name\":\"chat\",\"stage\":\"dev\",\"ws\":\"ws://localhost:3001/dev\"}"
#define PROD                                                                                       \
    "{\"apiId\":\"b2\",\"name\":\"e\\u001bvil\",\"stage\":\"prod\",\"ws\":\"ws://localhost:3001/"  \
    "prod\",\"more\":1}"

static bool read_stages(const char *json, struct stages *stages)
{
    return stages_read(json, strlen(json), stages);
}

static void stages_are_read_and_listed(void **state)
{
    struct stages stages = {0};
    SCOPED_TEXT list     = {0};

    assert_true(read_stages("{\"items\":[" DEV "," PROD "]}", &stages));
    assert_int_equal(stages.count, 2);
    assert_string_equal(stages.items[1].ws, "ws://localhost:3001/prod");
    stages_list(&stages, &list);
    assert_string_equal(text_string(&list),
                        "  ws://localhost:3001/dev  (API chat, id a1)\n"
                        "  ws://localhost:3001/prod  (API e\\u001bvil, id b2)\n");
    stages_deinit(&stages);
}

static void a_path_is_of_a_stage_if_a_segment_names_it(void **state)
{
    static const struct {
        const char *path;
        bool expected;
    } cases[] = {
        {"/dev",          true },
        {"/chat/dev?a=b", true },
        {"/prod/",        true },
        {"/de",           false},
        {"/device",       false},
        {"/x?a=/dev",     false},
        {"/",             false},
    };
    struct stages stages = {0};

    assert_true(read_stages("{\"items\":[" DEV "," PROD "]}", &stages));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (stages_has_any(&stages, cases[i].path) != cases[i].expected)
            fail_msg("%s", cases[i].path);
    }
    stages_deinit(&stages);
}

static void an_answer_of_another_kind_is_none(void **state)
{
    static const char *const cases[] = {
        "",
        "[]",
        "{}",
        "{\"items\":{}}",
        "{\"items\":[{}]}",
        "{\"items\":[1]}",
        "<html>",
        "{\"items\":[{\"apiId\":1,\"name\":\"n\",\"stage\":\"s\",\"ws\":\"w\"}]}",
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct stages stages = {0};

        if (read_stages(cases[i], &stages))
            fail_msg("%s", cases[i]);
        stages_deinit(&stages);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_read_and_listed),
        cmocka_unit_test(a_path_is_of_a_stage_if_a_segment_names_it),
        cmocka_unit_test(an_answer_of_another_kind_is_none),
    };

    return cmocka_run_group_tests_name("cli/connect/stages", tests, NULL, NULL);
}
