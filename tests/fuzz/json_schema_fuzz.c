/*
 * Schemas: any document is checked against a schema with every keyword, and any document is
 * compiled as a schema. Problems have a message and a place.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz_input.h"
#include "json/json.h"
#include "json/schema.h"

static const char schema_text[] =
    "{\"definitions\":{\"tree\":{\"type\":\"object\",\"properties\":{\"left\":{\"$ref\":"
    "\"#/definitions/tree\"},\"right\":{\"$ref\":\"#/definitions/tree\"}},"
    "\"additionalProperties\":false}},"
    "\"type\":\"object\",\"maxProperties\":5,\"propertyNames\":{\"maxLength\":12},"
    "\"properties\":{"
    "\"tree\":{\"$ref\":\"#/definitions/tree\"},"
    "\"name\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":8,\"pattern\":\"^(a|b|é)+$\"},"
    "\"kind\":{\"enum\":[\"http\",\"aws\",1,null,[1,{\"a\":true}]]},"
    "\"count\":{\"type\":[\"integer\",\"null\"],\"minimum\":1,\"maximum\":100,"
    "\"exclusiveMinimum\":0,\"exclusiveMaximum\":50},"
    "\"list\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":3,\"items\":{\"type\":\"number\"}},"
    "\"one\":{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"required\":[\"uri\"],"
    "\"properties\":{\"uri\":{\"type\":\"string\"},\"kind\":{\"const\":\"http\"}}},"
    "{\"required\":[\"function\"],\"type\":\"object\"}]},"
    "\"any\":{\"anyOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}],"
    "\"not\":{\"required\":[\"a\",\"b\"]}},"
    "\"all\":{\"allOf\":[{\"type\":\"string\"},{\"not\":{\"const\":\"x\"}}]},"
    "\"never\":false},"
    "\"patternProperties\":{\"^x-\":{\"type\":\"string\"}},"
    "\"additionalProperties\":false,\"required\":[\"name\"]}";

static void count_problem(void *owner, const struct json *where, const char *message)
{
    assert(where->line > 0 && strlen(message) > 0);
    (*(size_t *)owner)++;
}

/* Once for all inputs: a schema outlives its checks. */
static struct json_schema *fixed_schema(void)
{
    static struct arena arena;
    static struct json_schema *schema;
    struct json_error error;

    if (!schema)
        schema = json_schema_new(json_parse(&arena, schema_text, sizeof schema_text - 1, &error));
    assert(schema);
    return schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    struct json *document   = json_parse(&arena, (const char *)data, size, &error);
    size_t reported         = 0;

    if (document) {
        size_t count = json_schema_check(fixed_schema(), document, count_problem, &reported);

        assert(count == reported);
        json_schema_free(json_schema_new(document));
    }
    arena_deinit(&arena);
    return 0;
}
