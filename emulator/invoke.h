#pragma once

/*
 * One invocation of one function, without an emulator around it: the handler process is started as
 * the emulator would, gets one event, and ends.
 */

#include <stddef.h>

struct emulator_settings;
struct sample_settings;
struct text;

/* An event larger than this is refused. AWS: 6 MB for a synchronous invocation. */
#define INVOKE_EVENT_SIZE_MAX (6 * 1024 * 1024)

struct invoke_settings {
    const struct emulator_settings *emulator; /* project, data, env_file, region, account */
    const char *function;
    const struct text *event;             /* JSON; NULL: a sample */
    const struct sample_settings *sample; /* what sample; not used with an event */
};

/*
 * Appends what the handler returned, or the error in Lambda's shape, to result; what keeps it from
 * being invoked to errors, a line each. Logs what the handler prints and how long it took. Returns
 * the exit status: 0, 1 for a function error or trouble with the machine, 2 for a wrong project or
 * usage, 128 + N after signal N.
 */
int invoke_function(const struct invoke_settings *settings, struct text *result,
                    struct text *errors);
