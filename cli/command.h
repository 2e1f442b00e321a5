#pragma once

/* The subcommands: a table in main.c, a file each. Each returns the exit status. words is argv
 * behind its name. */

struct command {
    const char *name;
    const char *arguments;
    const char *summary;
    const char *example;
    int (*run)(char **words);
};

/* Exit statuses. */
#define EXIT_FINE      0
#define EXIT_TROUBLE   1
#define EXIT_BAD_USAGE 2

int command_start(char **words);
int command_run(char **words);
int command_check(char **words);
int command_version(char **words);
int command_help(char **words);

/* Prints the help of one subcommand. */
void command_print_help(const char *name);
