#pragma once

/* String.format(): %s %d %f %x %c %b %n %%, with flags, width and precision. */

#include <stddef.h>

#include "template/value.h"

/* The first argument is the format. Anything else in it, and arguments of other kinds, fail the
 * run. */
struct value format_string(struct mapping_run *run, const struct value *arguments, size_t count);
