#pragma once

/*
 * The options of the command line: one table. Reads words and an environment, gives settings or
 * messages; prints nothing itself.
 */

#include <stdbool.h>

#include "base/log.h"
#include "emulator/emulator.h"

struct text;

struct options {
    struct emulator_settings settings;
    const char *project; /* "." by default */
    bool is_help_wanted;
    bool is_in_memory_set;
    enum log_level log_level;
    enum log_format log_format;
    char **command; /* behind "--"; NULL: there was none */
};

/*
 * Reads words (argv behind the subcommand, ending in NULL), then fills what they leave out from
 * variables POSTERN_<NAME>, found by environment (getenv), then from defaults. False if something
 * is wrong; errors then says all of it, a line each.
 */
bool options_read(char **words, char *(*environment)(const char *name), struct options *options,
                  struct text *errors);

/* Appends a line for each option. */
void options_print(struct text *out);
