#include "project/cdk.h"

#include "project_scene.h"

#include "project/resolve.h"

#define STACK(id, file)                                                                            \
    "\"" id "\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": "     \
    "\"" file "\"}, \"displayName\": \"" id "\", \"dependencies\": [\"Chat.assets\"]}"
#define MANIFEST(stacks) "{\"version\": \"36.0.0\", \"artifacts\": {" stacks "}}\n"

/* In the shape of the CDK: a route to a function whose code is the asset of that hash. */
#define TEMPLATE(code)                                                                             \
    "{\"Resources\": {\n"                                                                          \
    "\"Api\": {\"Type\": \"AWS::ApiGatewayV2::Api\", \"Properties\": {\"Name\": \"chat\", "        \
    "\"ProtocolType\": \"WEBSOCKET\", \"RouteSelectionExpression\": \"$request.body.action\"}},\n" \
    "\"Fn5B7\": {\"Type\": \"AWS::Lambda::Function\", \"Properties\": {\"Runtime\": "              \
    "\"nodejs22.x\", \"Handler\": \"app.f\", \"Code\": " code "}},\n"                              \
    "\"Int\": {\"Type\": \"AWS::ApiGatewayV2::Integration\", \"Properties\": {\"ApiId\": "         \
    "{\"Ref\": \"Api\"}, \"IntegrationType\": \"AWS_PROXY\", \"IntegrationUri\": {\"Fn::Join\": "  \
    "[\"\", [\"arn:\", {\"Ref\": \"AWS::Partition\"}, \":apigateway:x:lambda:path/2015-03-31/"     \
    "functions/\", {\"Fn::GetAtt\": [\"Fn5B7\", \"Arn\"]}, \"/invocations\"]]}}},\n"               \
    "\"Route\": {\"Type\": \"AWS::ApiGatewayV2::Route\", \"Properties\": {\"ApiId\": {\"Ref\": "   \
    "\"Api\"}, \"RouteKey\": \"$default\", \"Target\": {\"Fn::Join\": [\"\", [\"integrations/\", " \
    "{\"Ref\": \"Int\"}]]}}},\n"                                                                   \
    "\"Stage\": {\"Type\": \"AWS::ApiGatewayV2::Stage\", \"Properties\": {\"ApiId\": {\"Ref\": "   \
    "\"Api\"}, \"StageName\": \"prod\", \"AutoDeploy\": true}},\n"                                 \
    "\"CDKMetadata\": {\"Type\": \"AWS::CDK::Metadata\", \"Condition\": \"CDKMetadataAvailable\"}" \
    "},\n"                                                                                         \
    "\"Conditions\": {\"CDKMetadataAvailable\": {\"Fn::Or\": [{\"Fn::Equals\": [{\"Ref\": "        \
    "\"AWS::Region\"}, \"us-east-1\"]}, {\"Fn::Equals\": [\"a\", \"b\"]}]}},\n"                    \
    "\"Parameters\": {\"BootstrapVersion\": {\"Type\": \"AWS::SSM::Parameter::Value<String>\", "   \
    "\"Default\": \"/cdk-bootstrap/hnb659fds/version\"}},\n"                                       \
    "\"Rules\": {\"CheckBootstrapVersion\": {\"Assertions\": []}}}\n"
#define IN_BUCKET                                                                                  \
    "{\"S3Bucket\": {\"Fn::Sub\": \"cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}\"}, "    \
    "\"S3Key\": \"abc123.zip\"}"

static const char assets[] =
    "{\"version\": \"36.0.0\", \"files\": {\"abc123\": {\"source\": {\"path\": \"asset.abc123\", "
    "\"packaging\": \"zip\"}, \"destinations\": {\"current_account-current_region\": "
    "{\"objectKey\": \"abc123.zip\"}}}}}\n";

static const char *read_app(struct scene *scene, const char *manifest, const char *template)
{
    scene_write("cdk.out/cdk.out", "{\"version\": \"36.0.0\"}\n");
    scene_write("cdk.out/manifest.json", manifest);
    scene_write("cdk.out/Chat.template.json", template);
    scene_write("cdk.out/Chat.assets.json", assets);
    scene_write("cdk.out/asset.abc123/app.js", "");
    scene_write("cdk.json", "{}\n");
    return scene_read(scene, ".");
}

static void code_is_the_asset_of_the_functions_key(void **state)
{
    static const char manifest[] = MANIFEST(
        STACK("Chat", "Chat.template.json") ", \"Chat.assets\": {\"type\": \"cdk:asset-manifest\", "
                                            "\"properties\": {\"file\": \"Chat.assets.json\"}}");
    struct scene *scene = *state;
    SCOPED_TEXT code    = {0};
    SCOPED_TEXT shown   = {0};

    assert_string_equal(read_app(scene, manifest, TEMPLATE(IN_BUCKET)), "");
    text_append_format(&code, "%s/cdk.out/asset.abc123", scene->folder);
    assert_int_equal(scene->registry.function_count, 1);
    assert_string_equal(scene->registry.functions[0].name, "Fn5B7");
    assert_string_equal(scene->registry.functions[0].code_uri, text_string(&code));
    resolve_print(&scene->registry, NULL, &shown);
    assert_non_null(strstr(text_string(&shown), "stage prod: /prod"));
    assert_non_null(strstr(text_string(&shown), "$default  Fn5B7  nodejs22.x app.f"));

    /* data and .env are beside the app, not in what `cdk synth` makes */
    assert_string_equal(scene->project.folder, scene->folder);
}

static void code_may_stand_in_the_template(void **state)
{
    struct scene *scene = *state;

    scene_write("cdk.out/asset.abc123/app.js", "");
    read_app(scene, MANIFEST(STACK("Chat", "Chat.template.json")),
             TEMPLATE("{\"ZipFile\": \"exports.f = 1;\"}"));
    assert_int_equal(scene->problems.errors, 0);
    assert_string_equal(scene->registry.functions[0].inline_code, "exports.f = 1;");
}

static void what_is_wrong_names_the_file_that_it_is_in(void **state)
{
    /* clang-format off */
    static const struct {
        const char *manifest;
        const char *template;
        const char *problem; /* a part of what is said */
    } cases[] = {
        {"{",                                                            "{}", "cdk.out/manifest.json:"},
        {                     MANIFEST(STACK("Chat",                                    "Gone.template.json")),                                 "{}",                         "cdk.out/Gone.template.json:"},
        { MANIFEST(STACK("Chat", "Chat.template.json")),                                      "{\n\"Resources\": [\n",
         "cdk.out/Chat.template.json:"},
        {                          MANIFEST(STACK("Chat",                              "Chat.template.json") ", " STACK("B",     "Chat.template.json")),
         TEMPLATE(IN_BUCKET), "2 stacks have a WebSocket API: choose one with --stack NAME"},
    };
    /* clang-format on */
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        read_app(scene, cases[i].manifest, cases[i].template);
        assert_true(scene->problems.errors > 0);
        if (!strstr(text_string(&scene->shown), cases[i].problem))
            fail_msg("%s", text_string(&scene->shown));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_is_the_asset_of_the_functions_key),
        cmocka_unit_test(code_may_stand_in_the_template),
        cmocka_unit_test(what_is_wrong_names_the_file_that_it_is_in),
    };

    return cmocka_run_group_tests_name("cdk", tests, scene_set_up, scene_tear_down);
}
