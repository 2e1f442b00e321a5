#pragma once

/* Names in an archive, which somebody else has written: what may be unpacked, and as what. */

#include <stdbool.h>

struct arena;

/* The path below the folder that is unpacked into, without "." and doubled slashes; "" is the
 * folder itself. NULL if it leads out of it, or is none. */
const char *archive_path_read(struct arena *arena, const char *name);

/* True if a symbolic link may be made: its target goes up first, if at all, as far as the folder
 * that is unpacked into, and then only down. Then no chain of such links leads out. path is as
 * archive_path_read() gives it. */
bool archive_path_takes_link(const char *path, const char *target);
