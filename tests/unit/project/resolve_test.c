#include "project/resolve.h"

#include "project_scene.h"

/* Two APIs: one with stages of its own, one whose stage has a namesake. */
static const char project[] =
    "{\"functions\": {"
    "\"connect\": {\"runtime\": \"nodejs20.x\", \"handler\": \"connect.handler\"},"
    "\"chat\": {\"command\": [\"node\", \"chat.js\"]},"
    "\"spare\": {\"command\": [\"node\"]},"
    "\"other\": {\"command\": [\"node\"]}},"
    "\"apis\": {\"rooms\": {\"id\": \"rooms00001\", \"routes\": {"
    "\"$connect\": {\"function\": \"connect\"},"
    "\"senden und schließen\": {\"function\": \"chat\", \"routeResponse\": true},"
    "\"ask\": {\"function\": \"chat\", \"routeResponse\": true, \"timeoutInMillis\": 500},"
    "\"no\\u001b[2Jthing\": {},"
    "\"$disconnect\": {\"function\": \"chat\", \"timeoutInMillis\": 1000}},"
    "\"stages\": {\"dev\": {}, \"prod\": {}}},"
    "\"orders\": {\"id\": \"orders0001\", \"routeSelectionExpression\": \"$request.body.type\","
    "\"routes\": {\"$default\": {\"function\": \"chat\"}}}}}";

static void a_registry_is_shown_in_columns(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT out     = {0};

    scene_read_json(scene, project);
    assert_int_equal(scene->problems.errors, 0);
    resolve_print(&scene->registry, NULL, &out);
    assert_string_equal(text_string(&out),
                        "  API rooms (rooms00001), routes by $request.body.action\n"
                        "    stage dev: /rooms00001/dev\n"
                        "    stage prod: /prod\n"
                        "    $connect              connect  nodejs20.x connect.handler\n"
                        "    senden und schließen  chat     node chat.js                two-way\n"
                        "    ask                   chat     node chat.js                two-way, "
                        "500 ms\n"
                        "    no?[2Jthing           -\n"
                        "    $disconnect           chat     node chat.js                1000 ms\n"
                        "  API orders (orders0001), routes by $request.body.type\n"
                        "    stage dev: /orders0001/dev\n"
                        "    $default  chat  node chat.js\n"
                        "  functions without a route: spare, other\n");
}

static void with_a_port_each_stage_has_its_urls(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT out     = {0};

    scene_read_json(scene, project);
    resolve_print(&scene->registry, "localhost:3001", &out);
    assert_non_null(strstr(text_string(&out),
                           "    ws://localhost:3001/rooms00001/dev\n"
                           "    http://localhost:3001/rooms00001/dev/@connections/{connectionId}\n"
                           "    ws://localhost:3001/prod\n"
                           "    http://localhost:3001/prod/@connections/{connectionId}\n"));
}

static void a_long_name_pushes_its_own_row_only(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT out     = {0};

    scene_read_json(scene,
                    "{\"functions\": {\"f\": {\"command\": [\"node\"]}}, \"apis\": {\"c\": {"
                    "\"id\": \"rooms00001\", \"routes\": {\"a\": {\"function\": \"f\"},"
                    "\"0123456789012345678901234567890123456789x\": {\"function\": \"f\"}}}}}");
    resolve_print(&scene->registry, NULL, &out);
    assert_string_equal(text_string(&out),
                        "  API c (rooms00001), routes by $request.body.action\n"
                        "    stage dev: /dev\n"
                        "    a                                         f  node\n"
                        "    0123456789012345678901234567890123456789x  f  node\n");
}

static void a_stage_shows_how_it_is_throttled(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT out     = {0};

    scene_read_json(
        scene, "{\"apis\": {\"c\": {\"id\": \"rooms00001\", \"routes\": {\"$connect\": {}}, "
               "\"stages\": {\"dev\": {\"defaultRouteSettings\": {\"throttlingRateLimit\": 2.5}, "
               "\"routeSettings\": {\"$connect\": {\"throttlingBurstLimit\": 1}}}}}}}");
    resolve_print(&scene->registry, NULL, &out);
    assert_string_equal(text_string(&out),
                        "  API c (rooms00001), routes by $request.body.action\n"
                        "    stage dev: /dev\n"
                        "      each route: at most 2.5 requests a second, 5000 at once\n"
                        "      route $connect: at most 2.5 requests a second, 1 at once\n"
                        "    $connect  -\n");
}

static void usage_plans_are_shown_with_whom_they_are_for(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT out     = {0};

    scene_read_json(
        scene,
        "{\"apis\": {\"c\": {\"id\": \"rooms00001\", \"routes\": {\"$connect\": {}}}}, "
        "\"apiKeys\": {\"a\": {\"value\": \"01234567890123456789\"}, "
        "\"b\": {\"value\": \"01234567890123456780\"}}, "
        "\"usagePlans\": {\"basic\": {\"throttle\": {\"rateLimit\": 2.5, \"burstLimit\": 3}, "
        "\"quota\": {\"limit\": 100, \"period\": \"WEEK\"}, \"apiStages\": [\"c/dev\"], "
        "\"apiKeys\": [\"a\", \"b\"]}, \"empty\": {}}}");
    resolve_print(&scene->registry, NULL, &out);
    assert_string_equal(
        text_string(&out),
        "  API c (rooms00001), routes by $request.body.action\n"
        "    stage dev: /dev\n"
        "    $connect  -\n"
        "  usage plan basic: 2.5 requests a second, 3 at once, 100 requests a week, "
        "for each of the keys a, b, to c/dev\n"
        "  usage plan empty: for each of the keys (there is none), to no stage\n");
}

static void nothing_is_shown_of_nothing(void **state)
{
    struct registry registry = {0};
    SCOPED_TEXT out          = {0};

    resolve_print(&registry, NULL, &out);
    assert_string_equal(text_string(&out), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registry_is_shown_in_columns),
        cmocka_unit_test(with_a_port_each_stage_has_its_urls),
        cmocka_unit_test(a_long_name_pushes_its_own_row_only),
        cmocka_unit_test(a_stage_shows_how_it_is_throttled),
        cmocka_unit_test(usage_plans_are_shown_with_whom_they_are_for),
        cmocka_unit_test(nothing_is_shown_of_nothing),
    };

    return cmocka_run_group_tests_name("resolve", tests, scene_set_up, scene_tear_down);
}
