#pragma once

/* One reading of the project: what it resolves to, and what is wrong with it. */

#include <stdbool.h>

#include "base/text.h"
#include "model/registry.h"
#include "project/project.h"

struct configuration {
    struct project project;
    struct registry registry; /* not to be used unless is_fine */
    struct text problems;     /* FILE:LINE: what is wrong, a line each; warnings, too */
    bool is_fine;
};

struct emulator_settings;

/* Reads the project that the settings mean. On any thread. The caller frees it, what it holds is
 * never changed. */
struct configuration *configuration_read(const struct emulator_settings *settings);

/* Unpacks code and layers that are archives, below the folder that handlers have of the emulator's;
 * problems are added. False if there were any. On any thread, before anybody else has it. */
bool configuration_unpack(struct configuration *configuration, const char *runtime_folder);

/* A line of the log for each problem. */
void configuration_log_problems(const struct configuration *configuration);

/* Harmless with NULL. */
void configuration_free(struct configuration *configuration);
