/* Escapes and queries of any bytes. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/url.h"
#include "fuzz_input.h"

static void check_decode(const char *data, size_t size, bool plus_is_space)
{
    SCOPED_MEMORY char *in_place = memory_copy(data, size);
    SCOPED_MEMORY char *out      = memory_new(size + 1);
    size_t decoded               = url_decode(data, size, plus_is_space, out);

    assert(decoded <= size && decoded * 3 >= size);
    assert(url_decode(in_place, size, plus_is_space, in_place) == decoded);
    assert(memcmp(in_place, out, decoded) == 0);
    if (!memchr(data, '%', size))
        assert(decoded == size);
}

static void check_query(const char *query)
{
    struct arena arena = {0};
    struct url_parameter *parameters;
    size_t count  = url_parse_query(&arena, query, &parameters);
    size_t pieces = 1;
    size_t total  = 0;

    for (const char *at = query; *at; at++)
        pieces += *at == '&';
    assert(count <= pieces);
    for (size_t i = 0; i < count; i++)
        total += strlen(parameters[i].name) + strlen(parameters[i].value);
    assert(total <= strlen(query));
    arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy                 = fuzz_copy(data, size);
    SCOPED_MEMORY char *string = memory_copy(data, size);

    check_decode(copy, size, false);
    check_decode(copy, size, true);
    check_query(string);
    free(copy);
    return 0;
}
