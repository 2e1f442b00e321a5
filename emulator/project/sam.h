#pragma once

/*
 * The AWS Serverless Application Model: a template with its Globals merged in and its resources
 * expanded into those of CloudFormation, under the logical ids that SAM gives them. Trees in, trees
 * out; nothing is evaluated.
 *
 * AWS: "AWS SAM resource and property reference", "Generated CloudFormation resources".
 */

#include <stdbool.h>

struct arena;
struct json;

struct sam {
    struct arena *arena;

    /* A problem of where, with the logical id of the resource that it is about. */
    void (*report)(void *owner, bool is_warning, const struct json *where, const char *message);
    void *owner;
};

/* The document as CloudFormation gets it; the parts that stay the same are shared. */
const struct json *sam_expand(const struct sam *sam, const struct json *document);
