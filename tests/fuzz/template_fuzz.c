/*
 * Templates of any bytes: what has no problem can be served, and every problem has its place.
 */

#include "fuzz_input.h"
#include "fuzz_project.h"
#include "project/cloudformation.h"
#include "project/problems.h"
#include "project/project.h"

static void check_problems(const struct problems *problems, unsigned lines)
{
    for (size_t i = 0; i < problems->count; i++) {
        assert(*problems->items[i].message && problems->items[i].line <= lines);
        assert(strcmp(problems->items[i].file, problems->items[0].file) == 0);
    }
}

/* The first byte says whether it is JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[]                        = "/nowhere";
    char json[]                          = "/nowhere/template.json";
    char yaml[]                          = "/nowhere/template.yaml";
    bool is_json                         = size > 0 && data[0] == '{';
    struct project project               = {.kind   = PROJECT_TEMPLATE,
                                            .folder = folder,
                                            .file   = is_json ? json : yaml,
                                            .label  = is_json ? json : yaml};
    char given[]                         = "Stage=dev";
    char *const parameters[]             = {given, NULL};
    const struct project_options options = {.parameters = parameters};
    struct registry registry             = {0};
    struct problems problems             = {0};
    SCOPED_MEMORY char *contents         = memory_copy(data, size);
    unsigned lines                       = 2;

    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
    cloudformation_read(&project, &options, contents, size, &registry, &problems);
    check_problems(&problems, lines);
    if (problems.errors == 0)
        check_registry(&registry);
    registry_deinit(&registry);
    problems_deinit(&problems);
    return 0;
}
