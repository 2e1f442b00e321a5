#include "watched.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "configuration.h"
#include "emulator.h"
#include "model/registry.h"
#include "project/watching.h"

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The absolute path of a file that needn't exist yet, in a folder that does; NULL without one. */
static char *resolve(const char *path)
{
    SCOPED_MEMORY char *folder   = NULL;
    SCOPED_MEMORY char *resolved = NULL;
    size_t size;

    if (!path)
        return NULL;
    size     = (size_t)(last_component(path) - path);
    folder   = size > 0 ? memory_copy(path, size) : memory_copy_string(".");
    resolved = realpath(folder, NULL);
    return resolved ? memory_format("%s/%s", strcmp(resolved, "/") == 0 ? "" : resolved,
                                    last_component(path))
                    : NULL;
}

void watched_init(struct watched *watched, const struct emulator_settings *settings,
                  const char *data_folder)
{
    *watched = (struct watched){
        .env_file    = resolve(settings->env_file),
        .env_vars    = resolve(settings->env_vars),
        .ready_file  = resolve(settings->ready_file),
        .data_folder = memory_copy_string(data_folder),
    };
}

void watched_deinit(struct watched *watched)
{
    free(watched->env_file);
    free(watched->env_vars);
    free(watched->ready_file);
    free(watched->data_folder);
}

static bool is_env_file(const struct watched *watched, const struct project *project,
                        const char *path)
{
    if (watched->env_vars && strcmp(path, watched->env_vars) == 0)
        return true;
    if (watched->env_file)
        return strcmp(path, watched->env_file) == 0;
    return file_is_in(path, project->folder) &&
           strcmp(path + strlen(project->folder), "/.env") == 0;
}

/* The ready file is written under another name first, with a number behind it. */
static bool is_ready_file(const struct watched *watched, const char *path)
{
    size_t size = watched->ready_file ? strlen(watched->ready_file) : 0;

    if (size == 0 || strncmp(path, watched->ready_file, size) != 0)
        return false;
    path += size;
    return path[0] == '\0' || (path[0] == '.' && path[1 + strspn(path + 1, "0123456789")] == '\0');
}

/* True if a function's folder is path, or below it, as it is written: once the link leads
 * elsewhere, the project means other code. */
static bool is_on_the_way_of_a_link(const struct registry *registry, const char *path)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        const char *link = registry->functions[i].code_link;

        if (link && file_is_in(link, path))
            return true;
    }
    return false;
}

/* True if a function's code is in path, or path is part of it. */
static bool is_on_the_way_to_code(const struct registry *registry, const char *path)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        if (watched_touches_code(&registry->functions[i], path))
            return true;
    }
    return is_on_the_way_of_a_link(registry, path);
}

/* Of a folder without code, only what is in the project's own folder matters, and nothing below. */
bool watched_ignores(const struct watched *watched, const struct configuration *configuration,
                     const char *path)
{
    if (watched_makes_project(watched, configuration, path))
        return false;
    return watching_ignores(last_component(path)) || strcmp(path, watched->data_folder) == 0 ||
           is_ready_file(watched, path) || !is_on_the_way_to_code(&configuration->registry, path);
}

/* What is unpacked when the project is read. */
static bool is_archive_of(const struct registry *registry, const char *path)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];

        for (size_t j = 0; j < function->archive_count; j++) {
            if (strcmp(function->archives[j], path) == 0)
                return true;
        }
    }
    return false;
}

bool watched_makes_project(const struct watched *watched, const struct configuration *configuration,
                           const char *path)
{
    return project_is_made_of(&configuration->project, path) ||
           is_on_the_way_of_a_link(&configuration->registry, path) ||
           is_archive_of(&configuration->registry, path) ||
           is_env_file(watched, &configuration->project, path);
}

bool watched_touches_code(const struct function *function, const char *path)
{
    for (size_t i = 0; i < function->archive_count; i++) {
        if (file_is_in(function->archives[i], path))
            return true;
    }
    for (size_t i = 0; i < function->layer_count; i++) {
        if (file_is_in(path, function->layers[i]) || file_is_in(function->layers[i], path))
            return true;
    }
    return !function->url && !function->inline_code &&
           (file_is_in(path, function->code_uri) || file_is_in(function->code_uri, path));
}

static const char *folder_of(struct arena *arena, const char *file)
{
    size_t size = (size_t)(last_component(file) - file);

    return arena_format(arena, "%.*s", (int)(size > 1 ? size - 1 : size), file);
}

const char **watched_folders(const struct watched *watched,
                             const struct configuration *configuration, struct arena *arena,
                             size_t *count)
{
    const struct registry *registry = &configuration->registry;
    size_t most                     = registry->function_count + 3;
    const char **folders;

    for (size_t i = 0; i < registry->function_count; i++)
        most += registry->functions[i].layer_count + registry->functions[i].archive_count;
    folders             = arena_new(arena, most * sizeof *folders);
    *count              = 0;
    folders[(*count)++] = configuration->project.folder;
    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];

        folders[(*count)++] = function->code_uri;
        for (size_t j = 0; j < function->layer_count; j++)
            folders[(*count)++] = function->layers[j];
        for (size_t j = 0; j < function->archive_count; j++)
            folders[(*count)++] = folder_of(arena, function->archives[j]);
    }
    if (watched->env_file)
        folders[(*count)++] = folder_of(arena, watched->env_file);
    if (watched->env_vars)
        folders[(*count)++] = folder_of(arena, watched->env_vars);
    return folders;
}
