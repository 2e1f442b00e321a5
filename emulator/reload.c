#include "reload.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "configuration.h"
#include "deployment.h"
#include "emulator.h"
#include "lambda/lambda.h"
#include "loop/watch.h"
#include "loop/work.h"
#include "model/difference.h"
#include "watched.h"

/* Functions that one log line names. */
#define NAMED_MAX 5

struct reading;

struct reload {
    struct reload_settings settings;
    struct watched watched;
    struct watch *watch;
    struct reading *reading; /* the project is being read */
    bool is_outdated;        /* and has changed since that began */
    bool is_broken;          /* what was read last can't be used */
    struct text told;        /* the problems that the log has told */
};

/* The project, read on another thread. */
struct reading {
    struct work work;
    struct reload *reload; /* NULL: nobody waits for it any more */
    const struct emulator_settings *settings;
    char *runtime_folder; /* where archives are unpacked */
    int64_t changed_at;   /* clock_microseconds() */
    struct configuration *configuration;
};

static const struct configuration *current(const struct reload *reload)
{
    return reload->settings.deployment->configuration;
}

static double milliseconds_since(int64_t begin)
{
    return (double)(clock_microseconds() - begin) / 1000;
}

static bool is_ignored(void *owner, const char *path)
{
    const struct reload *reload = owner;

    return watched_ignores(&reload->watched, current(reload), path);
}

static void watch_all(struct reload *reload)
{
    struct arena arena = {0};
    size_t count;
    const char **folders = watched_folders(&reload->watched, current(reload), &arena, &count);

    watch_set(reload->watch, folders, count);
    arena_deinit(&arena);
}

/* What has changed is code. */

/* A change for the log: which functions it concerns. */
struct concerned {
    struct text names;
    size_t count;
};

static void name_function(struct concerned *concerned, const char *name)
{
    concerned->count++;
    if (concerned->count > NAMED_MAX)
        return;
    text_append_format(&concerned->names, "%s%s", concerned->count > 1 ? ", " : "", name);
}

/* As the user would name it. */
static const char *shorten(const struct reload *reload, const char *path)
{
    const char *folder = current(reload)->project.folder;
    size_t size        = strlen(folder);

    return file_is_in(path, folder) && path[size] == '/' ? path + size + 1 : path;
}

/* The files among the changes that are code, or folders with code, of the function. */
static size_t pick(const struct reload *reload, const struct function *function,
                   const struct watch_changes *changes, const char **files)
{
    size_t count = 0;

    for (size_t i = 0; i < changes->count; i++) {
        const char *path = changes->paths[i];

        if (watched_makes_project(&reload->watched, current(reload), path))
            continue;
        if (watched_touches_code(function, path))
            files[count++] = shorten(reload, path);
    }
    return count;
}

static void log_code_change(const struct concerned *concerned, size_t function_count,
                            const char *file, size_t file_count, int64_t begin)
{
    SCOPED_TEXT line = {0};

    if (concerned->count > 1 && concerned->count == function_count)
        text_append_format(&line, "reloaded all %zu functions", function_count);
    else
        text_append_format(&line, "reloaded %s", text_string(&concerned->names));
    if (concerned->count > NAMED_MAX && concerned->count < function_count)
        text_append_format(&line, " and %zu more", concerned->count - NAMED_MAX);
    text_append_format(&line, " in %.0f ms: ", milliseconds_since(begin));
    if (!file)
        text_append_string(&line, "many files have changed");
    else if (file_count > 1)
        text_append_format(&line, "%s and %zu more have changed", file, file_count - 1);
    else
        text_append_format(&line, "%s has changed", file);
    log_info(LOG_FIELDS({"reason", REASON_RELOADED}), "%s", text_string(&line));
}

static void reload_code(struct reload *reload, const struct watch_changes *changes)
{
    const struct registry *registry  = &current(reload)->registry;
    struct concerned concerned       = {0};
    SCOPED_MEMORY const char **files = memory_new((changes->count + 1) * sizeof *files);
    SCOPED_MEMORY char *first        = NULL;
    size_t most                      = 0;

    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];
        size_t count                    = pick(reload, function, changes, files);

        if (count == 0 && !changes->is_everything)
            continue;
        lambda_retire(reload->settings.deployment->lambda, function->name, files, count);
        name_function(&concerned, function->name);
        if (!first && count > 0)
            first = memory_copy_string(files[0]);
        most = count > most ? count : most;
    }
    if (concerned.count > 0)
        log_code_change(&concerned, registry->function_count, first, most, changes->began_at);
    text_deinit(&concerned.names);
}

/* What has changed is the project. */

static void start_reading(struct reload *reload, int64_t changed_at);

/* A line of the log for each problem; not if they were told before. True if they are news. */
static bool tell_problems(struct reload *reload, const struct configuration *configuration)
{
    if (text_equals(&reload->told, text_string(&configuration->problems)))
        return false;
    text_clear(&reload->told);
    text_append_string(&reload->told, text_string(&configuration->problems));
    configuration_log_problems(configuration);
    return true;
}

/* A project that has gone was deleted, or is about to be written anew. */
static bool has_gone(const struct reload *reload, const struct configuration *fresh)
{
    return fresh->is_fine && fresh->project.kind == PROJECT_NONE &&
           current(reload)->project.kind != PROJECT_NONE;
}

static void keep_last(struct reload *reload, struct configuration *fresh)
{
    reload->is_broken = true;
    if (has_gone(reload, fresh)) {
        fresh->is_fine = false;
        text_append_format(&fresh->problems, "%s: has gone: write it again, or stop\n",
                           current(reload)->project.label);
    }
    if (tell_problems(reload, fresh))
        log_warn(LOG_FIELDS({"reason", REASON_BROKEN_PROJECT}),
                 "the project can't be used as it is now: what was read last goes on serving");
    configuration_free(fresh);
}

static void take(struct reload *reload, struct configuration *fresh, int64_t changed_at)
{
    SCOPED_TEXT difference = {0};
    bool was_broken        = reload->is_broken;
    const char *label      = fresh->project.label ? fresh->project.label : "the project";

    reload->is_broken = false;
    difference_describe(&current(reload)->registry, &fresh->registry, &difference);
    tell_problems(reload, fresh);
    deployment_replace(reload->settings.deployment, fresh);
    watch_all(reload);
    if (difference.size > 0)
        reload->settings.on_changed(reload->settings.owner);
    if (difference.size > 0)
        log_info(LOG_FIELDS({"reason", REASON_RELOADED}), "reloaded %s in %.0f ms: %s", label,
                 milliseconds_since(changed_at), text_string(&difference));
    else if (was_broken)
        log_info(LOG_FIELDS({"reason", REASON_RELOADED}),
                 "%s can be used again, and is what is served already", label);
    else
        log_debug(NULL, "%s is what is served already", label);
}

static void free_reading(struct reading *reading)
{
    free(reading->runtime_folder);
    free(reading);
}

static void on_read(struct work *work)
{
    struct reading *reading     = container_of(work, struct reading, work);
    struct configuration *fresh = reading->configuration;
    struct reload *reload       = reading->reload;
    int64_t changed_at          = reading->changed_at;

    free_reading(reading);
    if (!reload) {
        configuration_free(fresh);
        return;
    }
    reload->reading = NULL;
    if (reload->is_outdated) {
        configuration_free(fresh);
        start_reading(reload, changed_at);
    } else if (fresh->is_fine && !has_gone(reload, fresh)) {
        take(reload, fresh, changed_at);
    } else {
        keep_last(reload, fresh);
    }
}

static void read_project(struct work *work)
{
    struct reading *reading = container_of(work, struct reading, work);

    /* An archive that is being written is like a project that is: the last good one goes on. */
    reading->configuration = configuration_read(reading->settings);
    if (!configuration_unpack(reading->configuration, reading->runtime_folder))
        reading->configuration->is_fine = false;
}

static void start_reading(struct reload *reload, int64_t changed_at)
{
    struct reading *reading;

    reload->is_outdated = reload->reading != NULL;
    if (reload->is_outdated)
        return;
    reading                 = NEW(struct reading);
    reading->reload         = reload;
    reading->settings       = reload->settings.emulator;
    reading->changed_at     = changed_at;
    reading->runtime_folder = memory_copy_string(reload->settings.runtime_folder);
    if (work_start(reload->settings.loop, &reading->work, read_project, on_read) < 0)
        free_reading(reading);
    else
        reload->reading = reading;
}

static bool is_of_project(const struct reload *reload, const struct watch_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const char *path = changes->paths[i];

        if (watched_makes_project(&reload->watched, current(reload), path) ||
            file_is_in(current(reload)->project.folder, path))
            return true;
    }
    return changes->is_everything || reload->is_broken; /* a file that it lacked may be there now */
}

static void on_change(void *owner, const struct watch_changes *changes)
{
    struct reload *reload = owner;

    reload_code(reload, changes);
    if (is_of_project(reload, changes))
        start_reading(reload, changes->began_at);
}

struct reload *reload_new(const struct reload_settings *settings)
{
    struct reload *reload               = NEW(struct reload);
    const struct watch_settings watched = {
        .loop       = settings->loop,
        .alarms     = settings->alarms,
        .is_ignored = is_ignored,
        .on_change  = on_change,
        .owner      = reload,
    };

    reload->settings = *settings;
    watched_init(&reload->watched, settings->emulator, settings->data_folder);
    text_append_string(&reload->told, text_string(&current(reload)->problems));
    reload->watch = watch_new(&watched);
    if (!reload->watch) {
        reload_free(reload);
        return NULL;
    }
    watch_all(reload);
    log_debug(NULL, "watching %zu folders for changes", watch_folder_count(reload->watch));
    return reload;
}

void reload_free(struct reload *reload)
{
    if (!reload)
        return;
    if (reload->reading)
        reload->reading->reload = NULL;
    watch_free(reload->watch);
    text_deinit(&reload->told);
    watched_deinit(&reload->watched);
    free(reload);
}
