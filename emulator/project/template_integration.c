#include "project/template_integration.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"
#include "model/function_name.h"
#include "project/template.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

#define TARGET_PREFIX "integrations/"

/* AWS: "AWS::ApiGatewayV2::Integration"; what isn't here has no meaning for WebSocket APIs. */
static const char *const texts[] = {
    "IntegrationType",     "IntegrationMethod",
    "IntegrationUri",      "ConnectionType",
    "CredentialsArn",      "ContentHandlingStrategy",
    "PassthroughBehavior", "TemplateSelectionExpression",
};
static const char *const maps[] = {"RequestParameters", "RequestTemplates"};

static const char *const response_texts[] = {"ContentHandlingStrategy",
                                             "TemplateSelectionExpression"};
static const char *const response_maps[]  = {"ResponseParameters", "ResponseTemplates"};

void integrations_note_function(struct integrations *integrations,
                                struct template_resource *resource)
{
    map_put(&integrations->functions, template_name(integrations->template, resource), resource);
}

void integrations_note(struct integrations *integrations, struct template_resource *resource)
{
    map_put(&integrations->found, template_name(integrations->template, resource), resource);
}

/* The API's own name for a property: "requestTemplates". */
static const char *api_name(struct template *template, const char *property)
{
    char *name = arena_copy_string(template->arena, property);

    name[0] = (char)tolower((unsigned char)name[0]);
    return name;
}

static void pass(struct template *template, const struct template_resource *resource,
                 const char *const *text_names, size_t text_count, const char *const *map_names,
                 size_t map_count, struct json *out)
{
    for (size_t i = 0; i < text_count; i++) {
        const char *text = template_text(template, resource, text_names[i]);

        if (text)
            build_add(out, api_name(template, text_names[i]),
                      build_string(template->arena, text, strlen(text),
                                   json_find(resource->properties, text_names[i])));
    }
    for (size_t i = 0; i < map_count; i++) {
        const struct json *map = template_property(template, resource, map_names[i]);

        if (map)
            build_add(out, api_name(template, map_names[i]), build_copy(template->arena, map));
    }
}

void integrations_note_response(struct integrations *integrations,
                                struct template_resource *resource)
{
    struct template *template = integrations->template;
    const char *id            = template_needed_text(template, resource, "IntegrationId");
    const char *key           = template_needed_text(template, resource, "IntegrationResponseKey");
    struct json *response     = build_value(template->arena, JSON_OBJECT, resource->where);
    struct json *all          = id ? map_find(&integrations->responses, id) : NULL;

    template->place = resource->id;
    if (!id || !key)
        return;
    if (!all) {
        all = build_value(template->arena, JSON_OBJECT, resource->where);
        map_put(&integrations->responses, id, all);
    }
    pass(template, resource, response_texts, ARRAY_SIZE(response_texts), response_maps,
         ARRAY_SIZE(response_maps), response);
    if (json_find(all, key))
        template_error(template, resource->where, "there is another response for %s", key);
    else
        build_add(all, key, response);
}

static const char *function_name(struct template *template, const char *uri)
{
    size_t size      = 0;
    const char *name = arn_find_function(uri, &size);

    return name ? arena_copy(template->arena, name, size) : NULL;
}

const char *integrations_find_function(struct integrations *integrations,
                                       const struct template_resource *resource,
                                       const char *property)
{
    struct template *template = integrations->template;
    const char *uri           = template_needed_text(template, resource, property);
    const struct json *where  = json_find(resource->properties, property);
    const char *name          = uri ? function_name(template, uri) : NULL;
    struct nearest nearest    = {.wanted = name};
    const struct template_resource *function;
    size_t at = 0;

    if (!uri)
        return NULL;
    if (!name) {
        template_error(template, where,
                       "must name a function, like arn:aws:apigateway:${AWS::Region}:lambda:path/"
                       "2015-03-31/functions/${ChatFunction.Arn}/invocations");
        return NULL;
    }
    if (function_name_is_variable(name)) /* each stage says which */
        return name;
    function = map_find(&integrations->functions, name);
    if (function) {
        map_put(integrations->used, name, integrations->used);
        return name;
    }
    while ((function = map_next(&integrations->functions, &at)))
        nearest_consider(&nearest, function->name);
    template_error(template, where, "the function %s is not in this template%s%s%s", name,
                   nearest.found ? ": did you mean " : "", nearest.found ? nearest.found : "",
                   nearest.found ? "?" : "");
    return NULL;
}

/* A custom integration with Lambda. */
static bool calls_function(struct template *template, const struct template_resource *resource)
{
    const char *uri = template_text(template, resource, "IntegrationUri");

    return uri && function_name(template, uri);
}

static void write_other(struct integrations *integrations, struct template_resource *resource,
                        struct json *route)
{
    struct template *template = integrations->template;
    struct json *out          = build_value(template->arena, JSON_OBJECT, resource->where);
    const struct json *timeout;
    const struct json *responses =
        map_find(&integrations->responses, template_name(template, resource));

    pass(template, resource, texts, ARRAY_SIZE(texts), maps, ARRAY_SIZE(maps), out);
    if (calls_function(template, resource) &&
        !integrations_find_function(integrations, resource, "IntegrationUri"))
        return;
    timeout = template_number(template, resource, "TimeoutInMillis");
    if (timeout)
        build_add(out, "timeoutInMillis", build_copy(template->arena, timeout));
    if (responses)
        build_add(out, "integrationResponses", build_copy(template->arena, responses));
    build_add(route, "integration", out);
}

static void write_proxy(struct integrations *integrations, const struct template_resource *resource,
                        struct json *route)
{
    struct template *template = integrations->template;
    const char *function = integrations_find_function(integrations, resource, "IntegrationUri");
    const struct json *timeout = template_number(template, resource, "TimeoutInMillis");

    if (function)
        build_add(route, "function",
                  build_string(template->arena, function, strlen(function), resource->where));
    if (timeout)
        build_add(route, "timeoutInMillis", build_copy(template->arena, timeout));
}

void integrations_write(struct integrations *integrations, const struct template_resource *resource,
                        struct json *route)
{
    struct template *template             = integrations->template;
    const char *target                    = template_text(template, resource, "Target");
    const struct json *where              = json_find(resource->properties, "Target");
    struct template_resource *integration = NULL;
    const char *type;

    if (!target)
        return;
    if (text_behind(target, TARGET_PREFIX))
        integration = map_find(&integrations->found, target + strlen(TARGET_PREFIX));
    if (!integration) {
        template_error(template, where,
                       "\"%s\" is no integration of this template: write integrations/${ID} with "
                       "the logical id of one",
                       target);
        return;
    }
    type = template_text(template, integration, "IntegrationType");
    if (type && strcmp(type, "AWS_PROXY") == 0)
        write_proxy(integrations, integration, route);
    else
        write_other(integrations, integration, route);
}

void integrations_deinit(struct integrations *integrations)
{
    map_deinit(&integrations->functions);
    map_deinit(&integrations->found);
    map_deinit(&integrations->responses);
}
