#pragma once

/* How a process's state changes: for process.c and conversation.c. */

#include <stdint.h>

#include "lambda/process.h"

struct lambda_run;

/* The only place where a process changes state. */
void process_become(struct process *process, enum process_state state);

/* Ends it with a signal, 0: it ends by itself; if it is still there later, with SIGKILL. */
void process_end(struct process *process, int number, int64_t grace_milliseconds);

/* Ends it as Lambda does: with a warning only where it has an extension. */
void process_dismiss(struct process *process);

/* The run that waits for a STARTING process: for one that was retired meanwhile, none that came
 * after that. NULL if there is none. */
struct lambda_run *process_find_awaiting(const struct process *process);

/* The run of a process, which has none afterwards. What it printed until now belongs to the run. */
struct lambda_run *process_take_run(struct process *process);
