#include "project/sam_websocket.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/reading.h"
#include "project/sam.h"
#include "project/template_properties.h"
#include "json/build.h"
#include "json/json.h"

#define STAGE_DEFAULT "default"

/* The resource on its way. */
struct expansion {
    const struct sam *sam;
    const struct json *resource;
    const struct json *properties;
    struct json *resources;
};

static struct json *new_string(const struct expansion *expansion, const char *string,
                               const struct json *where)
{
    return build_string(expansion->sam->arena, string, strlen(string), where);
}

/* {"Ref": id} */
static struct json *new_ref(const struct expansion *expansion, const char *id,
                            const struct json *where)
{
    struct json *ref = build_value(expansion->sam->arena, JSON_OBJECT, where);

    build_add(ref, "Ref", new_string(expansion, id, where));
    return ref;
}

/* {"Fn::Sub": "integrations/${id}"} */
static struct json *new_target(const struct expansion *expansion, const char *id,
                               const struct json *where)
{
    struct json *sub = build_value(expansion->sam->arena, JSON_OBJECT, where);

    build_add(sub, "Fn::Sub",
              new_string(expansion, arena_format(expansion->sam->arena, "integrations/${%s}", id),
                         where));
    return sub;
}

/* A resource of that type, made at where; returns its properties. */
static struct json *add_resource(const struct expansion *expansion, const char *id,
                                 const char *type, const struct json *where)
{
    struct arena *arena          = expansion->sam->arena;
    struct json *resource        = build_value(arena, JSON_OBJECT, where);
    struct json *properties      = build_value(arena, JSON_OBJECT, where);
    const struct json *condition = json_find(expansion->resource, "Condition");

    build_add(resource, "Type", new_string(expansion, type, where));
    if (condition)
        build_add(resource, "Condition", build_copy(arena, condition));
    build_add(resource, "Properties", properties);
    build_add(expansion->resources, id, resource);
    return properties;
}

/* Copies the members that are there. */
static void pass(const struct expansion *expansion, const struct json *from,
                 const char *const *names, size_t count, struct json *to)
{
    for (size_t i = 0; i < count; i++) {
        const struct json *member = json_find(from, names[i]);

        if (member)
            build_add(to, names[i], build_copy(expansion->sam->arena, member));
    }
}

/* The URI of a function for integrations and authorizers, whose ARN is a value of the template. */
static struct json *new_uri(const struct expansion *expansion, const struct json *function)
{
    static const char pattern[] = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"
                                  "2015-03-31/functions/${Function}/invocations";
    struct arena *arena         = expansion->sam->arena;
    struct json *sub            = build_value(arena, JSON_OBJECT, function);
    struct json *list           = build_value(arena, JSON_ARRAY, function);
    struct json *variables      = build_value(arena, JSON_OBJECT, function);

    build_add(variables, "Function", build_copy(arena, function));
    build_add(list, NULL, new_string(expansion, pattern, function));
    build_add(list, NULL, variables);
    build_add(sub, "Fn::Sub", list);
    return sub;
}

static void report(const struct expansion *expansion, const struct json *where, const char *place,
                   const char *message)
{
    SCOPED_TEXT whole = {0};

    text_append_format(&whole, "%s%s: %s", expansion->resource->name, place, message);
    expansion->sam->report(expansion->sam->owner, false, where, text_string(&whole));
}

/* SAM refuses what it doesn't know. */
static void check_names(const struct expansion *expansion, const struct json *object,
                        const char *place, const char *const *names)
{
    const struct json *member = reading_members(object);
    const char *nearest       = NULL;

    for (; (member = template_properties_find_unknown(member, names, &nearest));
         member = member->next) {
        SCOPED_TEXT whole = {0};

        text_append_format(&whole, "%s%s.%s: SAM has no such property, and refuses it%s%s%s",
                           expansion->resource->name, place, member->name,
                           nearest ? ": did you mean " : "", nearest ? nearest : "",
                           nearest ? "?" : "");
        expansion->sam->report(expansion->sam->owner, true, member, text_string(&whole));
    }
}

static void check_all_names(const struct expansion *expansion)
{
    static const char *const names[] = {"AccessLogSettings",
                                        "ApiKeySelectionExpression",
                                        "Auth",
                                        "DefaultRouteSettings",
                                        "Description",
                                        "DisableExecuteApiEndpoint",
                                        "DisableSchemaValidation",
                                        "Domain",
                                        "IpAddressType",
                                        "Name",
                                        "PropagateTags",
                                        "RouteSelectionExpression",
                                        "RouteSettings",
                                        "Routes",
                                        "StageName",
                                        "StageVariables",
                                        "Tags",
                                        NULL};
    static const char *const auth[]  = {"AuthArn",    "AuthType", "IdentitySource",
                                        "InvokeRole", "Name",     NULL};
    static const char *const route[] = {"ApiKeyRequired",
                                        "FunctionArn",
                                        "IntegrationTimeout",
                                        "ModelSelectionExpression",
                                        "OperationName",
                                        "RequestModels",
                                        "RequestParameters",
                                        "RouteResponseSelectionExpression",
                                        NULL};
    const struct json *routes        = json_find(expansion->properties, "Routes");

    check_names(expansion, expansion->properties, "", names);
    check_names(expansion, json_find(expansion->properties, "Auth"), ".Auth", auth);
    for (const struct json *one = reading_members(routes); one; one = one->next)
        check_names(expansion, one, arena_format(expansion->sam->arena, ".Routes.%s", one->name),
                    route);
}

/* SAM: "Sendmessage" for the route key "sendMessage", "Connect" for "$connect". */
static char *id_part(const struct expansion *expansion, const char *key)
{
    char *part  = arena_copy_string(expansion->sam->arena, key);
    size_t size = 0;

    for (const char *at = key; *at; at++) {
        if (isalnum((unsigned char)*at))
            part[size++] = (char)tolower((unsigned char)*at);
    }
    part[size] = '\0';
    part[0]    = (char)toupper((unsigned char)part[0]);
    return part;
}

/* SAM: keys become parts of logical ids, and must be made of what those are. */
static bool is_route_key(const char *key)
{
    if (strcmp(key, "$connect") == 0 || strcmp(key, "$disconnect") == 0 ||
        strcmp(key, "$default") == 0)
        return true;
    for (const char *at = key; *at; at++) {
        if (!isalnum((unsigned char)*at))
            return false;
    }
    return key[0] != '\0';
}

static bool is_auth_type(const char *type)
{
    static const char *const types[] = {"NONE", "AWS_IAM", "CUSTOM"};

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    return false;
}

/* Authorization is of $connect alone. */
static void add_authorization(const struct expansion *expansion, struct json *route)
{
    const struct json *auth           = json_find(expansion->properties, "Auth");
    const struct json *type           = json_find(auth, "AuthType");
    const struct json *function       = json_find(auth, "AuthArn");
    static const char *const passed[] = {"IdentitySource"};
    const struct json *name;
    struct json *authorizer;
    const char *id;

    if (!auth)
        return;
    if (!type || (type->kind == JSON_STRING && !is_auth_type(type->string))) {
        report(expansion, type ? type : auth, ".Auth",
               "needs an AuthType: NONE, AWS_IAM or CUSTOM");
        return;
    }
    build_add(route, "AuthorizationType", build_copy(expansion->sam->arena, type));
    if (type->kind != JSON_STRING || strcmp(type->string, "CUSTOM") != 0)
        return;
    if (!function) {
        report(expansion, auth, ".Auth", "CUSTOM needs the AuthArn of a function");
        return;
    }
    id = arena_format(expansion->sam->arena, "%sConnectAuthorizer", expansion->resource->name);
    authorizer = add_resource(expansion, id, "AWS::ApiGatewayV2::Authorizer", auth);
    name       = json_find(auth, "Name");
    build_add(authorizer, "ApiId", new_ref(expansion, expansion->resource->name, auth));
    build_add(authorizer, "AuthorizerType", new_string(expansion, "REQUEST", auth));
    build_add(authorizer, "AuthorizerUri", new_uri(expansion, function));
    build_add(authorizer, "Name",
              name ? build_copy(expansion->sam->arena, name) : new_string(expansion, id, auth));
    pass(expansion, auth, passed, ARRAY_SIZE(passed), authorizer);
    build_add(route, "AuthorizerId", new_ref(expansion, id, auth));
}

static void add_integration(const struct expansion *expansion, const struct json *object,
                            const char *id)
{
    const struct json *timeout = json_find(object, "IntegrationTimeout");
    struct json *integration =
        add_resource(expansion, id, "AWS::ApiGatewayV2::Integration", object);

    build_add(integration, "ApiId", new_ref(expansion, expansion->resource->name, object));
    build_add(integration, "IntegrationType", new_string(expansion, "AWS_PROXY", object));
    build_add(integration, "IntegrationUri", new_uri(expansion, json_find(object, "FunctionArn")));
    if (timeout)
        build_add(integration, "TimeoutInMillis", build_copy(expansion->sam->arena, timeout));
}

static void add_route(const struct expansion *expansion, const struct json *object)
{
    static const char *const passed[] = {
        "ApiKeyRequired", "ModelSelectionExpression", "OperationName",
        "RequestModels",  "RequestParameters",        "RouteResponseSelectionExpression",
    };
    struct arena *arena = expansion->sam->arena;
    const char *part    = id_part(expansion, object->name);
    const char *api     = expansion->resource->name;
    const char *id      = arena_format(arena, "%s%sIntegration", api, part);
    struct json *route;

    if (!is_route_key(object->name))
        report(expansion, object, arena_format(arena, ".Routes.%s", object->name),
               "SAM takes route keys of letters and digits, besides $connect, $disconnect and "
               "$default");
    if (!json_find(object, "FunctionArn")) {
        report(expansion, object, arena_format(arena, ".Routes.%s", object->name),
               "needs a FunctionArn, like !GetAtt ChatFunction.Arn");
        return;
    }
    route = add_resource(expansion, arena_format(arena, "%s%sRoute", api, part),
                         "AWS::ApiGatewayV2::Route", object);
    build_add(route, "ApiId", new_ref(expansion, api, object));
    build_add(route, "RouteKey", new_string(expansion, object->name, object));
    build_add(route, "Target", new_target(expansion, id, object));
    pass(expansion, object, passed, ARRAY_SIZE(passed), route);
    if (strcmp(object->name, "$connect") == 0)
        add_authorization(expansion, route);
    add_integration(expansion, object, id);
}

static void add_api(const struct expansion *expansion)
{
    static const char *const passed[] = {
        "RouteSelectionExpression",  "ApiKeySelectionExpression", "Description",
        "DisableExecuteApiEndpoint", "DisableSchemaValidation",
    };
    const struct json *resource = expansion->resource;
    const struct json *name     = json_find(expansion->properties, "Name");
    struct json *api = add_resource(expansion, resource->name, "AWS::ApiGatewayV2::Api", resource);

    build_add(api, "ProtocolType", new_string(expansion, "WEBSOCKET", resource));
    build_add(api, "Name",
              name ? build_copy(expansion->sam->arena, name)
                   : new_string(expansion, resource->name, resource));
    pass(expansion, expansion->properties, passed, ARRAY_SIZE(passed), api);
    if (!json_find(expansion->properties, "RouteSelectionExpression"))
        report(expansion, resource, "",
               "needs a RouteSelectionExpression, like $request.body.action");
}

/* SAM: the stage called "default" has another logical id than one would expect. */
static const char *stage_id(const struct expansion *expansion)
{
    const struct json *name = json_find(expansion->properties, "StageName");
    const char *part        = name && name->kind == JSON_STRING ? name->string : "";

    if (!name || strcmp(part, STAGE_DEFAULT) == 0)
        part = "Default";
    return arena_format(expansion->sam->arena, "%s%sStage", expansion->resource->name, part);
}

static void add_stage(const struct expansion *expansion)
{
    static const char *const passed[] = {"StageVariables", "AccessLogSettings",
                                         "DefaultRouteSettings", "RouteSettings"};
    struct arena *arena               = expansion->sam->arena;
    const struct json *name           = json_find(expansion->properties, "StageName");
    const struct json *where          = name ? name : expansion->resource;
    struct json *stage =
        add_resource(expansion, stage_id(expansion), "AWS::ApiGatewayV2::Stage", where);
    build_add(stage, "ApiId", new_ref(expansion, expansion->resource->name, where));
    build_add(stage, "StageName",
              name ? build_copy(arena, name) : new_string(expansion, STAGE_DEFAULT, where));
    build_add(stage, "AutoDeploy", build_boolean(arena, true, where));
    pass(expansion, expansion->properties, passed, ARRAY_SIZE(passed), stage);
}

/* One mapping; SAM: a base path is written with or without slashes around it. */
static void add_mapping(const struct expansion *expansion, const char *domain, const char *stage,
                        const struct json *path, size_t number, const struct json *where)
{
    struct arena *arena  = expansion->sam->arena;
    const char *api      = expansion->resource->name;
    const char *id       = number == 0 ? arena_format(arena, "%sApiMapping", api)
                                       : arena_format(arena, "%sApiMapping%zu", api, number + 1);
    struct json *mapping = add_resource(expansion, id, "AWS::ApiGatewayV2::ApiMapping", where);

    build_add(mapping, "ApiId", new_ref(expansion, api, where));
    build_add(mapping, "DomainName", new_ref(expansion, domain, where));
    build_add(mapping, "Stage", new_ref(expansion, stage, where));
    if (path && path->kind == JSON_STRING) {
        const char *key = path->string + strspn(path->string, "/");

        build_add(mapping, "ApiMappingKey", build_string(arena, key, strcspn(key, "/"), path));
    } else if (path) {
        build_add(mapping, "ApiMappingKey", build_copy(arena, path));
    }
}

static void add_domain(const struct expansion *expansion)
{
    const struct json *domain = json_find(expansion->properties, "Domain");
    const struct json *name   = json_find(domain, "DomainName");
    const struct json *paths  = json_find(domain, "BasePath");
    struct arena *arena       = expansion->sam->arena;
    const char *id            = arena_format(arena, "%sDomainName", expansion->resource->name);
    const char *stage         = stage_id(expansion);
    const struct json *path   = paths && paths->kind == JSON_ARRAY ? paths->first : paths;

    if (!domain)
        return;
    if (!name) {
        report(expansion, domain, ".Domain", "needs a DomainName");
        return;
    }
    build_add(add_resource(expansion, id, "AWS::ApiGatewayV2::DomainName", domain), "DomainName",
              build_copy(arena, name));
    add_mapping(expansion, id, stage, path, 0, domain);
    for (size_t i = 1; paths && i < paths->count && paths->kind == JSON_ARRAY; i++) {
        path = path->next;
        add_mapping(expansion, id, stage, path, i, domain);
    }
}

void sam_websocket_expand(const struct sam *sam, const struct json *resource,
                          const struct json *properties, struct json *resources)
{
    const struct expansion expansion = {sam, resource, properties, resources};
    const struct json *routes        = json_find(properties, "Routes");

    check_all_names(&expansion);
    add_api(&expansion);
    if (json_find(properties, "Auth") && !json_find(routes, "$connect"))
        report(&expansion, json_find(properties, "Auth"), ".Auth",
               "is for a $connect route, and there is none under Routes");
    if (!reading_members(routes))
        report(&expansion, routes ? routes : resource, "",
               "needs Routes: a map of route keys, each with a FunctionArn");
    for (const struct json *route = reading_members(routes); route; route = route->next)
        add_route(&expansion, route);
    add_stage(&expansion);
    add_domain(&expansion);
}
