#include "project/stand_in.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"

/* AWS: "Resource and property types reference": the property that takes the name. */
static const struct {
    const char *type;
    const char *property;
} names[] = {
    {"AWS::Lambda::Function",            "FunctionName"    },
    {"AWS::Lambda::Alias",               "FunctionName"    },
    {"AWS::Lambda::Version",             "FunctionName"    },
    {"AWS::Lambda::LayerVersion",        "LayerName"       },
    {"AWS::Serverless::LayerVersion",    "LayerName"       },
    {"AWS::Serverless::StateMachine",    "Name"            },
    {"AWS::ApiGatewayV2::Stage",         "StageName"       },
    {"AWS::ApiGatewayV2::DomainName",    "DomainName"      },
    {"AWS::Cognito::UserPool",           "UserPoolName"    },
    {"AWS::DynamoDB::Table",             "TableName"       },
    {"AWS::DynamoDB::GlobalTable",       "TableName"       },
    {"AWS::Events::EventBus",            "Name"            },
    {"AWS::Events::Rule",                "Name"            },
    {"AWS::IAM::Role",                   "RoleName"        },
    {"AWS::Kinesis::Stream",             "Name"            },
    {"AWS::Logs::LogGroup",              "LogGroupName"    },
    {"AWS::S3::Bucket",                  "BucketName"      },
    {"AWS::SecretsManager::Secret",      "Name"            },
    {"AWS::SNS::Topic",                  "TopicName"       },
    {"AWS::SQS::Queue",                  "QueueName"       },
    {"AWS::SSM::Parameter",              "Name"            },
    {"AWS::StepFunctions::StateMachine", "StateMachineName"},
};

#define ARN(service, rest) "arn:{p}:" service ":{r}:{a}:" rest

/*
 * {n} is the resource's name, {l} the same in lower case; {p} partition, {r} region, {a} account,
 * {u} the end of host names. AWS: the same reference, "Return values".
 */
static const struct {
    const char *type;
    const char *attribute;
    const char *value;
} values[] = {
    {"AWS::ApiGatewayV2::Api",               "ApiEndpoint",                    "wss://{n}.execute-api.{r}.{u}"},
    {"AWS::ApiGatewayV2::DomainName",        "RegionalDomainName",             "d-{l}.execute-api.{r}.{u}"},
    {"AWS::ApiGatewayV2::DomainName",        "RegionalHostedZoneId",           "Z1UJRXOUMOOFQ8"},
    {"AWS::Lambda::Function",                "Arn",                            ARN("lambda","function:{n}")},
    {"AWS::Lambda::Function",                                      "Alias",                                                ARN("lambda","function:{n}:live")},
    {"AWS::Lambda::Function",                  "Version",                                                  ARN("lambda",                         "function:{n}:1")},
    {"AWS::Lambda::Alias",                          "",ARN("lambda","function:{n}:live")},
    {"AWS::Lambda::Version",           "",                                        ARN("lambda",                                                     "function:{n}:1")},
    {"AWS::Lambda::Version",                 "Version",                                     "1"},
    {"AWS::Lambda::LayerVersion",                                      "",                                                 ARN("lambda","layer:{n}:1")},
    {"AWS::Serverless::LayerVersion",                                      "",                                            ARN("lambda",                    "layer:{n}:1")},
    {"AWS::Serverless::StateMachine",                        "",                                                        ARN("states",   "stateMachine:{n}")},
    {"AWS::Serverless::StateMachine",                          "Arn", ARN("states","stateMachine:{n}")},
    {"AWS::Serverless::StateMachine",             "Name","{n}"},
    {"AWS::Cognito::UserPool",        "",          "{r}_{n}"},
    {"AWS::Cognito::UserPool",                                      "Arn",                                        ARN("cognito-idp","userpool/{r}_{n}")},
    {"AWS::Cognito::UserPool",                                      "ProviderName",                                               "cognito-idp.{r}.{u}/{r}_{n}"                                                                                 },
    {"AWS::Cognito::UserPool",                                      "ProviderURL",                                               "https://cognito-idp.{r}.{u}/{r}_{n}"       },
    {"AWS::DynamoDB::Table",                   "Arn",                                                   ARN("dynamodb",       "table/{n}")},
    {"AWS::DynamoDB::Table",         "StreamArn",
     ARN("dynamodb","table/{n}/stream/2026-01-01T00:00:00.000")},
    {"AWS::DynamoDB::GlobalTable", "Arn",ARN("dynamodb","table/{n}")},
    {"AWS::Events::EventBus",                        "Arn",ARN("events","event-bus/{n}")},
    {"AWS::Events::EventBus",                   "Name",                                                           "{n}"                                                                                                                             },
    {"AWS::Events::Rule",           "Arn",                                      ARN("events","rule/{n}")},
    {"AWS::IAM::Role",                                      "Arn",                                                "arn:{p}:iam::{a}:role/{n}"},
    {"AWS::IAM::Role",                      "RoleId",                                                      "AROA00000000000000000"                                            },
    {"AWS::Kinesis::Stream",                                 "Arn",       ARN("kinesis","stream/{n}")},
    {"AWS::KMS::Key",                          "Arn",          ARN("kms","key/{n}")},
    {"AWS::Logs::LogGroup","Arn",ARN("logs","log-group:{n}:*")},
    {"AWS::S3::Bucket",         "","{l}"},
    {"AWS::S3::Bucket", "Arn",              "arn:{p}:s3:::{l}"                                                                                                                                         },
    {"AWS::S3::Bucket",                        "DomainName",                          "{l}.s3.{u}"},
    {"AWS::S3::Bucket",                                      "RegionalDomainName",                                                  "{l}.s3.{r}.{u}"},
    {"AWS::SecretsManager::Secret",                    "",                                                    ARN("secretsmanager",                  "secret:{n}")},
    {"AWS::SNS::Topic",                                 "",                                                                                                     ARN("sns",                                                                                                                                                                     "{n}")},
    {"AWS::SNS::Topic",                    "TopicArn",                                       ARN("sns","{n}")},
    {"AWS::SNS::Topic",                          "TopicName",                                 "{n}"         },
    {"AWS::SQS::Queue",                      "",     "https://sqs.{r}.{u}/{a}/{n}"},
    {"AWS::SQS::Queue",                  "Arn",ARN("sqs","{n}")},
    {"AWS::SQS::Queue",    "QueueName","{n}"},
    {"AWS::SQS::Queue",                      "QueueUrl",                         "https://sqs.{r}.{u}/{a}/{n}"},
    {"AWS::StepFunctions::StateMachine",                                      "",                                                      ARN("states","stateMachine:{n}")},
    {"AWS::StepFunctions::StateMachine",                                      "Arn",                                                      ARN("states","stateMachine:{n}")},
    {"AWS::StepFunctions::StateMachine",                                      "Name",                                                      "{n}"                    },
};

const char *stand_in_name_property(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(names[i].type, type) == 0)
            return names[i].property;
    }
    return NULL;
}

static void append_lower(const char *string, struct text *out)
{
    for (; *string; string++)
        text_append_character(out, (char)tolower((unsigned char)*string));
}

static void append_part(const struct stand_in *resource, char letter, struct text *out)
{
    switch (letter) {
    case 'n':
        text_append_string(out, resource->name);
        break;
    case 'l':
        append_lower(resource->name, out);
        break;
    case 'r':
        text_append_string(out, resource->region);
        break;
    case 'a':
        text_append_string(out, resource->account);
        break;
    case 'p':
        text_append_string(out, arn_partition(resource->region));
        break;
    case 'u':
        text_append_string(out, arn_url_suffix(resource->region));
        break;
    default:
        break;
    }
}

static void append_value(const struct stand_in *resource, const char *value, struct text *out)
{
    for (; *value; value++) {
        if (value[0] == '{') {
            append_part(resource, value[1], out);
            value += 2;
        } else {
            text_append_character(out, *value);
        }
    }
}

/* "kinesisanalytics" of "AWS::KinesisAnalytics::Application". */
static void append_service(const char *type, struct text *out)
{
    const char *service           = strstr(type, "::");
    SCOPED_MEMORY char *lower_one = NULL;

    if (!service)
        return;
    lower_one = memory_copy(service + 2, strcspn(service + 2, ":"));
    append_lower(lower_one, out);
}

bool stand_in_append(const struct stand_in *resource, const char *attribute, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        if (strcmp(values[i].type, resource->type) == 0 &&
            strcmp(values[i].attribute, attribute) == 0) {
            append_value(resource, values[i].value, out);
            return true;
        }
    }
    if (text_ends_with(attribute, "Arn")) {
        append_value(resource, "arn:{p}:", out);
        append_service(resource->type, out);
        append_value(resource, ":{r}:{a}:{n}", out);
        return false;
    }
    text_append_string(out, resource->name);
    return attribute[0] == '\0' ||
           (text_ends_with(attribute, "Id") && strncmp(resource->type, "AWS::ApiGateway", 15) == 0);
}
