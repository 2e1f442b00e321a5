#include "project/cloudformation.h"

#include "project_scene.h"

#include <fcntl.h>

#include "project/resolve.h"

#define HEAD                                                                                       \
    "Resources:\n"                                                                                 \
    "  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: chat, ProtocolType: WEBSOCKET}}\n"   \
    "  Chat: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs22.x, Handler: app.f}}\n"   \
    "  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: dev, "     \
    "AutoDeploy: true}}\n"
#define PROXY                                                                                      \
    "  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, "                   \
    "IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Chat.Arn}}\n"
#define ROUTE(more)                                                                                \
    "  R: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, " more "}}\n"

static const char *read_template(struct scene *scene, const char *contents)
{
    scene_write("app.js", "");
    scene_write("template.yaml", contents);
    return scene_read(scene, "template.yaml");
}

static void what_is_wrong_names_line_resource_and_property(void **state)
{
    static const struct {
        const char *what;
        const char *yaml;
        const char *problems;
    } cases[] = {
        {"nothing",                   HEAD PROXY ROUTE("RouteKey: $default, Target: !Sub 'integrations/${I}'"), ""                                                                  },
        {"no map",                    "- a\n",                                                                  "template.yaml:1: a template is a map with Resources in it\n"       },
        {"no resources",              "Outputs: {}\n",
         "template.yaml:0: there are no Resources: this is no template with an API\n"                                                                                               },
        {"no key",                    HEAD PROXY ROUTE("Target: !Sub 'integrations/${I}'"),
         "template.yaml:6: R: needs a property RouteKey\n"                                                                                                                          },
        {"an unknown target",         HEAD PROXY ROUTE("RouteKey: a, Target: integrations/x"),
         "template.yaml:6: R.Target: \"integrations/x\" is no integration of this template: write "
         "integrations/${ID} with the logical id of one\n"                                                                                                                          },
        {"an unknown function",
         HEAD "  I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, "
              "IntegrationType: AWS_PROXY, IntegrationUri: "
              "'arn:aws:lambda:x:1:function:Chatt'}}\n" ROUTE(
                  "RouteKey: a, Target: !Sub 'integrations/${I}'"),
         "template.yaml:5: I.IntegrationUri: the function Chatt is not in this template: did you "
         "mean Chat?\n"                                                                                                                                                             },
        {"JWT",                       HEAD ROUTE("RouteKey: $connect, AuthorizationType: JWT"),
         "template.yaml:5: R.AuthorizationType: AWS has no JWT authorizers for WebSocket APIs: "
         "take "
         "a REQUEST authorizer\n"                                                                                                                                                   },
        {"what postern.json refuses",
         HEAD PROXY ROUTE("RouteKey: $conect, Target: !Sub 'integrations/${I}'"),
         "template.yaml:6: R: apis.chat.routes.$conect: there is no such route on AWS: did you "
         "mean "
         "\"$connect\"?\n"                                                                                                                                                          },
        {"an HTTP API",
         HEAD
         "  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}\n" PROXY ROUTE(
             "RouteKey: a, Target: !Sub 'integrations/${I}'"),
         "template.yaml:5: warning: Http: an HTTP API is not run here, only APIs with ProtocolType "
         "WEBSOCKET\n"                                                                                                                                                              },
        {"what isn't run",
         HEAD PROXY ROUTE(
             "RouteKey: a, Target: !Sub 'integrations/${I}'") "  Deps: {Type: "
                                                              "AWS::Serverless::LayerVersion}\n"
                                                              "  Net: {Type: AWS::EC2::VPC}\n"
                                                              "  Rooms: {Type: "
                                                              "AWS::DynamoDB::Table}\n"
                                                              "  Users: {Type: "
                                                              "AWS::DynamoDB::Table}\n"
                                                              "  QueuePolicy: {Type: "
                                                              "AWS::SQS::QueuePolicy}\n",                       "template.yaml:7: warning: AWS reads resources of SAM only with \"Transform: "
         "AWS::Serverless-2016-10-31\" in the template\n"
         "template.yaml:7: warning: Deps: AWS::Serverless::LayerVersion is not run here: handlers "
         "don't find what is in a layer: install it beside them\n"
         "template.yaml:9: warning: Rooms, Users: AWS::DynamoDB::Table is not run here: handlers "
         "reach what they are configured to reach\n"                                       },
        {"a name in a loop",
         "Resources:\n"
         "  A: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Ref B}}\n"
         "  B: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Ref A}}\n",                            "template.yaml:2: B.FunctionName: the name of A depends on itself\n"},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (strcmp(read_template(scene, cases[i].yaml), cases[i].problems) != 0)
            fail_msg("%s: %s", cases[i].what, text_string(&scene->shown));
    }
}

static void a_condition_that_does_not_hold_leaves_its_resource_out(void **state)
{
    struct scene *scene = *state;

    assert_string_equal(
        read_template(scene,
                      "Conditions: {Never: !Equals [a, b]}\n" HEAD PROXY ROUTE(
                          "RouteKey: a, Target: !Sub 'integrations/${I}'") "  S: {Type: "
                                                                           "AWS::Lambda::Function, "
                                                                           "Condition: Never}\n"),
        "");
    assert_int_equal(scene->registry.function_count, 1);
}

static void sam_expands_as_sam_does(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT shown   = {0};

    assert_string_equal(
        read_template(scene,
                      "Transform: AWS::Serverless-2016-10-31\n"
                      "Globals:\n"
                      "  Function:\n"
                      "    Runtime: nodejs22.x\n"
                      "    Environment: {Variables: {AA: global, BB: global}}\n"
                      "  WebSocketApi: {StageName: live}\n"
                      "Resources:\n"
                      "  Api:\n"
                      "    Type: AWS::Serverless::WebSocketApi\n"
                      "    Properties:\n"
                      "      RouteSelectionExpression: $request.body.action\n"
                      "      DefaultRouteSettings: {ThrottlingBurstLimit: '5'}\n"
                      "      Domain: {DomainName: ws.example.com, BasePath: [/, /v1]}\n"
                      "      Routes:\n"
                      "        joinRoom: {FunctionArn: !GetAtt Chat.Arn}\n"
                      "  Chat:\n"
                      "    Type: AWS::Serverless::Function\n"
                      "    Properties:\n"
                      "      Handler: app.f\n"
                      "      Environment:\n"
                      "        Variables:\n"
                      "          BB: own\n"
                      "          CC: !Sub '${ApiliveStage}/${ApiJoinroomRoute}/${ChatRole.Arn}'\n"),
        "");
    resolve_print(&scene->registry, NULL, &shown);
    assert_non_null(strstr(text_string(&shown), "stage live: /live"));
    assert_non_null(strstr(text_string(&shown), "  ws.example.com/ is stage live of "));
    assert_non_null(strstr(text_string(&shown), "  ws.example.com/v1 is stage live of "));
    assert_non_null(strstr(text_string(&shown), "joinRoom  Chat  nodejs22.x app.f"));
    {
        const struct name_values *environment = &scene->registry.functions[0].environment;
        const char *made                      = name_values_find(environment, "CC");

        assert_string_equal(name_values_find(environment, "AA"), "global");
        assert_string_equal(name_values_find(environment, "BB"), "own");
        assert_memory_equal(made, "live/", 5);
        assert_non_null(strstr(made, "/arn:aws:iam::000000000000:role/"));
    }
}

static void what_sam_build_made_is_preferred_while_it_is_newer(void **state)
{
    static const char built[]         = HEAD PROXY;
    struct scene *scene               = *state;
    const struct timespec old_times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    const struct timespec new_times[] = {{.tv_sec = 2000}, {.tv_sec = 2000}};

    scene_write("built/app.js", "");
    scene_write("built/template.yaml", HEAD PROXY);
    scene_write("built/.aws-sam/build/template.yaml", built);
    scene_write("built/.aws-sam/build/app.js", "");
    utimensat(AT_FDCWD, "built/template.yaml", old_times, 0);
    utimensat(AT_FDCWD, "built/.aws-sam/build/template.yaml", new_times, 0);
    scene_read(scene, "built");
    assert_true(scene->project.is_built);
    assert_string_equal(scene->project.label, "built/.aws-sam/build/template.yaml");
    assert_non_null(strstr(text_string(&scene->shown), "changes count after `sam build`"));

    utimensat(AT_FDCWD, "built/template.yaml",
              (const struct timespec[]){
                  {3000, 0},
                  {3000, 0}
    },
              0);
    scene_read(scene, "built");
    assert_string_equal(scene->project.label, "built/template.yaml");
}

/* Around one resource of a SAM template: problems of it begin in line 7. */
#define SAM(websocket)                                                                             \
    "Transform: AWS::Serverless-2016-10-31\n"                                                      \
    "Resources:\n"                                                                                 \
    "  Chat: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs22.x, Handler: "        \
    "app.f}}\n"                                                                                    \
    "  M: {Type: AWS::ApiGatewayV2::Model, Properties: {ApiId: !Ref Ws, Name: Mod, Schema: {}}}\n" \
    "  Ws:\n"                                                                                      \
    "    Type: AWS::Serverless::WebSocketApi\n"                                                    \
    "    Properties: {RouteSelectionExpression: $request.body.action, " websocket "}\n"
#define CHECKED "ModelSelectionExpression: $request.body.b, "
#define CHAT    "FunctionArn: !GetAtt Chat.Arn"

static void what_aws_refuses_or_takes_for_nothing_is_told(void **state)
{
    /* clang-format off */
    static const struct {
        const char *yaml;
        const char *problems;
    } cases[] = {
        {SAM("Routes: {a: {" CHAT ", " CHECKED "RequestModels: {b: Mod}}}"), ""},
        {SAM("StageNam: x, Routes: {a: {" CHAT ", " CHECKED
             "RequestModels: {b: !Ref M}, IntegrationTimout: 5}}"),
         "template.yaml:7: warning: Ws.StageNam: SAM has no such property, and refuses it: did you "
         "mean StageName?\n"
         "template.yaml:7: warning: Ws.Routes.a.IntegrationTimout: SAM has no such property, and "
         "refuses it: did you mean IntegrationTimeout?\n"
         "template.yaml:7: warning: WsARoute.RequestModels: AWS takes the Name of a model, which is "
         "Mod, and Ref gives its id\n"},
        {SAM("Routes: {a: {" CHAT ", " CHECKED "RequestModels: {b: Mod}, ApiKeyRequired: true}}"),
         "template.yaml:7: warning: WsARoute.ApiKeyRequired: AWS asks for keys on $connect only: "
         "here it means nothing\n"},
        {SAM("Auth: {AuthType: JWT, Nme: x}, Routes: {$connect: {" CHAT "}}"),
         "template.yaml:7: warning: Ws.Auth.Nme: SAM has no such property, and refuses it: did you "
         "mean Name?\n"
         "template.yaml:7: Ws.Auth: needs an AuthType: NONE, AWS_IAM or CUSTOM\n"},
        {"Globals: {Functions: {Timeout: 3}, Function: {Timeot: 3, Runtime: nodejs22.x}}\n"
         "Transform: AWS::Serverless-2016-10-31\n"
         "Resources:\n"
         "  A: {Type: AWS::Serverless::Function, Properties: {Handler: app.f, Other: 5}}\n"
         "  B: {Type: AWS::Serverless::Function, Properties: {Handler: app.f}}\n",
         "template.yaml:1: warning: Globals.Functions: SAM has no such section, and refuses it: did "
         "you mean Function?\n"
         "template.yaml:1: warning: A.Timeot: AWS has no such property of an AWS::Lambda::Function: "
         "did you mean Timeout?\n"
         "template.yaml:1: warning: there are no \"apis\": nothing can be connected to\n"
         "template.yaml:4: warning: A.Other: AWS has no such property of an AWS::Lambda::Function, "
         "and refuses it\n"},
        {"Resources:\n"
         "  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: a.yaml}}\n"
         "  R: {Type: AWS::ApiGateway::RestApi}\n"
         "  V: {Type: AWS::ApiGatewayV2::VpcLink}\n"
         "  P: {Type: AWS::Lambda::Permission}\n",
         "template.yaml:1: warning: there are no \"apis\": nothing can be connected to\n"
         "template.yaml:2: warning: S: AWS::CloudFormation::Stack is not run here: nothing in its "
         "template is: start that one, or put its resources into this one\n"
         "template.yaml:3: warning: R: AWS::ApiGateway::RestApi is not run here: only WebSocket "
         "APIs are\n"
         "template.yaml:4: warning: V: AWS::ApiGatewayV2::VpcLink is not run here: integrations "
         "are called directly\n"},
        {"service: a\nprovider: {name: aws}\n",
         "template.yaml:0: there are no Resources: this is no template with an API; call a project "
         "of the Serverless Framework serverless*.yml\n"},
    };
    /* clang-format on */
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(read_template(scene, cases[i].yaml), cases[i].problems);
}

static void samconfig_gives_parameters_and_the_name_of_the_stack(void **state)
{
    struct scene *scene = *state;

    scene_write("config/app.js", "");
    scene_write("config/samconfig.toml", "[default.deploy.parameters]\nstack_name = \"my-stack\"\n"
                                         "parameter_overrides = \"Stage=prod\"\n");
    scene_write("config/template.yaml",
                "Parameters: {Stage: {Type: String}}\n"
                "Resources:\n"
                "  F:\n"
                "    Type: AWS::Lambda::Function\n"
                "    Properties: {FunctionName: !Sub '${AWS::StackName}-${Stage}', Runtime: "
                "nodejs22.x, Handler: app.f}\n");
    scene_read(scene, "config");
    assert_int_equal(scene->problems.errors, 0);
    assert_string_equal(scene->registry.functions[0].name, "my-stack-prod");
}

static void samconfig_gives_a_region_and_variables(void **state)
{
    static const char config[]   = "[default.global.parameters]\nregion = \"eu-west-1\"\n"
                                   "[default.local_start_api.parameters]\nenv_vars = \"env.json\"\n";
    struct scene *scene          = *state;
    SCOPED_MEMORY char *expected = memory_format("%s/local/env.json", scene->folder);

    scene_write("local/app.js", "");
    scene_write("local/samconfig.toml", config);
    scene_write("local/template.yaml",
                "Resources:\n"
                "  F:\n"
                "    Type: AWS::Lambda::Function\n"
                "    Properties: {FunctionName: !Sub 'f-${AWS::Region}', Runtime: nodejs22.x, "
                "Handler: app.f}\n");
    scene_read(scene, "local");
    assert_int_equal(scene->problems.errors, 0);
    assert_non_null(strstr(text_string(&scene->shown),
                           "samconfig.toml:0: warning: env_vars: env.json: No such file or "
                           "directory: the functions go without the variables in it\n"));
    assert_null(scene->project.settings.env_vars);
    assert_string_equal(scene->registry.functions[0].name, "f-eu-west-1");
    assert_string_equal(scene->project.settings.region, "eu-west-1");
    scene_write("local/env.json", "{}");
    scene_read(scene, "local");
    assert_string_equal(scene->project.settings.env_vars, expected);
    assert_true(project_is_made_of(&scene->project, expected)); /* so that a change of it counts */
}

/* Around keys and plans: an API whose $connect asks for one; they begin in line 6. */
#define USAGE(more) HEAD ROUTE("RouteKey: $connect, ApiKeyRequired: true") more
#define KEY                                                                                        \
    "  K: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: partner, Enabled: true, Value: "      \
    "01234567890123456789abc}}\n"

static void usage_plans_have_the_keys_and_stages_of_the_template(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT shown   = {0};

    assert_string_equal(
        read_template(
            scene,
            USAGE(KEY "  Later: {Type: AWS::ApiGateway::ApiKey, Properties: {Name: partner, "
                      "Enabled: true, Value: 01234567890123456789abd}}\n"
                      "  P: {Type: AWS::ApiGateway::UsagePlan, Properties: {UsagePlanName: basic, "
                      "Throttle: {RateLimit: 0.5, BurstLimit: '2'}, Quota: {Limit: 9, Period: "
                      "WEEK, Offset: 1}, ApiStages: [{ApiId: !Ref Api, Stage: !Ref Stage}]}}\n"
                      "  PK: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !GetAtt "
                      "K.APIKeyId, KeyType: API_KEY, UsagePlanId: !Ref P}}\n"
                      "  PL: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref "
                      "Later, KeyType: API_KEY, UsagePlanId: !Ref P}}\n")),
        "");
    resolve_print(&scene->registry, NULL, &shown);
    assert_non_null(strstr(text_string(&shown),
                           "  usage plan basic: 0.5 requests a second, 2 at once, 9 requests a "
                           "week, for each of the keys partner, Later, to chat/dev\n"));
    assert_int_equal(scene->registry.usage_plans[0].quota.offset, 1);
}

static void what_is_odd_about_keys_and_plans_is_said(void **state)
{
    static const struct {
        const char *yaml;
        const char *problems;
    } cases[] = {
        {USAGE("  K: {Type: AWS::ApiGateway::ApiKey, Properties: {Value: "
               "01234567890123456789abc}}\n"),
         "template.yaml:6: warning: K: isn't enabled, so AWS refuses it: give it Enabled: true\n"},
        {USAGE("  K: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true, Value: "
               "short-one}}\n"),
         "template.yaml:6: K: apiKeys.K.value must have at least 20 characters, not 9\n"         },
        {USAGE(KEY "  P: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: abc, "
                   "Stage: dev}, {ApiId: !Ref Api, Stage: dev}]}}\n"),
         "template.yaml:7: warning: P.ApiStages: abc is no WebSocket API of this template\n"     },
        {USAGE(KEY "  P: {Type: AWS::ApiGateway::UsagePlan, Properties: {ApiStages: [{ApiId: !Ref "
                   "Api}]}}\n"),
         "template.yaml:7: P.ApiStages: each needs an ApiId and a Stage\n"                       },
        {USAGE(KEY "  PK: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {KeyId: !Ref K, "
                   "KeyType: API_KEY, UsagePlanId: elsewhere}}\n"),
         "template.yaml:7: warning: PK: the plan elsewhere isn't in this template: nobody gets in "
         "by it\n"                                                                               },
        {USAGE(
             KEY
             "  PK: {Type: AWS::ApiGateway::UsagePlanKey, Properties: {UsagePlanId: elsewhere}}\n"),
         "template.yaml:7: PK: needs a property KeyId\n"                                         },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        assert_string_equal(read_template(scene, cases[i].yaml), cases[i].problems);
}

/* AWS makes one; that it is the same at every start is ours. */
static void a_key_without_a_value_gets_one(void **state)
{
    struct scene *scene      = *state;
    SCOPED_MEMORY char *made = NULL;

    for (int i = 0; i < 2; i++) {
        read_template(scene,
                      USAGE("  K: {Type: AWS::ApiGateway::ApiKey, Properties: {Enabled: true}}\n"));
        assert_non_null(strstr(text_string(&scene->shown),
                               "K: has no Value, and AWS would make one: here it is "));
        assert_int_equal(strlen(scene->registry.api_keys[0].value), 40);
        assert_non_null(strstr(text_string(&scene->shown), scene->registry.api_keys[0].value));
        if (made)
            assert_string_equal(made, scene->registry.api_keys[0].value);
        else
            made = memory_copy_string(scene->registry.api_keys[0].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_names_line_resource_and_property),
        cmocka_unit_test(a_condition_that_does_not_hold_leaves_its_resource_out),
        cmocka_unit_test(sam_expands_as_sam_does),
        cmocka_unit_test(what_sam_build_made_is_preferred_while_it_is_newer),
        cmocka_unit_test(usage_plans_have_the_keys_and_stages_of_the_template),
        cmocka_unit_test(what_is_odd_about_keys_and_plans_is_said),
        cmocka_unit_test(a_key_without_a_value_gets_one),
        cmocka_unit_test(what_aws_refuses_or_takes_for_nothing_is_told),
        cmocka_unit_test(samconfig_gives_parameters_and_the_name_of_the_stack),
        cmocka_unit_test(samconfig_gives_a_region_and_variables),
    };

    return cmocka_run_group_tests_name("cloudformation", tests, scene_set_up, scene_tear_down);
}
