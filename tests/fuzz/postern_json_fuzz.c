/*
 * Project files of any bytes: what has no problem can be served (its expressions compile, its
 * routes find their functions, its functions have a command), and every problem has its place.
 */

#include <assert.h>

#include "fuzz_input.h"
#include "fuzz_project.h"
#include "project/postern_json.h"
#include "project/problems.h"
#include "project/project.h"

static void check_problems(const struct problems *problems, unsigned lines)
{
    for (size_t i = 0; i < problems->count; i++) {
        assert(*problems->items[i].message && problems->items[i].line <= lines);
        assert(strcmp(problems->items[i].file, "postern.json") == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[]                = "/nowhere";
    char label[]                 = "postern.json";
    const struct project project = {
        .kind = PROJECT_POSTERN_JSON, .folder = folder, .file = label, .label = label};
    struct registry registry     = {0};
    struct problems problems     = {0};
    SCOPED_MEMORY char *contents = memory_copy(data, size);
    unsigned lines               = 1;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    postern_json_read(&project, &(struct project_options){0}, contents, size, &registry, &problems);
    check_problems(&problems, lines);
    if (problems.errors == 0)
        check_registry(&registry);
    registry_deinit(&registry);
    problems_deinit(&problems);
    return 0;
}
