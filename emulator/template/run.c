#include "template/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "template/lenient_json.h"
#include "template/limits.h"
#include "template/program.h"

bool run_fail(struct mapping_run *run, const char *format, ...)
{
    va_list arguments;

    if (run->has_failed)
        return false;
    run->has_failed = true;
    va_start(arguments, format);
    vsnprintf(run->message, sizeof run->message, format, arguments);
    va_end(arguments);
    return false;
}

bool run_count(struct mapping_run *run, size_t steps)
{
    if (run->has_failed)
        return false;
    run->steps += steps;
    if (run->steps <= TEMPLATE_STEPS_MAX)
        return true;
    return run_fail(run, "the template takes more than %d steps", TEMPLATE_STEPS_MAX);
}

void *run_allocate(struct mapping_run *run, size_t size)
{
    if (run->has_failed)
        return NULL;
    if (size > TEMPLATE_MEMORY_MAX - run->memory) {
        run_fail(run, "the template's values take more than %d MB",
                 TEMPLATE_MEMORY_MAX / 1024 / 1024);
        return NULL;
    }
    run->memory += size;
    return arena_new(&run->arena, size);
}

bool run_enter(struct mapping_run *run)
{
    if (run->has_failed)
        return false;
    if (run->depth == VALUE_DEPTH_MAX)
        return run_fail(run, "more than %d levels of lists, maps or blocks in one another",
                        VALUE_DEPTH_MAX);
    run->depth++;
    return true;
}

void run_leave(struct mapping_run *run)
{
    run->depth--;
}

bool run_check_size(struct mapping_run *run, const struct text *text)
{
    if (text->size <= TEMPLATE_OUTPUT_SIZE_MAX)
        return true;
    return run_fail(run, "a text or the output is more than %d MB",
                    TEMPLATE_OUTPUT_SIZE_MAX / 1024 / 1024);
}

static struct object *fill(struct mapping_run *run, struct object **object,
                           const struct mapping_source *source)
{
    static struct object nothing;

    if (!*object) {
        *object = object_new(run);
        if (*object && source->fill)
            source->fill(run, *object, source->owner);
    }
    return *object ? *object : &nothing;
}

struct object *run_context(struct mapping_run *run)
{
    return fill(run, &run->context, &run->context_source);
}

struct object *run_stage_variables(struct mapping_run *run)
{
    return fill(run, &run->stage_variables, &run->stage_variables_source);
}

struct object *run_params(struct mapping_run *run)
{
    if (!run->params) {
        struct object *params = run_allocate(run, sizeof *params);

        if (params) {
            mapping_put_map(run, params, "path");
            mapping_put_map(run, params, "querystring");
            mapping_put_map(run, params, "header");
            if (run->params_source.fill)
                run->params_source.fill(run, params, run->params_source.owner);
        }
        run->params = params;
    }
    return run->params ? run->params : fill(run, &run->params, &(struct mapping_source){0});
}

struct value run_document(struct mapping_run *run)
{
    if (!run->is_body_parsed) {
        run->is_body_parsed = true;
        run->document       = lenient_json_parse(run, run->body, run->body_size);
    }
    return run->document;
}
