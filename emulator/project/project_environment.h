#pragma once

/* More environment for handlers: a file of variables that the user names, or .env beside the
 * project, and SAM's env.json. */

struct problems;
struct project;
struct registry;

/*
 * Gives every function the file's variables, except those that it has itself or that the caller's
 * environment (getenv) has: that is how dotenv does it. env_file NULL: .env, which need not exist.
 */
void project_load_environment(const struct project *project, const char *env_file,
                              char *(*environment)(const char *name), struct registry *registry,
                              struct problems *problems);

/* Replaces variables of functions by those of SAM's env.json: before project_load_environment(),
 * whose variables no function has declared. */
void project_load_env_vars(const char *env_vars, struct registry *registry,
                           struct problems *problems);
