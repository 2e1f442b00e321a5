#pragma once

/* What must hold of every project that has no problem: it can be served. */

#include <assert.h>

#include "base/arena.h"
#include "base/text.h"
#include "gateway/snapshot.h"
#include "lambda/command.h"
#include "model/registry.h"
#include "project/resolve.h"

static inline void check_function(const struct function *function)
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

static inline void check_api(const struct registry *registry, const struct api *api)
{
    assert(*api->api_id && registry_find_api(registry, api->api_id));
    for (size_t i = 0; i < api->route_count; i++) {
        const char *id       = api->routes[i].integration_id;
        const char *function = id ? api_find_integration(api, id)->function : NULL;

        assert(!function || strstr(function, "${stageVariables.") ||
               registry_find_function(registry, function));
    }
    for (size_t i = 0; i < api->stage_count; i++)
        snapshot_drop(snapshot_new(registry, api, &api->stages[i]));
}

static inline void check_registry(const struct registry *registry)
{
    SCOPED_TEXT shown = {0};

    for (size_t i = 0; i < registry->function_count; i++)
        check_function(&registry->functions[i]);
    for (size_t i = 0; i < registry->api_count; i++)
        check_api(registry, &registry->apis[i]);
    resolve_print(registry, "localhost:3001", &shown);
}
