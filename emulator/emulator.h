#pragma once

/*
 * The emulator: builds all modules and wires them. What the command line calls.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct emulator;

struct emulator_settings {
    const char *project;     /* a file or folder */
    char *const *parameters; /* "KEY=VALUE" each, ending in NULL: of a template. NULL: none */
    const char *stack;       /* which one of the CDK's; NULL: the only one with a WebSocket API */
    const char *host;
    const char *domain; /* NULL: localhost:PORT */
    const char *data;   /* NULL: .postern beside the project */
    const char *region;
    const char *account;
    const char *ready_file; /* NULL: none */
    const char *env_file;   /* NULL: .env beside the project, if there is one */
    const char *env_vars;   /* SAM's env.json; NULL: none */
    char *const *functions; /* "FUNCTION=URL" each, the same */
    char *const *inspect;   /* "FUNCTION[=PORT]" each, ending in NULL. NULL: none */
    uint16_t port;
    bool in_memory;
    bool relaxed;
    bool quiet;
    bool verify_signatures;
    bool no_watch;  /* changed files set off nothing */
    bool is_linted; /* what surprises people is warned of, too */
    int64_t idle_timeout_milliseconds;
    int64_t max_duration_milliseconds;
    int64_t grace_milliseconds;
    int64_t keep_warm_milliseconds;
    /* What somebody has given, so that the project has no say in it. */
    struct {
        bool port;
        bool host;
        bool region;
        bool idle_timeout;
        bool max_duration;
    } given;

    unsigned processes_max; /* 0: PROCESSES_PER_CORE_MAX a core */
    int banner_descriptor;  /* where banner and "Ready." go */

    /* "ID=SECRET" each, ending in NULL: key pairs that signatures may be made with. NULL: none but
     * those of the environment. */
    char *const *access_keys;

    /* `run`: the command to run once ready, ending in NULL; NULL: run until a signal. */
    char *const *command;
};

/*
 * Runs the emulator until a signal or the end of its command. Returns the exit status: 0 stopped
 * cleanly, 1 could not run, 2 a wrong project, or the command's own.
 */
int emulator_run(const struct emulator_settings *settings);

/* What `check` prints: the resolved project to out, its problems and those of its environment file
 * to errors. Returns the exit status. */
int emulator_check(const struct emulator_settings *settings, struct text *out, struct text *errors);
