#pragma once

/*
 * Projects: files in, resources out. Finds which kind of project a path is, reads it whole, and
 * reports every problem at once, each with its place and how to mend it. Starts nothing and
 * resolves nothing over the network.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "project/problems.h"

struct registry;
struct text;

enum project_kind {
    PROJECT_NONE,
    PROJECT_POSTERN_JSON,
    PROJECT_TEMPLATE,
    PROJECT_CDK,
    PROJECT_SERVERLESS,
};

/* What a project is read with; all of it is borrowed. */
struct project_options {
    char *const
        *elsewhere;     /* "FUNCTION=URL" each, ending in NULL: they needn't run here. NULL: none */
    const char *region; /* NULL: us-east-1 */
    const char *account;     /* NULL: 000000000000 */
    char *const *parameters; /* "KEY=VALUE" each, ending in NULL: of a template. NULL: none */
    char *const *overrides;  /* the same from samconfig.toml, for what those don't say */
    const char *stack_name;  /* NULL: the folder's name */
    const char *stack;       /* which one of the CDK's; NULL: the only one with a WebSocket API */

    const char *env_file; /* NULL: .env beside the project, if there is one */

    /* The caller's environment (getenv), which a project may ask for values; NULL: there is none.
     */
    char *(*find_environment)(const char *name);
};

/* What a project says of how it is to be run, unless an option does. */
struct project_settings {
    char *host; /* NULL: nothing; so is 0 */
    char *region;
    char *env_vars; /* SAM's env.json, absolute */
    uint16_t port;
    int64_t idle_timeout_milliseconds;
    int64_t max_duration_milliseconds;
};

struct project {
    enum project_kind kind;
    char *folder;    /* absolute; where data, code and .env are looked for */
    char *file;      /* absolute; NULL for PROJECT_NONE */
    char *label;     /* the file as the user would name it: for messages; NULL for PROJECT_NONE */
    char **includes; /* absolute: other files that it is made of, ending in NULL; NULL: none */
    size_t include_count;
    struct project_settings settings;
    bool is_linted; /* what surprises people is warned of, too */
    bool is_built;  /* it is what `sam build` has made of a template, which is older */
};

/*
 * Finds the project that path (a file or folder) means. False, with a problem, if path doesn't
 * exist or is of a kind that can't be read yet. A folder without any is PROJECT_NONE. project must
 * be zeroed, and deinitialized in either case.
 */
bool project_find(const char *path, struct project *project, struct problems *problems);

/*
 * The same for a postern.json that is being written: in a folder, what would be read without one
 * is the project.
 */
bool project_find_beside(const char *path, struct project *project, struct problems *problems);

/* Reads it into registry (zeroed). What is wrong goes to problems, which are sorted; with errors
 * the registry must not be used. */
void project_load(struct project *project, const struct project_options *options,
                  struct registry *registry, struct problems *problems);

/* The project is made of that file, too. */
void project_include(struct project *project, const char *path);

/* Reads its whole file. False, with a problem, if that can't be; what is how a file is called here
 * that is as large as none can be: "project file". */
bool project_read_file(const struct project *project, const char *what, struct text *contents,
                       struct problems *problems);

/* True if path, which is absolute, is its file, or could become it. */
bool project_is_made_of(const struct project *project, const char *path);

void project_deinit(struct project *project);
