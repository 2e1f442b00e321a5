#include "template/mapping_template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "json/json.h"

#define FILE_SIZE_MAX (1024 * 1024)

static void fill(struct mapping_run *run, struct object *object, void *owner)
{
    const struct json *members = owner;
    SCOPED_TEXT text           = {0};

    if (!members)
        return;
    json_print(members, &text);
    assert_true(mapping_put_json(run, object, text_string(&text), text.size));
}

/* What a case comes to: its output, or "parse" or "runtime" with a message. */
static void evaluate(const struct json *test, struct text *output, struct text *error)
{
    const struct json *source  = json_find(test, "template");
    const struct json *body    = json_find(test, "body");
    struct mapping_input input = {
        .context         = {fill, json_find(test, "context")       },
        .stage_variables = {fill, json_find(test, "stageVariables")},
        .params          = {fill, json_find(test, "params")        },
    };
    struct mapping_error where        = {0};
    struct mapping_template *template = mapping_template_new(source->string, source->size, &where);
    struct mapping_run *run;

    if (!template) {
        text_append_format(error, "parse %u:%u %s", where.line, where.column, where.message);
        return;
    }
    run = mapping_run_new(&input);
    if (!mapping_run_evaluate(run, template, body ? body->string : "", body ? body->size : 0,
                              output, &where))
        text_append_format(error, "runtime %u:%u %s", where.line, where.column, where.message);
    mapping_run_free(run);
    mapping_template_free(template);
}

/* True if it came to what the case expects. */
static bool check(const struct json *test)
{
    const struct json *expected = json_find(test, "expected");
    const char *how             = json_find_string(test, "error");
    SCOPED_TEXT output          = {0};
    SCOPED_TEXT error           = {0};
    bool is_right;

    evaluate(test, &output, &error);
    if (how)
        is_right = strncmp(text_string(&error), how, strlen(how)) == 0;
    else
        is_right = error.size == 0 && output.size == expected->size &&
                   memcmp(text_string(&output), expected->string, output.size) == 0;
    if (!is_right)
        print_message("%s\n  template: %s\n  expected: %s\n  got:      %s%s\n",
                      json_find_string(test, "name"), json_find_string(test, "template"),
                      how ? how : expected->string, text_string(&output), text_string(&error));
    return is_right;
}

/* The cases of fixtures/vtl: what API Gateway prints, as recorded there or as its engine does. */
static void templates_print_what_api_gateway_prints(void **state)
{
    SCOPED_TEXT file   = {0};
    struct arena arena = {0};
    unsigned count     = 0;
    unsigned wrong     = 0;
    struct json_error where;
    const struct json *cases;

    assert_int_equal(file_read("fixtures/vtl/cases.json", FILE_SIZE_MAX, &file), 0);
    cases = json_find(json_parse(&arena, file.data, file.size, &where), "cases");
    assert_non_null(cases);
    for (const struct json *test = cases->first; test; test = test->next) {
        count++;
        wrong += !check(test);
    }
    arena_deinit(&arena);
    assert_int_equal(count, 421);
    if (wrong > 0)
        fail_msg("%u of %u cases differ", wrong, count);
}

/* A MOCK's answer is parsed as $input parses a body; one without an integer has no status. */
static void a_mocks_status_is_found_where_api_gateway_finds_it(void **state)
{
    static const char source[] = "$input.json('$.statusCode')";
    SCOPED_TEXT file           = {0};
    struct arena arena         = {0};
    unsigned count             = 0;
    struct json_error where;
    const struct json *bodies;

    assert_int_equal(file_read("fixtures/vtl/cases.json", FILE_SIZE_MAX, &file), 0);
    bodies = json_find(json_parse(&arena, file.data, file.size, &where), "mockBodies");
    assert_non_null(bodies);
    for (const struct json *test = bodies->first; test; test = test->next, count++) {
        const struct json *body   = json_find(test, "body");
        const struct json *status = json_find(test, "status");
        struct mapping_error error;
        struct mapping_template *template = mapping_template_new(source, sizeof source - 1, &error);
        struct mapping_input nothing      = {0};
        struct mapping_run *run           = mapping_run_new(&nothing);
        SCOPED_TEXT found                 = {0};
        bool is_read =
            mapping_run_evaluate(run, template, body->string, body->size, &found, &error);

        print_message("%s\n", body->string);
        assert_int_equal(is_read, mapping_body_is_sound(body->string, body->size));
        if (status->kind == JSON_NUMBER)
            assert_string_equal(text_string(&found), status->string);
        else
            assert_true(!is_read || text_string(&found)[0] == '"');
        mapping_run_free(run);
        mapping_template_free(template);
    }
    arena_deinit(&arena);
    assert_int_equal(count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_print_what_api_gateway_prints),
        cmocka_unit_test(a_mocks_status_is_found_where_api_gateway_finds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
