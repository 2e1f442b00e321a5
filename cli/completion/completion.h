#pragma once

/*
 * Scripts that teach shells to complete postern's command lines, made of the tables of subcommands,
 * options and operands. The part that is the same whatever they say is completion.bash and
 * completion.zsh.
 */

struct operand;
struct option;
struct text;

void completion_append_bash(struct text *out);
void completion_append_zsh(struct text *out);

/* What stands where a word does. */
enum completion_kind {
    COMPLETION_ANYTHING, /* nothing can be offered */
    COMPLETION_WORDS,    /* some words */
    COMPLETION_FILES,    /* files and folders */
    COMPLETION_FOLDERS,
    COMPLETION_DATA,        /* a text, or @ and a file */
    COMPLETION_CONNECTIONS, /* ids of open connections */
    COMPLETION_SUBCOMMANDS,
    COMPLETION_COMMAND, /* a command line of any program */
};

struct completion_value {
    enum completion_kind kind;
    const char *words; /* of COMPLETION_WORDS: "a|b" */
};

/* The option takes a value. */
struct completion_value completion_of_option(const struct option *option);
struct completion_value completion_of_operand(const struct operand *operand);
