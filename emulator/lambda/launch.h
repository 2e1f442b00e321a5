#pragma once

/*
 * How a handler process is started: its endpoint and output are opened, then the keeper is asked to
 * run its command in its environment. And in words why that failed.
 */

struct keeper_report;
struct process;
struct text;

/* Starts what process_start() has made. Returns 0, or a negative errno with the reason in the
 * process's problem. */
int launch(struct process *process);

/* What went wrong, and what to do about it, when the keeper could not start the process. */
void launch_explain(const struct process *process, const struct keeper_report *report,
                    struct text *problem, struct text *advice);
