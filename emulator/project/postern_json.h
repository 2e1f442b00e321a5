#pragma once

/* postern.json: our own project file, described by schemas/project.json. */

#include <stddef.h>

struct arena;
struct json;
struct problems;
struct project;
struct project_options;
struct registry;

/* Reads the project's file into registry; what is wrong goes to problems. */
void postern_json_load(const struct project *project, const struct project_options *options,
                       struct registry *registry, struct problems *problems);

/* The same for contents that were read already; only the code that they name is looked for. */
void postern_json_read(const struct project *project, const struct project_options *options,
                       const char *contents, size_t size, struct registry *registry,
                       struct problems *problems);

/* The same for the tree of one, in arena. */
void postern_json_read_document(const struct project *project,
                                const struct project_options *options, struct arena *arena,
                                const struct json *document, struct registry *registry,
                                struct problems *problems);
