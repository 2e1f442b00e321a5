#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/reading.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

/* Serverless Framework: where an authorizer finds who somebody is if nothing else is said. */
#define IDENTITY_DEFAULT "route.request.header.Auth"

#define ROUTE_RESPONSE "$default"

/* Serverless Framework: the line of an access log of which nothing else is said. */
#define LOG_FORMAT_DEFAULT                                                                         \
    "$context.identity.sourceIp $context.identity.caller $context.identity.user "                  \
    "[$context.requestTime] \"$context.eventType $context.routeKey $context.connectionId\" "       \
    "$context.requestId"

static const char *const event_keys[] = {"route", "authorizer", "routeResponseSelectionExpression",
                                         "routeKey"};
static const char *const authorizer_keys[] = {"name", "arn", "identitySource"};

/* {"Fn::Sub": [pattern, {"Function": arn}]}: how API Gateway names a function. */
static struct json *make_uri(const struct serverless *serverless, struct json *arn,
                             const struct json *where)
{
    static const char pattern[] = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"
                                  "2015-03-31/functions/${Function}/invocations";
    struct json *sub            = build_value(serverless->arena, JSON_OBJECT, where);
    struct json *list = build_container(serverless->arena, sub, "Fn::Sub", JSON_ARRAY, where);
    struct json *map  = build_value(serverless->arena, JSON_OBJECT, where);

    build_add(map, "Function", arn);
    build_add(list, NULL, serverless_string(serverless, pattern, where));
    build_add(list, NULL, map);
    return sub;
}

/* The API that the routes are added to: the framework's own, or one of the resources. */
static struct json *refer_to_api(const struct serverless *serverless, const struct json *where)
{
    const struct json *gateway =
        variables_member(serverless->variables, serverless->provider, "apiGateway");
    const struct json *id = gateway && gateway->kind == JSON_OBJECT
                                ? variables_member(serverless->variables, gateway, "websocketApiId")
                                : NULL;

    if (id && id->kind == JSON_OBJECT && json_find_string(id, "Ref"))
        return build_copy(serverless->arena, id);
    return serverless_ref(serverless, SERVERLESS_API, where);
}

/* Serverless Framework: "SconnectWebsocketsRoute" for "$connect". */
static const char *route_id(const struct serverless *serverless, const char *key)
{
    static const struct {
        char character;
        const char *word;
    } words[] = {
        {'$', "S"         },
        {'/', "Slash"     },
        {'-', "Dash"      },
        {'_', "Underscore"},
        {'.', "Period"    }
    };
    SCOPED_TEXT out = {0};

    for (const char *at = key; *at; at++) {
        const char character[] = {*at, '\0'};
        const char *part       = strchr("?*+!@#&=:;,<>|() \"'{}[]\\%^~`", *at) ? "" : character;

        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
            part = words[i].character == *at ? words[i].word : part;
        text_append_string(&out, part);
    }
    text_append_string(&out, "WebsocketsRoute");
    return arena_copy_string(serverless->arena, text_string(&out));
}

/* Behind the last ':' of an ARN. */
static const char *last_part(const char *arn)
{
    const char *colon = strrchr(arn, ':');

    return colon ? colon + 1 : arn;
}

/* The ARN of the function of that key in the file, with a problem if there is none. */
static struct json *find_function(struct serverless *serverless, const struct json *name)
{
    struct nearest nearest = {.wanted = name->string};

    if (json_find(serverless->functions, name->string))
        return serverless_arn(serverless, serverless_function_id(serverless, name->string), name);
    for (const struct json *member = reading_members(serverless->functions); member;
         member                    = member->next)
        nearest_consider(&nearest, member->name);
    serverless_error(serverless, name, "authorizer: there is no function \"%s\"%s%s%s",
                     name->string, nearest.found ? ": did you mean \"" : "",
                     nearest.found ? nearest.found : "", nearest.found ? "\"?" : "");
    return NULL;
}

/* What authorizes: its ARN, and in *name what it is called. NULL after a problem. */
static struct json *find_authorizer(struct serverless *serverless, const struct json *authorizer,
                                    const char **name)
{
    const struct json *key = authorizer;
    const struct json *arn = NULL;

    if (authorizer->kind == JSON_OBJECT) {
        serverless_check_keys(serverless, authorizer, authorizer_keys, ARRAY_SIZE(authorizer_keys));
        arn = json_find(authorizer, "arn");
        key = json_find(authorizer, "name");
    }
    if (!arn && key && key->kind == JSON_STRING && strncmp(key->string, "arn:", 4) == 0)
        arn = key;
    if (arn && (arn->kind == JSON_STRING || arn->kind == JSON_OBJECT)) {
        *name = key && key->kind == JSON_STRING && key != arn ? key->string : "authorizer";
        if (arn->kind == JSON_STRING && *name[0] == 'a' && (!key || key == arn))
            *name = last_part(arn->string);
        return build_copy(serverless->arena, arn);
    }
    if (key && key->kind == JSON_STRING) {
        *name = key->string;
        return find_function(serverless, key);
    }
    serverless_error(serverless, authorizer,
                     "authorizer: needs the name of a function, or a map with its name or arn");
    return NULL;
}

static struct json *find_identity(const struct serverless *serverless,
                                  const struct json *authorizer)
{
    const struct json *source = json_find(authorizer, "identitySource");
    struct json *list;

    if (source && source->kind == JSON_ARRAY)
        return build_copy(serverless->arena, source);
    list = build_value(serverless->arena, JSON_ARRAY, source ? source : authorizer);
    build_add(list, NULL,
              source ? build_copy(serverless->arena, source)
                     : serverless_string(serverless, IDENTITY_DEFAULT, authorizer));
    return list;
}

/* The logical id of the authorizer, which is made if it isn't there; NULL after a problem. */
static const char *make_authorizer(struct serverless *serverless, const struct json *value)
{
    const struct json *authorizer = variables_resolve(serverless->variables, value);
    const char *name              = "";
    struct json *arn              = find_authorizer(serverless, authorizer, &name);
    struct json *properties;
    const char *id;

    if (!arn)
        return NULL;
    id = map_find(&serverless->authorizers, name);
    if (id)
        return id;
    id         = arena_format(serverless->arena, "%sWebsocketsAuthorizer",
                              serverless_normalize(serverless, name));
    properties = serverless_add_resource(serverless, id, "AWS::ApiGatewayV2::Authorizer", value);
    build_add(properties, "ApiId", refer_to_api(serverless, value));
    build_add(properties, "AuthorizerType", serverless_string(serverless, "REQUEST", value));
    build_add(properties, "Name", serverless_string(serverless, name, value));
    build_add(properties, "AuthorizerUri", make_uri(serverless, arn, value));
    build_add(properties, "IdentitySource", find_identity(serverless, authorizer));
    map_put(&serverless->authorizers, arena_copy_string(serverless->arena, name),
            arena_copy_string(serverless->arena, id));
    return id;
}

static void put_authorizer(struct serverless *serverless, const struct json *event, const char *key,
                           struct json *properties)
{
    const struct json *authorizer = variables_member(serverless->variables, event, "authorizer");
    const char *id;

    if (!authorizer || authorizer->kind == JSON_NULL ||
        (authorizer->kind == JSON_STRING && authorizer->size == 0))
        return;
    if (strcmp(key, "$connect") != 0) {
        serverless_error(serverless, authorizer,
                         "AWS has authorizers for the route $connect only: move it there");
        return;
    }
    if (serverless->has_authorizers_off) {
        serverless_warn(serverless, authorizer,
                        "the authorizer is left out: custom.serverless-offline.noAuth says so");
        return;
    }
    id = make_authorizer(serverless, authorizer);
    if (!id)
        return;
    build_add(properties, "AuthorizationType", serverless_string(serverless, "CUSTOM", authorizer));
    build_add(properties, "AuthorizerId", serverless_ref(serverless, id, authorizer));
}

/* Its one integration with the API. */
static const char *make_integration(struct serverless *serverless, const struct json *function)
{
    const char *id = arena_format(serverless->arena, "%sWebsocketsIntegration",
                                  serverless_normalize(serverless, function->name));
    struct json *properties;

    if (json_find(serverless->resources, id))
        return id;
    properties =
        serverless_add_resource(serverless, id, "AWS::ApiGatewayV2::Integration", function);
    build_add(properties, "ApiId", refer_to_api(serverless, function));
    build_add(properties, "IntegrationType", serverless_string(serverless, "AWS_PROXY", function));
    build_add(properties, "IntegrationUri",
              make_uri(serverless,
                       serverless_arn(serverless,
                                      serverless_function_id(serverless, function->name), function),
                       function));
    return id;
}

/* The route's answers go back to the client. */
static void put_response(struct serverless *serverless, const struct json *event, const char *route,
                         struct json *properties)
{
    const struct json *value =
        variables_member(serverless->variables, event, "routeResponseSelectionExpression");
    struct json *response;

    if (!value)
        return;
    if (value->kind != JSON_STRING || strcmp(value->string, ROUTE_RESPONSE) != 0) {
        serverless_error(serverless, value,
                         "routeResponseSelectionExpression: AWS takes nothing but "
                         "\"" ROUTE_RESPONSE "\"");
        return;
    }
    build_add(properties, "RouteResponseSelectionExpression", build_copy(serverless->arena, value));
    response =
        serverless_add_resource(serverless, arena_format(serverless->arena, "%sResponse", route),
                                "AWS::ApiGatewayV2::RouteResponse", value);
    build_add(response, "ApiId", refer_to_api(serverless, value));
    build_add(response, "RouteId", serverless_ref(serverless, route, value));
    build_add(response, "RouteResponseKey", serverless_string(serverless, ROUTE_RESPONSE, value));
}

/* "connect" is a route of its own, and hardly what is meant. */
static void check_key(struct serverless *serverless, const struct json *where, const char *key)
{
    static const char *const predefined[] = {"$connect", "$disconnect", "$default"};

    for (size_t i = 0; i < ARRAY_SIZE(predefined); i++) {
        if (strcmp(predefined[i] + 1, key) == 0)
            serverless_warn(serverless, where,
                            "the route \"%s\" is chosen by messages alone: did you mean \"%s\"?",
                            key, predefined[i]);
    }
}

/* The route's key, with a problem if there is none. */
static const char *find_key(struct serverless *serverless, const struct json *event,
                            const struct json *where)
{
    const struct json *key = event;

    if (event->kind == JSON_OBJECT) {
        serverless_check_keys(serverless, event, event_keys, ARRAY_SIZE(event_keys));
        key = variables_member(serverless->variables, event, "route");
        if (!key && json_find(event, "routeKey")) {
            key = variables_member(serverless->variables, event, "routeKey");
            if (!serverless->has_old_plugin)
                serverless_warn(
                    serverless, json_find(event, "routeKey"),
                    "the framework's own key is \"route\": \"routeKey\" is that of a plugin "
                    "from before it had any, and is taken for it here");
        }
    }
    if (key && key->kind != JSON_OBJECT && key->kind != JSON_ARRAY && json_text(key))
        return json_text(key);
    serverless_error(serverless, where,
                     "a websocket event needs a route: \"- websocket: $connect\", or \"route: "
                     "$connect\" below it");
    return NULL;
}

void serverless_websocket_write(struct serverless *serverless, const struct json *function,
                                const struct json *where)
{
    const struct json *event = variables_look(serverless->variables, where);
    const char *key          = find_key(serverless, event, where);
    const struct json *other = key ? map_find(&serverless->routes, key) : NULL;
    const char *id;
    struct json *properties;
    struct json *target;

    if (!key)
        return;
    if (other) {
        serverless_error(serverless, where,
                         "the route %s is defined twice: a route has one function", key);
        return;
    }
    key = arena_copy_string(serverless->arena, key);
    map_put(&serverless->routes, key, serverless);
    check_key(serverless, where, key);
    id         = route_id(serverless, key);
    properties = serverless_add_resource(serverless, id, "AWS::ApiGatewayV2::Route", where);
    target     = build_value(serverless->arena, JSON_OBJECT, where);
    build_add(target, "Fn::Sub",
              serverless_string(serverless,
                                arena_format(serverless->arena, "integrations/${%s}",
                                             make_integration(serverless, function)),
                                where));
    build_add(properties, "ApiId", refer_to_api(serverless, where));
    build_add(properties, "RouteKey", serverless_string(serverless, key, where));
    build_add(properties, "Target", target);
    if (event->kind != JSON_OBJECT)
        return;
    put_authorizer(serverless, event, key, properties);
    put_response(serverless, event, id, properties);
}

/* A text of the provider, which the old plugin knows by another name; otherwise if it has none. */
static struct json *find_text(struct serverless *serverless, const char *name, const char *old,
                              const char *otherwise)
{
    const struct json *value = variables_member(serverless->variables, serverless->provider, name);

    if (!value && serverless->has_old_plugin)
        value = variables_member(serverless->variables, serverless->provider, old);
    return value ? build_copy(serverless->arena, variables_resolve(serverless->variables, value))
                 : serverless_string(serverless, otherwise, serverless->provider);
}

/* provider.logs.websocket: true, or what it is to be like. */
static void put_access_log(struct serverless *serverless, struct json *stage)
{
    const struct json *logs = variables_member(serverless->variables, serverless->provider, "logs");
    const struct json *websocket = logs && logs->kind == JSON_OBJECT
                                       ? variables_member(serverless->variables, logs, "websocket")
                                       : NULL;
    const struct json *format    = NULL;
    struct json *settings;
    char *arn;

    websocket = websocket ? variables_resolve(serverless->variables, websocket) : NULL;
    if (!websocket || (websocket->kind != JSON_OBJECT && !websocket->boolean) ||
        (json_find(websocket, "accessLogging") && !reading_flag(websocket, "accessLogging")))
        return;
    format = json_find(websocket, "format");
    settings =
        build_container(serverless->arena, stage, "AccessLogSettings", JSON_OBJECT, websocket);
    arn = arena_format(serverless->arena,
                       "arn:aws:logs:%s:000000000000:log-group:/aws/websocket/%s-%s",
                       serverless->region, serverless->service, serverless->stage);
    build_add(settings, "DestinationArn", serverless_string(serverless, arn, websocket));
    build_add(settings, "Format",
              format && format->kind == JSON_STRING
                  ? build_copy(serverless->arena, format)
                  : serverless_string(serverless, LOG_FORMAT_DEFAULT, websocket));
}

static void write_stage(struct serverless *serverless)
{
    const struct json *where = serverless->provider;
    struct json *stage =
        serverless_add_resource(serverless, SERVERLESS_STAGE, "AWS::ApiGatewayV2::Stage", where);

    build_add(stage, "ApiId", refer_to_api(serverless, where));
    build_add(stage, "StageName", serverless_string(serverless, serverless->stage, where));
    build_add(stage, "AutoDeploy", build_boolean(serverless->arena, true, where));
    put_access_log(serverless, stage);
}

void serverless_api_write(struct serverless *serverless)
{
    const struct json *where = serverless->provider;
    const struct json *target;
    struct json *api;

    if (serverless->routes.count == 0)
        return;
    target = json_find(refer_to_api(serverless, where), "Ref");
    write_stage(serverless);
    if (strcmp(target->string, SERVERLESS_API) != 0)
        return;
    api = serverless_add_resource(serverless, SERVERLESS_API, "AWS::ApiGatewayV2::Api", where);
    build_add(api, "Name",
              find_text(serverless, "websocketsApiName", "websocketApiName",
                        arena_format(serverless->arena, "%s-%s-websockets", serverless->stage,
                                     serverless->service)));
    build_add(api, "ProtocolType", serverless_string(serverless, "WEBSOCKET", where));
    build_add(api, "RouteSelectionExpression",
              find_text(serverless, "websocketsApiRouteSelectionExpression",
                        "websocketApiRouteSelectionExpression", "$request.body.action"));
}
