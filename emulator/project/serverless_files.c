#include "project/serverless_files.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/serverless.h"
#include "project/yaml.h"
#include "json/build.h"
#include "json/json.h"

/* A line number, and above it the file's. PROJECT_FILE_SIZE_MAX is less than the lines that fit. */
#define LINE_BITS 24
#define LINE_MASK ((1u << LINE_BITS) - 1)

static bool is_tree(const char *name)
{
    return text_ends_with(name, ".yml") || text_ends_with(name, ".yaml") ||
           text_ends_with(name, ".json") || text_ends_with(name, ".tfstate");
}

static struct json *parse(struct arena *arena, const char *name, const char *contents, size_t size,
                          struct json_error *error)
{
    bool is_json = text_ends_with(name, ".json") && contents[strspn(contents, " \t\r\n")] == '{';

    return is_json ? json_parse(arena, contents, size, error)
                   : yaml_parse_core(arena, contents, size, error);
}

/* An alias's values are reached twice, which does no harm. */
static void mark(struct json *value, unsigned bits)
{
    value->line |= bits;
    for (struct json *child = value->first; child; child = child->next)
        mark(child, bits);
}

const struct json *serverless_files_begin(struct serverless_files *files, const char *contents,
                                          size_t size, struct problems *problems)
{
    const struct project *project = files->project;
    struct json_error error       = {0};
    struct json *tree             = parse(files->arena, project->label, contents, size, &error);

    files->items[0] =
        (struct serverless_file){.label = project->label, .path = project->file, .tree = tree};
    files->count = 1;
    if (!tree)
        problems_add(problems, false, project->label, error.line, "not %s: %s (column %u)",
                     text_ends_with(project->label, ".json") ? "JSON" : "YAML", error.message,
                     error.column);
    return tree;
}

/* The name beside the project's file: "chat/config.yml" for "config.yml" of "chat/serverless.yml".
 */
static const char *beside(struct arena *arena, const char *file, const char *name)
{
    const char *slash = strrchr(file, '/');

    while (strncmp(name, "./", 2) == 0)
        name += 2;
    if (name[0] == '/' || !slash)
        return arena_copy_string(arena, name);
    return arena_format(arena, "%.*s/%s", (int)(slash - file), file, name);
}

/* Absolute and without "..", as far as there is such a file. */
static const char *find_path(const struct serverless_files *files, const char *name)
{
    const char *path             = beside(files->arena, files->project->file, name);
    SCOPED_MEMORY char *resolved = realpath(path, NULL);

    return resolved ? arena_copy_string(files->arena, resolved) : path;
}

/* The framework takes the whole text of a file of another kind. */
static void read_contents(struct serverless_files *files, struct serverless_file *file,
                          const struct text *contents)
{
    struct json_error error = {0};
    struct json *tree;

    if (!is_tree(file->name)) {
        file->tree = build_string(files->arena, text_string(contents), contents->size, NULL);
        return;
    }
    tree = parse(files->arena, file->name, text_string(contents), contents->size, &error);
    if (tree)
        mark(tree, (unsigned)(file - files->items) << LINE_BITS);
    else
        file->problem = arena_format(files->arena, "line %u, column %u: %s", error.line,
                                     error.column, error.message);
    file->tree = tree;
}

static void read_file(struct serverless_files *files, struct serverless_file *file)
{
    SCOPED_TEXT contents = {0};
    int result =
        files->source->read(files->source->owner, file->path, PROJECT_FILE_SIZE_MAX, &contents);

    if (result == -ENOENT || result == -ENOTDIR)
        return;
    if (result < 0)
        file->problem = arena_format(files->arena, "can't be read: %s", strerror(-result));
    else if (contents.size > PROJECT_FILE_SIZE_MAX)
        file->problem =
            arena_format(files->arena, "is larger than %d bytes", PROJECT_FILE_SIZE_MAX);
    else
        read_contents(files, file, &contents);
}

const struct json *serverless_files_read(struct serverless_files *files, const char *name,
                                         const char **problem)
{
    struct serverless_file *file;

    for (size_t i = 1; i < files->count; i++) {
        if (strcmp(files->items[i].name, name) == 0) {
            *problem = files->items[i].problem;
            return files->items[i].tree;
        }
    }
    if (files->count == SERVERLESS_FILES_MAX) {
        *problem = "there are too many files";
        return NULL;
    }
    file  = &files->items[files->count++];
    *file = (struct serverless_file){
        .name  = arena_copy_string(files->arena, name),
        .label = beside(files->arena, files->project->label, name),
        .path  = find_path(files, name),
    };
    read_file(files, file);
    *problem = file->problem;
    return file->tree;
}

void serverless_files_place(const struct serverless_files *files, struct problems *problems,
                            size_t from)
{
    for (size_t i = from; i < problems->count; i++) {
        struct problem *problem = &problems->items[i];
        size_t file             = problem->line >> LINE_BITS;

        if (file == 0 || file >= files->count)
            continue;
        problem->line &= LINE_MASK;
        free(problem->file);
        problem->file = memory_copy_string(files->items[file].label);
    }
}
