#pragma once

/*
 * Unpacks an archive (.zip, .jar) into a folder of its own. Nothing of it lands anywhere else:
 * names that lead out of the folder, links that do, and what is neither file, folder nor link make
 * it fail. Its number of entries and their size are bounded. On any thread.
 */

#include <stddef.h>

struct text;

/* Makes folder, which mustn't be there, with what is in the archive of size bytes. 0, or -1 with
 * what is wrong appended to problem; then the folder may be there in part. */
int unpack(const char *data, size_t size, const char *folder, struct text *problem);
