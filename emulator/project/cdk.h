#pragma once

/*
 * What the Cloud Development Kit makes of an app: an assembly, `cdk.out`, of templates, assets and
 * a manifest. One of its stacks is chosen; it, the stacks nested in it and those that it imports
 * from become one template, which is read as any other.
 *
 * AWS: "Cloud assemblies" of the CDK's guide; observed with aws-cdk-lib 2.
 */

struct arena;
struct json;
struct problems;
struct project;
struct project_options;
struct registry;

/* Reads the assembly whose manifest is the project's file into registry; what is wrong goes to
 * problems. */
void cdk_load(const struct project *project, const struct project_options *options,
              struct registry *registry, struct problems *problems);

/* Where the files of an assembly come from. */
struct cdk_files {
    /* The document of a file, relative to the assembly's folder, in the arena; not read before.
     * NULL if there is none; *message then says why. */
    struct json *(*read)(void *owner, struct arena *arena, const char *path, unsigned *line,
                         const char **message);
    void *owner;
};

/* The same for files that come from somewhere else; only the code that they name is looked for. */
void cdk_read(const struct project *project, const struct project_options *options,
              const struct cdk_files *files, struct registry *registry, struct problems *problems);
