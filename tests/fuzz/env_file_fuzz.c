/* Environment files of any bytes. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz_input.h"
#include "model/name_values.h"
#include "project/env_file.h"
#include "project/problems.h"

static void check_variable(const struct name_value *variable, size_t size)
{
    size_t name_size = strlen(variable->name);

    assert(name_size > 0 && name_size + strlen(variable->value) < size);
    assert(variable->name[strcspn(variable->name, "= \t\r\n\"'#")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy                = fuzz_copy(data, size);
    struct name_values values = {0};
    struct problems problems  = {0};
    unsigned lines            = 1;

    for (size_t i = 0; i < size; i++)
        lines += copy[i] == '\n';
    env_file_parse(copy, size, ".env", &values, &problems);
    for (size_t i = 0; i < values.count; i++)
        check_variable(&values.items[i], size);
    for (size_t i = 0; i < problems.count; i++)
        assert(problems.items[i].line <= lines);
    name_values_deinit(&values);
    problems_deinit(&problems);
    free(copy);
    return 0;
}
