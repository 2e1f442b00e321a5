#pragma once

/*
 * Reads a command line by tables of options and operands. Knows no row of them, no subcommand but
 * by its bit, and prints nothing.
 *
 * Options are "--name VALUE", "--name=VALUE", "-n VALUE" or "-nVALUE"; letters of options that need
 * no value may stand together. What is behind "--" are operands, or the command of a subcommand
 * that takes one.
 */

#include <stdbool.h>

struct operand;
struct option;
struct text;

struct command_line {
    const struct option *options;   /* the last one has no name */
    const struct operand *operands; /* the last one has no name */
    unsigned subcommand;            /* one bit of theirs */
};

/*
 * Reads words, which end in NULL, into settings, then fills what they leave out from variables
 * POSTERN_<NAME>, found by environment (getenv; a list's variable has a value a line), then from
 * the defaults. Texts are borrowed. False if something is wrong; errors then says all of it, a line
 * each. If help is wanted the rest doesn't matter, and it is true.
 */
bool command_line_read(const struct command_line *line, char **words,
                       char *(*environment)(const char *name), void *settings, bool *is_help_wanted,
                       struct text *errors);

/* Appends what follows the subcommand's name: "[PROJECT] [options]". */
void command_line_append_usage(const struct command_line *line, struct text *out);

/* Appends a heading and a line for each option. */
void command_line_append_options(const struct command_line *line, struct text *out);

/* Frees the lists among the settings. */
void command_line_deinit(const struct command_line *line, void *settings);
