#pragma once

/* What `postern export` prints. */

struct emulator_settings;
struct text;

/*
 * Appends the project as a postern.json to out, and its problems and what else there is to be said
 * to errors. output is the descriptor that out is for: if it is the project's own postern.json,
 * already emptied by the shell, what else is in the folder is the project. Returns the exit status.
 */
int export_print(const struct emulator_settings *settings, int output, struct text *out,
                 struct text *errors);
