#include "admin/metrics.h"

#include <regex.h>

#include "admin/admin_api.h"
#include "base/clock.h"
#include "gateway/gateway.h"
#include "http/plain_answer.h"
#include "lambda/lambda_scene.h"
#include "store/store.h"

/* A route key that would end its label, or its line, if it weren't escaped. */
#define ODD_KEY "a\"b\\c\nd"

#define NAME    "[a-z_:][a-z0-9_:]*"
#define LABEL   "[a-z_]+=\"([^\"\\\\\n]|\\\\[\"\\\\n])*\""
#define COMMENT "^# (HELP " NAME " .+|TYPE " NAME " (counter|gauge|histogram))$"
#define SAMPLE  "^(" NAME ")(\\{" LABEL "(," LABEL ")*\\})? [0-9]+(\\.[0-9]+)?(e[-+][0-9]+)?$"

/* AWS: the names of its metrics, in snake case. */
static const char *const of_aws[] = {"connect_count",
                                     "message_count",
                                     "integration_error",
                                     "client_error",
                                     "execution_error",
                                     "integration_latency",
                                     "invocations",
                                     "errors",
                                     "throttles",
                                     "duration",
                                     "concurrent_executions"};

struct emulator {
    struct scene scene;
    struct store *store;
    struct plain_answers *answers;
    struct gateway *gateway;
    struct admin admin;
};

static void add_api(struct registry *registry, const char *more_key)
{
    const char *const keys[] = {"$connect", "$default", ODD_KEY, more_key};
    struct api *api          = registry_add_api(registry);
    struct stage *stage      = api_add_stage(api);

    api->api_id                     = memory_copy_string("chat000001");
    api->name                       = memory_copy_string("chat");
    api->route_selection_expression = memory_copy_string("$request.body.action");
    stage->stage_name               = memory_copy_string("dev");
    stage->deployment_id            = memory_copy_string("d1");
    for (size_t i = 0; i < ARRAY_SIZE(keys) && keys[i]; i++)
        api_add_route(api)->route_key = memory_copy_string(keys[i]);
}

static int begin(void **state)
{
    struct emulator *emulator        = NEW(struct emulator);
    struct scene *scene              = &emulator->scene;
    struct gateway_settings settings = {.domain = "localhost", .region = "r", .account = "a"};

    assert_int_equal(keeper_start(&scene->keeper), 0);
    scene_open(scene);
    scene_add(scene, "echo", "nodejs20.x", "echo.handler");
    add_api(&scene->registry, NULL);
    scene_start(scene);
    emulator->store   = store_open(&scene->loop, NULL);
    emulator->answers = plain_answers_new(&scene->loop);
    settings.loop     = &scene->loop;
    settings.alarms   = &scene->alarms;
    settings.lambda   = scene->lambda;
    settings.store    = emulator->store;
    settings.answers  = emulator->answers;
    emulator->gateway = gateway_new(&settings);
    assert_non_null(emulator->gateway);
    gateway_deploy(emulator->gateway, &scene->registry);
    emulator->admin = (struct admin){.gateway    = emulator->gateway,
                                     .lambda     = scene->lambda,
                                     .store      = emulator->store,
                                     .started_at = clock_microseconds()};
    *state          = emulator;
    return 0;
}

static int finish(void **state)
{
    struct emulator *emulator = *state;

    gateway_free(emulator->gateway);
    scene_stop(&emulator->scene);
    plain_answers_free(emulator->answers);
    store_close(emulator->store);
    scene_close(&emulator->scene);
    keeper_stop(&emulator->scene.keeper);
    free(emulator);
    return 0;
}

static bool matches(const regex_t *pattern, const char *line)
{
    return regexec(pattern, line, 0, NULL, 0) == 0;
}

static bool ends_with(const char *name, size_t size, const char *end)
{
    return size >= strlen(end) && strncmp(name + size - strlen(end), end, strlen(end)) == 0;
}

static bool is_of_aws(const char *name, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(of_aws); i++) {
        if (strlen(of_aws[i]) == size && strncmp(name, of_aws[i], size) == 0)
            return true;
    }
    return false;
}

/* "# TYPE name kind": AWS's own name, or ours as Prometheus wants it. */
static void check_type(const char *line)
{
    const char *name = line + strlen("# TYPE ");
    size_t size      = strcspn(name, " ");

    if (is_of_aws(name, size))
        return;
    assert_int_equal(strncmp(name, "postern_", 8), 0);
    if (strcmp(name + size, " counter") == 0 && !ends_with(name, size, "_total"))
        fail_msg("a counter's name ends with _total: %s", name);
    if (strcmp(name + size, " histogram") == 0 && !ends_with(name, size, "_seconds"))
        fail_msg("a histogram's name ends with its unit: %s", name);
}

static void every_line_is_what_prometheus_reads(void **state)
{
    struct emulator *emulator = *state;
    SCOPED_TEXT page          = {0};
    char *rest                = NULL;
    const char *family        = "";
    size_t families           = 0;
    regex_t comment;
    regex_t sample;

    assert_int_equal(regcomp(&comment, COMMENT, REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regcomp(&sample, SAMPLE, REG_EXTENDED | REG_NOSUB), 0);
    metrics_write(&emulator->admin, &page);
    assert_int_equal(page.data[page.size - 1], '\n');
    for (char *line = strtok_r(page.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#') {
            if (!matches(&comment, line))
                fail_msg("no comment: %s", line);
            if (strncmp(line, "# TYPE ", 7) != 0)
                continue;
            check_type(line);
            family = line + 7;
            families++;
        } else if (!matches(&sample, line) || strncmp(line, family, strcspn(family, " ")) != 0) {
            fail_msg("no sample of %s: %s", family, line);
        }
    }
    assert_true(families > ARRAY_SIZE(of_aws));
    regfree(&comment);
    regfree(&sample);
}

static void odd_route_keys_are_escaped(void **state)
{
    struct emulator *emulator = *state;
    SCOPED_TEXT page          = {0};

    metrics_write(&emulator->admin, &page);
    assert_non_null(strstr(text_string(&page), "\nmessage_count{api=\"chat000001\",stage=\"dev\","
                                               "route=\"a\\\"b\\\\c\\nd\"} 0\n"));
}

static size_t count_lines(const struct text *page)
{
    size_t count = 0;

    for (size_t i = 0; i < page->size; i++)
        count += page->data[i] == '\n';
    return count;
}

/* What was counted of a route stays when it goes, and nothing is counted twice. */
static void a_deployment_adds_routes_and_takes_none_away(void **state)
{
    struct emulator *emulator = *state;
    struct registry registry  = {0};
    SCOPED_TEXT before        = {0};
    SCOPED_TEXT after         = {0};
    SCOPED_TEXT again         = {0};

    metrics_write(&emulator->admin, &before);
    add_api(&registry, "more");
    gateway_deploy(emulator->gateway, &registry);
    metrics_write(&emulator->admin, &after);
    gateway_deploy(emulator->gateway, &emulator->scene.registry);
    metrics_write(&emulator->admin, &again);
    assert_null(strstr(text_string(&before), "route=\"more\""));
    assert_non_null(strstr(text_string(&after), "route=\"more\""));
    assert_non_null(strstr(text_string(&again), "route=\"more\""));
    assert_int_equal(count_lines(&after), count_lines(&again));
    registry_deinit(&registry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_line_is_what_prometheus_reads, begin, finish),
        cmocka_unit_test_setup_teardown(odd_route_keys_are_escaped, begin, finish),
        cmocka_unit_test_setup_teardown(a_deployment_adds_routes_and_takes_none_away, begin,
                                        finish),
    };

    return cmocka_run_group_tests_name("admin/metrics", tests, NULL, NULL);
}
