#pragma once

/*
 * Functions and their processes: a pool for each function, a cap over all of them. An invocation
 * waits for an idle process or a new one, runs in one process alone, and ends with a payload or an
 * error in Lambda's own shape. Handler output becomes log lines. Knows nothing of WebSocket.
 *
 * AWS: "Lambda runtime API", "Lambda execution environment lifecycle".
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "base/queue.h"
#include "base/text.h"
#include "model/name_values.h"

struct alarms;
struct keeper;
struct lambda;
struct loop;
struct registry;

struct lambda_settings {
    struct loop *loop;
    struct alarms *alarms;
    struct keeper *keeper;
    const char *runtime_directory; /* exists; the bootstraps are written there */
    const char *region;
    const char *account;
    int64_t keep_warm_milliseconds;
    int64_t start_milliseconds; /* until a process must have asked for an event; 0: AWS's 10 s */
    unsigned processes_max;

    /* What every handler sees besides what Lambda sets: CA files and the like. Borrowed. */
    const struct name_values *environment;
};

enum invocation_outcome {
    INVOCATION_SUCCEEDED,      /* payload is what the handler returned: JSON, "null" for nothing */
    INVOCATION_FUNCTION_ERROR, /* payload is {"errorMessage":…,"errorType":…}: thrown, crashed,
                                  timed out, no start */
    INVOCATION_TIMED_OUT,      /* not answered within the caller's timeout; payload is empty */
    INVOCATION_THROTTLED,      /* too many are waiting */
    INVOCATION_NO_FUNCTION,    /* no function of that name */
};

/* An asynchronous request: lives inside whoever waits for it, zeroed before use. */
struct invocation {
    /* Set before lambda_invoke(), valid until done. */
    const char *function; /* its name */
    struct text event;    /* JSON; taken: empty afterwards */
    int64_t timeout_milliseconds;
    const char *connection_id; /* for log lines; may be NULL */
    bool even_if_removed;      /* a function that the last deployment has dropped runs it, too */
    void (*done)(struct invocation *invocation);

    /* Valid in done. The payload belongs to the invocation: text_deinit() or text_take() it. */
    enum invocation_outcome outcome;
    struct text payload;
    int64_t duration_microseconds; /* from lambda_invoke() */
    int64_t waiting_microseconds;  /* of them, until a process had the event: a cold start */

    char request_id[ID_UUID_SIZE]; /* Lambda's own; valid once lambda_invoke() has returned */

    /* Lambda's. */
    struct lambda_run *run;
};

/* NULL after logging why. */
struct lambda *lambda_new(const struct lambda_settings *settings);

/* Kills all processes, without done. */
void lambda_free(struct lambda *lambda);

/*
 * Takes the registry's functions (copied). Processes of a function that is gone or not equal any
 * more end with what they are running now; idle ones at once. Those who wait for a function that
 * is gone get INVOCATION_NO_FUNCTION.
 */
void lambda_deploy(struct lambda *lambda, const struct registry *registry);

/* Starts the processes of functions that are debugged, so that editors attach before the first
 * event. Afterwards such a function has one again as soon as its code has changed. */
void lambda_prepare(struct lambda *lambda);

/*
 * The function's code has changed, in these files at least (for the log): its idle processes end,
 * what runs ends as it began, and what comes from now on runs in new processes. One that is still
 * starting runs what was waiting for it already. A function that keeps changing its own code is
 * told about, once.
 */
void lambda_retire(struct lambda *lambda, const char *function, const char *const *files,
                   size_t count);

/* Begins an invocation; done is called exactly once, never before this returns, unless it is
 * cancelled. */
void lambda_invoke(struct lambda *lambda, struct invocation *invocation);

/* done will not be called. What waits for a process is forgotten; what runs already runs on, and
 * its answer is dropped. Harmless after done. */
void invocation_cancel(struct invocation *invocation);

/* Handler processes that exist now; functions known. */
unsigned lambda_process_count(const struct lambda *lambda);

/* Descriptors that they cost us. */
unsigned lambda_descriptor_count(const struct lambda *lambda);
unsigned lambda_function_count(const struct lambda *lambda);
