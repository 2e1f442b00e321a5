/* SAM's env.json of any bytes. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "fuzz_input.h"
#include "model/registry.h"
#include "project/env_vars.h"
#include "project/problems.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy                = fuzz_copy(data, size);
    struct registry registry  = {0};
    struct problems problems  = {0};
    struct function *function = registry_add_function(&registry);

    function->name       = memory_copy_string("chat");
    function->logical_id = memory_copy_string("ChatFunction");
    name_values_put(&function->environment, "TABLE", "own");
    env_vars_parse(copy, size, "env.json", &registry, &problems);
    assert(function->environment.count == 1); /* nothing is added */
    registry_deinit(&registry);
    problems_deinit(&problems);
    free(copy);
    return 0;
}
