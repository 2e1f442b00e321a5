#include <string.h>

#include "base/arena.h"
#include "project/reading.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"

/* A layer's text, resolved; NULL: it has none. */
static const struct json *find_text(struct serverless *serverless, const struct json *layer,
                                    const char *name)
{
    const struct json *value = variables_member(serverless->variables, layer, name);

    value = value ? variables_resolve(serverless->variables, value) : NULL;
    return value && value->kind == JSON_STRING ? value : NULL;
}

/* Its folder; a package that is there already is one, too, for whoever reads layers to refuse. */
static const struct json *find_content(struct serverless *serverless, const struct json *layer)
{
    const struct json *package = variables_member(serverless->variables, layer, "package");
    const struct json *path    = find_text(serverless, layer, "path");

    if (!path && package && package->kind == JSON_OBJECT)
        path = find_text(serverless, package, "artifact");
    return path;
}

static void write_layer(struct serverless *serverless, const struct json *layer, const char *key)
{
    const char *id =
        arena_format(serverless->arena, "%sLambdaLayer", serverless_normalize(serverless, key));
    const struct json *name    = find_text(serverless, layer, "name");
    const struct json *content = find_content(serverless, layer);
    struct json *properties;

    if (!content) {
        serverless_error(serverless, layer, "needs a path: the folder that the layer is made of");
        return;
    }
    properties = serverless_add_resource(serverless, id, "AWS::Lambda::LayerVersion", layer);
    build_add(properties, "LayerName",
              name ? build_copy(serverless->arena, name)
                   : serverless_string(serverless, key, layer));
    build_add(properties, "Content", build_copy(serverless->arena, content));
}

/* Serverless Framework: "AWS Lambda Layers": functions refer to {"Ref": "CommonLambdaLayer"}. */
void serverless_layers_write(struct serverless *serverless)
{
    const struct json *layers =
        variables_member(serverless->variables, serverless->document, "layers");

    for (const struct json *member = reading_members(layers); member; member = member->next) {
        const struct json *layer = variables_member(serverless->variables, layers, member->name);

        serverless->place = arena_format(serverless->arena, "layers.%s", member->name);
        if (layer && layer->kind == JSON_OBJECT)
            write_layer(serverless, layer, member->name);
        else
            serverless_error(serverless, member, "must be a map with a path");
    }
    serverless->place = NULL;
}
