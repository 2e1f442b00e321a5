/*
 * Project files of any bytes: what has no problem can be served (its expressions compile, its
 * routes find their functions, its functions have a command), and every problem has its place.
 */

#include <assert.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "gateway/snapshot.h"
#include "lambda/command.h"
#include "model/registry.h"
#include "project/postern_json.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/resolve.h"

static void check_function(const struct function *function)
{
    struct arena arena  = {0};
    const char *problem = "";
    const char *const *command;

    command = command_build(&arena, function, "/runtime", &problem);
    assert(*function->name && function->code_uri[0] == '/');
    assert(function->timeout_seconds > 0 && function->concurrency > 0);
    assert(command ? command[0] && *command[0] : *problem);
    arena_deinit(&arena);
}

static void check_api(const struct registry *registry, const struct api *api)
{
    assert(*api->api_id && registry_find_api(registry, api->api_id));
    for (size_t i = 0; i < api->route_count; i++) {
        const char *id = api->routes[i].integration_id;

        assert(!id || registry_find_function(registry, api_find_integration(api, id)->function));
    }
    for (size_t i = 0; i < api->stage_count; i++)
        snapshot_drop(snapshot_new(registry, api, &api->stages[i]));
}

static void check_registry(const struct registry *registry)
{
    SCOPED_TEXT shown = {0};

    for (size_t i = 0; i < registry->function_count; i++)
        check_function(&registry->functions[i]);
    for (size_t i = 0; i < registry->api_count; i++)
        check_api(registry, &registry->apis[i]);
    resolve_print(registry, "localhost:3001", &shown);
}

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
