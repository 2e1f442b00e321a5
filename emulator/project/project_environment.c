#include "project/project_environment.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/env_file.h"
#include "project/env_vars.h"
#include "project/problems.h"
#include "project/project.h"

#define ENV_FILE ".env"

/* .env as the user would name it: beside "chat/postern.json" it is "chat/.env". */
static char *label_of(const struct project *project)
{
    const char *slash = project->label ? strrchr(project->label, '/') : NULL;

    if (!slash)
        return memory_copy_string(ENV_FILE);
    return memory_format("%.*s/" ENV_FILE, (int)(slash - project->label), project->label);
}

/* False, with a problem, if the file can't be read; without one if it needn't be there. */
static bool read_file(const char *path, const char *label, bool must_exist, struct text *contents,
                      struct problems *problems)
{
    int result = file_read(path, ENV_FILE_SIZE_MAX, contents);

    if (result >= 0 && contents->size <= ENV_FILE_SIZE_MAX)
        return true;
    if (result >= 0)
        problems_add(problems, false, label, 0,
                     "is larger than %d bytes: this is no file of variables", ENV_FILE_SIZE_MAX);
    else if (result != -ENOENT || must_exist)
        problems_add(problems, false, label, 0, "can't be read: %s", strerror(-result));
    return false;
}

static void read_variables(const char *path, const char *label, bool must_exist,
                           struct name_values *variables, struct problems *problems)
{
    SCOPED_TEXT contents = {0};

    if (read_file(path, label, must_exist, &contents, problems))
        env_file_parse(text_string(&contents), contents.size, label, variables, problems);
}

void project_load_environment(const struct project *project, const char *env_file,
                              char *(*environment)(const char *name), struct registry *registry,
                              struct problems *problems)
{
    struct name_values variables = {0};
    SCOPED_MEMORY char *path     = memory_format("%s/" ENV_FILE, project->folder);
    SCOPED_MEMORY char *label    = label_of(project);

    read_variables(env_file ? env_file : path, env_file ? env_file : label, env_file != NULL,
                   &variables, problems);
    for (size_t i = 0; i < variables.count; i++) {
        const char *name = variables.items[i].name;

        for (size_t f = 0; f < registry->function_count && !environment(name); f++)
            name_values_put_default(&registry->functions[f].environment, name,
                                    variables.items[i].value);
    }
    name_values_deinit(&variables);
}

void project_load_env_vars(const char *env_vars, struct registry *registry,
                           struct problems *problems)
{
    SCOPED_TEXT contents = {0};

    if (env_vars && read_file(env_vars, env_vars, true, &contents, problems))
        env_vars_parse(text_string(&contents), contents.size, env_vars, registry, problems);
}
