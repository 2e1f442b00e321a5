#pragma once

/*
 * The line that somebody types at a terminal: prompt, editing and history by libedit. Knows nothing
 * of connections: while it waits for a key, its owner does.
 */

#include <stdbool.h>
#include <stddef.h>

struct terminal;

struct terminal_settings {
    const char *history_file; /* NULL: nothing is kept */

    /* Returns once standard input can be read, or false if nothing more is to be. */
    bool (*wait)(void *owner);
    void *owner;
};

/* Standard input and output must be a terminal. NULL if it is of no use for editing. */
struct terminal *terminal_open(const struct terminal_settings *settings);

/* Keeps the history. Harmless with NULL. */
void terminal_close(struct terminal *terminal);

/* The next line, without its line end: *size bytes, valid until the next call. NULL: no more. */
const char *terminal_read_line(struct terminal *terminal, size_t *size);

/* Around other output: takes the line being typed off the screen, and puts it back. Nothing while
 * none is. */
void terminal_hide(struct terminal *terminal);
void terminal_show(struct terminal *terminal);

/* After SIGWINCH. */
void terminal_resize(struct terminal *terminal);

/* For Ctrl-Z: stops this process with the terminal as it was before, and goes on afterwards. */
void terminal_suspend(struct terminal *terminal);
