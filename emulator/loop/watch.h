#pragma once

/*
 * Watches folders, with the folders below them, for files that are written, come or go. Changes are
 * told once they have settled. Symbolic links below a folder aren't followed, and what a file that
 * stays open gets is told when it is closed. Which files matter is for others to say.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Folders that are watched at most, those below others included: each costs the kernel about a
 * kilobyte. What isn't watched is said in the log. */
#define WATCH_FOLDERS_MAX 4096

struct alarms;
struct loop;
struct watch;

/* What has changed since the last time. Paths are absolute, and each is named once. */
struct watch_changes {
    char *const *paths; /* files, or folders with all that is in them */
    size_t count;
    int64_t began_at;   /* clock_microseconds() of the first one */
    bool is_everything; /* more than are named: any file may have changed */
};

struct watch_settings {
    struct loop *loop;
    struct alarms *alarms;
    bool (*is_ignored)(void *owner, const char *path);
    void (*on_change)(void *owner, const struct watch_changes *changes);
    void *owner;
};

/* Watches nothing yet. NULL after logging why. */
struct watch *watch_new(const struct watch_settings *settings);

/* Watches these folders (absolute paths, copied) and no others any more. One that isn't there is
 * watched, and told as changed, as soon as it is. */
void watch_set(struct watch *watch, const char *const *folders, size_t count);

/* Folders that are watched now, those below others included. */
size_t watch_folder_count(const struct watch *watch);

/* Harmless with NULL. */
void watch_free(struct watch *watch);
