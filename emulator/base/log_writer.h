#pragma once

/*
 * How lines of the log get to standard error without anybody waiting for its reader.
 *
 * Standard error may be a pipe or a terminal that nobody reads just now. Making it non-blocking
 * would change it for everybody who shares its open file description: the shell, the caller, a
 * command beside us. Asking poll() before each write isn't enough, since they may fill it in
 * between. So a thread writes, which may wait for as long as it likes: lines wait for it in a
 * bounded buffer, and those that find it full are dropped, counted and told about. A file never
 * waits for a reader, and is written to at once: what was logged before a crash is there.
 *
 * There is one of these, as there is one standard error.
 */

#include <stddef.h>
#include <stdint.h>

struct text;

/*
 * From now on lines to a pipe, socket or terminal go through the thread; before that, and where it
 * can't be started, they are written at once. describe appends the line that tells how many lines
 * were dropped, its line end included; it is called on the thread.
 */
void log_writer_start(void (*describe)(uint64_t dropped, struct text *line));

/*
 * Writes what waits and ends the thread. A reader that takes nothing for a second is given up: the
 * rest of the lines, and all later ones, are dropped.
 */
void log_writer_stop(void);

/* Any thread. line is whole, its line end included. */
void log_writer_write(const char *line, size_t size);

/* Lines that were dropped since the process began. */
uint64_t log_writer_dropped(void);
