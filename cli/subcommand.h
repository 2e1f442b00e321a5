#pragma once

/* The subcommands: a table, and a file for each one. */

#include <stddef.h>

#include "cli/options.h"
#include "cli/remote.h"

struct text;

/* Exit statuses, besides those of the emulator and of `run`'s command. */
#define EXIT_BAD_USAGE 2

struct subcommand {
    const char *name;
    const char *summary;
    enum options_of bit; /* of its options and operands */

    /* words is argv behind the name, ending in NULL. Returns the exit status. */
    int (*run)(char **words);
};

/* One after another; NULL after the last one. */
const struct subcommand *subcommand_at(size_t index);

/* NULL if there is none. */
const struct subcommand *subcommand_find(const char *name);

/* What `postern help` and `postern help NAME` print. */
void subcommand_describe_all(struct text *out);
void subcommand_describe(const struct subcommand *subcommand, struct text *out);

/* Says to standard error that there is none of that name; returns EXIT_BAD_USAGE. */
int subcommand_complain(const char *name);

/*
 * Reads the words of a subcommand. True: go on; false: it printed help or what is wrong, and
 * *status is to be returned. The caller releases options (SCOPED_OPTIONS) either way.
 */
bool subcommand_read_options(const char *name, char **words, struct options *options, int *status);

int subcommand_start(char **words);
int subcommand_run(char **words);
int subcommand_check(char **words);
int subcommand_export(char **words);
int subcommand_init(char **words);
int subcommand_invoke(char **words);
int subcommand_event(char **words);
int subcommand_template(char **words);
int subcommand_connect(char **words);
int subcommand_get(char **words);
int subcommand_send(char **words);
int subcommand_disconnect(char **words);
int subcommand_connections(char **words);
int subcommand_reset(char **words);
int subcommand_completion(char **words);
int subcommand_version(char **words);
int subcommand_help(char **words);
