#include "export.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "emulator.h"
#include "loading.h"
#include "model/registry.h"
#include "project/project.h"
#include "project/project_export.h"

#define POSTERN_JSON "postern.json"

/* Everything that was read, released at the end. */
struct reading_of {
    struct project project;
    struct registry registry;
};

static bool is_same_file(int descriptor, const char *path)
{
    struct stat output;
    struct stat file;

    return fstat(descriptor, &output) == 0 && S_ISREG(output.st_mode) && stat(path, &file) == 0 &&
           output.st_dev == file.st_dev && output.st_ino == file.st_ino;
}

/* Each line with what it is in front. */
static void append_notices(const struct text *notices, struct text *errors)
{
    const char *line = text_string(notices);

    while (*line) {
        size_t size = strcspn(line, "\n") + 1;

        text_append_format(errors, "notice: %.*s", (int)size, line);
        line += size;
    }
}

/* Its paths lead to the right places in one folder only. */
static void tell_place(const struct project *project, struct text *notices)
{
    SCOPED_MEMORY char *here = realpath(".", NULL);

    if (!here || strcmp(here, project->folder) != 0)
        text_append_format(notices,
                           "paths are relative to %s: that is where a " POSTERN_JSON
                           " with this in it belongs\n",
                           project->folder);
}

static int print(const struct emulator_settings *settings, bool is_rewritten,
                 struct reading_of *read, struct text *out, struct text *errors)
{
    SCOPED_TEXT notices = {0};

    if (!loading_read_own(settings, is_rewritten, &read->project, &read->registry, errors))
        return 2;
    if (read->project.kind == PROJECT_NONE && is_rewritten) {
        text_append_format(errors,
                           "%s: " POSTERN_JSON " is what is written to, and there is no other "
                           "project here: write to another file\n",
                           settings->project);
        return 2;
    }
    if (read->project.kind == PROJECT_NONE) {
        text_append_format(errors, "%s: there is no project here\n", settings->project);
        return 2;
    }
    if (settings->given.region) {
        free(read->project.settings.region);
        read->project.settings.region = memory_copy_string(settings->region);
    }
    project_export(&read->project, &read->registry, out, &notices);
    tell_place(&read->project, &notices);
    append_notices(&notices, errors);
    return 0;
}

int export_print(const struct emulator_settings *settings, int output, struct text *out,
                 struct text *errors)
{
    SCOPED_MEMORY char *own = memory_format("%s/" POSTERN_JSON, settings->project);
    struct reading_of read  = {0};
    int status;

    if (is_same_file(output, settings->project)) {
        text_append_format(errors, "%s: is what is written to, too: write to another file\n",
                           settings->project);
        return 2;
    }
    status = print(settings, is_same_file(output, own), &read, out, errors);
    registry_deinit(&read.registry);
    project_deinit(&read.project);
    return status;
}
