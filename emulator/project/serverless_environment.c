#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/name_values.h"
#include "project/env_file.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/serverless.h"
#include "project/serverless_state.h"

/* What is wrong with the file is said where handlers get it. */
static bool read_file(struct serverless *serverless, const char *path)
{
    const struct serverless_source *source = serverless->files.source;
    SCOPED_TEXT contents                   = {0};
    struct problems problems               = {0};

    if (source->read(source->owner, path, ENV_FILE_SIZE_MAX, &contents) < 0 ||
        contents.size > ENV_FILE_SIZE_MAX)
        return false;
    env_file_parse(text_string(&contents), contents.size, path, &serverless->environment,
                   &problems);
    problems_deinit(&problems);
    return true;
}

/* Serverless Framework: ".env.dev" for the stage dev, or else ".env". */
static void read_files(struct serverless *serverless)
{
    const char *folder = serverless->project->folder;
    const char *path   = serverless->options->env_file;

    if (path) {
        read_file(serverless, path);
        return;
    }
    if (serverless->stage) {
        path = arena_format(serverless->arena, "%s/.env.%s", folder, serverless->stage);
        project_include(serverless->project, path);
        if (read_file(serverless, path))
            return;
    }
    read_file(serverless, arena_format(serverless->arena, "%s/.env", folder));
}

const char *serverless_find_environment(struct serverless *serverless, const char *name)
{
    const char *value =
        serverless->options->find_environment ? serverless->options->find_environment(name) : NULL;

    if (value)
        return value;
    /* The stage may come from the environment: only then is it unknown here. */
    if (!serverless->has_environment) {
        serverless->has_environment = serverless->stage != NULL;
        name_values_deinit(&serverless->environment);
        serverless->environment = (struct name_values){0};
        read_files(serverless);
    }
    return name_values_find(&serverless->environment, name);
}
