#pragma once

/*
 * The options of the command line: one table. Reads words and an environment, gives settings or
 * messages; prints nothing itself and knows no subcommand but by its bit.
 */

#include <stdbool.h>

#include "base/log.h"
#include "emulator/emulator.h"

struct text;

/* The subcommands that take options, as bits. */
enum options_of { OPTIONS_OF_START = 1, OPTIONS_OF_RUN = 2, OPTIONS_OF_CHECK = 4 };

struct options {
    struct emulator_settings settings; /* but for banner_descriptor and command */
    bool is_help_wanted;
    int limits;     /* 0: aws, 1: relaxed; in settings as well */
    int log_level;  /* an enum log_level */
    int log_format; /* an enum log_format */
    char **command; /* behind "--"; NULL: there was none */
};

/*
 * Reads words (argv behind the subcommand, ending in NULL), then fills what they leave out from
 * variables POSTERN_<NAME>, found by environment (getenv), then from defaults. Strings are
 * borrowed. False if something is wrong; errors then says all of it, a line each. With
 * is_help_wanted the rest doesn't matter, and it is true.
 */
bool options_read(enum options_of subcommand, char **words, char *(*environment)(const char *name),
                  struct options *options, struct text *errors);

/* Appends a line for each option of the subcommand. */
void options_print(enum options_of subcommand, struct text *out);
