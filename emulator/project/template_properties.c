#include "project/template_properties.h"

#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/template.h"
#include "json/json.h"
#include "json/nearest.h"

static const char *const api[] = {"Name",
                                  "ProtocolType",
                                  "RouteSelectionExpression",
                                  "ApiKeySelectionExpression",
                                  "Description",
                                  "Version",
                                  "DisableExecuteApiEndpoint",
                                  "DisableSchemaValidation",
                                  "IpAddressType",
                                  "Tags",
                                  "Body",
                                  "BodyS3Location",
                                  "BasePath",
                                  "FailOnWarnings",
                                  "CorsConfiguration",
                                  "CredentialsArn",
                                  "RouteKey",
                                  "Target",
                                  NULL};

static const char *const route[] = {"ApiId",
                                    "RouteKey",
                                    "ApiKeyRequired",
                                    "AuthorizationScopes",
                                    "AuthorizationType",
                                    "AuthorizerId",
                                    "ModelSelectionExpression",
                                    "OperationName",
                                    "RequestModels",
                                    "RequestParameters",
                                    "RouteResponseSelectionExpression",
                                    "Target",
                                    NULL};

static const char *const route_response[] = {"ApiId",
                                             "RouteId",
                                             "RouteResponseKey",
                                             "ModelSelectionExpression",
                                             "ResponseModels",
                                             "ResponseParameters",
                                             NULL};

static const char *const integration[] = {"ApiId",
                                          "IntegrationType",
                                          "IntegrationUri",
                                          "IntegrationMethod",
                                          "IntegrationSubtype",
                                          "ConnectionType",
                                          "ConnectionId",
                                          "CredentialsArn",
                                          "Description",
                                          "ContentHandlingStrategy",
                                          "PassthroughBehavior",
                                          "PayloadFormatVersion",
                                          "RequestParameters",
                                          "RequestTemplates",
                                          "ResponseParameters",
                                          "TemplateSelectionExpression",
                                          "TimeoutInMillis",
                                          "TlsConfig",
                                          NULL};

static const char *const integration_response[] = {"ApiId",
                                                   "IntegrationId",
                                                   "IntegrationResponseKey",
                                                   "ContentHandlingStrategy",
                                                   "ResponseParameters",
                                                   "ResponseTemplates",
                                                   "TemplateSelectionExpression",
                                                   NULL};

static const char *const authorizer[] = {"ApiId",
                                         "AuthorizerType",
                                         "Name",
                                         "AuthorizerUri",
                                         "AuthorizerCredentialsArn",
                                         "IdentitySource",
                                         "AuthorizerResultTtlInSeconds",
                                         "AuthorizerPayloadFormatVersion",
                                         "EnableSimpleResponses",
                                         "IdentityValidationExpression",
                                         "JwtConfiguration",
                                         NULL};

static const char *const model[] = {"ApiId", "Name", "Schema", "ContentType", "Description", NULL};

static const char *const stage[] = {"ApiId",
                                    "StageName",
                                    "DeploymentId",
                                    "AutoDeploy",
                                    "AccessLogSettings",
                                    "AccessPolicyId",
                                    "DefaultRouteSettings",
                                    "RouteSettings",
                                    "StageVariables",
                                    "ClientCertificateId",
                                    "Description",
                                    "Tags",
                                    NULL};

static const char *const deployment[] = {"ApiId", "StageName", "Description", NULL};

static const char *const domain[] = {
    "DomainName", "DomainNameConfigurations", "MutualTlsAuthentication", "RoutingMode", "Tags",
    NULL};

static const char *const mapping[] = {"ApiId", "DomainName", "Stage", "ApiMappingKey", NULL};

/* SAM's besides CloudFormation's: its functions have become those. */
static const char *const function[] = {"Architectures",
                                       "AssumeRolePolicyDocument",
                                       "AutoPublishAlias",
                                       "AutoPublishAliasAllProperties",
                                       "AutoPublishCodeSha256",
                                       "CapacityProviderConfig",
                                       "Code",
                                       "CodeSigningConfigArn",
                                       "CodeUri",
                                       "DeadLetterConfig",
                                       "DeadLetterQueue",
                                       "DeploymentPreference",
                                       "Description",
                                       "DurableConfig",
                                       "Environment",
                                       "EphemeralStorage",
                                       "EventInvokeConfig",
                                       "Events",
                                       "FileSystemConfigs",
                                       "FunctionName",
                                       "FunctionScalingConfig",
                                       "FunctionUrlConfig",
                                       "Handler",
                                       "ImageConfig",
                                       "ImageUri",
                                       "InlineCode",
                                       "KmsKeyArn",
                                       "Layers",
                                       "LoggingConfig",
                                       "MemorySize",
                                       "PackageType",
                                       "PermissionsBoundary",
                                       "Policies",
                                       "PropagateTags",
                                       "ProvisionedConcurrencyConfig",
                                       "PublishToLatestPublished",
                                       "RecursiveLoop",
                                       "ReservedConcurrentExecutions",
                                       "Role",
                                       "RolePath",
                                       "Runtime",
                                       "RuntimeManagementConfig",
                                       "SnapStart",
                                       "SourceKMSKeyArn",
                                       "Tags",
                                       "TenancyConfig",
                                       "Timeout",
                                       "Tracing",
                                       "TracingConfig",
                                       "VersionDeletionPolicy",
                                       "VersionDescription",
                                       "VpcConfig",
                                       NULL};

static const struct {
    const char *type;
    const char *const *names;
} types[] = {
    {"AWS::ApiGatewayV2::Api",                 api                 },
    {"AWS::ApiGatewayV2::Route",               route               },
    {"AWS::ApiGatewayV2::RouteResponse",       route_response      },
    {"AWS::ApiGatewayV2::Integration",         integration         },
    {"AWS::ApiGatewayV2::IntegrationResponse", integration_response},
    {"AWS::ApiGatewayV2::Authorizer",          authorizer          },
    {"AWS::ApiGatewayV2::Model",               model               },
    {"AWS::ApiGatewayV2::Stage",               stage               },
    {"AWS::ApiGatewayV2::Deployment",          deployment          },
    {"AWS::ApiGatewayV2::DomainName",          domain              },
    {"AWS::ApiGatewayV2::ApiMapping",          mapping             },
    {"AWS::Lambda::Function",                  function            },
};

const struct json *template_properties_find_unknown(const struct json *member,
                                                    const char *const *names, const char **nearest)
{
    for (; member; member = member->next) {
        struct nearest near = {.wanted = member->name};
        bool is_known       = text_behind(member->name, "Fn::");

        for (size_t i = 0; names[i] && !is_known; i++)
            is_known = strcmp(names[i], member->name) == 0;
        if (is_known)
            continue;
        for (size_t i = 0; names[i]; i++)
            nearest_consider(&near, names[i]);
        *nearest = near.found;
        return member;
    }
    return NULL;
}

/* What comes from Globals is in many resources, and told once. */
static void check(struct template *template, const struct template_resource *resource,
                  const char *const *names, struct map *told)
{
    const struct json *member = resource->properties->first;
    const char *nearest       = NULL;

    for (; (member = template_properties_find_unknown(member, names, &nearest));
         member = member->next) {
        const char *key =
            arena_format(template->arena, "%u:%u:%s", member->line, member->column, member->name);

        if (map_put(told, key, template))
            continue;
        template->place = arena_format(template->arena, "%s.%s", resource->id, member->name);
        template_warn(template, member, "AWS has no such property of an %s%s%s%s", resource->type,
                      nearest ? ": did you mean " : ", and refuses it", nearest ? nearest : "",
                      nearest ? "?" : "");
    }
}

void template_properties_check(struct template *template)
{
    struct map told = {0};

    for (size_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];

        for (size_t j = 0; j < ARRAY_SIZE(types); j++) {
            if (strcmp(types[j].type, resource->type) == 0)
                check(template, resource, types[j].names, &told);
        }
    }
    template->place = NULL;
    map_deinit(&told);
}
