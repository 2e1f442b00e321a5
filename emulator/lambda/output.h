#pragma once

/*
 * What a handler process prints, line by line, as log lines that name function, process and
 * request. A bounded number of bytes is read a turn, and the parts of a line longer than
 * OUTPUT_LINE_SIZE_MAX become lines.
 */

#include "base/text.h"
#include "loop/poller.h"

struct loop;
struct process;

struct output {
    struct process *process;
    struct poller poller;
    int descriptor; /* -1: closed */
    struct text line;
};

/* Makes a pipe; *write_end is for the process, and the caller's. Returns 0 or a negative errno. */
int output_open(struct output *output, struct loop *loop, struct process *process, int *write_end);

/* Reads what is still there, and closes. */
void output_close(struct output *output);
