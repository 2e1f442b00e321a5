#pragma once

/*
 * The files that a serverless.yml is made of. Each is read once, and its values know which they
 * came from: the upper bits of their line number are the file's.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct json;
struct problems;
struct project;
struct serverless_source;

/* Files of one project, the first included. */
#define SERVERLESS_FILES_MAX 200

struct serverless_file {
    const char *name;        /* as the project names it; NULL for the first */
    const char *label;       /* as the user would name it */
    const char *path;        /* absolute */
    const char *problem;     /* why it can't be used; NULL: it can, or there is no such file */
    const struct json *tree; /* NULL: it can't be used */
};

struct serverless_files {
    struct arena *arena;
    const struct project *project;
    const struct serverless_source *source;
    struct serverless_file items[SERVERLESS_FILES_MAX];
    size_t count;
};

/* Begins with the project's own file, whose contents these are. NULL, with a problem, if they can't
 * be read. */
const struct json *serverless_files_begin(struct serverless_files *files, const char *contents,
                                          size_t size, struct problems *problems);

/* The tree of a file that is named relative to the project's folder; NULL if that can't be, then
 * *problem says why, or is NULL if there is no such file. */
const struct json *serverless_files_read(struct serverless_files *files, const char *name,
                                         const char **problem);

/* Moves problems from the given one on, whose lines are those of values, to their files. */
void serverless_files_place(const struct serverless_files *files, struct problems *problems,
                            size_t from);
