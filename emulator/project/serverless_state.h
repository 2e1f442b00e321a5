#pragma once

/* What the files of the serverless.yml reader share. */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "model/name_values.h"
#include "project/serverless_files.h"

struct json;
struct problems;
struct project;
struct project_options;
struct variables;

/* Logical ids of the framework. */
#define SERVERLESS_API   "WebsocketsApi"
#define SERVERLESS_STAGE "WebsocketsDeploymentStage"

struct serverless {
    struct arena *arena;
    struct project *project;
    const struct project_options *options;
    struct problems *problems;
    struct serverless_files files;
    const struct json *document; /* as it is written */
    struct variables *variables;
    const char *place; /* what is being read: "functions.chat"; NULL: nothing by name */
    const char *service;
    const char *stage;
    const char *region;
    const struct json *provider;    /* an object, perhaps empty; its members may be variables */
    const struct json *functions;   /* the same */
    struct json *resources;         /* of the template that is made */
    struct map routes;              /* keys to where they are defined */
    struct map authorizers;         /* names to the logical ids that are made */
    struct map notices;             /* what was said once */
    struct name_values environment; /* of .env, once somebody asks for it */
    bool has_environment;
    bool has_old_plugin;      /* serverless-websockets-plugin, from before the framework had them */
    bool has_authorizers_off; /* serverless-offline's noAuth */
};

void serverless_error(struct serverless *serverless, const struct json *where, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));
void serverless_warn(struct serverless *serverless, const struct json *where, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

/* True the first time for a subject, which must live on. */
bool serverless_notices(struct serverless *serverless, const char *subject);

/* Members of object that are none of the names get a warning with the nearest one. */
void serverless_check_keys(struct serverless *serverless, const struct json *object,
                           const char *const *names, size_t count);

struct json *serverless_string(const struct serverless *serverless, const char *string,
                               const struct json *where);

/* {"Ref": id} */
struct json *serverless_ref(const struct serverless *serverless, const char *id,
                            const struct json *where);

/* {"Fn::GetAtt": [id, "Arn"]} */
struct json *serverless_arn(const struct serverless *serverless, const char *id,
                            const struct json *where);

/* Adds a resource of that type, made at where; returns its properties. */
struct json *serverless_add_resource(struct serverless *serverless, const char *id,
                                     const char *type, const struct json *where);

/* "ChatDashoneUnderscoretwo" for "chat-one_two". */
const char *serverless_normalize(const struct serverless *serverless, const char *name);

/* The logical id of a function of the file: "ChatLambdaFunction". */
const char *serverless_function_id(const struct serverless *serverless, const char *name);

/* The variable of the caller's environment, or of .env; NULL: neither has it. */
const char *serverless_find_environment(struct serverless *serverless, const char *name);

/* The parts, each in its file. They go on after a problem. */
void serverless_check(struct serverless *serverless);
void serverless_offline_read(struct serverless *serverless);
void serverless_layers_write(struct serverless *serverless);
void serverless_functions_write(struct serverless *serverless);
void serverless_websocket_write(struct serverless *serverless, const struct json *function,
                                const struct json *where);
void serverless_api_write(struct serverless *serverless);
void serverless_resources_write(struct serverless *serverless, struct json *template);
