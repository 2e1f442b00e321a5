#pragma once

/*
 * The inside of a run (template/mapping_template.h): its memory, its bounds, and how it fails. For
 * the files of this folder.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"
#include "template/mapping_template.h"
#include "template/value.h"

enum run_flow {
    RUN_ON,
    RUN_BREAK, /* out of the innermost #foreach */
    RUN_STOP,  /* out of the template */
};

struct mapping_run {
    struct arena arena;
    struct mapping_source context_source;
    struct mapping_source stage_variables_source;
    struct mapping_source params_source;
    struct object *context; /* NULL until somebody asks */
    struct object *stage_variables;
    struct object *params;

    /* One evaluation. */
    const struct mapping_template *program;
    const char *body;
    size_t body_size;
    bool is_body_parsed;
    struct value document;   /* the body's value */
    struct value *variables; /* one for each name in the template; null: not set */
    const struct foreach_state *loop;
    struct text scratch; /* strings that are being put together, one behind another */
    enum run_flow flow;
    size_t offset; /* in the template, of what runs now */
    unsigned depth;
    size_t steps;
    size_t memory;
    bool has_failed;
    char message[256];
};

/* Fails the evaluation; the first message stays. Returns false. */
bool run_fail(struct mapping_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Counts steps. False if there were too many, which fails the run. */
bool run_count(struct mapping_run *run, size_t steps);

/* Zeroed memory of the run; NULL if there is no room, which fails the run. */
void *run_allocate(struct mapping_run *run, size_t size);

/* Around what nests; enter is false where it gets too deep, which fails the run. */
bool run_enter(struct mapping_run *run);
void run_leave(struct mapping_run *run);

/* False if text has grown beyond what a template may print or make, which fails the run. */
bool run_check_size(struct mapping_run *run, const struct text *text);

/* The three that are filled when they are first asked for. */
struct object *run_context(struct mapping_run *run);
struct object *run_stage_variables(struct mapping_run *run);
struct object *run_params(struct mapping_run *run);

/* The body as JSON of a lenient kind; null and a failure if it is broken. */
struct value run_document(struct mapping_run *run);
