#include "project/project.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "project/cdk.h"
#include "project/cloudformation.h"
#include "project/postern_json.h"
#include "project/serverless.h"

#define POSTERN_JSON "postern.json"
#define SAMCONFIG    "samconfig.toml"

/* What `sam build` makes of a template. */
#define BUILT ".aws-sam/build/template.yaml"

/* Kinds of project that can't be read yet. */
#define PROGRAM                                                                                    \
    "this is a program, which is not run to find out what it defines: `serverless print` writes "  \
    "it as a serverless.yml"

/* The CDK's output; a file in it that has its name, too; and what it is read by. */
#define CDK_OUT      "cdk.out"
#define CDK_MANIFEST "manifest.json"
#define CDK_APP      "cdk.json"

/* What the name of a file says about it. */
struct named {
    const char *name;
    enum project_kind kind; /* PROJECT_NONE: it can't be read yet */
    const char *what;       /* what to say about it then */
};

/* In the order in which they are looked for in a folder; ours comes first. */
static const struct named in_folders[] = {
    {POSTERN_JSON,            PROJECT_POSTERN_JSON, NULL   },
    {"template.yaml",         PROJECT_TEMPLATE,     NULL   },
    {"template.yml",          PROJECT_TEMPLATE,     NULL   },
    {"template.json",         PROJECT_TEMPLATE,     NULL   },
    {"cdk.out/manifest.json", PROJECT_CDK,          NULL   },
    {"serverless.yml",        PROJECT_SERVERLESS,   NULL   },
    {"serverless.yaml",       PROJECT_SERVERLESS,   NULL   },
    {"serverless.json",       PROJECT_SERVERLESS,   NULL   },
    {"serverless.ts",         PROJECT_NONE,         PROGRAM},
    {"serverless.js",         PROJECT_NONE,         PROGRAM},
};

/* Names of files that somebody may give, as patterns; the first that fits says what it is. Of other
 * JSON, the contents do. */
static const struct named files[] = {
    {"serverless*.ts",   PROJECT_NONE,         PROGRAM},
    {"serverless*.js",   PROJECT_NONE,         PROGRAM},
    {"serverless*.cjs",  PROJECT_NONE,         PROGRAM},
    {"serverless*.mjs",  PROJECT_NONE,         PROGRAM},
    {"serverless*.yml",  PROJECT_SERVERLESS,   NULL   },
    {"serverless*.yaml", PROJECT_SERVERLESS,   NULL   },
    {"serverless*.json", PROJECT_SERVERLESS,   NULL   },
    {"manifest.json",    PROJECT_CDK,          NULL   },
    {"template.json",    PROJECT_TEMPLATE,     NULL   },
    {"*.template.json",  PROJECT_TEMPLATE,     NULL   },
    {"*.json",           PROJECT_POSTERN_JSON, NULL   },
    {"*.yaml",           PROJECT_TEMPLATE,     NULL   },
    {"*.yml",            PROJECT_TEMPLATE,     NULL   },
    {"*.template",       PROJECT_TEMPLATE,     NULL   },
};

static void refuse_unreadable(struct problems *problems, const char *label,
                              const struct named *kind)
{
    problems_add(problems, false, label, 0, "%s", kind->what);
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

/* True if `sam build` was run after the last change of the template. */
static bool is_built(const char *folder, const char *template)
{
    SCOPED_MEMORY char *source = memory_format("%s/%s", folder, template);
    SCOPED_MEMORY char *built  = memory_format("%s/" BUILT, folder);
    struct stat source_status;
    struct stat built_status;

    return stat(source, &source_status) == 0 && stat(built, &built_status) == 0 &&
           S_ISREG(built_status.st_mode) &&
           (built_status.st_mtim.tv_sec > source_status.st_mtim.tv_sec ||
            (built_status.st_mtim.tv_sec == source_status.st_mtim.tv_sec &&
             built_status.st_mtim.tv_nsec > source_status.st_mtim.tv_nsec));
}

/* True if `cdk synth` has written into the folder: it marks it with a file. */
static bool is_assembly(const char *folder)
{
    SCOPED_MEMORY char *mark = memory_format("%s/" CDK_OUT, folder);
    struct stat status;

    return stat(mark, &status) == 0 && S_ISREG(status.st_mode) && exists_in(folder, CDK_MANIFEST);
}

/* Cuts the last component off an absolute path. */
static void cut_component(char *path)
{
    path[last_component(path) - path - 1] = '\0';
    if (path[0] == '\0')
        memcpy(path, "/", 2);
}

/* What belongs to the project, .env for instance, is not in what `cdk synth` makes. */
static void leave_assembly(struct project *project)
{
    while (strcmp(project->folder, "/") != 0 && is_assembly(project->folder))
        cut_component(project->folder);
}

static void refuse_app(struct problems *problems, const char *path)
{
    SCOPED_MEMORY char *label = label_in(path, CDK_APP);

    problems_add(problems, false, label, 0,
                 "there is no " CDK_OUT "/" CDK_MANIFEST " yet: run `npx cdk synth`, which writes "
                 "what is read here");
}

static void take_file(const char *path, struct project *project, enum project_kind kind,
                      const char *name)
{
    project->kind     = kind;
    project->is_built = kind == PROJECT_TEMPLATE && is_built(project->folder, name);
    project->file     = label_in(project->folder, project->is_built ? BUILT : name);
    project->label    = label_in(path, project->is_built ? BUILT : name);
}

static bool find_in_folder(const char *path, bool has_postern_json, struct project *project,
                           struct problems *problems)
{
    const struct named *found = NULL;

    for (size_t i = has_postern_json ? 0 : 1; i < ARRAY_SIZE(in_folders) && !found; i++) {
        if (exists_in(project->folder, in_folders[i].name))
            found = &in_folders[i];
    }
    if (found) {
        take_file(path, project, found->kind, found->name);
        if (found->kind == PROJECT_NONE)
            refuse_unreadable(problems, project->label, found);
        return found->kind != PROJECT_NONE;
    }
    if (is_assembly(project->folder)) {
        take_file(path, project, PROJECT_CDK, CDK_MANIFEST);
        leave_assembly(project);
        return true;
    }
    if (!exists_in(project->folder, CDK_APP))
        return true;
    refuse_app(problems, path);
    return false;
}

static bool find_file(const char *path, struct project *project, struct problems *problems)
{
    const struct named *found = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(files) && !found; i++) {
        if (fnmatch(files[i].name, last_component(path), 0) == 0)
            found = &files[i];
    }
    if (!found) {
        problems_add(problems, false, path, 0,
                     "this is no project: name a postern.json, a template, or the folder that has "
                     "one");
        return false;
    }
    if (found->kind == PROJECT_NONE) {
        refuse_unreadable(problems, path, found);
        return false;
    }
    project->kind  = found->kind;
    project->file  = memory_copy_string(project->folder);
    project->label = memory_copy_string(path);
    /* realpath() has made an absolute path of it: there is a slash. */
    cut_component(project->folder);
    if (project->kind == PROJECT_CDK)
        leave_assembly(project);
    return true;
}

static bool find(const char *path, bool has_postern_json, struct project *project,
                 struct problems *problems)
{
    struct stat status;

    project->folder = realpath(path, NULL);
    if (!project->folder || stat(project->folder, &status) < 0) {
        problems_add(problems, false, path, 0,
                     "%s: name the folder of a project, or its postern.json", strerror(errno));
        return false;
    }
    return S_ISDIR(status.st_mode) ? find_in_folder(path, has_postern_json, project, problems)
                                   : find_file(path, project, problems);
}

bool project_find(const char *path, struct project *project, struct problems *problems)
{
    return find(path, true, project, problems);
}

bool project_find_beside(const char *path, struct project *project, struct problems *problems)
{
    return find(path, false, project, problems);
}

void project_load(struct project *project, const struct project_options *options,
                  struct registry *registry, struct problems *problems)
{
    switch (project->kind) {
    case PROJECT_NONE:
        break;
    case PROJECT_POSTERN_JSON:
        postern_json_load(project, options, registry, problems);
        break;
    case PROJECT_TEMPLATE:
        cloudformation_load(project, options, registry, problems);
        break;
    case PROJECT_SERVERLESS:
        serverless_load(project, options, registry, problems);
        break;
    case PROJECT_CDK:
        cdk_load(project, options, registry, problems);
        break;
    }
    problems_sort(problems);
}

bool project_read_file(const struct project *project, const char *what, struct text *contents,
                       struct problems *problems)
{
    int result = file_read(project->file, PROJECT_FILE_SIZE_MAX, contents);

    if (result >= 0 && contents->size <= PROJECT_FILE_SIZE_MAX)
        return true;
    if (result < 0)
        problems_add(problems, false, project->label, 0, "can't be read: %s", strerror(-result));
    else
        problems_add(problems, false, project->label, 0, "is larger than %d bytes: this is no %s",
                     PROJECT_FILE_SIZE_MAX, what);
    return false;
}

void project_include(struct project *project, const char *path)
{
    project->includes =
        memory_resize(project->includes, (project->include_count + 2) * sizeof *project->includes);
    project->includes[project->include_count++] = memory_copy_string(path);
    project->includes[project->include_count]   = NULL;
}

static bool is_included(const struct project *project, const char *path)
{
    for (size_t i = 0; i < project->include_count; i++) {
        if (strcmp(project->includes[i], path) == 0)
            return true;
    }
    return false;
}

/* True for the folder of an assembly, and for what is read in it. Assets are code. */
static bool is_of_assembly(const char *path, const char *folder)
{
    static const char *const names[] = {CDK_MANIFEST, "*.template.json", "*.assets.json"};

    if (!file_is_in(path, folder))
        return false;
    path += strlen(folder);
    while (fnmatch("/assembly-*", path, FNM_LEADING_DIR | FNM_PATHNAME) == 0)
        path += 1 + strcspn(path + 1, "/");
    if (path[0] == '\0')
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (fnmatch(names[i], path + 1, FNM_PATHNAME) == 0)
            return true;
    }
    return false;
}

/* True if path is part of the project's assembly, or of one that it may have tomorrow. */
static bool is_of_its_assembly(const struct project *project, const char *path)
{
    SCOPED_MEMORY char *folder = project->kind == PROJECT_CDK
                                     ? memory_copy_string(project->file)
                                     : label_in(project->folder, CDK_OUT "/" CDK_MANIFEST);

    cut_component(folder);
    return is_of_assembly(path, folder);
}

bool project_is_made_of(const struct project *project, const char *path)
{
    const char *name = last_component(path);
    size_t size      = (size_t)(name - path);

    if ((project->file && strcmp(path, project->file) == 0) || is_included(project, path))
        return true;
    if (is_of_its_assembly(project, path))
        return true;
    if (size != strlen(project->folder) + 1 || !file_is_in(path, project->folder))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(in_folders); i++) {
        if (strcmp(name, in_folders[i].name) == 0)
            return true;
    }
    return project->kind == PROJECT_TEMPLATE && strcmp(name, SAMCONFIG) == 0;
}

void project_deinit(struct project *project)
{
    free(project->folder);
    free(project->file);
    free(project->label);
    for (size_t i = 0; i < project->include_count; i++)
        free(project->includes[i]);
    free(project->includes);
    free(project->settings.host);
    free(project->settings.region);
    free(project->settings.env_vars);
    *project = (struct project){0};
}
