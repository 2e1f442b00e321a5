#include "project/export_api.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "json/build.h"
#include "json/json.h"

void export_text(const struct export_writer *writer, const char *name, const char *value,
                 struct json *object)
{
    if (value)
        build_add(object, name, build_string(writer->arena, value, strlen(value), NULL));
}

/* As people write it, if that is the same number. */
void export_number(const struct export_writer *writer, const char *name, double value,
                   struct json *object)
{
    struct json *number = build_number(writer->arena, value, NULL);
    char *plain         = arena_format(writer->arena, "%.15g", value);

    if (strtod(plain, NULL) == value) {
        number->string = plain;
        number->size   = strlen(plain);
    }
    build_add(object, name, number);
}

void export_boolean(const struct export_writer *writer, const char *name, bool value,
                    struct json *object)
{
    build_add(object, name, build_boolean(writer->arena, value, NULL));
}

void export_texts(const struct export_writer *writer, const char *name, char *const *values,
                  size_t count, struct json *object)
{
    struct json *array =
        count > 0 ? build_container(writer->arena, object, name, JSON_ARRAY, NULL) : NULL;

    for (size_t i = 0; i < count; i++)
        export_text(writer, NULL, values[i], array);
}

void export_values(const struct export_writer *writer, const char *name,
                   const struct name_values *values, struct json *object)
{
    struct json *members =
        values->count > 0 ? build_container(writer->arena, object, name, JSON_OBJECT, NULL) : NULL;

    for (size_t i = 0; i < values->count; i++)
        export_text(writer, values->items[i].name, values->items[i].value, members);
}

void export_parsed(const struct export_writer *writer, const char *name, const char *text,
                   struct json *object)
{
    struct json_error error = {0};
    struct json *parsed = text ? json_parse_any(writer->arena, text, strlen(text), &error) : NULL;

    if (parsed)
        build_add(object, name, parsed);
}

char *export_path(const struct export_writer *writer, const char *path)
{
    SCOPED_TEXT relative = {0};
    size_t common        = 0;
    size_t i             = 0;

    if (path[0] != '/')
        return arena_copy_string(writer->arena, path);
    for (; path[i] != '\0' && path[i] == writer->folder[i]; i++)
        common = path[i] == '/' ? i + 1 : common;
    if ((path[i] == '\0' || path[i] == '/') &&
        (writer->folder[i] == '\0' || writer->folder[i] == '/'))
        common = i; /* a whole component ends here in both */
    for (const char *at = writer->folder + common; *at; at++) {
        if (*at != '/' && (at == writer->folder + common || at[-1] == '/'))
            text_append_string(&relative, "../");
    }
    text_append_string(&relative, path + common + (path[common] == '/'));
    if (relative.size > 1 && relative.data[relative.size - 1] == '/')
        text_cut(&relative, relative.size - 1);
    return arena_copy_string(writer->arena, relative.size > 0 ? text_string(&relative) : ".");
}

static void export_authorizer(const struct export_writer *writer,
                              const struct authorizer *authorizer, struct json *api)
{
    struct json *all = build_container(writer->arena, api, "authorizers", JSON_OBJECT, NULL);
    struct json *one = build_container(writer->arena, all, authorizer->name, JSON_OBJECT, NULL);

    export_text(writer, "function", authorizer->function, one);
    export_texts(writer, "identitySource", authorizer->identity_sources,
                 authorizer->identity_source_count, one);
}

/* The schema as a tree: it was parsed before. */
static void export_model(const struct export_writer *writer, const struct model *model,
                         struct json *api)
{
    struct json *all = build_container(writer->arena, api, "models", JSON_OBJECT, NULL);
    struct json *one = build_container(writer->arena, all, model->name, JSON_OBJECT, NULL);

    export_parsed(writer, "schema", model->schema, one);
    if (strcmp(model->content_type, "application/json") != 0)
        export_text(writer, "contentType", model->content_type, one);
}

static void export_timeout(const struct export_writer *writer,
                           const struct integration *integration, struct json *object)
{
    if (integration->timeout_milliseconds != INTEGRATION_TIMEOUT_MILLISECONDS)
        export_number(writer, "timeoutInMillis", integration->timeout_milliseconds, object);
}

static const char *content_name(enum content_handling content)
{
    switch (content) {
    case CONTENT_AS_IS:
        return NULL;
    case CONTENT_TO_BINARY:
        return "CONVERT_TO_BINARY";
    case CONTENT_TO_TEXT:
        return "CONVERT_TO_TEXT";
    }
    return NULL;
}

static void export_response(const struct export_writer *writer,
                            const struct integration_response *response, struct json *integration)
{
    struct json *all =
        build_container(writer->arena, integration, "integrationResponses", JSON_OBJECT, NULL);
    struct json *one = build_container(writer->arena, all, response->key, JSON_OBJECT, NULL);

    export_text(writer, "contentHandlingStrategy", content_name(response->content), one);
    export_text(writer, "templateSelectionExpression", response->template_selection_expression,
                one);
    export_values(writer, "responseParameters", &response->parameters, one);
    export_values(writer, "responseTemplates", &response->templates, one);
}

static const char *passthrough_name(enum passthrough_behavior passthrough)
{
    switch (passthrough) {
    case PASSTHROUGH_WHEN_NO_MATCH:
        return NULL; /* the default */
    case PASSTHROUGH_WHEN_NO_TEMPLATES:
        return "WHEN_NO_TEMPLATES";
    case PASSTHROUGH_NEVER:
        return "NEVER";
    }
    return NULL;
}

static void export_integration(const struct export_writer *writer,
                               const struct integration *integration, struct json *route)
{
    struct json *object;

    if (integration->type == INTEGRATION_AWS_PROXY && !integration->uri) {
        export_text(writer, "function", integration->function, route);
        export_timeout(writer, integration, route);
        return;
    }
    object = build_container(writer->arena, route, "integration", JSON_OBJECT, NULL);
    export_text(writer, "integrationType", integration_type_name(integration->type), object);
    export_text(writer, "integrationMethod", integration->method, object);
    export_text(writer, "integrationUri", integration->uri, object);
    export_text(writer, "passthroughBehavior", passthrough_name(integration->passthrough), object);
    export_text(writer, "contentHandlingStrategy", content_name(integration->content), object);
    export_values(writer, "requestParameters", &integration->request_parameters, object);
    export_text(writer, "templateSelectionExpression", integration->template_selection_expression,
                object);
    export_values(writer, "requestTemplates", &integration->request_templates, object);
    export_timeout(writer, integration, object);
    for (size_t i = 0; i < integration->response_count; i++)
        export_response(writer, &integration->responses[i], object);
}

static void export_checks(const struct export_writer *writer, const struct route *route,
                          struct json *object)
{
    struct json *parameters;

    export_text(writer, "modelSelectionExpression", route->model_selection_expression, object);
    export_values(writer, "requestModels", &route->request_models, object);
    if (route->required_parameter_count == 0)
        return;
    parameters = build_container(writer->arena, object, "requestParameters", JSON_OBJECT, NULL);
    for (size_t i = 0; i < route->required_parameter_count; i++)
        export_boolean(writer, "required", true,
                       build_container(writer->arena, parameters, route->required_parameters[i],
                                       JSON_OBJECT, NULL));
}

static void export_route(const struct export_writer *writer, const struct api *api,
                         const struct route *route, struct json *routes)
{
    const struct authorizer *authorizer = api_find_authorizer_by_id(api, route->authorizer_id);
    struct json *object =
        build_container(writer->arena, routes, route->route_key, JSON_OBJECT, NULL);

    if (route->integration_id)
        export_integration(writer, api_find_integration(api, route->integration_id), object);
    if (route->has_route_response)
        export_boolean(writer, "routeResponse", true, object);
    export_text(writer, "authorizer", authorizer ? authorizer->name : NULL, object);
    if (route->needs_iam)
        export_text(writer, "authorizationType", "AWS_IAM", object);
    if (route->api_key_required)
        export_boolean(writer, "apiKeyRequired", true, object);
    export_checks(writer, route, object);
}

static void export_throttle(const struct export_writer *writer, const struct token_rate *rate,
                            struct json *object)
{
    export_number(writer, "throttlingRateLimit", rate->per_second, object);
    export_number(writer, "throttlingBurstLimit", rate->burst, object);
}

/* A file, as a destination is written that is none of AWS's. */
static const char *log_destination(const struct export_writer *writer, const char *path)
{
    const char *relative = export_path(writer, path);

    return strncmp(relative, "./", 2) == 0 || strncmp(relative, "../", 3) == 0
               ? relative
               : arena_format(writer->arena, "file:%s", relative);
}

static void export_access_log(const struct export_writer *writer, const struct stage *stage,
                              struct json *object)
{
    struct json *settings;

    if (!stage->access_log_format)
        return;
    settings = build_container(writer->arena, object, "accessLogSettings", JSON_OBJECT, NULL);
    if (stage->access_log_path)
        export_text(writer, "destinationArn", log_destination(writer, stage->access_log_path),
                    settings);
    export_text(writer, "format", stage->access_log_format, settings);
}

static void export_stage(const struct export_writer *writer, const struct stage *stage,
                         struct json *stages)
{
    struct json *object =
        build_container(writer->arena, stages, stage->stage_name, JSON_OBJECT, NULL);
    const struct token_rate *rate = &stage->default_throttle;
    struct json *settings;

    export_values(writer, "stageVariables", &stage->stage_variables, object);
    if (rate->per_second != REQUEST_RATE_MAX || rate->burst != REQUEST_BURST_MAX)
        export_throttle(
            writer, rate,
            build_container(writer->arena, object, "defaultRouteSettings", JSON_OBJECT, NULL));
    for (size_t i = 0; i < stage->route_settings_count; i++) {
        settings = build_container(writer->arena, object, "routeSettings", JSON_OBJECT, NULL);
        export_throttle(writer, &stage->route_settings[i].throttle,
                        build_container(writer->arena, settings, stage->route_settings[i].route_key,
                                        JSON_OBJECT, NULL));
    }
    export_access_log(writer, stage, object);
}

void export_api(const struct export_writer *writer, const struct api *api, struct json *apis)
{
    struct json *object = build_container(writer->arena, apis, api->name, JSON_OBJECT, NULL);
    struct json *routes;
    struct json *stages;

    export_text(writer, "id", api->api_id, object);
    export_text(writer, "routeSelectionExpression", api->route_selection_expression, object);
    if (api->is_key_from_authorizer)
        export_text(writer, "apiKeySelectionExpression", "$context.authorizer.usageIdentifierKey",
                    object);
    if (api->is_endpoint_disabled)
        export_boolean(writer, "disableExecuteApiEndpoint", true, object);
    if (api->is_schema_validation_disabled)
        export_boolean(writer, "disableSchemaValidation", true, object);
    for (size_t i = 0; i < api->authorizer_count; i++)
        export_authorizer(writer, &api->authorizers[i], object);
    for (size_t i = 0; i < api->model_count; i++)
        export_model(writer, &api->models[i], object);
    routes = build_container(writer->arena, object, "routes", JSON_OBJECT, NULL);
    for (size_t i = 0; i < api->route_count; i++)
        export_route(writer, api, &api->routes[i], routes);
    stages = build_container(writer->arena, object, "stages", JSON_OBJECT, NULL);
    for (size_t i = 0; i < api->stage_count; i++)
        export_stage(writer, &api->stages[i], stages);
}
