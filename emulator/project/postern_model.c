#include "project/postern_model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"
#include "model/limits.h"
#include "model/registry.h"
#include "model/selection_expression.h"
#include "project/reading.h"
#include "json/draft4.h"
#include "json/json.h"
#include "json/nearest.h"

/* AWS: alphanumeric. */
static bool is_model_name(const char *name)
{
    size_t size = strlen(name);

    for (const char *at = name; *at; at++) {
        if (!isalnum((unsigned char)*at))
            return false;
    }
    return size > 0 && size <= MODEL_NAME_SIZE_MAX;
}

/* The models on their way. */
struct models {
    struct reading *reading;
    const struct json *container;
    const char *place;
    struct arena arena;                           /* what strings of JSON are parsed into */
    const struct json *roots[MODELS_PER_API_MAX]; /* the schemas, in the order of the members */
    bool is_lenient;                              /* "disableSchemaValidation" */
    bool is_broken[MODELS_PER_API_MAX];           /* and yet it is there */
};

/* AWS: "disableSchemaValidation" means that models aren't validated when an API is deployed. AWS?:
 * a message is then refused by a model that is no schema. */
#define NOTHING_FITS "{\"not\":{}}"

static bool contains(const struct json *root, const struct json *wanted)
{
    for (const struct json *child = root->first; child && root != wanted; child = child->next) {
        if (contains(child, wanted))
            return true;
    }
    return root == wanted;
}

/* A schema that is a string has lines of its own. */
static void take_report(void *owner, const struct json *where, bool is_warning, const char *message)
{
    struct models *models     = owner;
    const struct json *member = models->container->first;
    size_t i                  = 0;

    while (member->next && !(models->roots[i] && contains(models->roots[i], where))) {
        member = member->next;
        i++;
    }
    if (json_find(member, "schema") && json_find(member, "schema")->kind == JSON_STRING)
        where = json_find(member, "schema");
    if (is_warning) {
        reading_warn(models->reading, where, "%s.%s.schema: %s", models->place, member->name,
                     message);
    } else if (models->is_lenient) {
        reading_warn(
            models->reading, where,
            "%s.%s.schema: %s; as the API has \"disableSchemaValidation\", it is deployed, "
            "and every message for this model is refused",
            models->place, member->name, message);
        models->is_broken[i] = true;
    } else {
        reading_error(models->reading, where, "%s.%s.schema: %s", models->place, member->name,
                      message);
    }
}

/* The schema as a tree; NULL after a report. */
static const struct json *read_schema(struct models *models, const struct json *member,
                                      const struct json *schema)
{
    struct json_error error = {0};
    const struct json *parsed;

    if (schema->kind != JSON_STRING)
        return schema;
    parsed = json_parse(&models->arena, schema->string, schema->size, &error);
    if (!parsed)
        reading_error(models->reading, schema, "%s.%s.schema: isn't JSON: line %u: %s",
                      models->place, member->name, error.line, error.message);
    return parsed;
}

/* AWS: models are of draft 4. */
static void check_draft(struct models *models, const struct json *member, const struct json *root)
{
    const char *draft = json_find_string(root, "$schema");

    if (draft && !strstr(draft, "json-schema.org/draft-04/schema"))
        reading_warn(models->reading, json_find(member, "schema"),
                     "%s.%s.schema: is checked as draft 4, which is the one that AWS has, and not "
                     "as %.100s",
                     models->place, member->name, draft);
}

static const struct json *read_model(struct models *models, struct api *api,
                                     const struct json *member)
{
    const struct json *schema = json_find(member, "schema");
    const char *type          = json_find_string(member, "contentType");
    SCOPED_TEXT printed       = {0};
    const struct json *root;
    struct model *model;

    if (!is_model_name(member->name))
        reading_error(models->reading, member,
                      "%s.%s: a model's name has 1 to %d letters and digits", models->place,
                      member->name, MODEL_NAME_SIZE_MAX);
    if (!schema)
        return NULL; /* postern.json's own schema says so */
    root = read_schema(models, member, schema);
    if (!root)
        return NULL;
    check_draft(models, member, root);
    json_print(root, &printed);
    if (printed.size > MODEL_SCHEMA_SIZE_MAX)
        reading_error(models->reading, schema, "%s.%s.schema: has %zu bytes, and AWS takes %d",
                      models->place, member->name, printed.size, MODEL_SCHEMA_SIZE_MAX);
    model               = api_add_model(api);
    model->name         = memory_copy_string(member->name);
    model->content_type = memory_copy_string(type ? type : "application/json");
    model->schema       = text_take(&printed);
    return root;
}

static void replace_broken(struct models *models, struct api *api)
{
    const struct json *member = models->container->first;

    for (size_t i = 0; member && i < MODELS_PER_API_MAX; i++, member = member->next) {
        if (!models->is_broken[i])
            continue;
        for (size_t j = 0; j < api->model_count; j++) {
            struct model *model = &api->models[j];

            if (strcmp(model->name, member->name) != 0)
                continue;
            free(model->schema);
            model->schema = memory_copy_string(NOTHING_FITS);
        }
    }
}

void postern_models_read(struct reading *reading, struct api *api, const struct json *object,
                         const char *place)
{
    SCOPED_MEMORY char *models_place = reading_place(place, "models");
    SCOPED_MEMORY char *base         = arn_models_url(api->api_id);
    struct models models             = {.reading    = reading,
                                        .container  = json_find(object, "models"),
                                        .place      = models_place,
                                        .is_lenient = reading_flag(object, "disableSchemaValidation")};
    struct draft4 *draft4;
    size_t count = 0;

    if (!reading_members(models.container))
        return;
    draft4 = draft4_new(base);
    for (const struct json *member = models.container->first; member; member = member->next) {
        if (count == MODELS_PER_API_MAX) {
            reading_error(reading, member, "%s: more than %d models", models_place,
                          MODELS_PER_API_MAX);
            break;
        }
        models.roots[count] = read_model(&models, api, member);
        if (models.roots[count])
            draft4_add(draft4, member->name, models.roots[count]);
        count++;
    }
    draft4_compile(draft4, take_report, &models);
    replace_broken(&models, api);
    draft4_free(draft4);
    arena_deinit(&models.arena);
}

static void read_request_models(struct reading *reading, const struct api *api, struct route *route,
                                const struct json *models, const char *place)
{
    for (const struct json *member = reading_members(models); member; member = member->next) {
        struct nearest nearest = {.wanted = member->kind == JSON_STRING ? member->string : ""};

        if (member->kind != JSON_STRING)
            continue;
        name_values_put(&route->request_models, member->name, member->string);
        if (api_find_model(api, member->string))
            continue;
        for (size_t i = 0; i < api->model_count; i++)
            nearest_consider(&nearest, api->models[i].name);
        if (nearest.found)
            reading_error(reading, member,
                          "%s.requestModels: there is no model \"%s\": did you mean \"%s\"?", place,
                          member->string, nearest.found);
        else
            reading_error(reading, member,
                          "%s.requestModels: there is no model \"%s\": add it to \"models\"", place,
                          member->string);
    }
}

static void read_expression(struct reading *reading, struct route *route,
                            const struct json *expression, const char *place)
{
    SCOPED_TEXT error = {0};
    struct selection_expression *compiled;

    if (!expression || expression->kind != JSON_STRING)
        return;
    compiled = selection_expression_new(expression->string, &error);
    if (!compiled)
        reading_error(reading, expression, "%s.modelSelectionExpression: %s", place,
                      text_string(&error));
    selection_expression_free(compiled);
    route->model_selection_expression = memory_copy_string(expression->string);
}

static void read_parameters(struct reading *reading, struct route *route,
                            const struct json *parameters, const char *place)
{
    static const char *const prefixes[] = {"route.request.header.", "route.request.querystring."};

    for (const struct json *one = reading_members(parameters); one; one = one->next) {
        bool is_known = false;

        for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
            is_known = is_known || (text_behind(one->name, prefixes[i]) &&
                                    one->name[strlen(prefixes[i])] != '\0');
        if (!is_known)
            reading_error(reading, one,
                          "%s.requestParameters: \"%s\" must be route.request.header.NAME or "
                          "route.request.querystring.NAME",
                          place, one->name);
        else if (strcmp(route->route_key, "$connect") != 0)
            reading_error(reading, one,
                          "%s.requestParameters: only $connect has headers and query parameters",
                          place);
        else if (reading_flag(one, "required"))
            route_add_required_parameter(route, one->name);
    }
}

/* True if parameters has what a mapping's source names; all values of a header are declared as the
 * header is. */
static bool is_declared(const struct json *parameters, const char *source)
{
    static const char *const kinds[][2] = {
        {"multivalueheader.",      "header."     },
        {"multivaluequerystring.", "querystring."},
        {"header.",                "header."     },
        {"querystring.",           "querystring."},
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        const char *name = text_behind(source, kinds[i][0]);
        SCOPED_TEXT key  = {0};

        if (!name)
            continue;
        text_append_format(&key, "route.request.%s%s", kinds[i][1], name);
        return json_find(parameters, text_string(&key));
    }
    return true; /* the body's parts aren't declared */
}

/* AWS: "Invalid mapping expression specified" for a header that the route doesn't declare. Here it
 * is mapped all the same. */
static void check_mapped(struct reading *reading, const struct route *route,
                         const struct json *object, const char *place)
{
    const struct json *parameters = json_find(object, "requestParameters");
    const struct json *mapped = json_find(json_find(object, "integration"), "requestParameters");

    for (const struct json *one = reading_members(mapped); one; one = one->next) {
        const char *source =
            one->kind == JSON_STRING ? text_behind(one->string, "route.request.") : NULL;

        if (!source || is_declared(parameters, source))
            continue;
        if (strcmp(route->route_key, "$connect") == 0)
            reading_warn(reading, one,
                         "%s.integration.requestParameters: AWS maps \"%s\" only if the "
                         "\"requestParameters\" of the route declare it: {\"required\": false}",
                         place, one->string);
        else
            reading_warn(reading, one,
                         "%s.integration.requestParameters: \"%s\" is never there: only $connect "
                         "has headers and query parameters",
                         place, one->string);
    }
}

void postern_checks_read(struct reading *reading, const struct api *api, struct route *route,
                         const struct json *object, const char *place)
{
    const struct json *models = json_find(object, "requestModels");

    read_expression(reading, route, json_find(object, "modelSelectionExpression"), place);
    read_request_models(reading, api, route, models, place);
    read_parameters(reading, route, json_find(object, "requestParameters"), place);
    check_mapped(reading, route, object, place);
    if (route->request_models.count > 0 && !route->model_selection_expression)
        reading_warn(reading, models,
                     "%s.requestModels: without a \"modelSelectionExpression\" AWS checks nothing",
                     place);
    if (route->model_selection_expression && route->request_models.count == 0)
        reading_warn(reading, json_find(object, "modelSelectionExpression"),
                     "%s.modelSelectionExpression: without \"requestModels\" every message is "
                     "refused",
                     place);
}

static bool is_used(const struct api *api, const char *name)
{
    for (size_t i = 0; i < api->route_count; i++) {
        const struct name_values *models = &api->routes[i].request_models;

        for (size_t j = 0; j < models->count; j++) {
            if (strcmp(models->items[j].value, name) == 0)
                return true;
        }
    }
    for (size_t i = 0; i < api->model_count; i++) { /* or another refers to it */
        SCOPED_MEMORY char *reference = memory_format("/models/%s\"", name);

        if (strstr(api->models[i].schema, reference))
            return true;
    }
    return false;
}

void postern_models_check_use(struct reading *reading, const struct api *api,
                              const struct json *object, const char *place)
{
    const struct json *models = json_find(object, "models");

    for (size_t i = 0; i < api->model_count; i++) {
        if (!is_used(api, api->models[i].name))
            reading_warn(reading, json_find(models, api->models[i].name),
                         "%s.models.%s: no route's \"requestModels\" names it", place,
                         api->models[i].name);
    }
}
