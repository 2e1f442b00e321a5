#pragma once

/* Which files a configuration is made of, and so are watched. Looks at paths, not at files. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct configuration;
struct emulator_settings;
struct function;

/* What doesn't change with the configuration. Paths are absolute. */
struct watched {
    char *env_file;    /* NULL: .env beside the project */
    char *env_vars;    /* NULL: none */
    char *ready_file;  /* ours, as is: NULL: none */
    char *data_folder; /* this one */
};

/* The settings' files are as the command line names them, NULL if it doesn't. */
void watched_init(struct watched *watched, const struct emulator_settings *settings,
                  const char *data_folder);
void watched_deinit(struct watched *watched);

/* True for files and folders whose changes set off nothing. */
bool watched_ignores(const struct watched *watched, const struct configuration *configuration,
                     const char *path);

/* True for the project file, what could become it, and the files of variables. */
bool watched_makes_project(const struct watched *watched, const struct configuration *configuration,
                           const char *path);

/* True if path is in the function's code, or the code is in it. */
bool watched_touches_code(const struct function *function, const char *path);

/* The folders to watch; they live in arena or in what is given. */
const char **watched_folders(const struct watched *watched,
                             const struct configuration *configuration, struct arena *arena,
                             size_t *count);
