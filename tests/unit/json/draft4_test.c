#include "json/draft4.h"

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

#define BASE "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/"

/* clang-format off */
#define SHARED "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"number\",\"minimum\":1},\"s\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":4,\"pattern\":\"^x\"},\"e\":{\"enum\":[\"p\",\"q\"]},\"l\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"minItems\":1,\"uniqueItems\":true},\"b\":{\"type\":\"boolean\"}},\"required\":[\"b\",\"a\"],\"additionalProperties\":false}"

struct check_case {
    const char *schema;
    const char *body;
    const char *expected; /* NULL: it fits */
};

/* The reference's cases of models. */
static const struct check_case observed[] = {
    {SHARED, "{\"a\":1,\"b\":true}", NULL},
    {SHARED, "{}", "[object has missing required properties ([\"a\",\"b\"])]"},
    {SHARED, "{\"a\":1}", "[object has missing required properties ([\"b\"])]"},
    {SHARED, "[]", "[instance type (array) does not match any allowed primitive type (allowed: [\"object\"])]"},
    {SHARED, "{\"a\":\"x\",\"b\":true}", "[instance type (string) does not match any allowed primitive type (allowed: [\"integer\",\"number\"])]"},
    {SHARED, "{\"a\":0,\"b\":true}", "[numeric instance is lower than the required minimum (minimum: 1, found: 0)]"},
    {SHARED, "{\"a\":1,\"b\":true,\"s\":\"x\"}", "[string \"x\" is too short (length: 1, required minimum: 2)]"},
    {SHARED, "{\"a\":1,\"b\":true,\"s\":\"xxxxx\"}", "[string \"xxxxx\" is too long (length: 5, maximum allowed: 4)]"},
    {SHARED, "{\"a\":1,\"b\":true,\"s\":\"yy\"}", "[ECMA 262 regex \"^x\" does not match input string \"yy\"]"},
    {SHARED, "{\"a\":1,\"b\":true,\"e\":\"z\"}", "[instance value (\"z\") not found in enum (possible values: [\"p\",\"q\"])]"},
    {SHARED, "{\"a\":1,\"b\":true,\"l\":[]}", "[array is too short: must have at least 1 elements but instance has 0 elements]"},
    {SHARED, "{\"a\":1,\"b\":true,\"l\":[1,1]}", "[array must not contain duplicate elements]"},
    {SHARED, "{\"a\":1,\"b\":true,\"z\":1,\"y\":2}", "[object instance has properties which are not allowed by the schema: [\"y\",\"z\"]]"},
    {SHARED, "{\"a\":\"x\",\"b\":\"y\"}", "[instance type (string) does not match any allowed primitive type (allowed: [\"integer\",\"number\"]), instance type (string) does not match any allowed primitive type (allowed: [\"boolean\"])]"},
    {SHARED, "{\"a\":1,\"z\":1}", "[object instance has properties which are not allowed by the schema: [\"z\"], object has missing required properties ([\"b\"])]"},
};

static const struct check_case draft4_cases[] = {
    {"{\"exclusiveMinimum\":true,\"minimum\":1}", "1", "[numeric instance is not strictly greater than the required minimum 1]"},
    {"{\"exclusiveMaximum\":true,\"maximum\":5}", "5", "[numeric instance is not strictly lower than the required maximum 5]"},
    {"{\"maximum\":5}", "9", "[numeric instance is greater than the required maximum (maximum: 5, found: 9)]"},
    {"{\"multipleOf\":2}", "7", "[remainder of division is not zero (7 / 2)]"},
    {"{\"multipleOf\":0.1}", "0.3", NULL},
    {"{\"type\":\"integer\"}", "1.0", NULL},
    {"{\"type\":\"integer\"}", "1.5", "[instance type (number) does not match any allowed primitive type (allowed: [\"integer\"])]"},
    {"{\"maxItems\":1}", "[1,2]", "[array is too long: must have at most 1 elements but instance has 2 elements]"},
    {"{\"items\":[{},{}],\"additionalItems\":false}", "[1,2,3]", "[schema only allows 2 elements in array but instance has 3 elements]"},
    {"{\"minProperties\":1}", "{}", "[object has too few properties (found 0 but schema requires at least 1)]"},
    {"{\"maxProperties\":2}", "{\"a\":1,\"b\":1,\"c\":1}", "[object has too many properties (found 3 but schema requires at most 2)]"},
    {"{\"dependencies\":{\"a\":[\"b\"]}}", "{\"a\":1}", "[property \"a\" of object has missing property dependencies (schema requires [\"b\"]; missing: [\"b\"])]"},
    {"{\"allOf\":[{\"type\":\"string\"},{\"minimum\":1}]}", "2", "[instance failed to match all required schemas (matched only 1 out of 2)]"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "2", "[instance failed to match at least one required schema among 2]"},
    {"{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "2", "[instance failed to match exactly one schema (matched 0 out of 2)]"},
    {"{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", NULL},
    {"{\"not\":{\"type\":\"string\"}}", "\"x\"", "[instance matched a schema which it should not have]"},
    {"{\"format\":\"email\"}", "\"x\"", "[string \"x\" is not a valid email address]"},
    {"{\"format\":\"email\"}", "\"a.b@example.com\"", NULL},
    {"{\"format\":\"ipv4\"}", "\"1.2.3.256\"", "[string \"1.2.3.256\" is not a valid IPv4 address]"},
    {"{\"format\":\"ipv6\"}", "\"::1\"", NULL},
    {"{\"format\":\"ipv6\"}", "\"1::2::3\"", "[string \"1::2::3\" is not a valid IPv6 address]"},
    {"{\"format\":\"date-time\"}", "\"2026-11-24T18:00:00.5Z\"", NULL},
    {"{\"format\":\"hostname\"}", "\"-a\"", "[string \"-a\" is not a valid hostname]"},
    {"{\"format\":\"regex\"}", "\"(\"", "[string \"(\" is not a valid ECMA 262 regular expression]"},
    {"{\"format\":\"int32\"}", "\"x\"", NULL},
    {"{\"const\":1}", "2", NULL},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]", "[array must not contain duplicate elements]"},
    {"{\"uniqueItems\":true}", "[1,\"1\",null,[1]]", NULL},
    {"{\"definitions\":{\"n\":{\"type\":\"number\"}},\"items\":{\"$ref\":\"#/definitions/n\"}}", "[\"x\"]", "[instance type (string) does not match any allowed primitive type (allowed: [\"integer\",\"number\"])]"},
    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"additionalProperties\":false}", "{\"next\":{\"next\":{\"x\":1}}}", "[object instance has properties which are not allowed by the schema: [\"x\"]]"},
    {"{\"items\":{\"$ref\":\"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Other\"}}", "[{}]", "[object has missing required properties ([\"id\"])]"},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},\"additionalProperties\":{\"type\":\"number\"}}", "{\"x-a\":\"s\",\"b\":1}", NULL},
    {"{\"patternProperties\":{\"^x-\":{\"type\":\"string\"}}}", "{\"x-a\":1}", "[instance type (integer) does not match any allowed primitive type (allowed: [\"string\"])]"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"", "[ECMA 262 regex \"^(a+)+$\" does not match input string \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"]"},
    {"{\"allOf\":[{\"$ref\":\"#\"}]}", "1", "[instance failed to match all required schemas (matched only 0 out of 1)]"},
    {"{\"maxLength\":1}", "\"é\"", NULL},
    {"{\"format\":\"base64\"}", "\"aGk=\"", NULL},
    {"{\"format\":\"base64\"}", "\"aGk\"", "[string \"aGk\" is not valid base64]"},
    {"{\"format\":\"base64\"}", "\"a===\"", "[string \"a===\" is not valid base64]"},
    {"{\"format\":\"base64\"}", "\"a=Gk\"", "[string \"a=Gk\" is not valid base64]"},
    {"{\"format\":\"json-pointer\"}", "\"\"", NULL},
    {"{\"format\":\"json-pointer\"}", "\"/a~0b/~1\"", NULL},
    {"{\"format\":\"json-pointer\"}", "\"a\"", "[string \"a\" is not a valid JSON Pointer]"},
    {"{\"format\":\"json-pointer\"}", "\"/~2\"", "[string \"/~2\" is not a valid JSON Pointer]"},
    {"{\"format\":\"mac\"}", "\"00:1A:2b:3c:4d:5e\"", NULL},
    {"{\"format\":\"mac\"}", "\"00-1A-2b-3c-4d-5e\"", "[string \"00-1A-2b-3c-4d-5e\" is not a valid MAC address]"},
    {"{\"format\":\"mac\"}", "\"00:1A:2b:3c:4d\"", "[string \"00:1A:2b:3c:4d\" is not a valid MAC address]"},
    {"{\"format\":\"md5\"}", "\"d41d8cd98f00b204e9800998ecf8427e\"", NULL},
    {"{\"format\":\"md5\"}", "\"d41d8cd98f00b204e9800998ecf8427\"", "[string \"d41d8cd98f00b204e9800998ecf8427\" is not a valid MD5 digest]"},
    {"{\"format\":\"sha1\"}", "\"d41d8cd98f00b204e9800998ecf8427e\"", "[string \"d41d8cd98f00b204e9800998ecf8427e\" is not a valid SHA-1 digest]"},
    {"{\"format\":\"sha256\"}", "\"x\"", "[string \"x\" is not a valid SHA-256 digest]"},
    {"{\"format\":\"sha512\"}", "\"x\"", "[string \"x\" is not a valid SHA-512 digest]"},
    {"{\"format\":\"sha256\"}", "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", NULL},
    {"{\"format\":\"uri-template\"}", "\"/rooms/{room}{?page,size*}\"", NULL},
    {"{\"format\":\"uri-template\"}", "\"/rooms/{room\"", "[string \"/rooms/{room\" is not a valid URI template]"},
    {"{\"format\":\"uri-template\"}", "\"/rooms/{}\"", "[string \"/rooms/{}\" is not a valid URI template]"},
    {"{\"format\":\"uri-template\"}", "\"/a b\"", "[string \"/a b\" is not a valid URI template]"},
    {"{\"format\":\"uuid\"}", "\"123e4567-e89b-12d3-a456-426614174000\"", NULL},
    {"{\"format\":\"uuid\"}", "\"123e4567e89b12d3a456426614174000\"", "[string \"123e4567e89b12d3a456426614174000\" is not a valid UUID]"},
    {"{\"format\":\"uri\"}", "\"http://a.example/b?c=d#e\"", NULL},
    {"{\"format\":\"uri\"}", "\"a b\"", "[string \"a b\" is not a valid URI]"},
    {"{\"format\":\"hostname\"}", "\"a.example.com\"", NULL},
    {"{\"format\":\"ipv4\"}", "\"127.0.0.1\"", NULL},
    {"{\"format\":\"regex\"}", "\"^a+$\"", NULL},
    {"{\"enum\":[1]}", "1.0", NULL},
    {"{\"enum\":[\"p\"],\"format\":\"ipv4\",\"maxLength\":0}", "\"x\"", "[instance value (\"x\") not found in enum (possible values: [\"p\"]), string \"x\" is too long (length: 1, maximum allowed: 0), string \"x\" is not a valid IPv4 address]"},
    {"{\"type\":[\"string\",\"null\"]}", "null", NULL},
    {"{\"pattern\":\"b\"}", "\"abc\"", NULL},
    {"{\"pattern\":\"^\\\\d{3}$\"}", "\"12\"", "[ECMA 262 regex \"^\\\\d{3}$\" does not match input string \"12\"]"},
    {"{\"dependencies\":{\"a\":{\"required\":[\"c\"]}}}", "{\"a\":1}", "[object has missing required properties ([\"c\"])]"},
    {"{\"oneOf\":[{\"type\":\"string\"},{\"maxLength\":9}]}", "\"x\"", "[instance failed to match exactly one schema (matched 2 out of 2)]"},
};

static const struct {
    const char *schema;
    const char *complaint;
} broken[] = {
    {"{\"type\":\"text\"}", "\"type\" must be"},
    {"{\"exclusiveMinimum\":1}", "must be true or false in draft 4"},
    {"{\"required\":true}", "\"required\" is an array"},
    {"{\"required\":[]}", "at least one name"},
    {"{\"pattern\":\"(\"}", "malformed pattern"},
    {"{\"$ref\":\"#/definitions/no\"}", "leads nowhere"},
    {"{\"$ref\":\"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/No\"}", "leads nowhere"},
    {"{\"items\":true}", "must be an object"},
    {"{\"$ref\":\"#\"}", "without end"},
    {"{\"x\":{\"a\":{}},\"items\":{\"$ref\":\"#/x/a\"}}", "what is no schema"},
    {"{\"anyOf\":[]}", "must be an array"},
    {"{\"minLength\":-1}", "whole number"},
    {"{\"multipleOf\":0}", "above 0"},
    {"[]", "must be an object"},
    {"{\"enum\":[]}", "\"enum\""},
    {"{\"not\":[]}", "must be an object"},
    {"{\"dependencies\":[]}", "must be an object"},
    {"{\"properties\":[]}", "must be an object"},
    {"{\"uniqueItems\":1}", "true or false"},
    {"{\"minimum\":\"1\"}", "must be a number"},
    {"{\"pattern\":1}", "must be a string"},
    {"{\"format\":1}", "must be a string"},
    {"{\"maxLength\":\"1\"}", "whole number"},
    {"{\"exclusiveMaximum\":true}", "needs \"maximum\""},
};
/* clang-format on */

static void take_report(void *owner, const struct json *where, bool is_warning, const char *message)
{
    assert_non_null(where);
    text_append_format(owner, "%s%s\n", is_warning ? "warning: " : "", message);
}

static const struct json *parse(struct arena *arena, const char *text)
{
    struct json_error error   = {0};
    const struct json *parsed = json_parse_any(arena, text, strlen(text), &error);

    assert_non_null(parsed);
    return parsed;
}

static struct draft4 *make(struct arena *arena, const char *schema)
{
    struct draft4 *draft4 = draft4_new(BASE);

    draft4_add(draft4, "Model", parse(arena, schema));
    draft4_add(draft4, "Other", parse(arena, "{\"required\":[\"id\"]}"));
    return draft4;
}

static void check_case(const struct check_case *one)
{
    struct arena arena    = {0};
    struct draft4 *draft4 = make(&arena, one->schema);
    SCOPED_TEXT report    = {0};
    SCOPED_TEXT problems  = {0};
    bool fits;

    assert_true(draft4_compile(draft4, take_report, &report));
    fits = draft4_check(draft4, "Model", parse(&arena, one->body), &problems);
    assert_string_equal(text_string(&problems), one->expected ? one->expected : "");
    assert_int_equal(fits, !one->expected);
    draft4_free(draft4);
    arena_deinit(&arena);
}

static void messages_are_those_that_aws_logs(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(observed); i++)
        check_case(&observed[i]);
}

static void every_keyword_of_draft_4_is_checked(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(draft4_cases); i++)
        check_case(&draft4_cases[i]);
}

static void broken_schemas_are_explained(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        struct arena arena    = {0};
        struct draft4 *draft4 = make(&arena, broken[i].schema);
        SCOPED_TEXT report    = {0};

        if (draft4_compile(draft4, take_report, &report) ||
            !strstr(text_string(&report), broken[i].complaint))
            fail_msg("%s: %s", broken[i].schema, text_string(&report));
        draft4_free(draft4);
        arena_deinit(&arena);
    }
}

static void keywords_of_later_drafts_are_warned_about(void **state)
{
    struct arena arena    = {0};
    struct draft4 *draft4 = make(&arena, "{\"const\":1,\"x-mine\":2,\"title\":\"t\"}");
    SCOPED_TEXT report    = {0};

    assert_true(draft4_compile(draft4, take_report, &report));
    assert_string_equal(text_string(&report),
                        "warning: \"const\" is no keyword of draft 4: AWS ignores it\n");
    draft4_free(draft4);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_those_that_aws_logs),
        cmocka_unit_test(every_keyword_of_draft_4_is_checked),
        cmocka_unit_test(broken_schemas_are_explained),
        cmocka_unit_test(keywords_of_later_drafts_are_warned_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
