#pragma once

/* postern.json: our own project file, described by schemas/project.json. */

#include <stddef.h>

struct problems;
struct project;
struct registry;

/* Reads the project's file into registry; what is wrong goes to problems. */
void postern_json_load(const struct project *project, struct registry *registry,
                       struct problems *problems);

/* The same for contents that were read already; only the code that they name is looked for. */
void postern_json_read(const struct project *project, const char *contents, size_t size,
                       struct registry *registry, struct problems *problems);
