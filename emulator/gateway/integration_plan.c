#include "gateway/integration_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/function_name.h"
#include "model/parameter_mapping.h"
#include "model/selection_expression.h"
#include "template/mapping_template.h"
#include "json/pattern.h"

#define VARIABLE "${stageVariables."

#define METHOD_DEFAULT "POST"

/* $input.json() shows whether it is a number, in whatever spelling. */
#define MOCK_STATUS "$input.json('$.statusCode')"

/* AWS: in URIs only ${stageVariables.NAME} is replaced; one that is missing is empty. */
static const char *expand(const char *uri, const struct name_values *variables, struct arena *arena)
{
    SCOPED_TEXT out = {0};
    const char *at;

    if (!uri)
        return NULL;
    while ((at = strstr(uri, VARIABLE))) {
        size_t name_size         = strcspn(at + strlen(VARIABLE), "}");
        SCOPED_MEMORY char *name = memory_copy(at + strlen(VARIABLE), name_size);
        const char *value        = name_values_find(variables, name);

        text_append(&out, uri, (size_t)(at - uri));
        if (value)
            text_append_string(&out, value);
        uri = at + strlen(VARIABLE) + name_size;
        uri += *uri == '}';
    }
    text_append_string(&out, uri);
    return arena_copy(arena, text_string(&out), out.size);
}

static struct mapping_template *compile_template(const char *source)
{
    struct mapping_error problem;
    struct mapping_template *template = mapping_template_new(source, strlen(source), &problem);

    if (!template)
        abort(); /* the loaders let templates through that parse */
    return template;
}

static void compile_choice(struct arena *arena, const struct name_values *templates,
                           struct template_choice *choice)
{
    choice->items = arena_new(arena, (templates->count + 1) * sizeof *choice->items);
    for (size_t i = 0; i < templates->count; i++) {
        choice->items[i].key      = arena_copy_string(arena, templates->items[i].name);
        choice->items[i].template = compile_template(templates->items[i].value);
    }
    choice->count = templates->count;
}

static void choice_deinit(struct template_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        mapping_template_free(choice->items[i].template);
    selection_expression_free(choice->expression);
}

/* AWS?: the only answer whose headers a client gets is that of $connect. */
static void compile_headers(struct arena *arena, const struct name_values *pairs,
                            struct response_plan *plan)
{
    plan->headers = arena_new(arena, (pairs->count + 1) * sizeof *plan->headers);
    for (size_t i = 0; i < pairs->count; i++) {
        SCOPED_TEXT problem = {0};

        if (parameter_mapping_read_response(pairs->items[i].name, pairs->items[i].value, arena,
                                            &plan->headers[plan->header_count], &problem))
            plan->header_count++;
    }
}

static void compile_response(struct arena *arena, const struct integration_response *response,
                             struct response_plan *plan)
{
    SCOPED_TEXT error = {0};

    if (response->key[0] == '/')
        plan->pattern = pattern_new(response->key + 1, strlen(response->key) - 2, &error);
    plan->content = response->content;
    compile_choice(arena, &response->templates, &plan->templates);
    if (response->template_selection_expression)
        plan->templates.expression =
            selection_expression_new_for_answer(response->template_selection_expression, &error);
    compile_headers(arena, &response->parameters, plan);
}

/* $default comes last, wherever it stands. */
static void compile_responses(struct integration_plan *plan, const struct integration *integration)
{
    plan->responses =
        arena_new(&plan->arena, (integration->response_count + 1) * sizeof *plan->responses);
    for (int is_default = 0; is_default <= 1; is_default++) {
        for (size_t i = 0; i < integration->response_count; i++) {
            const struct integration_response *response = &integration->responses[i];

            plan->uses_message = plan->uses_message || response->template_selection_expression;
            if ((response->key[0] == '$') == is_default)
                compile_response(&plan->arena, response, &plan->responses[plan->response_count++]);
        }
    }
}

static void compile_parameters(struct integration_plan *plan, const struct name_values *pairs)
{
    plan->parameters = arena_new(&plan->arena, (pairs->count + 1) * sizeof *plan->parameters);
    for (size_t i = 0; i < pairs->count; i++) {
        SCOPED_TEXT problem = {0};

        if (parameter_mapping_read(pairs->items[i].name, pairs->items[i].value, &plan->arena,
                                   &plan->parameters[plan->parameter_count], &problem))
            plan->parameter_count++;
    }
}

struct integration_plan *integration_plan_new(const struct integration *integration,
                                              const struct api *api, const struct stage *stage)
{
    struct integration_plan *plan;
    SCOPED_TEXT problem = {0};

    if (integration->type == INTEGRATION_AWS_PROXY)
        return NULL;
    plan                       = NEW(struct integration_plan);
    plan->type                 = integration->type;
    plan->api_id               = arena_copy_string(&plan->arena, api->api_id);
    plan->passthrough          = integration->passthrough;
    plan->content              = integration->content;
    plan->timeout_milliseconds = integration->timeout_milliseconds;
    if (integration->function) {
        SCOPED_MEMORY char *name =
            function_name_resolve(integration->function, &stage->stage_variables);

        plan->function = arena_copy_string(&plan->arena, name);
    }
    plan->uri    = expand(integration->uri, &stage->stage_variables, &plan->arena);
    plan->method = arena_copy_string(&plan->arena,
                                     integration->method && strcmp(integration->method, "ANY") != 0
                                         ? integration->method
                                         : METHOD_DEFAULT);
    name_values_copy(&plan->variables, &stage->stage_variables);
    compile_parameters(plan, &integration->request_parameters);
    compile_choice(&plan->arena, &integration->request_templates, &plan->requests);
    if (integration->template_selection_expression)
        plan->requests.expression =
            selection_expression_new(integration->template_selection_expression, &problem);
    if (plan->type == INTEGRATION_MOCK)
        plan->mock_status = compile_template(MOCK_STATUS);
    compile_responses(plan, integration);
    plan->is_service = plan->type == INTEGRATION_AWS && !plan->function &&
                       service_uri_read(plan->uri, &plan->arena, &plan->service, &problem);
    return plan;
}

void integration_plan_free(struct integration_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->response_count; i++) {
        pattern_free(plan->responses[i].pattern);
        choice_deinit(&plan->responses[i].templates);
    }
    mapping_template_free(plan->mock_status);
    choice_deinit(&plan->requests);
    name_values_deinit(&plan->variables);
    arena_deinit(&plan->arena);
    free(plan);
}
