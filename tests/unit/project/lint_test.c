#include "project/lint.h"

#include "project_scene.h"

#include "project/template_lint.h"

/* Reads the project in the current folder as `check` does. */
static const char *read_linted(struct scene *scene)
{
    scene_forget(scene);
    assert_true(project_find(".", &scene->project, &scene->problems));
    scene->project.is_linted = true;
    project_load(&scene->project, &(struct project_options){0}, &scene->registry, &scene->problems);
    for (size_t i = 0; i < scene->problems.count; i++) {
        const struct problem *problem = &scene->problems.items[i];

        text_append_format(&scene->shown, "%s:%u: %s%s\n", problem->file, problem->line,
                           problem->is_warning ? "warning: " : "", problem->message);
    }
    return text_string(&scene->shown);
}

static void check_has(const char *shown, const char *const *parts, size_t count)
{
    size_t lines = 0;

    for (size_t i = 0; i < count; i++) {
        if (!strstr(shown, parts[i]))
            fail_msg("no \"%s\" in:\n%s", parts[i], shown);
    }
    for (const char *at = shown; *at; at++)
        lines += *at == '\n';
    if (lines != count)
        fail_msg("%zu instead of %zu lines:\n%s", lines, count, shown);
}

static const char project[] =
    "{\"functions\": {\n"
    "\"connect\": {\"runtime\": \"nodejs20.x\", \"handler\": \"src/connect.handler\"},\n"
    "\"send\": {\"runtime\": \"nodejs20.x\", \"handler\": \"src/send.handler\", \"timeout\": 60},\n"
    "\"both\": {\"runtime\": \"nodejs20.x\", \"handler\": \"src/send.handler\"},\n"
    "\"gate\": {\"runtime\": \"python3.12\", \"handler\": \"gate.check\"}},\n"
    "\"apis\": {\"chat\": {\n"
    "\"authorizers\": {\n"
    "\"gate\": {\"function\": \"gate\", \"identitySource\": "
    "[\"route.request.header.sec-websocket-protocol\"]},\n"
    "\"spare\": {\"function\": \"gate\"}},\n"
    "\"routes\": {\n"
    "\"$connect\": {\"function\": \"connect\", \"authorizer\": \"gate\"},\n"
    "\"send\": {\"function\": \"send\"},\n"
    "\"ask\": {\"function\": \"both\", \"routeResponse\": true},\n"
    "\"tell\": {\"function\": \"both\"},\n"
    "\"time\": {\"integration\": {\"integrationType\": \"MOCK\", \"integrationResponses\":"
    " {\"$default\": {\"responseTemplates\": {\"$default\": \"now\"}}}}}%s}}}}";

static void write_project(const char *more)
{
    SCOPED_MEMORY char *json = memory_format(project, more);

    scene_write("postern.json", json);
    scene_write("src/connect.js", "exports.handler = async () => ({ statusCode: 200 });\n");
    scene_write("src/send.js",
                "exports.handler = async () => {\n  return { statusCode: 200, body: 'sent' };\n};");
    scene_write("gate.py", "def check(e, c):\n\n  return policy(stage + '/*/*')\n");
}

static void what_surprises_people_is_told_with_its_line(void **state)
{
    static const char *const parts[] = {
        "postern.json:9: warning: apis.chat: $connect doesn't name the authorizer spare: it is "
        "never asked, and keeps nobody out",
        "postern.json:11: warning: apis.chat: $connect has an integration, and there is no "
        "$disconnect: AWS tells nobody when a client has gone",
        "postern.json:11: warning: apis.chat: clients offer a subprotocol, since the authorizer "
        "gate asks for Sec-WebSocket-Protocol, and $connect never returns one",
        "postern.json:12: warning: apis.chat: route send: the function send has 60 seconds, and "
        "API Gateway waits 29 for it",
        "postern.json:15: warning: apis.chat: route time has response templates and no route "
        "response",
        "src/send.js:2: warning: route send has no route response, so that AWS sends this body to "
        "nobody",
        "gate.py:3: warning: a policy for \"…/*/*\" fits no $connect if the stage stands before "
        "it: AWS refuses the client with 403",
    };
    struct scene *scene = *state;

    write_project("");
    check_has(read_linted(scene), parts, ARRAY_SIZE(parts));
    assert_int_equal(scene->problems.errors, 0);
    assert_string_equal(scene_read(scene, "."), ""); /* a start says nothing of it */
}

static void what_is_mended_is_not_told(void **state)
{
    static const char *const parts[] = {
        ":9: warning:",  /* spare */
        ":12: warning:", /* 60 seconds */
        ":15: warning:", /* time */
        "postern.json:16: warning: apis.chat: $disconnect has a route response, and",
    };
    struct scene *scene = *state;

    write_project(",\n\"$disconnect\": {\"function\": \"connect\", \"routeResponse\": true}");
    scene_write("src/connect.js", "exports.handler = async () => ({ statusCode: 200, headers: "
                                  "{ 'Sec-WebSocket-Protocol': 'chat' } });\n");
    scene_write("src/send.js", "exports.handler = async () => ({ statusCode: 200 });");
    scene_write("gate.py", "def check(e, c):\n  return policy(e['methodArn'])\n");
    check_has(read_linted(scene), parts, ARRAY_SIZE(parts));
}

#define ROUTE(id)                                                                                  \
    "  " id ":\n    Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref Api\n"      \
    "      RouteKey: " id "\n"

static void the_order_of_a_template_is_looked_at(void **state)
{
    static const char template[] =
        "Resources:\n"
        "  Api:\n"
        "    Type: AWS::ApiGatewayV2::Api\n"
        "    Properties: {Name: chat, ProtocolType: WEBSOCKET}\n" ROUTE("$connect")
            ROUTE("$default") "%s";
    static const char stage[] =
        "  Deployment:\n"
        "    Type: AWS::ApiGatewayV2::Deployment\n"
        "%s"
        "    Properties: {ApiId: !Ref Api}\n"
        "  Stage:\n"
        "    Type: AWS::ApiGatewayV2::Stage\n"
        "    Properties: {ApiId: !Ref Api, StageName: dev, DeploymentId: !Ref Deployment}\n";
    static const struct {
        const char *depends;
        const char *warning; /* NULL: none */
    } cases[] = {
        {"",                                        "before the routes $connect, $default, and"},
        {"    DependsOn: $connect\n",               "before the routes $default, and then"     },
        {"    DependsOn: [$default]\n",             "before the routes $connect, and then"     },
        {"    DependsOn: [$default, '$connect']\n", NULL                                       },
    };
    struct scene *scene         = *state;
    SCOPED_MEMORY char *without = memory_format(template, "");

    scene_write("template.yaml", without);
    if (!strstr(read_linted(scene),
                "template.yaml:2: warning: Api: has no AWS::ApiGatewayV2::Stage, and AWS would "
                "serve it nowhere: here it has the stage dev"))
        fail_msg("%s", text_string(&scene->shown));
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_MEMORY char *deployed = memory_format(stage, cases[i].depends);
        SCOPED_MEMORY char *whole    = memory_format(template, deployed);
        const char *shown;

        scene_write("template.yaml", whole);
        shown = read_linted(scene);
        assert_int_equal(scene->problems.errors, 0);
        if (!strstr(shown, cases[i].warning ? cases[i].warning : "") ||
            (!cases[i].warning && strstr(shown, "DependsOn")))
            fail_msg("%zu: %s", i, shown);
        assert_null(strstr(shown, "has no AWS::ApiGatewayV2::Stage"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_surprises_people_is_told_with_its_line, scene_set_up,
                                        scene_tear_down),
        cmocka_unit_test_setup_teardown(what_is_mended_is_not_told, scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(the_order_of_a_template_is_looked_at, scene_set_up,
                                        scene_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
