#include "project/project.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "project/postern_json.h"

void problems_add(struct problems *problems, bool is_warning, const char *file, unsigned line,
                  const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    problems->items =
        memory_resize(problems->items, (problems->count + 1) * sizeof *problems->items);
    problems->items[problems->count++] = (struct problem){
        .file       = memory_copy_string(file),
        .line       = line,
        .message    = text_take(&message),
        .is_warning = is_warning,
    };
    problems->errors += is_warning ? 0 : 1;
}

static int compare(const void *a, const void *b)
{
    const struct problem *first  = a;
    const struct problem *second = b;
    int files                    = strcmp(first->file, second->file);

    if (files != 0)
        return files;
    return (first->line > second->line) - (first->line < second->line);
}

void problems_sort(struct problems *problems)
{
    if (problems->count > 1)
        qsort(problems->items, problems->count, sizeof *problems->items, compare);
}

void problems_deinit(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].file);
        free(problems->items[i].message);
    }
    free(problems->items);
    *problems = (struct problems){0};
}

static bool exists_in(const char *folder, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s/%s", folder, name);

    return access(path, F_OK) == 0;
}

/* Kinds of project that can't be read yet, in the order in which they would be looked for. */
static const char *find_unreadable(const char *folder)
{
    static const char *const names[] = {"template.yaml", "template.yml",   "template.json",
                                        "cdk.out",       "serverless.yml", "serverless.yaml"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (exists_in(folder, names[i]))
            return names[i];
    }
    return NULL;
}

static bool find_in_folder(const char *path, struct project *project, struct problems *problems)
{
    const char *unreadable;

    project->folder = realpath(path, NULL);
    if (exists_in(project->folder, "postern.json")) {
        project->kind = PROJECT_POSTERN_JSON;
        project->file = memory_format("%s/postern.json", project->folder);
        return true;
    }
    unreadable = find_unreadable(project->folder);
    if (unreadable)
        problems_add(problems, false, unreadable, 0,
                     "this kind of project can't be read yet: describe it in a postern.json beside "
                     "it (`postern help check` shows how one looks)");
    return !unreadable;
}

static bool find_file(const char *path, struct project *project, struct problems *problems)
{
    size_t size = strlen(path);
    char *slash;

    if (size < 5 || strcmp(path + size - 5, ".json") != 0) {
        problems_add(problems, false, path, 0,
                     "only postern.json projects can be read: name a .json file or a folder");
        return false;
    }
    project->kind   = PROJECT_POSTERN_JSON;
    project->file   = realpath(path, NULL);
    project->folder = memory_copy_string(project->file);
    slash           = strrchr(project->folder, '/');
    if (slash && slash != project->folder)
        *slash = '\0';
    return true;
}

bool project_find(const char *path, struct project *project, struct problems *problems)
{
    struct stat status;

    if (stat(path, &status) < 0) {
        problems_add(problems, false, path, 0, "%s", strerror(errno));
        return false;
    }
    return S_ISDIR(status.st_mode) ? find_in_folder(path, project, problems)
                                   : find_file(path, project, problems);
}

void project_load(const struct project *project, struct registry *registry,
                  struct problems *problems)
{
    switch (project->kind) {
    case PROJECT_NONE:
        break;
    case PROJECT_POSTERN_JSON:
        postern_json_load(project->folder, project->file, registry, problems);
        break;
    }
    problems_sort(problems);
}

void project_deinit(struct project *project)
{
    free(project->folder);
    free(project->file);
    *project = (struct project){0};
}
