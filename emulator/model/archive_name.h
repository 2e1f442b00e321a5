#pragma once

/* What the name of code or of a layer says: a file that has to be unpacked, or a folder. */

#include <stdbool.h>

/* AWS: packages are .zip, or .jar for Java. */
bool archive_name_is_one(const char *path);
