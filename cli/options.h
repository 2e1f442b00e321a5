#pragma once

/*
 * What can be said on the command line: a table of options and one of operands, a row for each, and
 * the settings they make. Knows no subcommand but by its bit.
 */

#include <stdbool.h>

#include "base/log.h"
#include "cli/command_line.h"
#include "cli/option.h"
#include "cli/remote.h"
#include "emulator/emulator.h"
#include "sample/sample_event.h"

struct text;

/* The kinds of project that `init` writes. */
#define INIT_RUNTIMES  "nodejs|python|ruby|custom"
#define INIT_TEMPLATES "postern|sam"

/* The subcommands, as bits. */
enum options_of {
    OPTIONS_OF_START       = 1 << 0,
    OPTIONS_OF_RUN         = 1 << 1,
    OPTIONS_OF_CHECK       = 1 << 2,
    OPTIONS_OF_VERSION     = 1 << 3,
    OPTIONS_OF_HELP        = 1 << 4,
    OPTIONS_OF_GET         = 1 << 5,
    OPTIONS_OF_SEND        = 1 << 6,
    OPTIONS_OF_DISCONNECT  = 1 << 7,
    OPTIONS_OF_CONNECTIONS = 1 << 8,
    OPTIONS_OF_RESET       = 1 << 9,
    OPTIONS_OF_EVENT       = 1 << 10,
    OPTIONS_OF_INVOKE      = 1 << 11,
    OPTIONS_OF_INIT        = 1 << 12,
    OPTIONS_OF_CONNECT     = 1 << 13,
    OPTIONS_OF_COMPLETION  = 1 << 14,
    OPTIONS_OF_TEMPLATE    = 1 << 15,
    OPTIONS_OF_EXPORT      = 1 << 16,
};

/* What only `connect` takes. */
struct options_connect {
    const char *url; /* NULL: the emulator's only stage */
    struct word_list subprotocols;
    struct word_list executes;
    const char *wait; /* seconds; -1 or inf: for ever */
    const char *origin;
    const char *user; /* "NAME:PASSWORD" */
    struct word_list ca_files;
    bool shows_pings;
    bool no_check;
    bool no_color;
    bool json;
    bool is_wscat; /* says nothing: -c of those who are used to wscat */
};

/* What only `template` takes; the message is in body. JSON as text, @FILE or "-". */
struct options_template {
    const char *file;
    const char *context;
    const char *stage_variables;
    const char *params;
};

struct options {
    struct emulator_settings settings; /* but for banner_descriptor and command */
    struct remote_settings remote;
    bool is_help_wanted;
    int limits;                   /* 0: aws, 1: relaxed; in settings as well */
    int signatures;               /* 0: ignore, 1: verify; in settings as well */
    struct word_list access_keys; /* "ID=SECRET" each; settings borrow them */
    struct word_list parameters;  /* "KEY=VALUE" each; the same */
    struct word_list functions;   /* "NAME=URL" each; the same */
    struct word_list inspect;     /* "FUNCTION[=PORT]" each; the same */
    int log_level;                /* an enum log_level */
    int log_format;               /* an enum log_format */
    char **command;               /* `run`: behind "--" */
    struct options_connect connect;
    const char *help;  /* `help`: the subcommand that it is about; NULL: all */
    const char *shell; /* `completion`: "bash" or "zsh" */

    /* `event` and `invoke`: cli/sample_options.c puts the rest into sample. */
    struct sample_settings sample;
    const char *body; /* text or @FILE; NULL: none */
    struct word_list headers;
    struct word_list queries;
    bool is_compact;

    const char *function; /* `invoke` */
    const char *event;    /* a kind, a file or "-"; NULL: what the function is for */
    struct options_template template;

    const char *folder; /* `init` */
    int runtime;        /* one of INIT_RUNTIMES */
    int template_kind;  /* one of INIT_TEMPLATES */
};

/* A local that is released at the end of its block. */
#define SCOPED_OPTIONS __attribute__((cleanup(options_deinit))) struct options

/*
 * Reads words (argv behind the subcommand, ending in NULL) into options, which are zeroed first, as
 * command_line_read() does.
 */
bool options_read(enum options_of subcommand, char **words, char *(*environment)(const char *name),
                  struct options *options, struct text *errors);
void options_deinit(struct options *options);

/* The tables, for a subcommand's help and completion. */
struct command_line options_of(enum options_of subcommand);
