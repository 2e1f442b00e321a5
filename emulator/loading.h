#pragma once

/* What every way to run a project begins with: reading it, and what all of its handlers see. */

#include <stdbool.h>

struct emulator_settings;
struct name_values;
struct project;
struct project_settings;
struct registry;
struct text;

/*
 * Reads the project that the settings mean, with its environment file. Problems are appended to
 * errors, a line each. False if there are any that aren't just warnings. project and registry are
 * zeroed, and deinitialized in either case.
 */
bool loading_read(const struct emulator_settings *settings, struct project *project,
                  struct registry *registry, struct text *errors);

/*
 * The same without the environment file, which is read beside any project. If the folder's
 * postern.json is_rewritten, what else is in the folder is the project.
 */
bool loading_read_own(const struct emulator_settings *settings, bool is_rewritten,
                      struct project *project, struct registry *registry, struct text *errors);

/* The settings, with what the project says where nobody has given anything. Texts are borrowed of
 * both. */
struct emulator_settings loading_settle(const struct emulator_settings *settings,
                                        const struct project_settings *said);

/* Puts what lets handlers trust our certificate: PEM files as certificates.h has them. */
void loading_put_environment(struct name_values *environment, const char *ca_file,
                             const char *bundle_file);
