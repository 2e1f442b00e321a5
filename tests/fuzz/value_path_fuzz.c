/*
 * JSONPath of templates: the first line is a path, the rest a body. A path is refused with a
 * message or finds the same, and as much, each time.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz_input.h"
#include "template/lenient_json.h"
#include "template/run.h"
#include "template/value_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input   = {(const char *)data, size};
    char *taken               = fuzz_take(&input, '\n');
    size_t path_size          = strlen(taken);
    char *path_text           = fuzz_copy(taken, path_size);
    char *body                = fuzz_copy(input.data, input.size);
    struct mapping_input none = {0};
    struct mapping_run *run   = mapping_run_new(&none);
    const char *problem       = NULL;
    struct value_path *path   = value_path_new(&run->arena, path_text, path_size, &problem);
    struct value document     = lenient_json_parse(run, body, input.size);
    struct value found;

    assert(!path == (problem != NULL));
    if (path && !run->has_failed) {
        enum value_path_result result = value_path_find(run, path, document, &found);

        assert((result == VALUE_PATH_FAILED) == run->has_failed);
        if (result == VALUE_PATH_FOUND)
            value_hash_code(run, found);
    }
    mapping_run_free(run);
    free(body);
    free(path_text);
    free(taken);
    return 0;
}
