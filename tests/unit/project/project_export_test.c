#include "project/project_export.h"

#include "project_scene.h"

#include <glob.h>

#include "base/arena.h"
#include "model/difference.h"
#include "project/export_api.h"
#include "project/postern_json.h"
#include "project/resolve.h"

/* A postern.json with everything that one can say, without any default. */
static const char everything[] =
    "{\"functions\": {"
    "\"chat\": {\"runtime\": \"nodejs20.x\", \"handler\": \"chat.handler\", \"codeUri\": \"src\","
    "\"esbuild\": {\"target\": \"es2020\"},"
    " \"layers\": [\"layer\", \"../postern-no-layer\"], \"timeout\": 10, \"memorySize\": 256,"
    " \"concurrency\": 2, \"environment\": {\"B_TOKEN\": \"b\", \"EMPTY\": \"\", \"LINE\": "
    "\"a\\nb\"}},"
    "\"inline\": {\"runtime\": \"python3.12\", \"handler\": \"index.handler\", \"inlineCode\": "
    "\"def handler(e, c):\\n  return 1\\n\"},"
    "\"own\": {\"command\": [\"node\", \"own.js\", \"two words\"]},"
    "\"gate\": {\"url\": \"http://127.0.0.1:9000/2015-03-31/functions/gate/invocations\"}},"
    "\"apiKeys\": {\"partner\": {\"id\": \"partner001\", \"value\": \"0123456789abcdef0123\","
    " \"enabled\": false}, \"other\": {\"value\": \"0123456789abcdef4567\"}},"
    "\"usagePlans\": {\"gold\": {\"throttle\": {\"rateLimit\": 0.1, \"burstLimit\": 3},"
    " \"quota\": {\"limit\": 100, \"period\": \"MONTH\", \"offset\": 2},"
    " \"apiStages\": [\"rooms/prod\"], \"apiKeys\": [\"partner\"]}, \"none\": {}},"
    "\"domainNames\": {\"ws.example.com\": {\"apiMappings\": {\"\": \"rooms/prod\","
    " \"beta\": \"aaaaaaaaa2/dev\"}}},"
    "\"services\": {\"dynamodb\": \"http://127.0.0.1:8000\"},"
    "\"apis\": {"
    "\"rooms\": {\"id\": \"aaaaaaaaa1\", \"routeSelectionExpression\": \"$request.body.type\","
    " \"apiKeySelectionExpression\": \"$context.authorizer.usageIdentifierKey\","
    " \"disableExecuteApiEndpoint\": true, \"disableSchemaValidation\": true,"
    " \"authorizers\": {\"gate\": {\"function\": \"gate\", \"identitySource\":"
    " [\"route.request.header.Auth\", \"stageVariables.color\"]}},"
    " \"models\": {\"Order\": {\"schema\": {\"type\": \"object\", \"required\": [\"id\"]}},"
    "  \"Text\": {\"schema\": \"{\\\"type\\\": \\\"string\\\"}\", \"contentType\": "
    "\"text/plain\"}},"
    " \"routes\": {"
    "  \"$connect\": {\"function\": \"own\", \"authorizer\": \"gate\", \"apiKeyRequired\": true,"
    "   \"requestParameters\": {\"route.request.header.X-A\": {\"required\": true},"
    "    \"route.request.querystring.b\": {\"required\": false}}},"
    "  \"$disconnect\": {},"
    "  \"$default\": {\"function\": \"chat\", \"routeResponse\": true, \"timeoutInMillis\": 500},"
    "  \"order\": {\"integration\": {\"integrationType\": \"HTTP\", \"integrationMethod\": "
    "\"POST\","
    "    \"integrationUri\": \"http://127.0.0.1:9000/orders\", \"passthroughBehavior\": "
    "\"NEVER\",\"contentHandlingStrategy\": \"CONVERT_TO_TEXT\","
    "    \"requestParameters\": {\"integration.request.header.a\": \"'b'\"},"
    "    \"requestTemplates\": {\"$default\": \"{\\\"id\\\": \\\"$context.connectionId\\\"}\"},"
    "    \"templateSelectionExpression\": \"\\\\$default\", \"timeoutInMillis\": 1000,"
    "    \"integrationResponses\": {\"$default\": {}, \"/4\\\\d\\\\d/\": {"
    "     \"templateSelectionExpression\": \"$integration.response.statuscode\","
    "     \"responseParameters\": {\"route.response.header.a\": \"'b'\"},"
    "     \"responseTemplates\": {\"$default\": \"no\"}}}},"
    "   \"routeResponse\": true, \"modelSelectionExpression\": \"$request.body.kind\","
    "   \"requestModels\": {\"a\": \"Order\", \"$default\": \"Text\"}},"
    "  \"custom\": {\"integration\": {\"integrationType\": \"AWS\", \"integrationUri\":"
    "    \"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:000000000000:function:chat/invocations\","
    "    \"passthroughBehavior\": \"WHEN_NO_TEMPLATES\","
    "    \"integrationResponses\": {\"$default\": {}}}},"
    "  \"mock\": {\"integration\": {\"integrationType\": \"MOCK\","
    "    \"requestTemplates\": {\"$default\": \"{\\\"statusCode\\\": 200}\"},"
    "    \"integrationResponses\": {\"$default\": {}}}}},"
    " \"stages\": {\"prod\": {\"stageVariables\": {\"color\": \"blue\"},"
    "   \"defaultRouteSettings\": {\"throttlingRateLimit\": 100.5, \"throttlingBurstLimit\": 50},"
    "   \"routeSettings\": {\"order\": {\"throttlingRateLimit\": 1}},"
    "   \"accessLogSettings\": {\"destinationArn\": \"./logs/access.log\","
    "    \"format\": \"$context.requestId\"}}, \"dev\": {}}},"
    "\"a/b\": {\"id\": \"aaaaaaaaa2\", \"routes\": {\"$connect\": {\"authorizationType\": "
    "\"AWS_IAM\"},"
    "  \"$default\": {\"function\": \"chat\"}}}}}";

/* What a registry is, as text: routes and functions, and the export, which says all. */
struct exported {
    struct text json;
    struct text notices;
    struct text resolved;
};

static void exported_deinit(struct exported *exported)
{
    text_deinit(&exported->json);
    text_deinit(&exported->notices);
    text_deinit(&exported->resolved);
}

static void write_both(const struct project *project, const struct registry *registry,
                       struct exported *exported)
{
    project_export(project, registry, &exported->json, &exported->notices);
    resolve_print(registry, NULL, &exported->resolved);
}

static void print_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++)
        print_message("%s:%u: %s\n", problems->items[i].file, problems->items[i].line,
                      problems->items[i].message);
}

/* Reads what was exported as the postern.json of the same folder: it must be the same. */
static void check_round_trip(const struct project *project, const struct registry *registry,
                             struct exported *first)
{
    struct project own       = {.kind   = PROJECT_POSTERN_JSON,
                                .folder = project->folder,
                                .file   = project->file,
                                .label  = project->label};
    struct registry again    = {0};
    struct problems problems = {0};
    SCOPED_TEXT difference   = {0};
    struct exported second   = {0};

    write_both(project, registry, first);
    postern_json_read(&own, &(struct project_options){0}, text_string(&first->json),
                      first->json.size, &again, &problems);
    if (problems.errors > 0)
        print_problems(&problems);
    assert_int_equal(problems.errors, 0);
    write_both(&own, &again, &second);
    assert_string_equal(text_string(&second.json), text_string(&first->json));
    assert_string_equal(text_string(&second.resolved), text_string(&first->resolved));
    difference_describe(registry, &again, &difference);
    assert_string_equal(text_string(&difference), "");
    exported_deinit(&second);
    registry_deinit(&again);
    problems_deinit(&problems);
}

static void every_sample_project_reads_back_as_it_was_exported(void **state)
{
    glob_t found;
    size_t count = 0;

    assert_int_equal(glob("fixtures/projects/*", GLOB_ONLYDIR, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct project project   = {0};
        struct registry registry = {0};
        struct problems problems = {0};
        struct exported exported = {0};

        assert_true(project_find(found.gl_pathv[i], &project, &problems));
        project_load(&project, &(struct project_options){0}, &registry, &problems);
        if (problems.errors > 0) {
            print_message("%s:\n", found.gl_pathv[i]);
            print_problems(&problems);
        }
        assert_int_equal(problems.errors, 0);
        assert_true(registry.api_count > 0);
        check_round_trip(&project, &registry, &exported);
        count++;
        exported_deinit(&exported);
        registry_deinit(&registry);
        problems_deinit(&problems);
        project_deinit(&project);
    }
    globfree(&found);
    assert_true(count >= 8);
}

static void everything_that_a_postern_json_says_is_exported(void **state)
{
    static const char *const parts[] = {
        "\"codeUri\": \"src\"",
        "\"../postern-no-layer\"",
        "\"EMPTY\": \"\"",
        "\"a\\nb\"",
        "\"two words\"",
        "\"enabled\": false",
        "\"partner001\"",
        "\"rateLimit\": 0.1,",
        "\"offset\": 2",
        "\"rooms/prod\"",
        "\"aaaaaaaaa2/dev\"", /* a name with a slash in it means nothing there */
        "\"throttlingRateLimit\": 100.5",
        "\"throttlingBurstLimit\": 50\n",
        "\"./logs/access.log\"",
        "\"AWS_IAM\"",
        "\"CONVERT_TO_TEXT\"",
        "\"es2020\"",
        "\"disableSchemaValidation\": true",
        "\"route.request.header.X-A\"",
        "\"WHEN_NO_TEMPLATES\"",
        "\"disableExecuteApiEndpoint\": true",
    };
    struct scene *scene      = *state;
    struct exported exported = {0};

    scene_write("src/chat.js", "");
    scene_write("own.js", "");
    scene_write("layer/nodejs/x.js", "");
    scene_read_json(scene, everything);
    if (scene->problems.errors > 0)
        print_problems(&scene->problems);
    assert_int_equal(scene->problems.errors, 0);
    check_round_trip(&scene->project, &scene->registry, &exported);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!strstr(text_string(&exported.json), parts[i]))
            fail_msg("no %s in %s", parts[i], text_string(&exported.json));
    }
    assert_null(strstr(text_string(&exported.json), "querystring.b")); /* asks for nothing */
    assert_string_equal(
        text_string(&exported.notices),
        "the values of chat.B_TOKEN are written as they are: move what is secret to .env beside "
        "it, which is read as well\n"
        "\"apiKeys\" has the values of API keys: they are for whoever may connect\n");
    exported_deinit(&exported);
}

static void a_link_to_code_stays_one(void **state)
{
    struct scene *scene      = *state;
    struct exported exported = {0};

    scene_write("releases/1/a.js", "");
    assert_int_equal(symlink("releases/1", "current"), 0);
    scene_read_json(scene, "{\"functions\": {\"a\": {\"runtime\": \"nodejs20.x\", \"handler\": "
                           "\"a.b\", \"codeUri\": \"current\"}}, \"apis\": {}}");
    write_both(&scene->project, &scene->registry, &exported);
    assert_non_null(strstr(text_string(&exported.json), "\"codeUri\": \"current\""));
    exported_deinit(&exported);
}

static void paths_are_relative_to_the_folder(void **state)
{
    static const struct {
        const char *folder;
        const char *path;
        const char *expected;
    } cases[] = {
        {"/home/ada/chat", "/home/ada/chat",          "."                 },
        {"/home/ada/chat", "/home/ada/chat/src",      "src"               },
        {"/home/ada/chat", "/home/ada/chat/src/a b/", "src/a b"           },
        {"/home/ada/chat", "/home/ada/chatter",       "../chatter"        },
        {"/home/ada/chat", "/home/ada/cha",           "../cha"            },
        {"/home/ada/chat", "/home/ada",               ".."                },
        {"/home/ada/chat", "/opt/layer",              "../../../opt/layer"},
        {"/",              "/opt/layer",              "opt/layer"         },
        {"/home",          "/",                       ".."                },
        {"/home/ada/chat", "src",                     "src"               },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct arena arena                = {0};
        const struct export_writer writer = {&arena, NULL, cases[i].folder};

        assert_string_equal(export_path(&writer, cases[i].path), cases[i].expected);
        arena_deinit(&arena);
    }
}

static void what_a_postern_json_cannot_say_is_told(void **state)
{
    struct scene *scene      = *state;
    struct exported exported = {0};
    char host[]              = "0.0.0.0";
    char region[]            = "eu-central-1";

    scene_read_json(scene, "{\"functions\": {\"a\": {\"command\": [\"node\"]}}, \"apis\": {}}");
    scene->registry.functions[0].logical_id = memory_copy_string("AFunction");
    {
        const struct project project = {
            .kind     = PROJECT_CDK,
            .folder   = scene->folder,
            .is_built = true,
            .settings = {.host                      = host,
                         .region                    = region,
                         .port                      = 3005,
                         .idle_timeout_milliseconds = 1500,
                         .max_duration_milliseconds = 60000},
        };

        write_both(&project, &scene->registry, &exported);
    }
    assert_string_equal(
        text_string(&exported.notices),
        "a postern.json can't say the region: start it with --region eu-central-1\n"
        "a postern.json can't say the host: start it with --host 0.0.0.0\n"
        "a postern.json can't say the port: start it with --port 3005\n"
        "a postern.json can't say the idle timeout: start it with --idle-timeout 1.5\n"
        "a postern.json can't say how long connections may last: start it with --max-duration 60\n"
        "the code is what `sam build` has made: .aws-sam/build must stay\n"
        "the code is what `cdk synth` has made: its output must stay, and a new one needs a new "
        "export\n"
        "logical ids aren't kept: --function, --inspect and --env-vars take the names of "
        "functions\n");
    exported_deinit(&exported);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sample_project_reads_back_as_it_was_exported),
        cmocka_unit_test_setup_teardown(a_link_to_code_stays_one, scene_set_up, scene_tear_down),
        cmocka_unit_test(paths_are_relative_to_the_folder),
        cmocka_unit_test_setup_teardown(everything_that_a_postern_json_says_is_exported,
                                        scene_set_up, scene_tear_down),
        cmocka_unit_test_setup_teardown(what_a_postern_json_cannot_say_is_told, scene_set_up,
                                        scene_tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
