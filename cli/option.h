#pragma once

/*
 * Options and operands of the command line: what a row of their tables says, and how one word
 * becomes a setting. Knows no row, and not where words come from.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

/* How an option's word becomes a setting, and the setting's type. */
enum option_kind {
    KIND_FLAG,    /* bool */
    KIND_TEXT,    /* const char * */
    KIND_CHOICE,  /* int: which of the words of "argument" */
    KIND_PORT,    /* uint16_t */
    KIND_COUNT,   /* unsigned */
    KIND_SECONDS, /* int64_t, in milliseconds */
    KIND_LIST,    /* struct word_list: may be repeated */
};

/* The words of an option that may be repeated, in their order. Owns them. */
struct word_list {
    char **words; /* NULL behind the last; NULL: there are none */
    size_t count;
};

struct option {
    const char *name;
    char letter;          /* 0: it has none */
    const char *argument; /* what help calls it; "": none is needed; a choice's words "a|b" */
    enum option_kind kind;
    unsigned subcommands; /* bits of enum options_of */
    size_t offset;        /* of the setting in the struct that all settings are in */
    size_t given;         /* of a bool beside it: somebody has given it; 0: nobody asks */
    long long least;      /* of a number; of seconds in milliseconds */
    long long most;
    const char *otherwise;             /* the default, as a word; NULL: none */
    bool (*is_fine)(const char *word); /* of a text, or each of a list; NULL: any but "" is */
    const char *expected;              /* with is_fine: "a host name or an address" */
    const char *help;
};

/* A word without dashes in front. In the table they are in the order they are given in. */
struct operand {
    const char *name;
    unsigned subcommands;
    bool is_needed;
    bool is_command; /* all that is behind "--", a char **; else the setting is a const char * */
    size_t offset;   /* of the setting */
    const char *otherwise;             /* the default; NULL: none */
    bool (*is_fine)(const char *word); /* NULL: any is */
    const char *expected;              /* what to give: "a connection's id" */
    const char *choices; /* all that would do, "a|b": for completion; NULL: it isn't known */
};

/* Makes a setting of the word, below settings; false if the word won't do. Texts are borrowed. */
bool option_take(const struct option *option, const char *word, void *settings);

/* Appends what would do: "a whole number from 0 to 65535". */
void option_append_expected(const struct option *option, struct text *out);

/* Appends how the option is given, as help has it: "-x, --execute TEXT". */
void option_append_usage(const struct option *option, struct text *out);

void word_list_append(struct word_list *list, const char *word, size_t size);
void word_list_deinit(struct word_list *list);
