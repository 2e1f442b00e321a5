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

/* Reads the project's file, and those it includes, into registry; what is wrong goes to problems.
 * The project learns which files it is made of. */
void serverless_load(struct project *project, const struct project_options *options,
                     struct registry *registry, struct problems *problems);

/* The same for contents that were read already. */
void serverless_read(struct project *project, const struct project_options *options,
                     const char *contents, size_t size, struct registry *registry,
                     struct problems *problems);
