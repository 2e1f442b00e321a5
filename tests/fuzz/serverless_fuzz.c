/*
 * Projects of the Serverless Framework of any bytes: what has no problem can be served, and every
 * problem has its place. Behind a form feed stands the file that it includes, under any name, and
 * that is its .env, too.
 */

#include <errno.h>

#include "fuzz_input.h"
#include "fuzz_project.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/serverless.h"

static int read_included(void *owner, const char *path, size_t most, struct text *contents)
{
    const struct fuzz_input *included = owner;

    if (strstr(path, "none"))
        return -ENOENT;
    if (strstr(path, "secret"))
        return -EACCES;
    text_append(contents, included->data, included->size < most ? included->size : most);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char given[]                          = "stage=dev";
    char *const parameters[]              = {given, NULL};
    const struct project_options options  = {.parameters = parameters};
    struct fuzz_input input               = {(const char *)data, size};
    SCOPED_MEMORY char *contents          = fuzz_take(&input, '\f');
    const struct serverless_source source = {read_included, &input};
    struct registry registry              = {0};
    struct problems problems              = {0};
    struct project project                = {
                       .kind   = PROJECT_SERVERLESS,
                       .folder = memory_copy_string("/nowhere"),
                       .file   = memory_copy_string("/nowhere/serverless.yml"),
                       .label  = memory_copy_string("serverless.yml"),
    };

    serverless_read(&project, &options, &source, contents, strlen(contents), &registry, &problems);
    for (size_t i = 0; i < problems.count; i++)
        assert(*problems.items[i].message && *problems.items[i].file);
    if (problems.errors == 0)
        check_registry(&registry);
    registry_deinit(&registry);
    problems_deinit(&problems);
    project_deinit(&project);
    return 0;
}
