#pragma once

/*
 * Several stacks as one template: a stack, those that it may import from, and those nested in them.
 * Names that two of them use are told apart by a number; parameters and outputs of nested stacks
 * and imported values are replaced by what they stand for; assets by their paths.
 */

struct cdk;
struct cdk_assembly;
struct cdk_stack;
struct json;

/* The template, in the arena; what is wrong is reported. */
struct json *cdk_merge(struct cdk *cdk, const struct cdk_assembly *assembly,
                       const struct cdk_stack *stack);
