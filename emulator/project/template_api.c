#include "project/template_api.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "project/reading.h"
#include "project/template.h"
#include "project/template_integration.h"
#include "json/build.h"
#include "json/json.h"

/* The APIs on their way. */
struct writing {
    struct template *template;
    struct json *document;
    struct map apis;        /* ids to the objects that are written */
    struct map authorizers; /* ids to names */
    struct map models;      /* ids to names */
    struct map two_way;     /* ids of routes with a response */
    struct integrations integrations;
};

static struct json *new_string(const struct writing *writing, const char *string,
                               const struct json *where)
{
    return build_string(writing->template->arena, string, strlen(string), where);
}

static void put_text(const struct writing *writing, const struct template_resource *resource,
                     const char *property, const char *as, struct json *object)
{
    const char *text         = template_text(writing->template, resource, property);
    const struct json *where = json_find(resource->properties, property);

    if (text)
        build_add(object, as, new_string(writing, text, where));
}

/* The object of the API that the resource is part of; NULL: that is none of those here. */
static struct json *find_api(struct writing *writing, const struct template_resource *resource)
{
    const char *id = template_needed_text(writing->template, resource, "ApiId");

    return id ? map_find(&writing->apis, id) : NULL;
}

/* The member of an API that resources are added to, "routes". */
static struct json *part_of(const struct writing *writing, struct json *api, const char *name)
{
    return build_container(writing->template->arena, api, name, JSON_OBJECT, api);
}

/* Adds value under name unless there is one; both come from the resource. */
static void add_once(struct writing *writing, struct json *object, const char *name,
                     struct json *value, const struct template_resource *resource, const char *what)
{
    const struct json *other = json_find(object, name);

    writing->template->place = resource->id;
    if (other)
        template_error(writing->template, resource->where,
                       "there is another %s called %s, in line %u", what, name, other->line);
    else
        build_add(object, name, value);
}

static void put_flag(const struct writing *writing, const struct template_resource *resource,
                     const char *property, const char *name, struct json *object)
{
    if (template_flag(writing->template, resource, property))
        build_add(object, name, build_boolean(writing->template->arena, true, resource->where));
}

static void write_api(struct writing *writing, struct template_resource *resource)
{
    const char *protocol = template_text(writing->template, resource, "ProtocolType");
    const char *name     = template_text(writing->template, resource, "Name");
    struct json *api     = build_value(writing->template->arena, JSON_OBJECT, resource->where);
    const char *id       = template_name(writing->template, resource);

    if (!protocol || strcmp(protocol, "WEBSOCKET") != 0) {
        writing->template->place = resource->id;
        template_warn(writing->template, resource->where,
                      "an HTTP API is not run here, only APIs with ProtocolType WEBSOCKET");
        return;
    }
    build_add(api, "id", new_string(writing, id, resource->where));
    put_text(writing, resource, "RouteSelectionExpression", "routeSelectionExpression", api);
    put_text(writing, resource, "ApiKeySelectionExpression", "apiKeySelectionExpression", api);
    put_flag(writing, resource, "DisableExecuteApiEndpoint", "disableExecuteApiEndpoint", api);
    put_flag(writing, resource, "DisableSchemaValidation", "disableSchemaValidation", api);
    add_once(writing, part_of(writing, writing->document, "apis"), name ? name : resource->id, api,
             resource, "API");
    map_put(&writing->apis, id, api);
}

static void note_route_response(struct writing *writing, struct template_resource *resource)
{
    const char *id = template_text(writing->template, resource, "RouteId");

    if (id)
        map_put(&writing->two_way, id, resource);
}

static void write_authorizer(struct writing *writing, struct template_resource *resource)
{
    struct template *template  = writing->template;
    struct json *api           = find_api(writing, resource);
    struct json *authorizer    = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *type           = template_text(template, resource, "AuthorizerType");
    const char *name           = template_text(template, resource, "Name");
    const struct json *sources = template_property(template, resource, "IdentitySource");
    const char *function;

    if (!api)
        return;
    name = name ? name : resource->id;
    if (type && strcmp(type, "REQUEST") != 0) {
        template->place = resource->id;
        template_error(template, resource->where,
                       "AuthorizerType %s: AWS has only REQUEST authorizers for WebSocket APIs",
                       type);
        return;
    }
    function = integrations_find_function(&writing->integrations, resource, "AuthorizerUri");
    if (!function)
        return;
    build_add(authorizer, "function", new_string(writing, function, resource->where));
    if (sources)
        build_add(authorizer, "identitySource", build_copy(template->arena, sources));
    add_once(writing, part_of(writing, api, "authorizers"), name, authorizer, resource,
             "authorizer");
    map_put(&writing->authorizers, template_name(template, resource),
            arena_copy_string(template->arena, name));
}

static void write_model(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *api          = find_api(writing, resource);
    struct json *model        = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *name          = template_text(template, resource, "Name");
    const struct json *schema = template_property(template, resource, "Schema");

    if (!api)
        return;
    if (schema)
        build_add(model, "schema", build_copy(template->arena, schema));
    put_text(writing, resource, "ContentType", "contentType", model);
    name = arena_copy_string(template->arena, name ? name : resource->id);
    add_once(writing, part_of(writing, api, "models"), name, model, resource, "model");
    map_put(&writing->models, template_name(template, resource), model);
}

static void add_authorizer(struct writing *writing, const struct template_resource *resource,
                           struct json *route)
{
    const char *id   = template_text(writing->template, resource, "AuthorizerId");
    const char *name = id ? map_find(&writing->authorizers, id) : NULL;

    if (name)
        build_add(route, "authorizer",
                  new_string(writing, name, json_find(resource->properties, "AuthorizerId")));
    else if (id)
        template_error(writing->template, json_find(resource->properties, "AuthorizerId"),
                       "there is no authorizer of this API in the template with the id %s", id);
}

/* AWS: the names of models. Ref gives a model's id, which is taken for its name here. */
static void add_checks(struct writing *writing, const struct template_resource *resource,
                       struct json *route)
{
    struct template *template = writing->template;
    const struct json *models;
    struct json *written;

    put_text(writing, resource, "ModelSelectionExpression", "modelSelectionExpression", route);
    models = template_property(template, resource, "RequestModels");
    if (!reading_members(models)) {
        if (models)
            build_add(route, "requestModels", build_copy(template->arena, models));
        return;
    }
    written = build_container(template->arena, route, "requestModels", JSON_OBJECT, models);
    for (const struct json *one = models->first; one; one = one->next) {
        const struct json *model =
            one->kind == JSON_STRING ? map_find(&writing->models, one->string) : NULL;

        if (model)
            template_warn(template, one,
                          "AWS takes the Name of a model, which is %s, and Ref gives its id",
                          model->name);
        build_add(written, one->name,
                  model ? new_string(writing, model->name, one) : build_copy(template->arena, one));
    }
}

/* {"route.request.header.X": {"Required": true}}: the same but for a letter's case. */
static void add_parameters(struct writing *writing, const struct template_resource *resource,
                           struct json *route)
{
    struct arena *arena = writing->template->arena;
    const struct json *parameters =
        template_property(writing->template, resource, "RequestParameters");
    struct json *written;

    if (!reading_members(parameters))
        return;
    written = build_container(arena, route, "requestParameters", JSON_OBJECT, parameters);
    for (const struct json *one = parameters->first; one; one = one->next) {
        const struct json *required = json_find(one, "Required");
        struct json *parameter      = build_container(arena, written, one->name, JSON_OBJECT, one);

        required = required ? required : json_find(one, "required");
        if (!required && one->kind == JSON_BOOLEAN)
            required = one;
        if (!required)
            continue;
        if (required->kind == JSON_BOOLEAN)
            build_add(parameter, "required", build_copy(arena, required));
        else /* of a parameter: a text */
            build_add(parameter, "required",
                      build_boolean(arena,
                                    required->kind == JSON_STRING &&
                                        strcmp(required->string, "true") == 0,
                                    required));
    }
}

static void add_access(struct writing *writing, const struct template_resource *resource,
                       const char *key, struct json *route)
{
    const char *type = template_text(writing->template, resource, "AuthorizationType");

    if (type && strcmp(type, "JWT") == 0)
        template_error(writing->template, resource->where,
                       "AWS has no JWT authorizers for WebSocket APIs: take a REQUEST authorizer");
    else if (type)
        put_text(writing, resource, "AuthorizationType", "authorizationType", route);
    add_authorizer(writing, resource, route);
    if (!template_flag(writing->template, resource, "ApiKeyRequired"))
        return;
    if (strcmp(key, "$connect") != 0)
        template_warn(writing->template, json_find(resource->properties, "ApiKeyRequired"),
                      "AWS asks for keys on $connect only: here it means nothing");
    else
        build_add(route, "apiKeyRequired",
                  build_boolean(writing->template->arena, true,
                                json_find(resource->properties, "ApiKeyRequired")));
}

/* AWS?: each of the selection expression and the RouteResponse makes a route two-way; both together
 * are what is documented. */
static void write_route(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *api          = find_api(writing, resource);
    struct json *route        = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *key           = api ? template_needed_text(template, resource, "RouteKey") : NULL;
    bool is_two_way;

    if (!key)
        return;
    integrations_write(&writing->integrations, resource, route);
    is_two_way = template_text(template, resource, "RouteResponseSelectionExpression") ||
                 map_find(&writing->two_way, template_name(template, resource));
    if (is_two_way)
        build_add(route, "routeResponse", build_boolean(template->arena, true, resource->where));
    add_access(writing, resource, key, route);
    add_checks(writing, resource, route);
    add_parameters(writing, resource, route);
    add_once(writing, part_of(writing, api, "routes"), key, route, resource, "route");
}

/* Of settings for one route or all: what is said of throttling; logging and metrics mean nothing
 * here. A number may come from a parameter, and then is a text. */
static void add_throttle(struct template *template, const struct json *settings, struct json *to)
{
    static const struct {
        const char *theirs;
        const char *ours;
    } limits[] = {
        {"ThrottlingRateLimit",  "throttlingRateLimit" },
        {"ThrottlingBurstLimit", "throttlingBurstLimit"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
        const struct json *limit  = json_find(settings, limits[i].theirs);
        const struct json *number = template_number_of(template, limit);

        if (number)
            build_add(to, limits[i].ours, build_copy(template->arena, number));
    }
}

static void add_throttles(struct template *template, struct template_resource *resource,
                          struct json *stage)
{
    const struct json *all = template_property(template, resource, "DefaultRouteSettings");
    const struct json *single;
    struct json *settings;

    if (reading_members(all))
        add_throttle(
            template, all,
            build_container(template->arena, stage, "defaultRouteSettings", JSON_OBJECT, all));
    single = template_property(template, resource, "RouteSettings");
    if (!reading_members(single))
        return;
    settings = build_container(template->arena, stage, "routeSettings", JSON_OBJECT, single);
    for (const struct json *route = reading_members(single); route; route = route->next)
        add_throttle(template, route,
                     build_container(template->arena, settings, route->name, JSON_OBJECT, route));
}

static void add_access_log(struct template *template, struct template_resource *resource,
                           struct json *stage)
{
    static const struct {
        const char *theirs;
        const char *ours;
    } members[] = {
        {"DestinationArn", "destinationArn"},
        {"Format",         "format"        },
    };
    const struct json *settings = template_property(template, resource, "AccessLogSettings");
    struct json *written;

    if (!reading_members(settings))
        return;
    written = build_container(template->arena, stage, "accessLogSettings", JSON_OBJECT, settings);
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        const struct json *value = json_find(settings, members[i].theirs);

        if (value)
            build_add(written, members[i].ours, build_copy(template->arena, value));
    }
}

static void write_stage(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *api          = find_api(writing, resource);
    struct json *stage        = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *name          = api ? template_needed_text(template, resource, "StageName") : NULL;
    const struct json *variables =
        api ? template_property(template, resource, "StageVariables") : NULL;

    if (api) {
        add_throttles(template, resource, stage);
        add_access_log(template, resource, stage);
    }
    template->place = resource->id;
    if (!name)
        return;
    if (!json_find(resource->properties, "DeploymentId") &&
        !template_flag(template, resource, "AutoDeploy"))
        template_warn(template, resource->where,
                      "has neither a DeploymentId nor AutoDeploy: on AWS nothing would answer");
    if (reading_members(variables))
        build_add(stage, "stageVariables", build_copy(template->arena, variables));
    add_once(writing, part_of(writing, api, "stages"), name, stage, resource, "stage");
}

static void write_domain(struct writing *writing, struct template_resource *resource)
{
    struct json *domains = part_of(writing, writing->document, "domainNames");
    struct json *domain =
        build_container(writing->template->arena, domains,
                        template_name(writing->template, resource), JSON_OBJECT, resource->where);

    build_container(writing->template->arena, domain, "apiMappings", JSON_OBJECT, resource->where);
}

static void write_mapping(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *api          = find_api(writing, resource);
    const char *name          = template_needed_text(template, resource, "DomainName");
    const char *stage         = template_needed_text(template, resource, "Stage");
    const char *key           = template_text(template, resource, "ApiMappingKey");
    struct json *domain;

    if (!api || !name || !stage)
        return;
    domain = build_container(template->arena, part_of(writing, writing->document, "domainNames"),
                             name, JSON_OBJECT, resource->where);
    add_once(writing,
             build_container(template->arena, domain, "apiMappings", JSON_OBJECT, resource->where),
             key ? key : "",
             new_string(writing,
                        arena_format(template->arena, "%s/%s", json_find_string(api, "id"), stage),
                        resource->where),
             resource, "mapping");
}

static void note_integration(struct writing *writing, struct template_resource *resource)
{
    integrations_note(&writing->integrations, resource);
}

static void note_response(struct writing *writing, struct template_resource *resource)
{
    integrations_note_response(&writing->integrations, resource);
}

static void note_function(struct writing *writing, struct template_resource *resource)
{
    integrations_note_function(&writing->integrations, resource);
}

/* In an order in which what is referred to comes first. */
static const struct {
    const char *type;
    void (*write)(struct writing *writing, struct template_resource *resource);
} steps[] = {
    {"AWS::Lambda::Function",                  note_function      },
    {"AWS::ApiGatewayV2::Api",                 write_api          },
    {"AWS::ApiGatewayV2::Model",               write_model        },
    {"AWS::ApiGatewayV2::Authorizer",          write_authorizer   },
    {"AWS::ApiGatewayV2::Integration",         note_integration   },
    {"AWS::ApiGatewayV2::IntegrationResponse", note_response      },
    {"AWS::ApiGatewayV2::RouteResponse",       note_route_response},
    {"AWS::ApiGatewayV2::Route",               write_route        },
    {"AWS::ApiGatewayV2::Stage",               write_stage        },
    {"AWS::ApiGatewayV2::DomainName",          write_domain       },
    {"AWS::ApiGatewayV2::ApiMapping",          write_mapping      },
};

void template_api_write(struct template *template, struct json *document, struct map *used)
{
    struct writing writing = {
        .template     = template,
        .document     = document,
        .integrations = {.template = template, .used = used},
    };

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        for (size_t j = 0; j < template->resource_count; j++) {
            struct template_resource *resource = &template->resources[j];

            if (strcmp(resource->type, steps[i].type) != 0)
                continue;
            resource->is_handled = true;
            if (resource->is_created)
                steps[i].write(&writing, resource);
        }
    }
    template->place = NULL;
    map_deinit(&writing.apis);
    map_deinit(&writing.authorizers);
    map_deinit(&writing.models);
    map_deinit(&writing.two_way);
    integrations_deinit(&writing.integrations);
}
