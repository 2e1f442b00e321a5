#pragma once

/* The stacks of an assembly and of those in it, and which one is meant. */

#include <stddef.h>

struct cdk;
struct json;

#define CDK_STACKS_MAX 500

struct cdk_stack {
    const char *id;           /* of the artifact */
    const char *display_name; /* "Prod/Chat" */
    const char *name;         /* on AWS */
    const char *folder;       /* "" or "assembly-Prod/" */
    const char *file;         /* the template's path */
    const struct json *artifact;
    const struct json *artifacts; /* all of the same manifest */
};

struct cdk_assembly {
    struct cdk_stack stacks[CDK_STACKS_MAX];
    size_t count;
};

/* Reads the manifests. */
void cdk_assembly_read(struct cdk *cdk, struct cdk_assembly *assembly);

/* The stack that the options name, or else the only one with a WebSocket API; NULL, with a problem,
 * if that isn't one. */
const struct cdk_stack *cdk_assembly_choose(struct cdk *cdk, const struct cdk_assembly *assembly);

/* The stack with that id, of the same manifest as other; NULL if it is no stack. */
const struct cdk_stack *cdk_assembly_find(const struct cdk_assembly *assembly, const char *id,
                                          const struct cdk_stack *other);

/* The files of its assets by their keys; NULL if it has none. */
const struct json *cdk_assembly_assets(struct cdk *cdk, const struct cdk_stack *stack);

/* The path of the template of a nested stack; NULL if the resource is none, or its template isn't
 * here. */
const char *cdk_assembly_nested(struct cdk *cdk, const char *folder, const struct json *resource);
