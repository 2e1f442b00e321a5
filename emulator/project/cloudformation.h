#pragma once

/*
 * SAM and CloudFormation templates, YAML and JSON. What they define is written down as a
 * postern.json has it, and read as one: what can run, and what is wrong with it, is decided there.
 */

struct arena;
struct json;
struct problems;
struct project;
struct project_options;
struct registry;

#include <stdbool.h>
#include <stddef.h>

/* Reads the project's file into registry; what is wrong goes to problems. */
void cloudformation_load(struct project *project, const struct project_options *options,
                         struct registry *registry, struct problems *problems);

/* The same for contents that were read already; only the code that they name is looked for. */
void cloudformation_read(const struct project *project, const struct project_options *options,
                         const char *contents, size_t size, struct registry *registry,
                         struct problems *problems);

/* The same for the tree of one, in arena. */
void cloudformation_read_document(const struct project *project,
                                  const struct project_options *options, struct arena *arena,
                                  const struct json *document, struct registry *registry,
                                  struct problems *problems);

/* The same for a template that was made of a project of another kind: problems aren't said to be of
 * its resources, and it needn't declare the parameters that are given. */
void cloudformation_read_stack(const struct project *project, const struct project_options *options,
                               struct arena *arena, const struct json *document,
                               struct registry *registry, struct problems *problems);

/* Templates are JSON as well, and somebody may name one. */
bool cloudformation_is_template(const struct json *document);
