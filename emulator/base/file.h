#pragma once

/* Reading and writing files whole; and their paths. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct text;

/*
 * Appends a file's contents; what is larger than size_max is cut after a byte too many, by which
 * the caller knows. Pipes, devices and folders aren't read. Returns 0 or a negative errno; logs
 * nothing.
 */
int file_read(const char *path, size_t size_max, struct text *contents);

/* True if path is folder, or in it: a comparison of two absolute paths, which needn't exist. */
bool file_is_in(const char *path, const char *folder);

/* Writes everything, whatever it takes. Returns 0 or a negative errno; logs nothing. */
int file_write_all(int descriptor, const char *data, size_t size);

/*
 * Makes or replaces a file, by way of another name beside it: whoever reads meanwhile sees the old
 * contents or the new, never half of them. Returns 0, or a negative errno after logging why.
 */
int file_replace(const char *path, mode_t mode, const char *data, size_t size);
