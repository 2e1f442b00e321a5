/*
 * Assemblies of the CDK of any shape: one document has all their files as members. What has no
 * problem can be served.
 */

#include "fuzz_input.h"
#include "fuzz_project.h"
#include "project/cdk.h"
#include "project/problems.h"
#include "project/project.h"
#include "json/build.h"
#include "json/json.h"

/* The file is read anew for each path, since its lines are counted on. */
struct assembly {
    const uint8_t *data;
    size_t size;
};

static struct json *read_member(void *owner, struct arena *arena, const char *path, unsigned *line,
                                const char **message)
{
    const struct assembly *assembly = owner;
    struct json_error error         = {0};
    struct json *all  = json_parse(arena, (const char *)assembly->data, assembly->size, &error);
    struct json *file = json_find(all, path);

    *line    = 0;
    *message = file ? NULL : "there is no such file";
    return file ? build_copy(arena, file) : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assembly assembly     = {data, size};
    const struct cdk_files files = {read_member, &assembly};
    char folder[]                = "/nowhere";
    char file[]                  = "/nowhere/cdk.out/manifest.json";
    struct project project = {.kind = PROJECT_CDK, .folder = folder, .file = file, .label = file};
    const struct project_options options = {0};
    struct registry registry             = {0};
    struct problems problems             = {0};

    if (size > 65536)
        return 0; /* it is read once for each of its files */
    cdk_read(&project, &options, &files, &registry, &problems);
    for (size_t i = 0; i < problems.count; i++)
        assert(*problems.items[i].message);
    if (problems.errors == 0)
        check_registry(&registry);
    registry_deinit(&registry);
    problems_deinit(&problems);
    return 0;
}
