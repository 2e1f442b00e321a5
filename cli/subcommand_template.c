/* postern template: what a mapping template makes of a message. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/input.h"
#include "template/limits.h"
#include "template/mapping_template.h"
#include "json/json.h"

#define INPUT_SIZE_MAX (4 * 1024 * 1024)

struct template_inputs {
    struct text source;
    struct text body;
    struct text context;
    struct text stage_variables;
    struct text params;
};

static void release(struct template_inputs *inputs)
{
    text_deinit(&inputs->source);
    text_deinit(&inputs->body);
    text_deinit(&inputs->context);
    text_deinit(&inputs->stage_variables);
    text_deinit(&inputs->params);
}

#define SCOPED_INPUTS __attribute__((cleanup(release))) struct template_inputs

/* False after saying why. word is NULL where the option isn't given. */
static bool read_word(const char *option, const char *word, struct text *contents)
{
    int result = 0;

    if (word && strcmp(word, "-") == 0)
        result = input_read("-", INPUT_SIZE_MAX, contents);
    else if (word)
        result = input_read_word(word, INPUT_SIZE_MAX, contents);
    if (result < 0)
        fprintf(stderr, "postern template: --%s %s: %s\n", option, word, strerror(-result));
    return result == 0;
}

/* The same for what must be a JSON object. */
static bool read_object(const char *option, const char *word, struct text *contents)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    const struct json *document;
    bool is_object;

    if (!word)
        return true;
    if (!read_word(option, word, contents))
        return false;
    document  = json_parse(&arena, text_string(contents), contents->size, &error);
    is_object = document && document->kind == JSON_OBJECT;
    if (!document)
        fprintf(stderr, "postern template: --%s: no JSON at %u:%u: %s\n", option, error.line,
                error.column, error.message);
    else if (!is_object)
        fprintf(stderr, "postern template: --%s: expected a JSON object, not %s\n", option,
                json_kind_name(document->kind));
    arena_deinit(&arena);
    return is_object;
}

static bool read_inputs(const struct options *options, struct template_inputs *inputs)
{
    const struct options_template *template = &options->template;
    int result = input_read(template->file, TEMPLATE_SIZE_MAX, &inputs->source);

    if (result < 0) {
        fprintf(stderr, "postern template: %s: %s\n", template->file, strerror(-result));
        return false;
    }
    return read_word("body", options->body, &inputs->body) &&
           read_object("context", template->context, &inputs->context) &&
           read_object("stage-variables", template->stage_variables, &inputs->stage_variables) &&
           read_object("params", template->params, &inputs->params);
}

static void fill(struct mapping_run *run, struct object *object, void *owner)
{
    const struct text *json = owner;

    if (json->size > 0)
        mapping_put_json(run, object, text_string(json), json->size);
}

static void print_error(const char *file, const struct mapping_error *error)
{
    fprintf(stderr, "%s:%u:%u: %s\n", strcmp(file, "-") == 0 ? "template" : file, error->line,
            error->column, error->message);
}

static int evaluate(const struct mapping_template *template, struct template_inputs *inputs,
                    const char *file)
{
    struct mapping_input input = {
        .context         = {fill, &inputs->context        },
        .stage_variables = {fill, &inputs->stage_variables},
        .params          = {fill, &inputs->params         },
    };
    struct mapping_run *run    = mapping_run_new(&input);
    struct mapping_error error = {0};
    SCOPED_TEXT output         = {0};
    int status                 = EXIT_SUCCESS;

    if (mapping_run_evaluate(run, template, text_string(&inputs->body), inputs->body.size, &output,
                             &error)) {
        fwrite(text_string(&output), 1, output.size, stdout);
    } else {
        print_error(file, &error);
        status = EXIT_FAILURE;
    }
    mapping_run_free(run);
    return status;
}

int subcommand_template(char **words)
{
    SCOPED_OPTIONS options     = {0};
    SCOPED_INPUTS inputs       = {0};
    struct mapping_error error = {0};
    struct mapping_template *template;
    int status;

    if (!subcommand_read_options("template", words, &options, &status))
        return status;
    if (!read_inputs(&options, &inputs))
        return EXIT_BAD_USAGE;
    template = mapping_template_new(text_string(&inputs.source), inputs.source.size, &error);
    if (!template) {
        print_error(options.template.file, &error);
        return EXIT_BAD_USAGE;
    }
    status = evaluate(template, &inputs, options.template.file);
    mapping_template_free(template);
    return status;
}
