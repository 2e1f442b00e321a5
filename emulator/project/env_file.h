#pragma once

/*
 * Environment files (.env), as dotenv reads them: bytes in, names and values out. Does no I/O.
 *
 *     # a comment
 *     NAME=value              # white space around both is no part of them
 *     export NAME=value
 *     NAME='as it stands'     # only \' is an escape
 *     NAME=`as it stands`     # only \` is an escape
 *     NAME="one\ntwo"         # \n, \r, \t, \", \\ and \$ are escapes
 *     NAME=
 *
 * Values in quotes may go over several lines. Nothing is substituted: $OTHER stays as it is.
 */

#include <stddef.h>

struct name_values;
struct problems;

/*
 * Puts the variables of a file into values; of a name that comes twice the last value counts. What
 * is wrong goes to problems, all of it, under the file's label; data need not end in NUL.
 */
void env_file_parse(const char *data, size_t size, const char *label, struct name_values *values,
                    struct problems *problems);
