#pragma once

/* postern.json: our own project file, described by schemas/project.json. */

struct problems;
struct project;
struct registry;

/* Reads the project's file into registry; what is wrong goes to problems. */
void postern_json_load(const struct project *project, struct registry *registry,
                       struct problems *problems);
