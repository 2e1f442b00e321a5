#include "project/serverless.h"

#include "project_scene.h"

#include "project/resolve.h"

#define HEAD                                                                                       \
    "service: chat\n"                                                                              \
    "provider:\n"                                                                                  \
    "  name: aws\n"
#define TALK                                                                                       \
    "functions:\n"                                                                                 \
    "  talk:\n"                                                                                    \
    "    handler: talk.f\n"                                                                        \
    "    events:\n"
#define PLAIN HEAD TALK "      - websocket: $default\n"

static const char *read_file(struct scene *scene, const char *contents)
{
    scene_write("talk.js", "");
    scene_write("serverless.yml", contents);
    return scene_read(scene, "serverless.yml");
}

static void what_is_wrong_names_line_and_remedy(void **state)
{
    static const struct {
        const char *what;
        const char *yaml;
        const char *problems;
    } cases[] = {
        {"nothing",                          PLAIN,                                                             ""},
        {"no map",                           "- a\n",
         "serverless.yml:1: a serverless.yml is a map with service, provider and functions in "
         "it\n"                                                                                                   },
        {"no service",                       "provider: {name: aws}\n" TALK "      - websocket: a\n",
         "serverless.yml:1: needs a \"service\", which is the name of the project\n"                              },
        {"no provider",                      "service: a\n" TALK "      - websocket: a\n",
         "serverless.yml:1: needs a \"provider\" with \"name: aws\"\n"                                            },
        {"another provider",                 "service: a\nprovider: google\n" TALK "      - websocket: a\n",
         "serverless.yml:2: the provider's name must be aws: no other is run here\n"                              },
        {"keys without the s",
         HEAD
         "  websocketApiName: x\n  websocketApiRouteSelectionExpression: $request.body.x\n" TALK
         "      - websocket: $default\n",                                                                       "serverless.yml:4: warning: provider: the framework ignores \"websocketApiName\", and so "
         "does postern: the key is \"websocketsApiName\"\n"
         "serverless.yml:5: warning: provider: the framework ignores "
         "\"websocketApiRouteSelectionExpression\", and so does postern: the key is "
         "\"websocketsApiRouteSelectionExpression\"\n"                   },
        {"unknown keys",
         HEAD "  runtim: nodejs20.x\n" TALK "      - websocket: $default\ncustm: {}\n",
         "serverless.yml:4: warning: provider: \"runtim\" is not known here, and is ignored: did "
         "you mean \"runtime\"?\n"
         "serverless.yml:10: warning: \"custm\" is not known here, and is ignored: did you mean "
         "\"custom\"?\n"                                                                                          },
        {"a route beside its event",         HEAD TALK "      - websocket:\n        route: $connect\n",
         "serverless.yml:9: functions.talk: \"route\" stands beside \"websocket\", and belongs to "
         "it: indent it further\n"                                                                                },
        {"no route",                         HEAD TALK "      - websocket: {}\n",
         "serverless.yml:8: functions.talk: a websocket event needs a route: \"- websocket: "
         "$connect\", or \"route: $connect\" below it\n"                                                          },
        {"a plugin's key",                   HEAD TALK "      - websocket: {routeKey: $default}\n",
         "serverless.yml:8: warning: functions.talk: the framework's own key is \"route\": "
         "\"routeKey\" is that of a plugin from before it had any, and is taken for it here\n"                    },
        {"a route without $",                HEAD TALK "      - websocket: connect\n",
         "serverless.yml:8: warning: functions.talk: the route \"connect\" is chosen by messages "
         "alone: did you mean \"$connect\"?\n"                                                                    },
        {"a route twice",                    HEAD TALK "      - websocket: a\n      - websocket: {route: a}\n",
         "serverless.yml:9: functions.talk: the route a is defined twice: a route has one "
         "function\n"                                                                                             },
        {"another response",
         HEAD TALK "      - websocket: {route: a, routeResponseSelectionExpression: $x}\n",
         "serverless.yml:8: functions.talk: routeResponseSelectionExpression: AWS takes nothing "
         "but "
         "\"$default\"\n"                                                                                         },
        {"an authorizer in the wrong place",
         HEAD TALK "      - websocket: {route: a, authorizer: talk}\n",
         "serverless.yml:8: functions.talk: AWS has authorizers for the route $connect only: move "
         "it there\n"                                                                                             },
        {"no authorizer",
         HEAD TALK "      - websocket: {route: a, authorizer: \"${opt:no, ''}\"}\n",                            ""},
        {"an authorizer that isn't there",
         HEAD TALK "      - websocket: {route: $connect, authorizer: tlk}\n",
         "serverless.yml:8: functions.talk: authorizer: there is no function \"tlk\": did you mean "
         "\"talk\"?\n"                                                                                            },
        {"other events",
         HEAD TALK "      - websocket: a\n      - schedule: rate(1 hour)\n      - schedule: x\n"
                   "      - sqs: x\n      - httpApi: GET /\n",                                                  "serverless.yml:9: warning: functions.talk: events of the kind schedule are not run here, "
         "only those of websocket: `postern invoke` calls a function with any event\n"
         "serverless.yml:11: warning: functions.talk: events of the kind sqs are not run here, "
         "only "
         "those of websocket: `postern invoke` calls a function with any event\n"
         "serverless.yml:12: warning: HttpApi: an HTTP API is not run here, only APIs with "
         "ProtocolType WEBSOCKET\n"                 },
        {"plugins",
         PLAIN "plugins: [serverless-offline, serverless-dynamodb-local, serverless-what, x]\n",
         "serverless.yml:9: warning: plugins: serverless-dynamodb-local is not run here: start "
         "DynamoDB Local yourself, and name it in AWS_ENDPOINT_URL_DYNAMODB in .env\n"
         "serverless.yml:9: warning: plugins: not run here: serverless-what, x: what they make of "
         "the project is missing\n"                                                                               },
        {"what postern.json refuses",        HEAD TALK "      - websocket: $conect\n",
         "serverless.yml:8: apis.dev-chat-websockets.routes.$conect: there is no such route on "
         "AWS: "
         "did you mean \"$connect\"?\n"                                                                           },
        {"a wrong port",                     PLAIN "custom: {serverless-offline: {websocketPort: 70000}}\n",
         "serverless.yml:9: custom.serverless-offline: websocketPort must be a whole number from 1 "
         "to 65535\n"                                                                                             },
        {"a variable, and something else",
         HEAD "  runtime: ${opt:no}\n" TALK "      - websocket: {}\n",
         "serverless.yml:4: functions.talk: ${opt:no} has no value: give it with --parameter "
         "no=VALUE\n"
         "serverless.yml:9: functions.talk: a websocket event needs a route: \"- websocket: "
         "$connect\", or \"route: $connect\" below it\n"                                                          },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (strcmp(read_file(scene, cases[i].yaml), cases[i].problems) != 0)
            fail_msg("%s:\n%s", cases[i].what, text_string(&scene->shown));
    }
}

static void problems_of_included_files_are_theirs(void **state)
{
    struct scene *scene = *state;

    scene_write("config/functions.yml", "\ntalk:\n  handler: talk.f\n  timeout: 1000\n  events:\n"
                                        "    - websocket: $conect\n");
    assert_string_equal(
        read_file(scene, HEAD "functions: ${file(./config/functions.yml)}\n"),
        "config/functions.yml:4: functions.chat-dev-talk.timeout must be at most 900, not 1000\n"
        "config/functions.yml:6: apis.dev-chat-websockets.routes.$conect: there is no such route "
        "on "
        "AWS: did you mean \"$connect\"?\n");
    assert_int_equal(scene->project.include_count, 1);
    assert_string_equal(strrchr(scene->project.includes[0], '/'), "/functions.yml");
    assert_true(project_is_made_of(&scene->project, scene->project.includes[0]));

    scene_write("config/functions.yml", "talk: [\n");
    read_file(scene, HEAD "functions: ${file(config/functions.yml)}\n");
    assert_non_null(strstr(text_string(&scene->shown),
                           "serverless.yml:4: config/functions.yml: line 2, column 1: "));
}

static void an_authorizer_elsewhere_is_refused(void **state)
{
    struct scene *scene = *state;

    read_file(scene, HEAD TALK "      - websocket: {route: $connect, authorizer: "
                               "'arn:aws:lambda:us-east-1:1:function:other'}\n");
    assert_true(scene->problems.errors > 0);
    assert_non_null(
        strstr(text_string(&scene->shown),
               "serverless.yml:8: OtherWebsocketsAuthorizer.AuthorizerUri: the function "
               "other is not in this template\n"));
}

static void the_plugin_from_before_has_keys_of_its_own(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT shown   = {0};

    assert_string_equal(
        read_file(scene, HEAD "  websocketApiName: old\n"
                              "  websocketApiRouteSelectionExpression: $request.body.type\n" TALK
                              "      - websocket: {routeKey: $default}\n"
                              "plugins: [serverless-websockets-plugin]\n"),
        "");
    resolve_print(&scene->registry, NULL, &shown);
    assert_non_null(strstr(text_string(&shown), "API old "));
    assert_non_null(strstr(text_string(&shown), "routes by $request.body.type"));
}

static void pseudo_parameters_are_read_in_the_environment(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(read_file(scene, HEAD
                                  "  environment: {ARN: 'a:#{AWS::AccountId}', NO: '#{x}'}\n" TALK
                                  "      - websocket: $default\n"),
                        "");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "ARN"),
                        "a:000000000000");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "NO"), "#{x}");
}

static void go_runs_the_executable_that_is_its_handler(void **state)
{
    struct scene *scene = *state;

    scene_write_program("bin/app");
    assert_string_equal(read_file(scene, HEAD "  runtime: go1.x\n"
                                              "functions: {app: {handler: bin/app, events: "
                                              "[websocket: $default]}}\n"),
                        "");
    assert_string_equal(scene->registry.functions[0].command[0], "./bin/app");
}

static void serverless_offline_says_how_it_is_run(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(read_file(scene,
                                  HEAD "  region: eu-west-3\n" TALK
                                       "      - websocket: {route: $connect, authorizer: talk}\n"
                                       "custom:\n"
                                       "  serverless-offline:\n"
                                       "    host: 127.0.0.1\n"
                                       "    websocketPort: '3100'\n"
                                       "    webSocketIdleTimeout: 10\n"
                                       "    webSocketHardTimeout: 20\n"
                                       "    noAuth: true\n"),
                        "serverless.yml:9: warning: functions.talk: the authorizer is left out: "
                        "custom.serverless-offline.noAuth says so\n");
    assert_string_equal(scene->project.settings.host, "127.0.0.1");
    assert_string_equal(scene->project.settings.region, "eu-west-3");
    assert_int_equal(scene->project.settings.port, 3100);
    assert_int_equal(scene->project.settings.idle_timeout_milliseconds, 10000);
    assert_int_equal(scene->project.settings.max_duration_milliseconds, 20000);
}

static void resources_change_what_the_framework_makes(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT shown   = {0};

    assert_string_equal(
        read_file(scene,
                  HEAD "  environment: {AA: provider, BB: provider, CC: 1}\n" TALK
                       "      - websocket: $default\n"
                       "    environment: {BB: own, CC: null}\n"
                       "resources:\n"
                       "  Resources:\n"
                       "    WebsocketsApi: {Properties: {RouteSelectionExpression: "
                       "$request.body.type}}\n"
                       "    TalkLambdaFunction: {Properties: {Timeout: 20}}\n"
                       "    Table: {Type: AWS::IAM::Role, Properties: {X: \"${cf:no.where}\"}}\n"),
        "");
    resolve_print(&scene->registry, NULL, &shown);
    assert_non_null(strstr(text_string(&shown), "routes by $request.body.type"));
    assert_int_equal(scene->registry.function_count, 1);
    assert_int_equal(scene->registry.functions[0].timeout_seconds, 20);
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "AA"),
                        "provider");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "BB"), "own");
    assert_null(name_values_find(&scene->registry.functions[0].environment, "CC"));
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "IS_OFFLINE"),
                        "true");
}

static void layers_are_folders_of_functions_or_of_the_provider(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT folder  = {0};

    scene_write("layers/common/python/x.py", "");
    assert_string_equal(read_file(scene, HEAD
                                  "  layers: [{Ref: CommonLambdaLayer}]\n" TALK
                                  "      - websocket: $default\n"
                                  "  other: {handler: talk.f, layers: [{Ref: CommonLambdaLayer}, "
                                  "'arn:aws:lambda:x:1:layer:theirs:2']}\n"
                                  "layers: {common: {path: 'layers/${self:custom.l}'}}\n"
                                  "custom: {l: common}\n"),
                        "serverless.yml:10: warning: OtherLambdaFunction.Layers: the layer "
                        "arn:aws:lambda:x:1:layer:theirs:2 isn't on this machine: handlers don't "
                        "find what is in it (said once)\n");
    text_append_format(&folder, "%s/layers/common", scene->folder);
    assert_int_equal(scene->registry.functions[0].layer_count, 1);
    assert_string_equal(scene->registry.functions[0].layers[0], text_string(&folder));
    assert_int_equal(scene->registry.functions[1].layer_count, 1);

    assert_string_equal(read_file(scene, PLAIN "layers: {common: {description: x}, other: 5}\n"),
                        "serverless.yml:9: layers.common: needs a path: the folder that the layer "
                        "is made of\n"
                        "serverless.yml:9: layers.other: must be a map with a path\n");
}

static void the_providers_logs_are_the_access_log_of_the_stage(void **state)
{
    static const struct {
        const char *logs;
        const char *format; /* NULL: there is no log */
    } cases[] = {
        {"{websocket: true}",
         "$context.identity.sourceIp $context.identity.caller $context.identity.user "
         "[$context.requestTime] \"$context.eventType $context.routeKey $context.connectionId\" "
         "$context.requestId"                                                                       },
        {"{websocket: {format: '$context.requestId x'}}",                     "$context.requestId x"},
        {"{websocket: {format: '$context.requestId', accessLogging: false}}", NULL                  },
        {"{websocket: false, restApi: true}",                                 NULL                  },
        {"{httpApi: true}",                                                   NULL                  },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT yaml = {0};
        const struct stage *stage;

        text_append_format(&yaml, HEAD "  logs: %s\n" TALK "      - websocket: $default\n",
                           cases[i].logs);
        assert_string_equal(read_file(scene, text_string(&yaml)), "");
        stage = &scene->registry.apis[0].stages[0];
        if (cases[i].format)
            assert_string_equal(stage->access_log_format, cases[i].format);
        else
            assert_null(stage->access_log_format);
    }
}

static void a_function_is_called_by_its_key_too(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(read_file(scene, PLAIN), "");
    assert_string_equal(scene->registry.functions[0].name, "chat-dev-talk");
    assert_string_equal(scene->registry.functions[0].logical_id, "talk");
}

static void words_of_yaml_1_1_are_texts(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(
        read_file(scene, HEAD "  environment: {FLAG: yes, MODE: on, MASK: 0755, REAL: true}\n" TALK
                              "      - websocket: $default\n"),
        "");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "FLAG"), "yes");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "MODE"), "on");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "MASK"), "755");
    assert_string_equal(name_values_find(&scene->registry.functions[0].environment, "REAL"),
                        "true");
}

static void an_api_of_the_resources_gets_the_routes(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(read_file(scene,
                                  HEAD "  apiGateway: {websocketApiId: {Ref: Mine}}\n" TALK
                                       "      - websocket: $default\n"
                                       "resources:\n"
                                       "  Resources:\n"
                                       "    Mine:\n"
                                       "      Type: AWS::ApiGatewayV2::Api\n"
                                       "      Properties: {Name: mine, ProtocolType: WEBSOCKET}\n"),
                        "");
    assert_int_equal(scene->registry.api_count, 1);
    assert_string_equal(scene->registry.apis[0].name, "mine");
    assert_int_equal(scene->registry.apis[0].route_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_names_line_and_remedy),
        cmocka_unit_test(problems_of_included_files_are_theirs),
        cmocka_unit_test(an_authorizer_elsewhere_is_refused),
        cmocka_unit_test(the_plugin_from_before_has_keys_of_its_own),
        cmocka_unit_test(pseudo_parameters_are_read_in_the_environment),
        cmocka_unit_test(go_runs_the_executable_that_is_its_handler),
        cmocka_unit_test(serverless_offline_says_how_it_is_run),
        cmocka_unit_test(resources_change_what_the_framework_makes),
        cmocka_unit_test(an_api_of_the_resources_gets_the_routes),
        cmocka_unit_test(layers_are_folders_of_functions_or_of_the_provider),
        cmocka_unit_test(the_providers_logs_are_the_access_log_of_the_stage),
        cmocka_unit_test(a_function_is_called_by_its_key_too),
        cmocka_unit_test(words_of_yaml_1_1_are_texts),
    };

    return cmocka_run_group_tests_name("serverless", tests, scene_set_up, scene_tear_down);
}
