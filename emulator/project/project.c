#include "project/project.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "project/postern_json.h"

#define POSTERN_JSON "postern.json"

/* Kinds of project that can't be read yet. */
#define TEMPLATES  "SAM and CloudFormation templates are"
#define CDK        "the CDK's output is"
#define SERVERLESS "serverless.yml is"

struct unreadable {
    const char *name;
    const char *what;
};

/* In the order in which they are looked for in a folder without a postern.json. */
static const struct unreadable in_folders[] = {
    {"template.yaml",   TEMPLATES },
    {"template.yml",    TEMPLATES },
    {"template.json",   TEMPLATES },
    {"cdk.out",         CDK       },
    {"serverless.yml",  SERVERLESS},
    {"serverless.yaml", SERVERLESS},
};

/* Names of files that somebody may give, as patterns; the first that fits says what it is. */
static const struct unreadable files[] = {
    {"serverless.*",    SERVERLESS},
    {"cdk.json",        CDK       },
    {"manifest.json",   CDK       },
    {"template.*",      TEMPLATES },
    {"*.template.json", CDK       },
    {"*.yaml",          TEMPLATES },
    {"*.yml",           TEMPLATES },
};

static void refuse_unreadable(struct problems *problems, const char *label,
                              const struct unreadable *kind)
{
    problems_add(problems, false, label, 0,
                 "postern reads postern.json today; %s not read yet: describe the project in "
                 "postern.json",
                 kind->what);
}

static bool exists_in(const char *folder, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s/%s", folder, name);

    return access(path, F_OK) == 0;
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* How the user would name a file in the folder path: "postern.json", "chat/postern.json". */
static char *label_in(const char *path, const char *name)
{
    size_t size = strlen(path);

    while (size > 1 && path[size - 1] == '/')
        size--;
    if (size == 1 && path[0] == '.')
        return memory_copy_string(name);
    if (size == 1 && path[0] == '/')
        return memory_format("/%s", name);
    return memory_format("%.*s/%s", (int)size, path, name);
}

static bool find_in_folder(const char *path, struct project *project, struct problems *problems)
{
    if (exists_in(project->folder, POSTERN_JSON)) {
        project->kind  = PROJECT_POSTERN_JSON;
        project->file  = label_in(project->folder, POSTERN_JSON);
        project->label = label_in(path, POSTERN_JSON);
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(in_folders); i++) {
        if (exists_in(project->folder, in_folders[i].name)) {
            SCOPED_MEMORY char *label = label_in(path, in_folders[i].name);

            refuse_unreadable(problems, label, &in_folders[i]);
            return false;
        }
    }
    if (strcmp(last_component(project->folder), "cdk.out") == 0) {
        refuse_unreadable(problems, path, &(struct unreadable){"cdk.out", CDK});
        return false;
    }
    return true;
}

static bool find_file(const char *path, struct project *project, struct problems *problems)
{
    const char *name = last_component(path);
    const char *end  = strrchr(name, '.');

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (fnmatch(files[i].name, name, 0) == 0) {
            refuse_unreadable(problems, path, &files[i]);
            return false;
        }
    }
    if (!end || strcmp(end, ".json") != 0) {
        problems_add(problems, false, path, 0,
                     "this is no project: name a postern.json or the folder that has one");
        return false;
    }
    project->kind  = PROJECT_POSTERN_JSON;
    project->file  = memory_copy_string(project->folder);
    project->label = memory_copy_string(path);
    /* realpath() has made an absolute path of it: there is a slash. */
    project->folder[last_component(project->folder) - project->folder - 1] = '\0';
    if (project->folder[0] == '\0')
        memcpy(project->folder, "/", 2);
    return true;
}

bool project_find(const char *path, struct project *project, struct problems *problems)
{
    struct stat status;

    project->folder = realpath(path, NULL);
    if (!project->folder || stat(project->folder, &status) < 0) {
        problems_add(problems, false, path, 0,
                     "%s: name the folder of a project, or its postern.json", strerror(errno));
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
        postern_json_load(project, registry, problems);
        break;
    }
    problems_sort(problems);
}

bool project_is_made_of(const struct project *project, const char *path)
{
    const char *name = last_component(path);
    size_t size      = (size_t)(name - path);

    if (project->file && strcmp(path, project->file) == 0)
        return true;
    if (size != strlen(project->folder) + 1 || !file_is_in(path, project->folder))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(in_folders); i++) {
        if (strcmp(name, in_folders[i].name) == 0)
            return true;
    }
    return strcmp(name, POSTERN_JSON) == 0;
}

void project_deinit(struct project *project)
{
    free(project->folder);
    free(project->file);
    free(project->label);
    *project = (struct project){0};
}
