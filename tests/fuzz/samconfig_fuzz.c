/* samconfig.toml of any bytes: each parameter has a name, and no more is taken than came. */

#include <assert.h>

#include "base/arena.h"
#include "fuzz_input.h"
#include "project/samconfig.h"

/* Each section that counts is looked for from the beginning. */
#define SECTIONS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED_MEMORY char *contents = memory_copy(data, size);
    struct samconfig config      = {0};
    struct arena arena           = {0};
    size_t total                 = 0;

    samconfig_parse(&arena, contents, size, &config);
    assert(!config.parameters == !config.parameter_count);
    for (size_t i = 0; i < config.parameter_count; i++) {
        assert(strchr(config.parameters[i], '='));
        total += strlen(config.parameters[i]);
    }
    assert(!config.parameters || !config.parameters[config.parameter_count]);
    assert(total <= SECTIONS * size && (!config.stack_name || strlen(config.stack_name) < size));
    arena_deinit(&arena);
    return 0;
}
