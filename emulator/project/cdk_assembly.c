#include "project/cdk_assembly.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/cdk_state.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"

#define MANIFEST "manifest.json"

#define TYPE_STACK    "aws:cloudformation:stack"
#define TYPE_ASSEMBLY "cdk:cloud-assembly"
#define TYPE_ASSETS   "cdk:asset-manifest"

/* Assemblies in assemblies, and stacks in stacks. */
#define DEPTH_MAX 10

static bool has_type(const struct json *value, const char *member, const char *type)
{
    const char *own = json_find_string(value, member);

    return own && strcmp(own, type) == 0;
}

static void add_stack(struct cdk *cdk, struct cdk_assembly *assembly, const char *folder,
                      const struct json *artifact, const struct json *artifacts)
{
    const struct json *properties = json_find(artifact, "properties");
    const char *file              = json_find_string(properties, "templateFile");
    const char *display_name      = json_find_string(artifact, "displayName");
    const char *name              = json_find_string(properties, "stackName");

    if (!file) {
        cdk_error(cdk, artifact, "the stack %s has no templateFile", artifact->name);
        return;
    }
    if (assembly->count == CDK_STACKS_MAX) {
        cdk_error(cdk, artifact, "there are more than %d stacks", CDK_STACKS_MAX);
        return;
    }
    assembly->stacks[assembly->count++] = (struct cdk_stack){
        .id           = artifact->name,
        .display_name = display_name ? display_name : artifact->name,
        .name         = name ? name : artifact->name,
        .folder       = folder,
        .file         = cdk_join(cdk, folder, file),
        .artifact     = artifact,
        .artifacts    = artifacts,
    };
}

static void read_manifest(struct cdk *cdk, struct cdk_assembly *assembly, const char *folder,
                          const struct json *where, unsigned depth)
{
    const struct json *manifest  = cdk_open(cdk, cdk_join(cdk, folder, MANIFEST), where);
    const struct json *artifacts = json_find(manifest, "artifacts");

    if (manifest && (!artifacts || artifacts->kind != JSON_OBJECT))
        cdk_error(cdk, manifest, "has no artifacts: this is no output of `cdk synth`");
    for (const struct json *artifact = reading_members(artifacts); artifact;
         artifact                    = artifact->next) {
        const char *inner = json_find_string(json_find(artifact, "properties"), "directoryName");

        if (has_type(artifact, "type", TYPE_STACK))
            add_stack(cdk, assembly, folder, artifact, artifacts);
        else if (has_type(artifact, "type", TYPE_ASSEMBLY) && inner && depth < DEPTH_MAX)
            read_manifest(cdk, assembly,
                          cdk_join(cdk, folder, arena_format(cdk->arena, "%s/", inner)), artifact,
                          depth + 1);
    }
}

void cdk_assembly_read(struct cdk *cdk, struct cdk_assembly *assembly)
{
    assembly->count = 0;
    read_manifest(cdk, assembly, "", NULL, 0);
}

const char *cdk_assembly_nested(struct cdk *cdk, const char *folder, const struct json *resource)
{
    const struct json *metadata = json_find(resource, "Metadata");
    const char *path            = json_find_string(metadata, "aws:asset:path");

    if (!path || !has_type(resource, "Type", "AWS::CloudFormation::Stack"))
        return NULL;
    return cdk_join(cdk, folder, path);
}

static bool has_websocket(struct cdk *cdk, const char *folder, const char *file, unsigned depth)
{
    const struct json *document = cdk_open(cdk, file, NULL);

    for (const struct json *resource = reading_members(json_find(document, "Resources")); resource;
         resource                    = resource->next) {
        const char *nested = cdk_assembly_nested(cdk, folder, resource);

        if (has_type(resource, "Type", "AWS::ApiGatewayV2::Api") &&
            has_type(json_find(resource, "Properties"), "ProtocolType", "WEBSOCKET"))
            return true;
        if (has_type(resource, "Type", "AWS::Serverless::WebSocketApi"))
            return true;
        if (nested && depth < DEPTH_MAX && has_websocket(cdk, folder, nested, depth + 1))
            return true;
    }
    return false;
}

static bool is_called(const struct cdk_stack *stack, const char *name)
{
    return strcmp(stack->id, name) == 0 || strcmp(stack->display_name, name) == 0 ||
           strcmp(stack->name, name) == 0;
}

/* "Dev/Chat, Prod/Chat" of the stacks with a bit set; of all without bits. */
static void list(const struct cdk_assembly *assembly, const bool *chosen, struct text *out)
{
    for (size_t i = 0; i < assembly->count; i++) {
        if (!chosen || chosen[i])
            text_append_format(out, "%s%s", out->size > 0 ? ", " : "",
                               assembly->stacks[i].display_name);
    }
}

static const struct cdk_stack *choose_named(struct cdk *cdk, const struct cdk_assembly *assembly,
                                            const char *name)
{
    const struct cdk_stack *found = NULL;
    SCOPED_TEXT names             = {0};

    for (size_t i = 0; i < assembly->count; i++) {
        if (strcmp(assembly->stacks[i].display_name, name) == 0)
            return &assembly->stacks[i];
    }
    for (size_t i = 0; i < assembly->count; i++) {
        if (!is_called(&assembly->stacks[i], name))
            continue;
        if (found) {
            cdk_error(cdk, NULL, "--stack %s means both %s and %s: name one of them", name,
                      found->display_name, assembly->stacks[i].display_name);
            return NULL;
        }
        found = &assembly->stacks[i];
    }
    if (found)
        return found;
    list(assembly, NULL, &names);
    cdk_error(cdk, NULL, "--stack %s: there is no such stack here, only %s", name,
              text_string(&names));
    return NULL;
}

static const struct cdk_stack *choose_only(struct cdk *cdk, const struct cdk_assembly *assembly)
{
    bool chosen[CDK_STACKS_MAX]  = {0};
    const struct cdk_stack *last = NULL;
    SCOPED_TEXT names            = {0};
    size_t count                 = 0;

    for (size_t i = 0; i < assembly->count; i++) {
        const struct cdk_stack *stack = &assembly->stacks[i];

        chosen[i] = has_websocket(cdk, stack->folder, stack->file, 0);
        count += chosen[i];
        last = chosen[i] ? stack : last;
    }
    if (count == 1)
        return last;
    if (count == 0 && assembly->count == 1)
        return &assembly->stacks[0];
    list(assembly, count > 0 ? chosen : NULL, &names);
    if (assembly->count == 0)
        cdk_error(cdk, NULL, "has no stacks");
    else if (count > 0)
        cdk_error(cdk, NULL, "%zu stacks have a WebSocket API: choose one with --stack NAME: %s",
                  count, text_string(&names));
    else
        cdk_error(cdk, NULL,
                  "none of the stacks has a WebSocket API: choose one with --stack NAME: %s",
                  text_string(&names));
    return NULL;
}

const struct cdk_stack *cdk_assembly_choose(struct cdk *cdk, const struct cdk_assembly *assembly)
{
    if (cdk->options->stack && assembly->count > 0)
        return choose_named(cdk, assembly, cdk->options->stack);
    return choose_only(cdk, assembly);
}

const struct cdk_stack *cdk_assembly_find(const struct cdk_assembly *assembly, const char *id,
                                          const struct cdk_stack *other)
{
    for (size_t i = 0; i < assembly->count; i++) {
        if (assembly->stacks[i].artifacts == other->artifacts &&
            strcmp(assembly->stacks[i].id, id) == 0)
            return &assembly->stacks[i];
    }
    return NULL;
}

const struct json *cdk_assembly_assets(struct cdk *cdk, const struct cdk_stack *stack)
{
    const struct json *dependencies = json_find(stack->artifact, "dependencies");

    for (const struct json *id =
             dependencies && dependencies->kind == JSON_ARRAY ? dependencies->first : NULL;
         id; id = id->next) {
        const struct json *artifact =
            id->kind == JSON_STRING ? json_find(stack->artifacts, id->string) : NULL;
        const char *file = json_find_string(json_find(artifact, "properties"), "file");

        if (file && has_type(artifact, "type", TYPE_ASSETS))
            return json_find(cdk_open(cdk, cdk_join(cdk, stack->folder, file), artifact), "files");
    }
    return NULL;
}
