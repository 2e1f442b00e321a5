#include "template/mapping_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "template/evaluate.h"
#include "template/limits.h"
#include "template/parse.h"
#include "template/run.h"

/* In the order of their places. */
static const char *const known_variables[VARIABLES_KNOWN] = {
    [VARIABLE_INPUT]           = "input",
    [VARIABLE_UTIL]            = "util",
    [VARIABLE_CONTEXT]         = "context",
    [VARIABLE_STAGE_VARIABLES] = "stageVariables",
    [VARIABLE_FOREACH]         = "foreach",
    [VARIABLE_COUNT]           = "velocityCount",
    [VARIABLE_HAS_NEXT]        = "velocityHasNext",
};

static bool parse_all(struct mapping_template *template, struct mapping_error *error)
{
    struct parser parser = {.template = template, .error = error, .at = template->source};

    parser.end = template->source + template->size;
    for (size_t i = 0; i < VARIABLES_KNOWN; i++)
        parse_variable(&parser, known_variables[i], strlen(known_variables[i]));
    if (template->size > TEMPLATE_SIZE_MAX)
        return parse_fail(&parser, parser.at, "a template has at most %d bytes", TEMPLATE_SIZE_MAX);
    switch (parse_block(&parser, &template->block)) {
    case BLOCK_OUT:
        return true;
    case BLOCK_FAILED:
        return false;
    case BLOCK_AT_END:
    case BLOCK_ELSE:
    case BLOCK_ELSEIF:
        break;
    }
    /* The word has been read; its '#' is the last one before. */
    while (*--parser.at != '#')
        ;
    return parse_fail(&parser, parser.at, "#else or #end where nothing has begun");
}

struct mapping_template *mapping_template_new(const char *source, size_t size,
                                              struct mapping_error *error)
{
    struct mapping_template *template = NEW(struct mapping_template);

    template->source = arena_copy(&template->arena, source, size);
    template->size   = size;
    if (parse_all(template, error))
        return template;
    mapping_template_free(template);
    return NULL;
}

void mapping_template_free(struct mapping_template *template)
{
    if (!template)
        return;
    map_deinit(&template->variables);
    arena_deinit(&template->arena);
    free(template);
}

static void describe_failure(const struct mapping_run *run, struct mapping_error *error)
{
    const char *source = run->program->source;

    error->line   = 1;
    error->column = 1;
    for (size_t i = 0; i < run->offset; i++) {
        error->column++;
        if (source[i] == '\n') {
            error->line++;
            error->column = 1;
        }
    }
    snprintf(error->message, sizeof error->message, "%s", run->message);
}

/* What one evaluation has must not be seen by the next one. */
static void begin(struct mapping_run *run, const struct mapping_template *template,
                  const char *body, size_t size)
{
    run->program        = template;
    run->body           = size > 0 ? body : "{}"; /* AWS: observed, whatever the content type */
    run->body_size      = size > 0 ? size : 2;
    run->is_body_parsed = false;
    run->loop           = NULL;
    run->flow           = RUN_ON;
    run->offset         = 0;
    run->depth          = 0;
    run->steps          = 0;
    run->memory         = 0;
    run->has_failed     = false;
    run->scratch.size   = 0;
    run->variables      = run_allocate(run, template->variable_count * sizeof *run->variables);
    run->body           = arena_copy(&run->arena, run->body, run->body_size);
}

/* The maps that a template may write to are there for those that name them. */
static void make_overrides(struct mapping_run *run)
{
    struct object *context = run_context(run);
    struct object *request = mapping_put_map(run, context, "requestOverride");

    mapping_put_map(run, request, "header");
    mapping_put_map(run, request, "path");
    mapping_put_map(run, request, "querystring");
    mapping_put_map(run, mapping_put_map(run, context, "responseOverride"), "header");
}

bool mapping_run_evaluate(struct mapping_run *run, const struct mapping_template *template,
                          const char *body, size_t size, struct text *out,
                          struct mapping_error *error)
{
    size_t start = out->size;

    begin(run, template, body, size);
    if (template->has_overrides && !run->has_failed)
        make_overrides(run);
    if (!run->has_failed)
        evaluate_block(run, &template->block, out);
    if (!run->has_failed && out->size - start > TEMPLATE_OUTPUT_SIZE_MAX)
        run_check_size(run, out);
    if (!run->has_failed)
        return true;
    describe_failure(run, error);
    if (out->size > start) {
        out->size        = start;
        out->data[start] = '\0';
    }
    return false;
}

struct mapping_run *mapping_run_new(const struct mapping_input *input)
{
    struct mapping_run *run = NEW(struct mapping_run);

    run->context_source         = input->context;
    run->stage_variables_source = input->stage_variables;
    run->params_source          = input->params;
    return run;
}

void mapping_run_free(struct mapping_run *run)
{
    if (!run)
        return;
    text_deinit(&run->scratch);
    arena_deinit(&run->arena);
    free(run);
}

bool mapping_body_is_sound(const char *body, size_t size)
{
    static const struct mapping_input nothing;
    static const struct mapping_template empty = {.source = ""};
    struct mapping_run *run                    = mapping_run_new(&nothing);
    bool is_sound;

    begin(run, &empty, body, size);
    run_document(run);
    is_sound = !run->has_failed;
    mapping_run_free(run);
    return is_sound;
}

struct object *mapping_run_context(struct mapping_run *run)
{
    return run_context(run);
}
