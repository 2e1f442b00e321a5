/*
 * Paths of any bytes against a table: the parameters lie within the path and hold no slash, and
 * slashes more or less change nothing.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "http/operation.h"

static const struct operation operations[] = {
    {"PostToConnection", "POST", "/@connections/{connectionId}",                          NULL},
    {"GetApi",           "GET",  "/v2/apis/{apiId}",                                      NULL},
    {"GetApis",          "GET",  "/v2/apis",                                              NULL},
    {"Four",             "GET",  "/{one}/{two}/{three}/{four}",                           NULL},
    {"GetRouteResponse", "GET",  "/v2/apis/{apiId}/routes/{routeId}/routeresponses/{id}", NULL},
};

static const struct api_table table = {operations, ARRAY_SIZE(operations), 0};

static void append_doubled(const char *path, size_t size, struct text *doubled)
{
    for (size_t at = 0; at < size; at++) {
        text_append_character(doubled, path[at]);
        if (path[at] == '/')
            text_append_character(doubled, '/');
    }
    text_append_character(doubled, '/');
}

static void check(const char *method, const char *path, size_t size)
{
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    struct operation_parameter again[OPERATION_PARAMETERS_MAX];
    SCOPED_TEXT doubled = {0};
    const struct operation *operation;
    size_t count       = 0;
    size_t again_count = 0;
    int is_known       = 0;
    int is_known_again = 0;

    operation = operation_find(&table, method, path, size, parameters, &count, &is_known);
    assert(count <= OPERATION_PARAMETERS_MAX && (!operation || is_known) && (operation || !count));
    for (size_t i = 0; i < count; i++) {
        assert(parameters[i].segment >= path && parameters[i].size > 0);
        assert(parameters[i].segment + parameters[i].size <= path + size);
        assert(!memchr(parameters[i].segment, '/', parameters[i].size));
    }
    append_doubled(path, size, &doubled);
    assert(operation_find(&table, method, doubled.data, doubled.size, again, &again_count,
                          &is_known_again) == operation);
    assert(again_count == count && is_known_again == is_known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_copy(data, size);

    check("GET", path, size);
    check("POST", path, size);
    free(path);
    return 0;
}
