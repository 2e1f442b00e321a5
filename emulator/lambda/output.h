#pragma once

/*
 * One stream of a process's output, cut into lines. A process that writes without end is read a
 * little in each turn of the loop.
 */

#include "lambda/output_lines.h"
#include "loop/poller.h"

struct loop;

struct output {
    int pipe; /* our end; -1: none */
    struct poller poller;
    struct output_lines lines;
};

/* Makes the pipe; *writer is the process's end, which the caller closes. on_line is as in struct
 * output_lines. Returns 0 or a negative errno. */
int output_open(struct output *output, struct loop *loop, int *writer,
                void (*on_line)(void *owner, const char *line), void *owner);

/* Reads what has been written up to now: so that lines come before what their process does next. */
void output_drain(struct output *output);

/* Reads what is left, gives out an unfinished line too. Harmless if it isn't open. */
void output_close(struct output *output);
