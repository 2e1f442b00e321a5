#pragma once

/*
 * serverless.yml of the Serverless Framework, in YAML and JSON. What it defines is written down as
 * the CloudFormation template that the framework makes of it, under the same logical ids, and read
 * as one: so its "resources" can refer to it.
 */

#include <stddef.h>

struct problems;
struct project;
struct project_options;
struct registry;
struct text;

/* Where files are read from: 0, or a negative errno, like file_read(). */
struct serverless_source {
    int (*read)(void *owner, const char *path, size_t most, struct text *contents);
    void *owner;
};

/* Reads the project's file, and those it includes, into registry; what is wrong goes to problems.
 * The project learns which files it is made of. */
void serverless_load(struct project *project, const struct project_options *options,
                     struct registry *registry, struct problems *problems);

/* The same for contents that were read already; the files that they include come from source. */
void serverless_read(struct project *project, const struct project_options *options,
                     const struct serverless_source *source, const char *contents, size_t size,
                     struct registry *registry, struct problems *problems);
