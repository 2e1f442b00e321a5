#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "project/reading.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"

/* What gave the framework its websocket events before it had any, under keys of its own. */
#define OLD_PLUGIN "serverless-websockets-plugin"

/* Serverless Framework: "Serverless.yml Reference". What changes nothing here is silent. */
static const char *const keys[] = {
    "app",
    "build",
    "configValidationMode",
    "configurationValidationMode",
    "console",
    "constructs",
    "custom",
    "dashboard",
    "deprecationNotificationMode",
    "disabledDeprecations",
    "enableLegacyDeploymentBucket",
    "frameworkVersion",
    "functions",
    "layers",
    "licenseKey",
    "org",
    "outputs",
    "package",
    "params",
    "plugins",
    "projectDir",
    "provider",
    "resources",
    "service",
    "stages",
    "stepFunctions",
    "tenant",
    "unresolvedVariablesNotificationMode",
    "useDotenv",
    "variablesResolutionMode",
};

static const char *const provider_keys[] = {
    "alb",
    "apiGateway",
    "apiKeys",
    "apiName",
    "architecture",
    "cfLogs",
    "cfnRole",
    "cloudFront",
    "compiledCloudFormationTemplate",
    "coreCloudFormationTemplate",
    "credentials",
    "deploymentBucket",
    "deploymentMethod",
    "deploymentPrefix",
    "deploymentWithEmptyChanges",
    "disableDefaultOutputExportNames",
    "disableRollback",
    "ecr",
    "endpointType",
    "environment",
    "eventBridge",
    "httpApi",
    "iam",
    "iamManagedPolicies",
    "iamRoleStatements",
    "kmsKeyArn",
    "lambdaHashingVersion",
    "layers",
    "logRetentionInDays",
    "logs",
    "memorySize",
    "minimumCompressionSize",
    "name",
    "notificationArns",
    "profile",
    "quiet",
    "region",
    "reservedConcurrency",
    "resolver",
    "resourcePolicy",
    "restApiId",
    "role",
    "rolePermissionsBoundary",
    "rollbackConfiguration",
    "runtime",
    "runtimeManagement",
    "s3",
    "snapStart",
    "stackName",
    "stackParameters",
    "stackPolicy",
    "stackTags",
    "stage",
    "tags",
    "timeout",
    "tracing",
    "usagePlan",
    "variableSyntax",
    "versionFunctions",
    "vpc",
    "vpcEndpointIds",
    "websocket",
    "websocketsApiName",
    "websocketsApiRouteSelectionExpression",
    "websocketsDescription",
};

/* Keys that people write, and that the framework ignores. */
static const struct {
    const char *wrong;
    const char *right;
} mistakes[] = {
    {"websocketApiName",                     "websocketsApiName"                    },
    {"websocketApiRouteSelectionExpression", "websocketsApiRouteSelectionExpression"},
    {"websocketsApiRouteSelection",          "websocketsApiRouteSelectionExpression"},
    {"websocketDescription",                 "websocketsDescription"                },
    {"websocketsRouteSelectionExpression",   "websocketsApiRouteSelectionExpression"},
    {"websocketRouteSelectionExpression",    "websocketsApiRouteSelectionExpression"},
    {"routeSelectionExpression",             "websocketsApiRouteSelectionExpression"},
    {"websocketApiId",                       "apiGateway.websocketApiId"            },
};

/* Plugins that are needed for nothing here, as patterns' beginnings. */
static const char *const silent_plugins[] = {
    "serverless-offline",
    "serverless-esbuild",
    "serverless-dotenv-plugin",
    "serverless-iam-roles-per-function",
    "serverless-prune-plugin",
    "serverless-pseudo-parameters",
    "serverless-plugin-warmup",
    "serverless-plugin-tracing",
    "serverless-deployment-bucket",
    "serverless-plugin-log-retention",
    "serverless-export-env",
    "serverless-export-outputs",
    "serverless-stack-output",
    "serverless-plugin-split-stacks",
    "serverless-plugin-lambda-dead-letter",
    "serverless-plugin-ifelse",
    "serverless-api-compression",
    "serverless-latest-layer-version",
    "serverless-dependson-plugin",
    "serverless-plugin-resource-tagging",
    "serverless-s3-sync",
    "serverless-finch",
    "serverless-plugin-git-variables",
    "serverless-plugin-aws-alerts",
    "serverless-plugin-datadog",
    "serverless-add-api-key",
};

/* Plugins that do to a project what is done otherwise here. */
static const struct {
    const char *name;
    const char *advice;
} plugins[] = {
    {"serverless-webpack",
     "TypeScript is bundled with the project's own esbuild, or read by Node.js"           },
    {"serverless-bundle",
     "TypeScript is bundled with the project's own esbuild, or read by Node.js"           },
    {"serverless-plugin-typescript",
     "TypeScript is bundled with the project's own esbuild, or read by Node.js"           },
    {"serverless-python-requirements", "install the requirements where python3 finds them"},
    {"serverless-dynamodb-local",
     "start DynamoDB Local yourself, and name it in AWS_ENDPOINT_URL_DYNAMODB in .env"    },
    {"serverless-dynamodb",
     "start DynamoDB Local yourself, and name it in AWS_ENDPOINT_URL_DYNAMODB in .env"    },
    {"serverless-domain-manager",
     "the custom domain name isn't there: reach the API by the addresses that are printed"},
};

static void check_mistakes(struct serverless *serverless)
{
    for (size_t i = 0; i < ARRAY_SIZE(mistakes) && !serverless->has_old_plugin; i++) {
        const struct json *member = json_find(serverless->provider, mistakes[i].wrong);

        if (member)
            serverless_warn(serverless, member,
                            "the framework ignores \"%s\", and so does postern: the key is \"%s\"",
                            mistakes[i].wrong, mistakes[i].right);
    }
}

static bool is_mistake(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        if (strcmp(mistakes[i].wrong, name) == 0)
            return true;
    }
    return false;
}

/* The provider without what was complained about in better words. */
static const struct json *without_mistakes(struct serverless *serverless)
{
    struct json *rest = build_value(serverless->arena, JSON_OBJECT, serverless->provider);

    for (const struct json *member = serverless->provider->first; member; member = member->next) {
        if (!is_mistake(member->name))
            build_add(rest, member->name, build_copy(serverless->arena, member));
    }
    return rest;
}

static void check_provider(struct serverless *serverless)
{
    const struct json *written =
        variables_member(serverless->variables, serverless->document, "provider");
    const struct json *name = variables_member(serverless->variables, serverless->provider, "name");

    if (written && written->kind == JSON_STRING)
        name = written;
    if (!written || !name)
        serverless_error(serverless, written ? written : serverless->document,
                         "needs a \"provider\" with \"name: aws\"");
    else if (name->kind != JSON_STRING || strcmp(name->string, "aws") != 0)
        serverless_error(serverless, name, "the provider's name must be aws: no other is run here");
    serverless->place = "provider";
    check_mistakes(serverless);
    serverless_check_keys(serverless, without_mistakes(serverless), provider_keys,
                          ARRAY_SIZE(provider_keys));
    serverless->place = NULL;
}

static bool is_silent(const char *plugin)
{
    for (size_t i = 0; i < ARRAY_SIZE(silent_plugins); i++) {
        if (strcmp(silent_plugins[i], plugin) == 0)
            return true;
    }
    return false;
}

/* A word about what is known; what isn't is appended to others. */
static void check_plugin(struct serverless *serverless, const struct json *plugin,
                         struct text *others)
{
    for (size_t i = 0; i < ARRAY_SIZE(plugins); i++) {
        if (strcmp(plugins[i].name, plugin->string) == 0) {
            serverless_warn(serverless, plugin, "%s is not run here: %s", plugins[i].name,
                            plugins[i].advice);
            return;
        }
    }
    if (strcmp(plugin->string, OLD_PLUGIN) == 0)
        serverless->has_old_plugin = true;
    else if (!is_silent(plugin->string))
        text_append_format(others, "%s%s", others->size > 0 ? ", " : "", plugin->string);
}

static void check_plugins(struct serverless *serverless)
{
    const struct json *list =
        variables_member(serverless->variables, serverless->document, "plugins");
    SCOPED_TEXT others = {0};

    if (list && list->kind == JSON_OBJECT)
        list = variables_member(serverless->variables, list, "modules");
    if (!list || list->kind != JSON_ARRAY)
        return;
    list = variables_try(serverless->variables, list);
    for (const struct json *plugin = list->first; plugin; plugin = plugin->next) {
        if (plugin->kind == JSON_STRING)
            check_plugin(serverless, plugin, &others);
    }
    if (others.size > 0)
        serverless_warn(serverless, list,
                        "not run here: %s: what they make of the project is missing",
                        text_string(&others));
}

void serverless_check(struct serverless *serverless)
{
    serverless_check_keys(serverless, serverless->document, keys, ARRAY_SIZE(keys));
    serverless->place = "plugins";
    check_plugins(serverless);
    serverless->place = NULL;
    check_provider(serverless);
}
