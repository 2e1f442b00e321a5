#pragma once

/*
 * The resources: API Gateway v2's own and functions, as plain structs. Every way in (project files,
 * later the control plane) makes these, and nothing that serves traffic reads anything else.
 * Strings are owned, ids are AWS's.
 *
 * AWS: Amazon API Gateway Version 2 API reference.
 */

#include <stdbool.h>
#include <stddef.h>

#include "model/name_values.h"
#include "model/quota.h"
#include "model/token_bucket.h"

struct function {
    char *name;
    char *logical_id;  /* what a template calls it; NULL: there is none */
    char *runtime;     /* "nodejs20.x"; NULL where command is given without one */
    char *handler;     /* "src/connect.handler"; NULL if the runtime needs none */
    char **command;    /* argv, ending in NULL; NULL: the runtime's own */
    char *code_uri;    /* absolute path of the folder the process starts in */
    char *code_link;   /* how it is written if symbolic links lead there; NULL: none do */
    char *inline_code; /* what is in its only file, which stands in no folder yet; NULL: none */
    char *esbuild;     /* options of esbuild as JSON, for code that is bundled; NULL: it isn't */
    char **layers;     /* absolute paths of folders; the last one counts most */
    size_t layer_count;
    char **archives; /* what code and layers were unpacked from: absolute paths */
    size_t archive_count;
    int timeout_seconds;
    int memory_megabytes;
    int concurrency;  /* processes at most */
    char *url;        /* an Invoke endpoint elsewhere, instead of processes; NULL: none */
    int inspect_port; /* of its debugger: then nothing times out; 0: none */
    struct name_values environment;
};

enum integration_type {
    INTEGRATION_AWS_PROXY,
    INTEGRATION_AWS,
    INTEGRATION_HTTP,
    INTEGRATION_HTTP_PROXY,
    INTEGRATION_MOCK,
};

/* "AWS_PROXY" and the like. */
const char *integration_type_name(enum integration_type type);

/* What becomes of a message that no request template is for. */
/* AWS: contentHandlingStrategy. */
enum content_handling {
    CONTENT_AS_IS,
    CONTENT_TO_BINARY,
    CONTENT_TO_TEXT,
};

enum passthrough_behavior {
    PASSTHROUGH_WHEN_NO_MATCH,
    PASSTHROUGH_WHEN_NO_TEMPLATES,
    PASSTHROUGH_NEVER,
};

/* What becomes of an integration's answer. */
struct integration_response {
    char *key;                           /* "$default", or a regular expression between slashes */
    char *template_selection_expression; /* NULL: none, as everywhere below */
    struct name_values parameters;
    struct name_values templates;
    enum content_handling content;
};

struct integration {
    char *integration_id;
    enum integration_type type;
    char *function; /* the name of the one that AWS_PROXY and AWS call; NULL: none */
    char *uri;      /* of AWS without a function, HTTP and HTTP_PROXY */
    char *method;
    char *template_selection_expression;
    enum passthrough_behavior passthrough;
    enum content_handling content;
    struct name_values request_parameters;
    struct name_values request_templates;
    struct integration_response *responses;
    size_t response_count;
    int timeout_milliseconds;
};

/* A REQUEST Lambda authorizer. */
struct authorizer {
    char *authorizer_id;
    char *name;
    char *function;          /* its name */
    char **identity_sources; /* as identity_source_read() takes them */
    size_t identity_source_count;
};

/* A JSON Schema of draft 4 that messages are checked against. */
struct model {
    char *name;
    char *content_type;
    char *schema; /* JSON */
};

struct route {
    char *route_id;
    char *route_key;                   /* "$connect", "sendMessage" */
    char *integration_id;              /* NULL: none */
    char *authorizer_id;               /* NULL: none; of $connect alone */
    char *model_selection_expression;  /* NULL: messages aren't checked */
    struct name_values request_models; /* what it gives to the names of models */
    char **required_parameters;        /* of $connect alone: "route.request.header.X" */
    size_t required_parameter_count;
    bool has_route_response; /* two-way: a RouteResponse with key $default */
    bool api_key_required;   /* of $connect alone */
    bool needs_iam;          /* authorizationType AWS_IAM; of $connect alone */
};

struct api_key {
    char *id;
    char *name;
    char *value;
    bool is_enabled;
};

/* A stage of an API. */
struct usage_plan_stage {
    char *api_id;
    char *stage;
};

/* How much each of its keys may ask for, over all of its stages together. */
struct usage_plan {
    char *id;
    char *name;
    bool is_throttled;
    struct token_rate throttle;
    struct quota quota;
    struct usage_plan_stage *stages;
    size_t stage_count;
    char **keys; /* names of API keys */
    size_t key_count;
};

struct route_settings {
    char *route_key;
    struct token_rate throttle;
};

struct stage {
    char *stage_name;
    struct name_values stage_variables;
    char *deployment_id;
    char *access_log_format;            /* NULL: no access log */
    char *access_log_path;              /* absolute, of a file; NULL: the emulator's own log */
    struct token_rate default_throttle; /* defaultRouteSettings */
    struct route_settings *route_settings;
    size_t route_settings_count;
};

struct api {
    char *api_id;
    char *name;
    char *route_selection_expression;
    bool
        is_key_from_authorizer; /* apiKeySelectionExpression; otherwise from the x-api-key header */
    bool is_schema_validation_disabled; /* disableSchemaValidation */
    bool is_endpoint_disabled; /* disableExecuteApiEndpoint: only custom domains lead here */
    struct authorizer *authorizers;
    size_t authorizer_count;
    struct model *models;
    size_t model_count;
    struct route *routes;
    size_t route_count;
    struct integration *integrations;
    size_t integration_count;
    struct stage *stages;
    size_t stage_count;
};

/* What a custom domain name's path begins with, and the stage that it means. */
struct api_mapping {
    char *key; /* "": nothing */
    char *api_id;
    char *stage;
};

struct domain_name {
    char *name;
    struct api_mapping *mappings;
    size_t mapping_count;
};

struct registry {
    struct name_values services; /* endpoints of AWS services by name */
    struct function *functions;
    size_t function_count;
    struct api_key *api_keys;
    size_t api_key_count;
    struct usage_plan *usage_plans;
    size_t usage_plan_count;
    struct domain_name *domain_names;
    size_t domain_name_count;
    struct api *apis;
    size_t api_count;
};

/* Each adds a zeroed resource and returns it, valid until the next one of its kind is added. */
struct function *registry_add_function(struct registry *registry);
struct api *registry_add_api(struct registry *registry);
struct api_key *registry_add_api_key(struct registry *registry);
struct usage_plan *registry_add_usage_plan(struct registry *registry);
struct usage_plan_stage *usage_plan_add_stage(struct usage_plan *plan);
void usage_plan_add_key(struct usage_plan *plan, const char *name);
struct domain_name *registry_add_domain_name(struct registry *registry);
struct api_mapping *domain_name_add_mapping(struct domain_name *domain);
struct authorizer *api_add_authorizer(struct api *api);
struct model *api_add_model(struct api *api);
struct route *api_add_route(struct api *api);
void route_add_required_parameter(struct route *route, const char *parameter);
struct integration *api_add_integration(struct api *api);
struct integration_response *integration_add_response(struct integration *integration);
struct stage *api_add_stage(struct api *api); /* throttled as AWS throttles a new one */
struct route_settings *stage_add_route_settings(struct stage *stage);

/* NULL if there is none of that name or id. */
struct function *registry_find_function(const struct registry *registry, const char *name);
/* The same for the name or, where no function has it, a template's logical id. */
struct function *registry_find_function_called(const struct registry *registry, const char *name);
const struct api_key *registry_find_api_key(const struct registry *registry, const char *name);
struct api *registry_find_api(const struct registry *registry, const char *api_id);
const struct model *api_find_model(const struct api *api, const char *name);
const struct route *api_find_route(const struct api *api, const char *route_key);
const struct authorizer *api_find_authorizer(const struct api *api, const char *name);
const struct authorizer *api_find_authorizer_by_id(const struct api *api,
                                                   const char *authorizer_id);
const struct integration *api_find_integration(const struct api *api, const char *integration_id);

/* True if the plan is of that stage, or the key of that name has a place in it. */
bool usage_plan_has_stage(const struct usage_plan *plan, const char *api_id, const char *stage);
bool usage_plan_has_key(const struct usage_plan *plan, const char *name);

/* How requests to a route are throttled in a stage: by its own settings, or else by the stage's. */
const struct token_rate *stage_find_throttle(const struct stage *stage, const char *route_key);

/* The folder is copied. */
void function_add_layer(struct function *function, const char *folder);

/* The path is copied. */
void function_add_archive(struct function *function, const char *path);

/* to is overwritten, not released. */
void function_copy(struct function *to, const struct function *from);
void function_deinit(struct function *function);

/* True if nothing distinguishes them: a process of one can serve the other. */
bool function_equals(const struct function *a, const struct function *b);

void registry_deinit(struct registry *registry);
