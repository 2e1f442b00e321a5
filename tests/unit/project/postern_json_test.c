#include "project/postern_json.h"

#include "project_scene.h"

#include "model/limits.h"
#include "model/selection_expression.h"

/* Around what a row is about, so that it stands on line 3. */
#define FUNCTIONS(text)                                                                            \
    "{\"functions\": {\n\n" text "\n}, \"apis\": {\"c\": {\"routes\": {\"$connect\": {}}}}}"
#define API(text) "{\"apis\": {\"c\": {\"routes\": {\"$connect\": {}},\n\n" text "\n}}}"
#define ROUTE(text)                                                                                \
    "{\"functions\": {\"f\": {\"command\": [\"node\"]}, \"chat\": {\"command\": [\"node\"]}},\n"   \
    "\"apis\": {\"c\": {\"routes\": {\n" text "\n}}}}"
#define STAGE(text) API("\"stages\": {" text "}")
#define ACCESS(text)                                                                               \
    "{\"functions\": {\"f\": {\"command\": [\"node\"]}},\n\"apis\": {\"c\": {\"authorizers\": "    \
    "{\"token\": {\"function\": \"f\"}},\n\"routes\": {\n\n\"$connect\": {" text "}}}}}"
#define AUTHORIZER(text)                                                                           \
    "{\"functions\": {\"f\": {\"command\": [\"node\"]}},\n\"apis\": {\"c\": {\"routes\": "         \
    "{\"$connect\": {}},\n"                                                                        \
    "\"authorizers\": {\"t\": {" text "}}}}}"
#define DOMAIN(text) DOCUMENT("\"domainNames\": {" text "}")
#define PLAN(text)                                                                                 \
    DOCUMENT("\"apiKeys\": {\"partner\": {\"value\": \"01234567890123456789\"}},\n"                \
             "\"usagePlans\": {\"basic\": {" text "}}")
#define DOCUMENT(text) "{\"apis\": {\"c\": {\"routes\": {\"$connect\": {}}}},\n\n" text "\n}"

#define UNKNOWN_RUNTIME                                                                                    \
    "is not known: take one of nodejs…, python…, ruby…, provided…, go1.x, or give the function a " \
    "\"command\"\n"
#define STAGE_NAME    "a stage's name has 1 to 128 letters, digits, '-' and '_'\n"
#define VARIABLE_NAME "a stage variable's name has 1 to 64 letters, digits and '_'\n"
#define VARIABLE_VALUE                                                                             \
    "a stage variable's value has 1 to 2048 letters, digits and characters of -._~:/?#&=,\n"
#define API_ID      "an API's id has 10 lower-case letters and digits, for example "
#define OPEN        "remove it to run the rest, with every client let in\n"
#define ENVIRONMENT "it demands a letter, then letters, digits and '_', two characters at least\n"

struct row {
    const char *what;
    const char *contents;
    const char *problems;
};

static void check_rows(struct scene *scene, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *problems = scene_read_json(scene, rows[i].contents);

        if (strcmp(problems, rows[i].problems) != 0)
            fail_msg("%s:\n%sinstead of\n%s", rows[i].what, problems, rows[i].problems);
    }
}

/* clang-format off */
static void a_function_that_cannot_be_started_is_a_problem(void **state)
{
    static const struct row rows[] = {
        {"neither runtime nor command", FUNCTIONS("\"f\": {}"),
         "postern.json:3: functions.f: needs a \"runtime\" with a \"handler\", or a \"command\"\n"},
        {"a runtime that was misspelt", FUNCTIONS("\"f\": {\"runtime\": \"node20.x\", \"handler\": \"a.b\"}"),
         "postern.json:3: functions.f.runtime: \"node20.x\" is not known: did you mean \"nodejs20.x\"?\n"},
        {"a runtime like no other", FUNCTIONS("\"f\": {\"runtime\": \"cobol\"}"),
         "postern.json:3: functions.f.runtime: \"cobol\" " UNKNOWN_RUNTIME},
        {"Node without handler", FUNCTIONS("\"f\": {\"runtime\": \"nodejs20.x\"}"),
         "postern.json:3: functions.f: nodejs20.x needs a \"handler\", for example \"src/chat.handler\"\n"},
        {"Python without handler", FUNCTIONS("\"f\": {\"runtime\": \"python3.12\"}"),
         "postern.json:3: functions.f: python3.12 needs a \"handler\", for example \"chat.handler\"\n"},
        {"Ruby without handler", FUNCTIONS("\"f\": {\"runtime\": \"ruby3.3\"}"),
         "postern.json:3: functions.f: ruby3.3 needs a \"handler\", for example \"chat.handler\"\n"},
        {"a handler that names no export", FUNCTIONS("\"f\": {\"runtime\": \"nodejs20.x\", \"handler\": \"a.b/chat\"}"),
         "postern.json:3: functions.f.handler: \"a.b/chat\" doesn't say what is called in which file: write it like \"src/chat.handler\"\n"},
        {"a handler that ends with its dot", FUNCTIONS("\"f\": {\"runtime\": \"nodejs20.x\", \"handler\": \"chat.\"}"),
         "postern.json:3: functions.f.handler: \"chat.\" doesn't say what is called in which file: write it like \"src/chat.handler\"\n"},
        {"Java with a command", FUNCTIONS("\"f\": {\"runtime\": \"java21\", \"command\": [\"node\"]}"), ""},
        {"a command alone", FUNCTIONS("\"f\": {\"command\": [\"node\", \"f.js\"]}"), ""},
        {"an empty command", FUNCTIONS("\"f\": {\"command\": []}"),
         "postern.json:3: functions.f.command must have at least 1 element, not 0\n"},
        {"an empty word", FUNCTIONS("\"f\": {\"command\": [\"\"]}"),
         "postern.json:3: functions.f.command[0] must have at least 1 character, not 0\n"},
        {"a number as a word", FUNCTIONS("\"f\": {\"command\": [\n5]}"),
         "postern.json:4: functions.f.command[0] must be a string, not 5\n"},
        {"no object", FUNCTIONS("\"f\": \"chat.js\""),
         "postern.json:3: functions.f must be an object, not a string\n"},
        {"a name with a space", FUNCTIONS("\"my f\": {\"command\": [\"node\"]}"),
         "postern.json:3: functions[\"my f\"]: a function's name has 1 to 64 letters, digits, '-' and '_'\n"},
        {"elsewhere", FUNCTIONS("\"f\": {\n\"url\": \"127.0.0.1:9000\"}"),
         "postern.json:4: functions.f.url: \"127.0.0.1:9000\" is no endpoint: write it like http://127.0.0.1:9000/2015-03-31/functions/function/invocations\n"},
        {"an unknown key", FUNCTIONS("\"f\": {\"command\": [\"node\"],\n\"timeuot\": 3}"),
         "postern.json:4: unknown key \"timeuot\" in functions.f: did you mean \"timeout\"?\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void the_numbers_of_a_function_have_bounds(void **state)
{
    static const struct row rows[] = {
        {"no time", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 0}"),
         "postern.json:3: functions.f.timeout must be at least 1, not 0\n"},
        {"a second", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 1}"), ""},
        {"15 minutes", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 900}"), ""},
        {"more than 15 minutes", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 901}"),
         "postern.json:3: functions.f.timeout must be at most 900, not 901\n"},
        {"half a second", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 1.5}"),
         "postern.json:3: functions.f.timeout must be a whole number, not 1.5\n"},
        {"a number of the largest sort", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": 1e300}"),
         "postern.json:3: functions.f.timeout must be at most 900, not 1e300\n"},
        {"no process", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"concurrency\": 0}"),
         "postern.json:3: functions.f.concurrency must be at least 1, not 0\n"},
        {"too little memory", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"memorySize\": 127}"),
         "postern.json:3: functions.f.memorySize must be at least 128, not 127\n"},
        {"a number in quotes", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"timeout\": \"3\"}"),
         "postern.json:3: functions.f.timeout must be a whole number, not a string: leave the quotes out\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void the_environment_of_a_function_is_what_aws_takes(void **state)
{
    static const struct row rows[] = {
        {"fine names", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"TABLE\": \"\", \"a1_\": \"x\"}}"), ""},
        {"a digit first", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\n\"1A\": \"x\"}}"),
         "postern.json:4: warning: functions.f.environment: AWS refuses the name \"1A\": " ENVIRONMENT},
        {"one letter", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"A\": \"x\"}}"),
         "postern.json:3: warning: functions.f.environment: AWS refuses the name \"A\": " ENVIRONMENT},
        {"an equals sign", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"A=B\": \"x\"}}"),
         "postern.json:3: functions.f.environment: \"A=B\" can't be the name of a variable: it begins with a letter and goes on with letters, digits and '_'\n"},
        {"no name", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"\": \"x\"}}"),
         "postern.json:3: functions.f.environment: \"\" can't be the name of a variable: it begins with a letter and goes on with letters, digits and '_'\n"},
        {"a number", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"PORT\": 80}}"),
         "postern.json:3: functions.f.environment.PORT must be a string, not 80\n"},
        {"a NUL", FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": {\"KEY\": \"a\\u0000b\"}}"),
         "postern.json:3: the value of KEY contains a NUL character (\\u0000): remove it\n"},
        {"a NUL in a command", FUNCTIONS("\"f\": {\"command\": [\"node\", \"a\\u0000b\"]}"),
         "postern.json:3: a string contains a NUL character (\\u0000): remove it\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void a_route_that_cannot_work_is_a_problem(void **state)
{
    static const struct row rows[] = {
        {"a function that was misspelt", ROUTE("\"join\": {\"function\": \"chta\"}"),
         "postern.json:3: apis.c.routes.join.function: there is no function \"chta\": did you mean \"chat\"?\n"},
        {"a function like no other", ROUTE("\"join\": {\n\"function\": \"somewhere\"}"),
         "postern.json:4: apis.c.routes.join.function: there is no function \"somewhere\": define it under \"functions\"\n"},
        {"a key that was misspelt", ROUTE("\"$conect\": {\"function\": \"f\"}"),
         "postern.json:3: apis.c.routes.$conect: there is no such route on AWS: did you mean \"$connect\"?\n"},
        {"a key with a dollar", ROUTE("\"$money\": {\"function\": \"f\"}"),
         "postern.json:3: apis.c.routes.$money: the only route keys that begin with '$' are $connect, $disconnect and $default: take another name\n"},
        {"the special keys", ROUTE("\"$connect\": {\"function\": \"f\"}, \"$disconnect\": {\"function\": \"f\"}, \"$default\": {\"function\": \"f\"}"), ""},
        {"no key", ROUTE("\"\": {\"function\": \"f\"}"),
         "postern.json:3: apis.c.routes[\"\"]: a route key has 1 to 128 characters, not 0\n"},
        {"nothing to do on $connect", ROUTE("\"$connect\": {}, \"$disconnect\": {}"), ""},
        {"nothing to do for a message", ROUTE("\"join\": {}"),
         "postern.json:3: warning: apis.c.routes.join: has no \"function\": its messages are answered with an error\n"},
        {"too little time", ROUTE("\"join\": {\"function\": \"f\", \"timeoutInMillis\": 49}"),
         "postern.json:3: apis.c.routes.join.timeoutInMillis must be at least 50, not 49\n"},
        {"too much time", ROUTE("\"join\": {\"function\": \"f\", \"timeoutInMillis\": 29001}"),
         "postern.json:3: apis.c.routes.join.timeoutInMillis must be at most 29000, not 29001\n"},
        {"a flag in quotes", ROUTE("\"join\": {\"function\": \"f\", \"routeResponse\": \"true\"}"),
         "postern.json:3: apis.c.routes.join.routeResponse must be true or false, not a string: leave the quotes out\n"},
        {"just a name", ROUTE("\"join\": \"f\""),
         "postern.json:3: apis.c.routes.join must be an object, not a string\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

#define INTEGRATION(members) ROUTE("\"order\": {\"integration\": {" members "}}")

static void integrations_are_compiled_and_checked(void **state)
{
    static const struct row rows[] = {
        {"no URI", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\""),
         "postern.json:3: apis.c.routes.order.integration: has no \"integrationUri\"\n"},
        {"no URL", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"localhost/a\""),
         "postern.json:3: apis.c.routes.order.integration.integrationUri: is an URL that begins with http:// or https://\n"},
        {"no method", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationUri\": \"http://a/\""),
         "postern.json:3: apis.c.routes.order.integration: has no \"integrationMethod\", for example \"POST\"\n"},
        {"a template", INTEGRATION("\"integrationType\": \"MOCK\", \"requestTemplates\": {\"a\": \"#if(\"}, \"integrationResponses\": {\"$default\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.requestTemplates.a: the template doesn't parse: 1:5: the template ends where a value is expected\n"},
        {"a mapping", INTEGRATION("\"integrationType\": \"MOCK\", \"requestParameters\": {\"integration.request.header.a\": \"b\"}, \"integrationResponses\": {\"$default\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.requestParameters: Invalid mapping expression specified: \"b\"; sources are route.request.header.NAME, route.request.querystring.NAME, route.request.body.PATH, context.NAME, stageVariables.NAME and 'text'\n"},
        {"a key", INTEGRATION("\"integrationType\": \"MOCK\", \"integrationResponses\": {\"200\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.integrationResponses.200: the key of an integration response is $default, or a regular expression between slashes, like /2\\d\\d/\n"},
        {"an answer's headers", INTEGRATION("\"integrationType\": \"MOCK\", \"integrationResponses\": {\"$default\": {\"responseParameters\": {\"method.response.header.a\": \"b\"}}}"),
         "postern.json:3: apis.c.routes.order.integration.integrationResponses.$default.responseParameters: Invalid mapping expression specified: \"b\"; sources are integration.response.header.NAME, integration.response.body.PATH, context.NAME, stageVariables.NAME and 'text'\n"},
        {"an answer's expression", INTEGRATION("\"integrationType\": \"MOCK\", \"integrationResponses\": {\"$default\": {\"templateSelectionExpression\": \"a-${integration.response.statuscode}\"}}"), ""},
        {"an answer's expression of a message", INTEGRATION("\"integrationType\": \"MOCK\", \"templateSelectionExpression\": \"$integration.response.statuscode\", \"integrationResponses\": {\"$default\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.templateSelectionExpression: \"$integration.response.statuscode\", character 1: $integration.response.statuscode is not available to messages, but to the answer that an integration gives to them; allowed are $request.body and $request.body.<JSONPath>\n"},
        {"a header of a message", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"requestParameters\": {\"integration.request.header.a\": \"route.request.header.b\"}"),
         "postern.json:3: warning: apis.c.routes.order.integration.requestParameters: \"route.request.header.b\" is never there: only $connect has headers and query parameters\n"},
        {"a header that isn't declared", ROUTE("\"$connect\": {\"integration\": {\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"requestParameters\": {\"integration.request.header.a\": \"route.request.multivalueheader.b\"}}}"),
         "postern.json:3: warning: apis.c.routes.$connect.integration.requestParameters: AWS maps \"route.request.multivalueheader.b\" only if the \"requestParameters\" of the route declare it: {\"required\": false}\n"},
        {"a header that is", ROUTE("\"$connect\": {\"requestParameters\": {\"route.request.header.b\": {\"required\": false}}, \"integration\": {\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"requestParameters\": {\"integration.request.header.a\": \"route.request.multivalueheader.b\", \"integration.request.header.c\": \"route.request.body.c\"}}}"), ""},
        {"a link's id", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"connectionType\": \"INTERNET\", \"connectionId\": \"a\""), ""},
        {"a time that is too short", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"timeoutInMillis\": 49"),
         "postern.json:3: apis.c.routes.order.integration.timeoutInMillis must be at least 50, not 49\n"},
        {"a time that is too long", INTEGRATION("\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"timeoutInMillis\": 29001"),
         "postern.json:3: apis.c.routes.order.integration.timeoutInMillis must be at most 29000, not 29001\n"},
        {"a service", INTEGRATION("\"integrationType\": \"AWS\", \"integrationUri\": \"arn:aws:apigateway:us-east-1:sqs:queue/a\", \"integrationResponses\": {\"$default\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.integrationUri: AWS ARN for integration must contain path or action\n"},
        {"a proxy of no function", INTEGRATION("\"integrationType\": \"AWS_PROXY\", \"integrationUri\": \"arn:aws:apigateway:us-east-1:sqs:path/a\""),
         "postern.json:3: apis.c.routes.order.integration.integrationUri: Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.\n"},
        {"a function that isn't there", INTEGRATION("\"integrationType\": \"AWS\", \"integrationUri\": \"arn:aws:lambda:us-east-1:0:function:nobody\", \"integrationResponses\": {\"$default\": {}}"),
         "postern.json:3: apis.c.routes.order.integration.integrationUri: there is no function \"nobody\": add it to \"functions\"\n"},
        {"no URL of a service", DOCUMENT("\"services\": {\"dynamodb\": \"127.0.0.1:8000\"}"),
         "postern.json:3: services.dynamodb: is an URL that begins with http:// or https://\n"},
        {"all of it", INTEGRATION("\"integrationType\": \"MOCK\", \"requestTemplates\": {\"$default\": \"{}\"}, \"integrationResponses\": {\"/2../\": {\"responseTemplates\": {\"a\": \"$input.body\"}}}"), ""},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

#define MODEL(schema)                                                                              \
    "{\"functions\": {\"f\": {\"command\": [\"node\"]}},\n\"apis\": {\"c\": {\"models\": {\n\"Order\": {" \
    "\"schema\": " schema "}},\n\"routes\": {\"order\": {\"function\": \"f\", "                  \
    "\"modelSelectionExpression\": \"$request.body.a\", \"requestModels\": {\"$default\": "        \
    "\"Order\"}}}}}}"

static void models_are_schemas_of_draft_4(void **state)
{
    static const struct row rows[] = {
        {"one of draft 4", MODEL("{\"$schema\": \"http://json-schema.org/draft-04/schema#\", \"type\": \"object\"}"), ""},
        {"one of a later draft", MODEL("{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"object\"}"),
         "postern.json:3: warning: apis.c.models.Order.schema: is checked as draft 4, which is the one that AWS has, and not as http://json-schema.org/draft-07/schema#\n"},
        {"a keyword of a later draft", MODEL("{\"const\": 1}"),
         "postern.json:3: warning: apis.c.models.Order.schema: \"const\" is no keyword of draft 4: AWS ignores it\n"},
        {"a type that there isn't", MODEL("{\"type\": \"text\"}"),
         "postern.json:3: apis.c.models.Order.schema: \"type\" must be array, boolean, integer, null, number, object or string, or an array of them\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void what_is_not_built_yet_is_refused_by_name(void **state)
{
    static const struct row rows[] = {
        {"binary contents", ROUTE("\"order\": {\"integration\": {\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"contentHandlingStrategy\": \"CONVERT_TO_BINARY\"}}"),
         ""},
        {"a link", ROUTE("\"order\": {\"integration\": {\"integrationType\": \"HTTP_PROXY\", \"integrationMethod\": \"POST\", \"integrationUri\": \"http://a/\", \"connectionType\": \"VPC_LINK\"}}"),
         "postern.json:3: apis.c.routes.order.integration.connectionType: there are no VPC links here: use INTERNET, and an URL that can be reached from this machine\n"},
        {"requests for nothing", DOCUMENT("\"apiKeys\": {}, \"domainNames\": {}, \"services\": {}"), ""},
        {"no authorization", ROUTE("\"$connect\": {\"function\": \"f\", \"authorizationType\": \"NONE\", \"apiKeyRequired\": false}"), ""},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void who_may_connect_is_said_on_connect_alone(void **state)
{
    static const struct row rows[] = {
        {"an authorizer", ACCESS("\"authorizer\": \"token\""), ""},
        {"its type", ACCESS("\"authorizer\": \"token\", \"authorizationType\": \"CUSTOM\""), ""},
        {"an authorizer that was misspelt", ACCESS("\"authorizer\": \"tokne\""),
         "postern.json:5: apis.c.routes.$connect.authorizer: there is no authorizer \"tokne\": did you mean \"token\"?\n"},
        {"an authorizer like no other", ACCESS("\"authorizer\": \"somebody\""),
         "postern.json:5: apis.c.routes.$connect.authorizer: there is no authorizer \"somebody\": define it under \"authorizers\" of the API\n"},
        {"IAM", ACCESS("\"authorizationType\": \"AWS_IAM\""), ""},
        {"IAM and an authorizer", ACCESS("\"authorizationType\": \"AWS_IAM\", \"authorizer\": \"token\""),
         "postern.json:5: apis.c.routes.$connect.authorizationType: a route has AWS_IAM or an \"authorizer\", not both: remove one of them\n"},
        {"a type without authorizer", ACCESS("\"authorizationType\": \"CUSTOM\""),
         "postern.json:5: apis.c.routes.$connect.authorizationType: CUSTOM needs an \"authorizer\": name one of the API's\n"},
        {"an authorizer for nothing", ACCESS("\"authorizer\": \"token\", \"authorizationType\": \"NONE\""),
         "postern.json:5: apis.c.routes.$connect.authorizationType: NONE would leave the \"authorizer\" unused: remove one of them\n"},
        {"an authorizer of messages", ROUTE("\"$default\": {\"function\": \"f\", \"authorizer\": \"token\", \"apiKeyRequired\": true}"),
         "postern.json:3: apis.c.routes.$default.authorizer: AWS authorizes connections once, on $connect: move it there\n"
         "postern.json:3: apis.c.routes.$default.apiKeyRequired: AWS authorizes connections once, on $connect: move it there\n"
         "postern.json:3: apis.c.routes.$default.authorizer: there is no authorizer \"token\": define it under \"authorizers\" of the API\n"},
        {"a source of HTTP APIs", AUTHORIZER("\"function\": \"f\", \"identitySource\": [\"$request.header.A\"]"),
         "postern.json:3: apis.c.authorizers.t.identitySource: \"$request.header.A\": for WebSocket APIs it begins with route.request.header.\n"},
        {"an authorizer without its function", AUTHORIZER("\"function\": \"somewhere\""),
         "postern.json:3: apis.c.authorizers.t.function: there is no function \"somewhere\": define it under \"functions\"\n"},
        {"an API key", DOCUMENT("\"apiKeys\": {\"partner\": {\"value\": \"0123456789abcdef0123\"}}"), ""},
        {"a short key", DOCUMENT("\"apiKeys\": {\"partner\": {\"value\": \"0123456789\"}}"),
         "postern.json:3: apiKeys.partner.value must have at least 20 characters, not 10\n"},
        {"the same key twice", DOCUMENT("\"apiKeys\": {\"a\": {\"value\": \"0123456789abcdef0123\"},\n\"b\": {\"value\": \"0123456789abcdef0123\"}}"),
         "postern.json:4: apiKeys.b.value: the API key \"a\" has the same value: take another\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void a_custom_domain_maps_paths_to_stages(void **state)
{
    static const struct row rows[] = {
        {"two mappings", DOMAIN("\"ws.example.com\": {\"apiMappings\": {\"\": \"c/dev\", \"v1\": \"c/dev\"}}"), ""},
        {"a wildcard", DOMAIN("\"*.example.com\": {\"apiMappings\": {\"\": \"c/dev\"}}"), ""},
        {"no name", DOMAIN("\"localhost:80\": {\"apiMappings\": {\"\": \"c/dev\"}}"),
         "postern.json:3: domainNames[\"localhost:80\"]: a domain name has labels of letters, digits and '-', with dots between them, like ws.example.com or *.example.com\n"},
        {"an API that was misspelt", DOMAIN("\"ws.example.com\": {\"apiMappings\": {\"\":\n\"caht/dev\"}}"),
         "postern.json:3: domainNames[\"ws.example.com\"].apiMappings[\"\"]: there is no API \"caht\": the APIs here are c\n"},
        {"a stage that isn't there", DOMAIN("\"ws.example.com\": {\"apiMappings\": {\"\": \"c/prod\"}}"),
         "postern.json:3: domainNames[\"ws.example.com\"].apiMappings[\"\"]: the API c has no stage \"prod\"\n"},
        {"a key with a slash", DOMAIN("\"ws.example.com\": {\"apiMappings\": {\"a/b\": \"c/dev\"}}"),
         "postern.json:3: domainNames[\"ws.example.com\"].apiMappings[\"a/b\"]: a mapping's key has letters, digits and characters of $-_.+!*'()\n"},
        {"a key that AWS has for itself", DOMAIN("\"ws.example.com\": {\"apiMappings\": {\"ping\": \"c/dev\"}}"),
         "postern.json:3: warning: domainNames[\"ws.example.com\"].apiMappings.ping: AWS answers /ping and /sping itself, as health checks: take another key\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void a_usage_plan_names_keys_and_stages_that_are_there(void **state)
{
    static const struct row rows[] = {
        {"all of it", PLAN("\"throttle\": {\"rateLimit\": 0.5, \"burstLimit\": 2}, \"quota\": {\"limit\": 9, \"period\": \"WEEK\", \"offset\": 6}, \"apiStages\": [\"c/dev\"], \"apiKeys\": [\"partner\"]"), ""},
        {"nothing", PLAN(""), ""},
        {"a stage that isn't there", PLAN("\"apiStages\": [\"c/prod\"]"),
         "postern.json:4: usagePlans.basic.apiStages: the API c has no stage \"prod\"\n"},
        {"a stage twice", PLAN("\"apiStages\": [\"c/dev\", \"c/dev\"]"),
         "postern.json:4: usagePlans.basic.apiStages: c/dev is there twice: remove one\n"},
        {"no stage", PLAN("\"apiStages\": [\"c\"]"),
         "postern.json:4: usagePlans.basic.apiStages[0] can't be \"c\": it must match ^[^/]+/[A-Za-z0-9_-]{1,128}$\n"},
        {"a key that was misspelt", PLAN("\"apiKeys\": [\"partnr\"]"),
         "postern.json:4: usagePlans.basic.apiKeys: there is no API key \"partnr\": did you mean \"partner\"?\n"},
        {"a key that isn't there", PLAN("\"apiKeys\": [\"x\"]"),
         "postern.json:4: usagePlans.basic.apiKeys: there is no API key \"x\": define it under \"apiKeys\"\n"},
        {"a key twice", PLAN("\"apiKeys\": [\"partner\", \"partner\"]"),
         "postern.json:4: usagePlans.basic.apiKeys: partner is there twice: remove one\n"},
        {"a key in two plans of a stage", PLAN("\"apiStages\": [\"c/dev\"], \"apiKeys\": [\"partner\"]}, \"other\": {\"apiStages\": [\"c/dev\"],\n\"apiKeys\": [\"partner\"]"),
         "postern.json:5: usagePlans.other.apiKeys: AWS lets a key be in one usage plan of a stage only, and basic has the key \"partner\" and the stage dev of c, too\n"},
        {"a day with an offset", PLAN("\"quota\": {\"limit\": 9, \"period\": \"DAY\", \"offset\": 1}"),
         "postern.json:4: usagePlans.basic.quota.offset: a DAY begins with a day from 0 to 0\n"},
        {"a week of eight days", PLAN("\"quota\": {\"limit\": 9, \"period\": \"WEEK\", \"offset\": 7}"),
         "postern.json:4: usagePlans.basic.quota.offset: a WEEK begins with a day from 0 to 6\n"},
        {"no period", PLAN("\"quota\": {\"limit\": 9}"),
         "postern.json:4: usagePlans.basic.quota lacks the key \"period\": add it\n"},
        {"a stage that no plan has",
         DOCUMENT("\"apiKeys\": {\"partner\": {\"value\": \"01234567890123456789\"}}, \"usagePlans\": {\"basic\": {\"apiKeys\": [\"partner\"]}}"), ""},
        {"a stage that asks for keys and no plan has", "{\"apis\": {\"c\": {\"routes\": {\"$connect\": {\"apiKeyRequired\": true}}}},\n\"usagePlans\": {\"basic\": {}}}",
         "postern.json:2: warning: usagePlans: no plan has the stage dev of c, whose $connect asks for an API key: nobody gets in there\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}

static void an_api_and_its_stages_have_names_and_ids_like_awss(void **state)
{
    static const struct row rows[] = {
        {"an id", API("\"id\": \"chat000001\""), ""},
        {"two APIs of one id", "{\"apis\": {\n\"a\": {\"id\": \"chat000001\", \"routes\": {\"$connect\": {}}},\n\"b\": {\n\"id\": \"chat000001\", \"routes\": {\"$connect\": {}}}}}",
         "postern.json:4: apis.b.id: chat000001 is the id of the API \"a\" already: take another\n"},
        {"an expression", API("\"routeSelectionExpression\": \"${request.body.a}/${request.body.b}\""), ""},
        {"a stage with a slash", STAGE("\"a/b\": {}"), "postern.json:3: apis.c.stages[\"a/b\"]: " STAGE_NAME},
        {"no name of a stage", STAGE("\"\": {}"), "postern.json:3: apis.c.stages[\"\"]: " STAGE_NAME},
        {"the stage of HTTP APIs", STAGE("\"$default\": {}"),
         "postern.json:3: apis.c.stages.$default: AWS has no $default stage for WebSocket APIs: name it, for example, \"dev\"\n"},
        {"stage variables", STAGE("\"dev\": {\"stageVariables\": {\"color_1\": \"http://a.b:1/?c=d&e#f,g-h_i~j\"}}"), ""},
        {"a variable with a dash", STAGE("\"dev\": {\"stageVariables\": {\n\"a-b\": \"x\"}}"),
         "postern.json:4: apis.c.stages.dev.stageVariables.a-b: " VARIABLE_NAME},
        {"a variable without name", STAGE("\"dev\": {\"stageVariables\": {\"\": \"x\"}}"),
         "postern.json:3: apis.c.stages.dev.stageVariables[\"\"]: " VARIABLE_NAME},
        {"a value with a space", STAGE("\"dev\": {\"stageVariables\": {\"a\": \"b c\"}}"),
         "postern.json:3: apis.c.stages.dev.stageVariables.a: " VARIABLE_VALUE},
        {"no value", STAGE("\"dev\": {\"stageVariables\": {\"a\": \"\"}}"),
         "postern.json:3: apis.c.stages.dev.stageVariables.a: " VARIABLE_VALUE},
        {"settings of a route that isn't there", STAGE("\"dev\": {\"routeSettings\": {\"$conect\": {}}}"),
         "postern.json:3: apis.c.stages.dev.routeSettings.$conect: there is no such route: did you mean \"$connect\"?\n"},
        {"one that is like none", STAGE("\"dev\": {\"routeSettings\": {\"join\": {}}}"),
         "postern.json:3: apis.c.stages.dev.routeSettings.join: there is no such route: add it to \"routes\", or remove its settings\n"},
        {"a negative rate", STAGE("\"dev\": {\"defaultRouteSettings\": {\"throttlingRateLimit\": -1}}"),
         "postern.json:3: apis.c.stages.dev.defaultRouteSettings.throttlingRateLimit must be at least 0, not -1\n"},
        {"a number", STAGE("\"dev\": {\"stageVariables\": {\"a\": 1}}"),
         "postern.json:3: apis.c.stages.dev.stageVariables.a must be a string, not 1\n"},
        {"no routes", "{\"apis\": {\n\"c\": {}}}",
         "postern.json:2: warning: apis.c: has no routes, and AWS deploys no such API: add \"routes\", for example \"$default\"\n"},
        {"no APIs", "{\n}", "postern.json:1: warning: there are no \"apis\": nothing can be connected to\n"},
    };

    check_rows(*state, rows, ARRAY_SIZE(rows));
}
/* clang-format on */

static void a_wrong_api_id_is_answered_with_a_right_one(void **state)
{
    static const char *const wrong[] = {"chat00001", "chat0000001", "Chat000001", "chat-00001", ""};
    struct scene *scene              = *state;

    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        SCOPED_MEMORY char *contents =
            memory_format("{\"apis\": {\"c\": {\"routes\": {\"$connect\": {}},\n"
                          "\"id\": \"%s\"}}}",
                          wrong[i]);
        const char *problems = scene_read_json(scene, contents);

        assert_int_equal(scene->problems.errors, 1);
        assert_ptr_equal(strstr(problems, "postern.json:2: apis.c.id: " API_ID "\""), problems);
    }
}

static void a_malformed_expression_is_reported_as_its_compiler_says(void **state)
{
    SCOPED_TEXT error = {0};

    assert_null(selection_expression_new("$request.bdy", &error));
    {
        SCOPED_MEMORY char *expected = memory_format(
            "postern.json:3: apis.c.routeSelectionExpression: %s\n", text_string(&error));

        assert_string_equal(
            scene_read_json(*state, API("\"routeSelectionExpression\": \"$request.bdy\"")),
            expected);
    }
}

static void all_problems_are_reported_at_once_in_order_of_lines(void **state)
{
    assert_string_equal(
        scene_read_json(*state, "{\n"
                                "  \"functions\": {\n"
                                "    \"chat\": { \"runtime\": \"nodejs20.x\", \"timeout\": 901 }\n"
                                "  },\n"
                                "  \"apis\": {\n"
                                "    \"chat\": {\n"
                                "      \"stages\": { \"a b\": {} },\n"
                                "      \"routes\": { \"$default\": { \"function\": \"caht\",\n"
                                "                                \"authorizer\": \"token\" } }\n"
                                "    }\n"
                                "  },\n"
                                "  \"apps\": {}\n"
                                "}\n"),
        "postern.json:3: functions.chat: nodejs20.x needs a \"handler\", for example "
        "\"src/chat.handler\"\n"
        "postern.json:3: functions.chat.timeout must be at most 900, not 901\n"
        "postern.json:7: apis.chat.stages[\"a b\"]: " STAGE_NAME
        "postern.json:8: apis.chat.routes.$default.function: there is no function \"caht\": did "
        "you mean \"chat\"?\n"
        "postern.json:9: apis.chat.routes.$default.authorizer: AWS authorizes connections once, on "
        "$connect: move it there\n"
        "postern.json:9: apis.chat.routes.$default.authorizer: there is no authorizer \"token\": "
        "define it under \"authorizers\" of the API\n"
        "postern.json:12: unknown key \"apps\": known keys are \"$schema\", \"apiKeys\", "
        "\"usagePlans\", \"domainNames\", \"services\"\n");
}

static void what_is_no_json_is_reported_where_it_breaks(void **state)
{
    struct scene *scene = *state;
    const char *problems;

    problems = scene_read_json(scene, "{\n  \"apis\": {,}\n}");
    assert_int_equal(scene->problems.errors, 1);
    assert_ptr_equal(strstr(problems, "postern.json:2: not JSON: "), problems);
    problems = scene_read_json(scene, "");
    assert_int_equal(scene->problems.errors, 1);
    assert_ptr_equal(strstr(problems, "postern.json:1: not JSON: "), problems);
    assert_string_equal(scene_read_json(scene, "[]"),
                        "postern.json:1: the document must be an object, not an array\n");
    problems = scene_read_json(scene, "{\"apis\": {\"a\": {}, \"a\": {}}}");
    assert_int_equal(scene->problems.errors, 1);
    assert_ptr_equal(strstr(problems, "postern.json:1: not JSON: "), problems);
}

static void a_template_under_another_name_is_read_as_one(void **state)
{
    assert_string_equal(
        scene_read_json(*state, "{\"AWSTemplateFormatVersion\": \"2010-09-09\"}"),
        "postern.json:0: there are no Resources: this is no template with an API\n");
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    SCOPED_TEXT contents = {0};
    struct scene *scene  = *state;

    text_append_string(&contents, "{\"apis\": {\"c\": {\"routes\": {\"$connect\": {}}}}");
    while (contents.size < PROJECT_FILE_SIZE_MAX - 1)
        text_append_character(&contents, ' ');
    text_append_character(&contents, '}');
    assert_string_equal(scene_read_json(scene, text_string(&contents)), "");
    text_append_character(&contents, '\n');
    assert_string_equal(scene_read_json(scene, text_string(&contents)),
                        "postern.json:0: is larger than 4194304 bytes: this is no project file\n");
}

static void a_large_environment_is_a_warning(void **state)
{
    struct scene *scene = *state;
    char value[FUNCTION_ENVIRONMENT_SIZE_MAX];

    memset(value, 'x', sizeof value);
    value[sizeof value - 1] = '\0'; /* with the name 4097 bytes */
    for (int too_many = 1; too_many >= 0; too_many--) {
        SCOPED_MEMORY char *contents =
            memory_format(FUNCTIONS("\"f\": {\"command\": [\"node\"], \"environment\": "
                                    "{\"KE\": \"%s\"}}"),
                          value + 1 - too_many);

        assert_string_equal(scene_read_json(scene, contents),
                            too_many ? "postern.json:3: warning: functions.f.environment: has 4097 "
                                       "bytes, and AWS refuses more than 4096 of names and values "
                                       "together\n"
                                     : "");
    }
}

/* An API with count members of a kind: "NAME0": VALUE, "NAME1": VALUE … */
static char *make_many(const char *kind, const char *name, size_t count)
{
    SCOPED_TEXT contents = {0};

    text_append_string(&contents, "{\"apis\": {\"c\": {");
    if (strcmp(kind, "routes") != 0)
        text_append_string(&contents, "\"routes\": {\"$connect\": {}},");
    text_append_format(&contents, "\n\"%s\": {\n", kind);
    for (size_t i = 0; i < count; i++)
        text_append_format(&contents, "%s\"%s%zu\": {}", i > 0 ? "," : "", name, i);
    text_append_string(&contents, "}}}}");
    return text_take(&contents);
}

static void a_route_is_throttled_by_its_settings_or_its_stages(void **state)
{
    struct scene *scene = *state;
    const struct stage *stages;
    const struct token_rate *rate;

    assert_string_equal(
        scene_read_json(scene, STAGE("\"dev\": {\"defaultRouteSettings\": "
                                     "{\"throttlingRateLimit\": 2.5, \"throttlingBurstLimit\": 7}, "
                                     "\"routeSettings\": {\"$connect\": "
                                     "{\"throttlingBurstLimit\": 1}}}, \"prod\": {}")),
        "");
    stages = scene->registry.apis[0].stages;
    rate   = stage_find_throttle(&stages[0], "$connect");
    assert_true(rate->per_second == 2.5 && rate->burst == 1);
    rate = stage_find_throttle(&stages[0], "$default");
    assert_true(rate->per_second == 2.5 && rate->burst == 7);
    rate = stage_find_throttle(&stages[1], "$connect");
    assert_true(rate->per_second == 10000 && rate->burst == 5000);
}

static void more_routes_or_stages_than_awss_quota_are_a_warning(void **state)
{
    struct scene *scene = *state;

    for (size_t more = 0; more < 2; more++) {
        SCOPED_MEMORY char *stages = make_many("stages", "stage", 10 + more);
        SCOPED_MEMORY char *routes = make_many("routes", "route", 300 + more);
        const char *problems       = scene_read_json(scene, stages);

        assert_string_equal(problems, more ? "postern.json:2: warning: apis.c.stages: 11 stages "
                                             "are more than the 10 that AWS allows unless asked "
                                             "for more\n"
                                           : "");
        problems = scene_read_json(scene, routes);
        assert_int_equal(strstr(problems, "postern.json:2: warning: apis.c.routes: 301 routes are "
                                          "more than the 300 that AWS allows unless asked for "
                                          "more\n") != NULL,
                         more);
        assert_int_equal(scene->problems.errors, 0);
    }
}

static void more_authorizers_than_awss_quota_are_a_warning(void **state)
{
    struct scene *scene  = *state;
    SCOPED_TEXT contents = {0};

    text_append_string(&contents,
                       "{\"functions\": {\"f\": {\"command\": [\"node\"]}}, \"apis\": {\"c\": "
                       "{\"routes\": {\"$connect\": {}},\n\"authorizers\": {");
    for (size_t i = 0; i < 11; i++) {
        SCOPED_MEMORY char *document = memory_format("%s}}}}", text_string(&contents));

        if (i > 0)
            assert_string_equal(scene_read_json(scene, document), "");
        text_append_format(&contents, "%s\"a%zu\": {\"function\": \"f\"}", i > 0 ? "," : "", i);
    }
    text_append_string(&contents, "}}}}");
    assert_string_equal(scene_read_json(scene, text_string(&contents)),
                        "postern.json:2: warning: apis.c.authorizers: 11 authorizers are more than "
                        "the 10 that AWS allows unless asked for more\n");
}

static void names_may_be_as_long_as_awss(void **state)
{
    struct scene *scene = *state;
    char name[130];

    memset(name, 'x', sizeof name);
    name[129] = '\0';
    for (int more = 1; more >= 0; more--) {
        SCOPED_MEMORY char *contents =
            memory_format("{\"apis\": {\"%s\": {\"routes\": {\"%s\": {}}, \"stages\": {\"%s\": "
                          "{}}}}}",
                          name + 1 - more, name + 1 - more, name + 1 - more);

        scene_read_json(scene, contents);
        assert_int_equal(scene->problems.errors, more ? 3 : 0);
    }
}

static void a_project_becomes_resources(void **state)
{
    struct scene *scene = *state;
    struct registry *registry;
    struct function *function;
    struct api *api;

    scene_write("code/src/chat.mjs", "");
    assert_string_equal(
        scene_read_json(
            scene, "{\"functions\": {\"chat\": {\"runtime\": \"nodejs20.x\", \"handler\": "
                   "\"src/chat.handler\", \"codeUri\": \"code\", \"timeout\": 10, \"memorySize\": "
                   "256, \"concurrency\": 20, \"environment\": {\"TABLE\": \"rooms\"}}},"
                   "\"apis\": {\"chat\": {\"id\": \"chat000001\", \"routeSelectionExpression\": "
                   "\"$request.body.type\", \"routes\": {\"$connect\": {}, \"join\": {\"function\":"
                   " \"chat\", \"routeResponse\": true, \"timeoutInMillis\": 500}}, \"stages\": "
                   "{\"dev\": {\"stageVariables\": {\"color\": \"blue\"}}, \"prod\": {}}}}}"),
        "");
    registry = &scene->registry;
    function = registry_find_function(registry, "chat");
    assert_string_equal(function->runtime, "nodejs20.x");
    assert_string_equal(function->handler, "src/chat.handler");
    assert_string_equal(strrchr(function->code_uri, '/'), "/code");
    assert_int_equal(function->code_uri[0], '/');
    assert_null(function->command);
    assert_int_equal(function->timeout_seconds, 10);
    assert_int_equal(function->memory_megabytes, 256);
    assert_int_equal(function->concurrency, 20);
    assert_string_equal(name_values_find(&function->environment, "TABLE"), "rooms");
    api = registry_find_api(registry, "chat000001");
    assert_string_equal(api->name, "chat");
    assert_string_equal(api->route_selection_expression, "$request.body.type");
    assert_null(api_find_route(api, "$connect")->integration_id);
    assert_false(api_find_route(api, "$connect")->has_route_response);
    assert_true(api_find_route(api, "join")->has_route_response);
    assert_string_equal(
        api_find_integration(api, api_find_route(api, "join")->integration_id)->function, "chat");
    assert_int_equal(api->integrations[0].timeout_milliseconds, 500);
    assert_int_equal(api->stage_count, 2);
    assert_string_equal(api->stages[0].stage_name, "dev");
    assert_string_equal(name_values_find(&api->stages[0].stage_variables, "color"), "blue");
    assert_string_equal(api->stages[1].stage_name, "prod");
    assert_string_equal(api->stages[0].deployment_id, api->stages[1].deployment_id);
    assert_int_equal(strlen(api->stages[0].deployment_id), 6);
}

static void what_a_project_leaves_out_has_defaults(void **state)
{
    struct scene *scene = *state;
    struct function *function;
    struct api *api;

    assert_string_equal(scene_read_json(scene, ROUTE("\"join\": {\"function\": \"f\"}")), "");
    function = registry_find_function(&scene->registry, "f");
    assert_null(function->runtime);
    assert_null(function->handler);
    assert_string_equal(function->command[0], "node");
    assert_null(function->command[1]);
    assert_string_equal(function->code_uri, scene->project.folder);
    assert_int_equal(function->timeout_seconds, 3);
    assert_int_equal(function->memory_megabytes, 128);
    assert_int_equal(function->concurrency, 10);
    api = &scene->registry.apis[0];
    assert_string_equal(api->route_selection_expression, "$request.body.action");
    assert_int_equal(api->integrations[0].timeout_milliseconds, 29000);
    assert_int_equal(api->stage_count, 1);
    assert_string_equal(api->stages[0].stage_name, "dev");
    assert_string_equal(scene_read_json(scene, STAGE("")), "");
    assert_string_equal(scene->registry.apis[0].stages[0].stage_name, "dev");
}

static void ids_are_the_same_at_every_start_and_all_different(void **state)
{
    static const char contents[] =
        "{\"functions\": {\"f\": {\"command\": [\"node\"]}}, \"apis\": {\"a\": {\"routes\": "
        "{\"$connect\": {\"function\": \"f\"}, \"$default\": {\"function\": \"f\"}}}, \"b\": "
        "{\"routes\": {\"$connect\": {\"function\": \"f\"}}}}}";
    struct scene *scene    = *state;
    struct registry before = {0};

    assert_string_equal(scene_read_json(scene, contents), "");
    before          = scene->registry;
    scene->registry = (struct registry){0};
    assert_string_equal(scene_read_json(scene, contents), "");
    for (size_t i = 0; i < 2; i++) {
        const struct api *api = &scene->registry.apis[i];

        assert_string_equal(api->api_id, before.apis[i].api_id);
        assert_int_equal(strspn(api->api_id, "abcdefghijklmnopqrstuvwxyz0123456789"), 10);
        for (size_t j = 0; j < api->route_count; j++) {
            assert_string_equal(api->routes[j].route_id, before.apis[i].routes[j].route_id);
            assert_string_equal(api->routes[j].integration_id,
                                before.apis[i].routes[j].integration_id);
            assert_int_equal(
                strspn(api->routes[j].route_id, "abcdefghijklmnopqrstuvwxyz0123456789"), 7);
            assert_int_equal(strlen(api->routes[j].integration_id), 7);
            assert_string_not_equal(api->routes[j].route_id, api->routes[j].integration_id);
        }
    }
    assert_string_not_equal(scene->registry.apis[0].api_id, scene->registry.apis[1].api_id);
    assert_string_not_equal(scene->registry.apis[0].routes[0].route_id,
                            scene->registry.apis[0].routes[1].route_id);
    assert_string_not_equal(scene->registry.apis[0].routes[0].route_id,
                            scene->registry.apis[1].routes[0].route_id);
    registry_deinit(&before);
}

/* Reads the postern.json with what the command line says. */
static void read_with(struct scene *scene, const struct project_options *options)
{
    scene_forget(scene);
    assert_true(project_find(".", &scene->project, &scene->problems));
    project_load(&scene->project, options, &scene->registry, &scene->problems);
}

static void parameters_are_for_templates(void **state)
{
    struct scene *scene = *state;
    char one[]          = "Stage=prod";
    char *given[]       = {one, NULL};

    scene_write("postern.json", "{\"apis\": {\"a\": {\"routes\": {\"$connect\": {}}}}}");
    read_with(scene, &(struct project_options){.parameters = given});
    assert_int_equal(scene->problems.count, 1);
    assert_int_equal(scene->problems.errors, 1);
    assert_string_equal(scene->problems.items[0].message,
                        "--parameter Stage: a postern.json has no parameters: write the value into "
                        "it, or into .env beside it for a handler's environment");
}

static void a_function_that_runs_elsewhere_needs_no_runtime(void **state)
{
    struct scene *scene = *state;
    char one[]          = "far=http://127.0.0.1:9000/2015-03-31/functions/function/invocations";
    char *given[]       = {one, NULL};

    scene_write("postern.json",
                "{\"functions\": {\"far\": {}, \"lost\": {\"runtime\": \"cobol74\"}},\n"
                "\"apis\": {\"a\": {\"routes\": {\"$default\": {\"function\": \"far\"}}}}}");
    read_with(scene, &(struct project_options){.elsewhere = given});
    assert_int_equal(scene->problems.errors, 1);
    assert_non_null(
        strstr(scene->problems.items[0].message, "functions.lost.runtime: \"cobol74\""));
    read_with(scene, &(struct project_options){0});
    assert_int_equal(scene->problems.errors, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_that_cannot_be_started_is_a_problem),
        cmocka_unit_test(the_numbers_of_a_function_have_bounds),
        cmocka_unit_test(the_environment_of_a_function_is_what_aws_takes),
        cmocka_unit_test(a_route_that_cannot_work_is_a_problem),
        cmocka_unit_test(integrations_are_compiled_and_checked),
        cmocka_unit_test(models_are_schemas_of_draft_4),
        cmocka_unit_test(what_is_not_built_yet_is_refused_by_name),
        cmocka_unit_test(who_may_connect_is_said_on_connect_alone),
        cmocka_unit_test(a_custom_domain_maps_paths_to_stages),
        cmocka_unit_test(a_usage_plan_names_keys_and_stages_that_are_there),
        cmocka_unit_test(an_api_and_its_stages_have_names_and_ids_like_awss),
        cmocka_unit_test(a_wrong_api_id_is_answered_with_a_right_one),
        cmocka_unit_test(a_malformed_expression_is_reported_as_its_compiler_says),
        cmocka_unit_test(all_problems_are_reported_at_once_in_order_of_lines),
        cmocka_unit_test(what_is_no_json_is_reported_where_it_breaks),
        cmocka_unit_test(a_template_under_another_name_is_read_as_one),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
        cmocka_unit_test(a_large_environment_is_a_warning),
        cmocka_unit_test(a_route_is_throttled_by_its_settings_or_its_stages),
        cmocka_unit_test(more_routes_or_stages_than_awss_quota_are_a_warning),
        cmocka_unit_test(more_authorizers_than_awss_quota_are_a_warning),
        cmocka_unit_test(names_may_be_as_long_as_awss),
        cmocka_unit_test(a_project_becomes_resources),
        cmocka_unit_test(what_a_project_leaves_out_has_defaults),
        cmocka_unit_test(ids_are_the_same_at_every_start_and_all_different),
        cmocka_unit_test(parameters_are_for_templates),
        cmocka_unit_test(a_function_that_runs_elsewhere_needs_no_runtime),
    };

    return cmocka_run_group_tests_name("postern_json", tests, scene_set_up, scene_tear_down);
}
