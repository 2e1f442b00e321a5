#include "json/schema.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"

/* clang-format off */
static const char project_schema[] =
    "{\"type\":\"object\",\"additionalProperties\":false,"
    "\"properties\":{"
    "  \"functions\":{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/definitions/function\"}},"
    "  \"apis\":{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/definitions/api\"}}},"
    "\"definitions\":{"
    "  \"function\":{\"type\":\"object\",\"additionalProperties\":false,"
    "    \"properties\":{"
    "      \"runtime\":{\"enum\":[\"nodejs20.x\",\"python3.12\"]},\"handler\":{\"type\":\"string\",\"minLength\":1},"
    "      \"command\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"}},"
    "      \"timeout\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":900},"
    "      \"environment\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
    "      \"warm\":{\"type\":\"boolean\"}},"
    "    \"anyOf\":[{\"required\":[\"handler\"]},{\"required\":[\"command\"]}]},"
    "  \"api\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"routes\"],"
    "    \"properties\":{"
    "      \"id\":{\"type\":\"string\",\"pattern\":\"^[a-z0-9]{10}$\",\"description\":\"10 lower-case letters and digits\"},"
    "      \"routes\":{\"type\":\"object\",\"patternProperties\":{\"^\\\\$\":{\"type\":\"string\"}},"
    "        \"additionalProperties\":{\"oneOf\":["
    "          {\"type\":\"string\",\"minLength\":2},"
    "          {\"type\":\"object\",\"required\":[\"function\"],\"properties\":{\"kind\":{\"const\":\"function\"},\"function\":{\"type\":\"string\"}}},"
    "          {\"type\":\"object\",\"required\":[\"uri\",\"kind\"],\"properties\":{\"kind\":{\"const\":\"http\"},\"uri\":{\"type\":\"string\"}}}]}}}}}}";
/* clang-format on */

static void append_problem(void *owner, const struct json *where, const char *message)
{
    text_append_format(owner, "%u: %s\n", where->line, message);
}

static struct json *parse(struct arena *arena, const char *json)
{
    struct json_error error = {0};
    struct json *value      = json_parse(arena, json, strlen(json), &error);

    if (!value)
        fail_msg("%s: line %u, column %u: %s", json, error.line, error.column, error.message);
    return value;
}

static void check(const char *what, const char *schema_json, const char *document,
                  const char *expected)
{
    struct arena arena         = {0};
    SCOPED_TEXT problems       = {0};
    struct json_schema *schema = json_schema_new(parse(&arena, schema_json));
    size_t lines               = 0;
    size_t count;

    if (!schema)
        fail_msg("%s: the schema is broken", what);
    count = json_schema_check(schema, parse(&arena, document), append_problem, &problems);
    if (!text_equals(&problems, expected))
        fail_msg("%s:\n%sinstead of\n%s", what, text_string(&problems), expected);
    for (const char *at = expected; *at; at++)
        lines += *at == '\n';
    assert_int_equal(count, lines);
    json_schema_free(schema);
    arena_deinit(&arena);
}

/* clang-format off */
static void every_problem_is_told_with_its_remedy(void **state)
{
    static const struct {
        const char *what;
        const char *document;
        const char *expected;
    } cases[] = {
        {"nothing wrong",
         "{\"functions\":{\"chat\":{\"handler\":\"a.b\",\"timeout\":10,\"environment\":{\"A\":\"b\"}}},"
         "\"apis\":{\"chat\":{\"id\":\"chat000001\",\"routes\":{\"$default\":\"chat\",\"send\":{\"function\":\"chat\"}}}}}",
         ""},
        {"an unknown key like a known one",
         "{\"functions\":{\"chat\":{\n\"runtim\":\"nodejs20.x\",\"handler\":\"a\"}}}",
         "2: unknown key \"runtim\" in functions.chat: did you mean \"runtime\"?\n"},
        {"an unknown key of the document", "{\"function\":{}}",
         "1: unknown key \"function\": did you mean \"functions\"?\n"},
        {"an unknown key like none",
         "{\"apis\":{\"chat\":{\"routes\":{},\"colour\":1}}}",
         "1: unknown key \"colour\" in apis.chat: known keys are \"id\"\n"},
        {"an unknown key where all known ones are there",
         "{\"functions\":{},\"apis\":{},\"function\":{}}",
         "1: unknown key \"function\": remove it\n"},
        {"a key that needs quoting",
         "{\"functions\":{\"my chat\":{\"handler\":\"a\",\"timeout\":0}}}",
         "1: functions[\"my chat\"].timeout must be at least 1, not 0\n"},
        {"a missing key", "{\"apis\":\n{\"chat\":{}}}",
         "2: apis.chat lacks the key \"routes\": add it\n"},
        {"one of two missing keys", "{\"functions\":{\"chat\":{\"timeout\":1}}}",
         "1: functions.chat needs one of the keys \"handler\" or \"command\": add one\n"},
        {"a number in quotes", "{\"functions\":{\"chat\":{\"handler\":\"a\",\"timeout\":\"10\"}}}",
         "1: functions.chat.timeout must be a whole number, not a string: leave the quotes out\n"},
        {"true in quotes", "{\"functions\":{\"chat\":{\"handler\":\"a\",\"warm\":\"true\"}}}",
         "1: functions.chat.warm must be true or false, not a string: leave the quotes out\n"},
        {"a fraction for a whole number",
         "{\"functions\":{\"chat\":{\"handler\":\"a\",\"timeout\":1.5}}}",
         "1: functions.chat.timeout must be a whole number, not 1.5\n"},
        {"a whole number with a point",
         "{\"functions\":{\"chat\":{\"handler\":\"a\",\"timeout\":2.0}}}", ""},
        {"too much", "{\"functions\":{\"chat\":{\"handler\":\"a\",\"timeout\":1e3}}}",
         "1: functions.chat.timeout must be at most 900, not 1e3\n"},
        {"another value than the possible ones",
         "{\"functions\":{\"chat\":{\"handler\":\"a\",\"runtime\":\"nodejs2.x\"}}}",
         "1: functions.chat.runtime can't be \"nodejs2.x\"; it must be one of \"nodejs20.x\" or "
         "\"python3.12\": did you mean \"nodejs20.x\"?\n"},
        {"too short", "{\"functions\":{\"chat\":{\"handler\":\"\"}}}",
         "1: functions.chat.handler must have at least 1 character, not 0\n"},
        {"too few", "{\"functions\":{\"chat\":{\"command\":[]}}}",
         "1: functions.chat.command must have at least 1 element, not 0\n"},
        {"a wrong element", "{\"functions\":{\"chat\":{\"command\":[\"a\",\n5]}}}",
         "2: functions.chat.command[1] must be a string, not 5\n"},
        {"what doesn't match", "{\"apis\":{\"chat\":{\"id\":\"CHAT\",\"routes\":{}}}}",
         "1: apis.chat.id can't be \"CHAT\": it must match ^[a-z0-9]{10}$ (10 lower-case letters "
         "and digits)\n"},
        {"a line end behind what matches",
         "{\"apis\":{\"chat\":{\"id\":\"chat000001\\n\",\"routes\":{}}}}",
         "1: apis.chat.id can't be \"chat000001\\n\": it must match ^[a-z0-9]{10}$ (10 lower-case "
         "letters and digits)\n"},
        {"names that have a pattern", "{\"apis\":{\"chat\":{\"routes\":{\"$connect\":{}}}}}",
         "1: apis.chat.routes.$connect must be a string, not an object\n"},
        {"the document itself", "[]", "1: the document must be an object, not an array\n"},
        {"several at once",
         "{\"functions\":{\"a\":{\"handler\":1},\n\"b\":{\"handler\":\"x\",\"timeout\":true}},\n\"x\":1}",
         "1: functions.a.handler must be a string, not 1\n"
         "2: functions.b.timeout must be a whole number, not true or false\n"
         "3: unknown key \"x\": known keys are \"apis\"\n"},
        {"none of the forms", "{\"apis\":{\"chat\":{\"routes\":{\"send\":5}}}}",
         "1: apis.chat.routes.send can't be 5; it must be a string, an object with \"function\" "
         "or an object with \"uri\"\n"},
        {"an object of none of the forms", "{\"apis\":{\"chat\":{\"routes\":{\"send\":[1]}}}}",
         "1: apis.chat.routes.send can't be an array like this; it must be a string, an object "
         "with \"function\" or an object with \"uri\"\n"},
        {"a mistake within the form that was meant",
         "{\"apis\":{\"chat\":{\"routes\":{\"send\":{\"kind\":\"http\",\"uri\":5}}}}}",
         "1: apis.chat.routes.send.uri must be a string, not 5\n"},
        {"a detail of the simple form", "{\"apis\":{\"chat\":{\"routes\":{\"send\":\"x\"}}}}",
         "1: apis.chat.routes.send must have at least 2 characters, not 1\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].what, project_schema, cases[i].document, cases[i].expected);
}
/* clang-format on */

/* clang-format off */
static void keywords_mean_what_json_schema_says(void **state)
{
    static const struct {
        const char *what;
        const char *schema;
        const char *document;
        const char *expected;
    } cases[] = {
        {"true allows everything", "true", "[1]", ""},
        {"false allows nothing", "false", "[1]",
         "1: the document is not allowed here: remove it\n"},
        {"an empty schema allows everything", "{}", "null", ""},
        {"several types", "{\"type\":[\"string\",\"null\"]}", "null", ""},
        {"none of several types", "{\"type\":[\"string\",\"null\",\"array\"]}", "{}",
         "1: the document must be a string, null or an array, not an object\n"},
        {"a huge number is whole", "{\"type\":\"integer\"}", "1e300", ""},
        {"enum of all kinds", "{\"enum\":[1,null,[1,{\"a\":2}]]}", "[1,{\"a\":2.0}]", ""},
        {"enum, another order of members", "{\"enum\":[{\"a\":1,\"b\":2}]}", "{\"b\":2,\"a\":1}", ""},
        {"enum, other elements", "{\"enum\":[[1,2],[1]]}", "[2,1]",
         "1: the document can't be an array; it must be one of an array or an array\n"},
        {"enum of one", "{\"enum\":[1]}", "true", "1: the document can't be true; it must be 1\n"},
        {"const", "{\"const\":\"a\"}", "\"b\"", "1: the document must be \"a\", not \"b\"\n"},
        {"const, equal numbers", "{\"const\":1}", "1.0", ""},
        {"a long value is cut",
         "{\"const\":1}",
         "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678é123\"",
         "1: the document must be 1, not "
         "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678…\n"},
        {"exclusive bounds as numbers", "{\"exclusiveMinimum\":1,\"exclusiveMaximum\":2}", "1",
         "1: the document must be more than 1, not 1\n"},
        {"exclusive upper bound", "{\"exclusiveMinimum\":1,\"exclusiveMaximum\":2}", "2",
         "1: the document must be less than 2, not 2\n"},
        {"exclusive bounds of draft 4", "{\"minimum\":1,\"exclusiveMinimum\":true}", "1",
         "1: the document must be more than 1, not 1\n"},
        {"bounds say nothing of strings", "{\"minimum\":1,\"maxItems\":0}", "\"\"", ""},
        {"lengths count characters, not bytes", "{\"maxLength\":2}", "\"é€\"", ""},
        {"too long", "{\"maxLength\":2}", "\"abc\"",
         "1: the document must have at most 2 characters, not 3\n"},
        {"too many elements", "{\"maxItems\":1}", "[1,2]",
         "1: the document must have at most 1 element, not 2\n"},
        {"too few keys", "{\"minProperties\":1}", "{}",
         "1: the document must have at least 1 key, not 0\n"},
        {"too many keys", "{\"maxProperties\":0}", "{\"a\":1}",
         "1: the document must have at most 0 keys, not 1\n"},
        {"a pattern is searched for", "{\"pattern\":\"b+\"}", "\"abbc\"", ""},
        {"a pattern of characters", "{\"pattern\":\"^.$\"}", "\"é\"", ""},
        {"names", "{\"propertyNames\":{\"maxLength\":1}}", "{\"a\":1,\n\"bc\":2}",
         "2: key must have at most 1 character, not 2\n"},
        {"names and patterns both apply",
         "{\"properties\":{\"a\":{\"type\":\"number\"}},\"patternProperties\":{\"a\":{\"minimum\":5}},"
         "\"additionalProperties\":false}",
         "{\"a\":1}", "1: a must be at least 5, not 1\n"},
        {"a pattern makes a key known",
         "{\"patternProperties\":{\"^x-\":true},\"additionalProperties\":false}",
         "{\"x-a\":1,\"y\":2}", "1: unknown key \"y\": remove it\n"},
        {"allOf", "{\"allOf\":[{\"minimum\":5},{\"maximum\":3}]}", "4",
         "1: the document must be at least 5, not 4\n1: the document must be at most 3, not 4\n"},
        {"anyOf, several fit", "{\"anyOf\":[{\"type\":\"number\"},{\"minimum\":0}]}", "4", ""},
        {"oneOf, several fit", "{\"oneOf\":[{\"type\":\"number\"},{\"minimum\":0}]}", "4",
         "1: the document fits several of the forms it may have: make clear which one it is\n"},
        {"oneOf, two keys", "{\"oneOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}",
         "{\"a\":1,\"b\":2}",
         "1: the document may have only one of the keys \"a\" or \"b\": remove the others\n"},
        {"alternatives by title and value",
         "{\"anyOf\":[{\"$ref\":\"#/definitions/d\"},{\"const\":7},{\"minimum\":99}],"
         "\"definitions\":{\"d\":{\"title\":\"a date\",\"type\":\"string\"}}}",
         "{}", ""},
        {"no alternative fits",
         "{\"anyOf\":[{\"$ref\":\"#/definitions/d\"},{\"type\":\"boolean\"}],"
         "\"definitions\":{\"d\":{\"title\":\"a date\",\"type\":\"string\"}}}",
         "{}",
         "1: the document can't be an object; it must be a date or true or false\n"},
        {"not", "{\"not\":{\"type\":\"string\",\"description\":\"use a number\"}}", "\"\"",
         "1: the document is not allowed here: use a number\n"},
        {"not, fine", "{\"not\":{\"type\":\"string\"}}", "1", ""},
        {"not both", "{\"not\":{\"required\":[\"a\",\"b\"]}}", "{\"a\":1,\"b\":1}",
         "1: the document can't have \"a\" and \"b\" together: remove one\n"},
        {"not one", "{\"not\":{\"required\":[\"a\"]}}", "{\"a\":1}",
         "1: the document can't have \"a\": remove it\n"},
        {"a reference to the whole", "{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}", "[[],[[1]]]",
         "1: [1][0][0] must be an array, not 1\n"},
        {"escapes in a reference",
         "{\"$ref\":\"#/definitions/a~1b~0c\",\"definitions\":{\"a/b~c\":{\"type\":\"null\"}}}", "1",
         "1: the document must be null, not 1\n"},
        {"beside a reference nothing counts",
         "{\"$ref\":\"#/definitions/a\",\"type\":\"null\",\"definitions\":{\"a\":true}}", "1", ""},
        {"notes", "{\"$schema\":\"x\",\"$id\":\"y\",\"title\":\"t\",\"description\":\"d\","
                  "\"default\":{\"not\":5},\"examples\":[],\"format\":\"uri\",\"$comment\":\"c\"}",
         "1", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].what, cases[i].schema, cases[i].document, cases[i].expected);
}
/* clang-format on */

/* What a broken schema makes the log say. */
static void compile_broken(const char *schema_json, struct text *said)
{
    struct arena arena = {0};
    struct json *json  = parse(&arena, schema_json);
    int saved          = dup(STDERR_FILENO);
    struct json_schema *schema;
    ssize_t size;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    schema = json_schema_new(json);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    size = read(ends[0], text_reserve(said, 4096), 4096);
    assert_true(size >= 0);
    text_grow(said, (size_t)size);
    close(ends[0]);
    if (schema)
        fail_msg("not refused: %s", schema_json);
    arena_deinit(&arena);
}

static void a_schema_with_anything_that_would_be_ignored_is_broken(void **state)
{
    static const struct {
        const char *schema;
        const char *said;
    } cases[] = {
        {"5",                                      "a schema must be an object, true or false"             },
        {"{\n\"multipleOf\":2}",                   "line 2: multipleOf: is a keyword that is not supported"},
        {"{\"properties\":{\"a\":{\"if\":true}}}", "if: is a keyword that is not supported"                },
        {"{\"type\":\"text\"}",                    "type: must be the name of a type"                      },
        {"{\"type\":[]}",                          "type: must be the name of a type"                      },
        {"{\"properties\":[]}",                    "properties: must hold schemas"                         },
        {"{\"items\":[{}]}",                       "a schema must be an object, true or false"             },
        {"{\"anyOf\":{}}",                         "anyOf: must hold schemas"                              },
        {"{\"required\":[1]}",                     "required: must be an array of strings"                 },
        {"{\"minimum\":\"1\"}",                    "minimum: must be a number"                             },
        {"{\"exclusiveMinimum\":\"1\"}",           "exclusiveMinimum: must be a number"                    },
        {"{\"enum\":1}",                           "enum: must be an array"                                },
        {"{\"pattern\":1}",                        "pattern: must be a string"                             },
        {"{\"pattern\":\"(\"}",                    "malformed pattern \"(\" at character 2"                },
        {"{\"patternProperties\":{\"[\":{}}}",     "malformed pattern \"[\""                               },
        {"{\"$ref\":\"#/definitions/none\"}",      "$ref: names nothing in this schema"                    },
        {"{\"$ref\":\"other.json\"}",              "$ref: names nothing in this schema"                    },
        {"{\"$ref\":\"\"}",                        "$ref: names nothing in this schema"                    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT said = {0};

        compile_broken(cases[i].schema, &said);
        if (!strstr(text_string(&said), cases[i].said))
            fail_msg("%s: %s", cases[i].schema, text_string(&said));
    }
    json_schema_free(NULL);
}

/* It ends, and doesn't pass for checked. */
static void a_schema_without_end_is_given_up(void **state)
{
    struct arena arena         = {0};
    SCOPED_TEXT problems       = {0};
    struct json_schema *schema = json_schema_new(
        parse(&arena, "{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}],\"type\":\"number\"}"));
    int saved = dup(STDERR_FILENO);
    int null  = open("/dev/null", O_WRONLY | O_CLOEXEC);

    assert_non_null(schema);
    assert_int_equal(dup2(null, STDERR_FILENO), STDERR_FILENO);
    assert_true(json_schema_check(schema, parse(&arena, "1"), append_problem, &problems) > 0);
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    close(null);
    assert_non_null(strstr(text_string(&problems), "the document is too large to be checked"));
    json_schema_free(schema);
    arena_deinit(&arena);
}

/* Strings of bytes that backtracking could spend hours on. */
static void a_pattern_that_backtracks_without_end_does_not_match(void **state)
{
    check("nested repetition", "{\"pattern\":\"^(a+)+$\"}",
          "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
          "1: the document can't be \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\": "
          "it must match ^(a+)+$\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_is_told_with_its_remedy),
        cmocka_unit_test(keywords_mean_what_json_schema_says),
        cmocka_unit_test(a_schema_with_anything_that_would_be_ignored_is_broken),
        cmocka_unit_test(a_schema_without_end_is_given_up),
        cmocka_unit_test(a_pattern_that_backtracks_without_end_does_not_match),
    };

    return cmocka_run_group_tests_name("json/schema", tests, NULL, NULL);
}
