#pragma once

/* The options of `event` and `invoke` that say which sample event is meant. */

#include <stdbool.h>

struct options;
struct sample_settings;
struct text;

/*
 * Fills sample, which borrows from options and from body, where --body's text or file goes. False,
 * after saying why to standard error, if that can't be read.
 */
bool sample_options_read(const char *subcommand, const struct options *options, struct text *body,
                         struct sample_settings *sample);
