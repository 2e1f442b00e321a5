#include "project/resolve.h"

#include <string.h>

#include "base/text.h"
#include "model/registry.h"

static void print_command(const struct function *function, struct text *out)
{
    if (function->command) {
        for (char **word = function->command; *word; word++)
            text_append_format(out, "%s%s", word == function->command ? "" : " ", *word);
        return;
    }
    text_append_string(out, function->runtime);
    if (function->handler)
        text_append_format(out, " %s", function->handler);
}

static void print_route(const struct registry *registry, const struct api *api,
                        const struct route *route, int width, struct text *out)
{
    const struct integration *integration =
        route->integration_id ? api_find_integration(api, route->integration_id) : NULL;
    const struct function *function =
        integration ? registry_find_function(registry, integration->function) : NULL;

    text_append_format(out, "    %-*s  ", width, route->route_key);
    if (function) {
        text_append_format(out, "%s (", function->name);
        print_command(function, out);
        text_append_character(out, ')');
    } else {
        text_append_string(out, "no integration");
    }
    text_append_string(out, route->has_route_response ? ", answers the client\n" : "\n");
}

static bool is_only_stage_of_its_name(const struct registry *registry, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < registry->api_count; i++) {
        for (size_t j = 0; j < registry->apis[i].stage_count; j++)
            count += strcmp(registry->apis[i].stages[j].stage_name, name) == 0;
    }
    return count == 1;
}

static void print_stage(const struct registry *registry, const struct api *api,
                        const struct stage *stage, const char *http, struct text *out)
{
    SCOPED_TEXT path = {0};

    if (!is_only_stage_of_its_name(registry, stage->stage_name))
        text_append_format(&path, "%s/", api->api_id);
    text_append_string(&path, stage->stage_name);
    if (http)
        text_append_format(out, "    ws://%s/%s\n    http://%s/%s/@connections/{connectionId}\n",
                           http, text_string(&path), http, text_string(&path));
    else
        text_append_format(out, "    stage %s, path /%s\n", stage->stage_name, text_string(&path));
}

void resolve_print(const struct registry *registry, const char *http, struct text *out)
{
    for (size_t i = 0; i < registry->api_count; i++) {
        const struct api *api = &registry->apis[i];
        size_t width          = 0;

        text_append_format(out, "  API %s (%s)\n", api->name, api->api_id);
        for (size_t j = 0; j < api->stage_count; j++)
            print_stage(registry, api, &api->stages[j], http, out);
        for (size_t j = 0; j < api->route_count; j++) {
            size_t size = strlen(api->routes[j].route_key);

            width = size > width ? size : width;
        }
        for (size_t j = 0; j < api->route_count; j++)
            print_route(registry, api, &api->routes[j], (int)width, out);
    }
}
