#include "gateway/request_check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/access.h"
#include "model/arn.h"
#include "model/identity_source.h"
#include "model/name_values.h"
#include "model/registry.h"
#include "model/selection_expression.h"
#include "json/draft4.h"
#include "json/json.h"

struct request_models {
    struct arena arena; /* of the schemas */
    struct draft4 *draft4;
};

struct request_check {
    const struct request_models *models;
    struct selection_expression *selection; /* NULL: messages aren't checked */
    struct name_values by_key;              /* to names of models */
    char **parameters;
    size_t parameter_count;
};

static void ignore(void *owner, const struct json *where, bool is_warning, const char *message)
{
}

struct request_models *request_models_new(const struct api *api)
{
    struct request_models *models = NEW(struct request_models);
    SCOPED_MEMORY char *base      = arn_models_url(api->api_id);
    bool is_good;

    models->draft4 = draft4_new(base);
    for (size_t i = 0; i < api->model_count; i++) {
        const struct model *model = &api->models[i];
        struct json_error error;

        draft4_add(models->draft4, model->name,
                   json_parse(&models->arena, model->schema, strlen(model->schema), &error));
    }
    is_good = draft4_compile(models->draft4, ignore, NULL);
    assert(is_good);
    return models;
}

void request_models_free(struct request_models *models)
{
    if (!models)
        return;
    draft4_free(models->draft4);
    arena_deinit(&models->arena);
    free(models);
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct request_check *request_check_new(const struct request_models *models,
                                        const struct route *route)
{
    struct request_check *check;
    SCOPED_TEXT error = {0};

    if (!route->model_selection_expression && route->required_parameter_count == 0)
        return NULL;
    check         = NEW(struct request_check);
    check->models = models;
    if (route->model_selection_expression)
        check->selection = selection_expression_new(route->model_selection_expression, &error);
    name_values_copy(&check->by_key, &route->request_models);
    check->parameter_count = route->required_parameter_count;
    check->parameters      = memory_new((check->parameter_count + 1) * sizeof(char *));
    for (size_t i = 0; i < check->parameter_count; i++)
        check->parameters[i] = memory_copy_string(route->required_parameters[i]);
    /* AWS (observed on REST APIs): headers first, each kind by name. */
    qsort(check->parameters, check->parameter_count, sizeof(char *), compare_strings);
    return check;
}

void request_check_free(struct request_check *check)
{
    if (!check)
        return;
    for (size_t i = 0; i < check->parameter_count; i++)
        free(check->parameters[i]);
    free(check->parameters);
    name_values_deinit(&check->by_key);
    selection_expression_free(check->selection);
    free(check);
}

/* NULL: neither the message's own nor $default. */
static const char *find_model(const struct request_check *check, const char *data, size_t size)
{
    SCOPED_TEXT key  = {0};
    const char *name = NULL;

    if (selection_expression_select(check->selection, data, size, &key) == SELECTION_KEY)
        name = name_values_find(&check->by_key, text_string(&key));
    return name ? name : name_values_find(&check->by_key, "$default");
}

/* AWS (observed): what an empty body gets. AWS?: the same for what is no JSON, and which text says
 * that no model was found. */
#define NOT_JSON "[Unknown error parsing request body]"
#define NO_MODEL "[No model matches the model selection expression, and there is no $default model]"

bool request_check_message(const struct request_check *check, const char *data, size_t size,
                           struct text *problems)
{
    struct arena arena = {0};
    struct json_error error;
    const struct json *body;
    const char *model;
    bool fits = false;

    if (!check || !check->selection)
        return true;
    body  = json_parse_any(&arena, data, size, &error);
    model = body ? find_model(check, data, size) : NULL;
    if (!body)
        text_append_string(problems, NOT_JSON);
    else if (!model)
        text_append_string(problems, NO_MODEL);
    else
        fits = draft4_check(check->models->draft4, model, body, problems);
    arena_deinit(&arena);
    return fits;
}

bool request_check_head(const struct request_check *check, const struct request_head *head,
                        struct text *problem)
{
    static const struct name_values none;
    size_t missing = 0;

    for (size_t i = 0; check && i < check->parameter_count; i++) {
        struct identity_source source;
        SCOPED_TEXT error = {0};

        if (!identity_source_read(check->parameters[i], &source, &error) ||
            access_has_source(&source, head, &none))
            continue;
        text_append_string(problem,
                           missing++ == 0 ? "Missing required request parameters: [" : ", ");
        text_append_string(problem, source.name);
    }
    if (missing > 0)
        text_append_character(problem, ']');
    return missing == 0;
}
