#include "loop/watch.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/reason.h"
#include "loop/alarm.h"
#include "loop/change_list.h"
#include "loop/loop.h"
#include "loop/poller.h"

/* A change is told when nothing more has come for so long, or at the latest. */
#define QUIET_MILLISECONDS    100
#define PATIENCE_MILLISECONDS 500

/* How often a folder that isn't there is looked for. */
#define MISSING_MILLISECONDS 250

/* Reads of the kernel's queue in one turn of the loop. */
#define READS_PER_TURN_MAX 16

/* What is written is told when it is closed: a file that only grows, such as a log, says nothing.
 */
#define EVENTS                                                                                     \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |       \
     IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

/* One of those that watch_set() names. */
struct root {
    char *path;
    bool is_missing;
};

/* A folder that the kernel watches. */
struct folder {
    int descriptor;
    char key[12]; /* the descriptor in digits */
    char *path;
};

struct watch {
    struct watch_settings settings;
    int inotify;
    struct poller poller;
    struct root *roots;
    size_t root_count;
    struct map folders;         /* key to folder */
    struct change_list changes; /* that aren't told yet */
    int64_t first_at;           /* clock_microseconds() of the first change that isn't told yet */
    struct alarm settled;       /* rings when it is */
    struct alarm missing;
    bool is_full; /* the log has said that not everything is watched */
};

/* Paths that stand in line to be watched. */
struct paths {
    char **items;
    size_t count;
};

static void paths_push(struct paths *paths, char *path)
{
    paths->items = memory_resize(paths->items, (paths->count + 1) * sizeof *paths->items);
    paths->items[paths->count++] = path;
}

/* What is told. */

static void tell(struct alarm *alarm)
{
    struct watch *watch                = container_of(alarm, struct watch, settled);
    struct change_list list            = watch->changes;
    const struct watch_changes changes = {list.paths, list.count, watch->first_at,
                                          list.is_everything};

    watch->changes  = (struct change_list){0};
    watch->first_at = 0;
    if (changes.count > 0 || changes.is_everything)
        watch->settings.on_change(watch->settings.owner, &changes);
    change_list_deinit(&list);
}

static void expect_quiet(struct watch *watch)
{
    int64_t now  = clock_microseconds();
    int64_t wait = QUIET_MILLISECONDS;
    int64_t left;

    if (watch->first_at == 0)
        watch->first_at = now;
    left = PATIENCE_MILLISECONDS - (now - watch->first_at) / 1000;
    alarm_set(watch->settings.alarms, &watch->settled, left < wait ? left : wait, tell);
}

static void note(struct watch *watch, const char *path, bool is_new)
{
    change_list_add(&watch->changes, path, is_new);
    expect_quiet(watch);
}

static void note_gone(struct watch *watch, const char *path)
{
    change_list_add_gone(&watch->changes, path);
    expect_quiet(watch);
}

/* What is watched. */

static struct folder *find_folder(const struct watch *watch, int descriptor)
{
    char key[12];

    snprintf(key, sizeof key, "%d", descriptor);
    return map_find(&watch->folders, key);
}

static void forget(struct watch *watch, struct folder *folder)
{
    map_remove(&watch->folders, folder->key);
    free(folder->path);
    free(folder);
}

static void warn_of_limit(struct watch *watch, const char *path, int number)
{
    if (watch->is_full)
        return;
    watch->is_full = true;
    if (number == ENOSPC)
        log_warn(LOG_FIELDS({"reason", REASON_NOT_WATCHED}),
                 "changes in %s and further folders won't be noticed: the system lets nobody watch "
                 "more (sysctl fs.inotify.max_user_watches)",
                 path);
    else if (number != 0)
        log_warn(LOG_FIELDS({"reason", REASON_NOT_WATCHED}), "changes in %s won't be noticed: %s",
                 path, strerror(number));
    else
        log_warn(
            LOG_FIELDS({"reason", REASON_NOT_WATCHED}),
            "changes in %s and further folders won't be noticed: postern watches %d folders at "
            "most; a narrower codeUri leaves fewer",
            path, WATCH_FOLDERS_MAX);
}

/* False if it can't be, or is already. */
static bool watch_folder(struct watch *watch, const char *path)
{
    struct folder *folder;
    int descriptor;

    if (watch->folders.count >= WATCH_FOLDERS_MAX) {
        warn_of_limit(watch, path, 0);
        return false;
    }
    descriptor = inotify_add_watch(watch->inotify, path, EVENTS);
    if (descriptor < 0) {
        if (errno != ENOENT && errno != ENOTDIR) /* it has gone meanwhile */
            warn_of_limit(watch, path, errno);
        return false;
    }
    folder = find_folder(watch, descriptor);
    if (folder) {
        free(folder->path); /* the same folder under a new name */
        folder->path = memory_copy_string(path);
        return true;
    }
    folder             = NEW(struct folder);
    folder->descriptor = descriptor;
    folder->path       = memory_copy_string(path);
    snprintf(folder->key, sizeof folder->key, "%d", descriptor);
    map_put(&watch->folders, folder->key, folder);
    return true;
}

static bool is_folder(const char *path, const struct dirent *entry)
{
    struct stat status;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void push_folders_in(struct watch *watch, const char *path, struct paths *paths)
{
    DIR *directory = opendir(path);
    struct dirent *entry;

    while (directory && paths->count <= WATCH_FOLDERS_MAX && (entry = readdir(directory))) {
        SCOPED_MEMORY char *child = NULL;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        child = memory_format("%s/%s", strcmp(path, "/") == 0 ? "" : path, entry->d_name);
        if (is_folder(child, entry) && !watch->settings.is_ignored(watch->settings.owner, child))
            paths_push(paths, memory_take(&child));
    }
    if (directory)
        closedir(directory);
}

/* A folder is watched before it is read: what comes into it meanwhile is noticed one way or the
 * other. Those further up come first, should there be too many. */
static void watch_tree(struct watch *watch, const char *path)
{
    struct paths paths = {0};

    paths_push(&paths, memory_copy_string(path));
    for (size_t i = 0; i < paths.count; i++) {
        SCOPED_MEMORY char *next = paths.items[i];

        if (watch_folder(watch, next))
            push_folders_in(watch, next, &paths);
    }
    free(paths.items);
}

static void unwatch(struct watch *watch, struct folder *folder)
{
    inotify_rm_watch(watch->inotify, folder->descriptor);
    forget(watch, folder);
}

static void unwatch_tree(struct watch *watch, const char *path)
{
    struct folder *folder;
    size_t at = 0;

    while ((folder = map_next(&watch->folders, &at))) {
        if (file_is_in(folder->path, path))
            unwatch(watch, folder);
    }
}

static void on_missing(struct alarm *alarm);

/* Folders that builds remove and make again come back here. */
static void look_for_missing(struct watch *watch, bool is_news)
{
    bool is_one_missing = false;

    for (size_t i = 0; i < watch->root_count; i++) {
        struct root *root = &watch->roots[i];
        struct stat status;

        if (!root->is_missing)
            continue;
        root->is_missing = stat(root->path, &status) < 0 || !S_ISDIR(status.st_mode);
        if (root->is_missing) {
            is_one_missing = true;
            continue;
        }
        watch_tree(watch, root->path);
        if (is_news)
            note(watch, root->path, false);
    }
    if (is_one_missing)
        alarm_set(watch->settings.alarms, &watch->missing, MISSING_MILLISECONDS, on_missing);
}

static void on_missing(struct alarm *alarm)
{
    look_for_missing(container_of(alarm, struct watch, missing), true);
}

/* What the kernel says. */

/* A root that has gone, or has another name now. */
static void lose(struct watch *watch, const char *path)
{
    for (size_t i = 0; i < watch->root_count; i++) {
        struct root *root = &watch->roots[i];

        if (strcmp(root->path, path) != 0)
            continue;
        root->is_missing = true;
        note(watch, root->path, false);
        unwatch_tree(watch, root->path);
        alarm_set(watch->settings.alarms, &watch->missing, MISSING_MILLISECONDS, on_missing);
        return;
    }
}

/* Events are lost: folders may have come and gone, too. */
static void start_over(struct watch *watch)
{
    log_debug(NULL, "more files have changed than the kernel can tell");
    unwatch_tree(watch, "/");
    watch->changes.is_everything = true;
    expect_quiet(watch);
    for (size_t i = 0; i < watch->root_count; i++)
        watch->roots[i].is_missing = true;
    look_for_missing(watch, false);
}

static void take_event(struct watch *watch, const struct inotify_event *event)
{
    struct folder *folder    = find_folder(watch, event->wd);
    SCOPED_MEMORY char *path = NULL;

    if (!folder)
        return; /* said of one that isn't watched any more */
    path = event->len > 0
               ? memory_format("%s/%s", strcmp(folder->path, "/") == 0 ? "" : folder->path,
                               event->name)
               : memory_copy_string(folder->path);
    if (event->mask & IN_IGNORED)
        forget(watch, folder);
    if (event->mask & (IN_IGNORED | IN_MOVE_SELF)) {
        lose(watch, path);
        return;
    }
    if (event->len == 0 || watch->settings.is_ignored(watch->settings.owner, path))
        return;
    if (event->mask & IN_ISDIR && event->mask & (IN_DELETE | IN_MOVED_FROM))
        unwatch_tree(watch, path);
    if (event->mask & IN_ISDIR && event->mask & (IN_CREATE | IN_MOVED_TO))
        watch_tree(watch, path);
    if (event->mask & (IN_DELETE | IN_MOVED_FROM))
        note_gone(watch, path);
    else
        note(watch, path, event->mask & IN_CREATE && !(event->mask & IN_ISDIR));
}

static void on_events(struct poller *poller, unsigned events)
{
    struct watch *watch = container_of(poller, struct watch, poller);
    char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));

    for (int i = 0; i < READS_PER_TURN_MAX; i++) {
        ssize_t size = read(watch->inotify, buffer, sizeof buffer);

        if (size <= 0)
            return;
        for (ssize_t at = 0; at < size;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);

            if (event->mask & IN_Q_OVERFLOW)
                start_over(watch);
            else
                take_event(watch, event);
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
}

/* Beginning and end. */

struct watch *watch_new(const struct watch_settings *settings)
{
    struct watch *watch = NEW(struct watch);

    watch->settings = *settings;
    watch->inotify  = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->inotify < 0)
        log_errno(errno, "cannot watch files for changes");
    else if (poller_start(settings->loop, &watch->poller, watch->inotify, POLLER_READ, on_events) ==
             0)
        return watch;
    watch_free(watch);
    return NULL;
}

static bool is_covered(const char *path, const char *const *folders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (file_is_in(path, folders[i]))
            return true;
    }
    return false;
}

static void free_roots(struct root *roots, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(roots[i].path);
    free(roots);
}

static bool is_watched_root(const struct root *roots, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(roots[i].path, path) == 0)
            return !roots[i].is_missing;
    }
    return false;
}

void watch_set(struct watch *watch, const char *const *folders, size_t count)
{
    struct root *old = watch->roots;
    size_t old_count = watch->root_count;
    struct folder *folder;
    size_t at = 0;

    watch->roots      = memory_new((count + 1) * sizeof *watch->roots);
    watch->root_count = count;
    for (size_t i = 0; i < count; i++)
        watch->roots[i] = (struct root){memory_copy_string(folders[i]),
                                        !is_watched_root(old, old_count, folders[i])};
    free_roots(old, old_count);
    while ((folder = map_next(&watch->folders, &at))) {
        if (!is_covered(folder->path, folders, count))
            unwatch(watch, folder);
    }
    alarm_stop(watch->settings.alarms, &watch->missing);
    look_for_missing(watch, false);
}

size_t watch_folder_count(const struct watch *watch)
{
    return watch->folders.count;
}

void watch_free(struct watch *watch)
{
    struct folder *folder;
    size_t at = 0;

    if (!watch)
        return;
    alarm_stop(watch->settings.alarms, &watch->settled);
    alarm_stop(watch->settings.alarms, &watch->missing);
    poller_stop(&watch->poller);
    while ((folder = map_next(&watch->folders, &at)))
        forget(watch, folder);
    map_deinit(&watch->folders);
    free_roots(watch->roots, watch->root_count);
    change_list_deinit(&watch->changes);
    if (watch->inotify >= 0)
        close(watch->inotify);
    free(watch);
}
