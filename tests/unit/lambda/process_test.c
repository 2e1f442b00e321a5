#include "lambda/process.h"

#include "lambda_scene.h"

#define PARALLEL 5

static void what_a_handler_throws_is_the_payload(void **state)
{
    struct scene *scene = *state;

    scene_add_node(scene, "node");
    scene_start(scene);
    scene_expect_error(scene, "node", "{\"throw\":\"no \\\"way\\\"\"}", "TypeError",
                       "\"errorMessage\":\"no \\\"way\\\"\"");
}

static void a_process_that_exits_fails_its_event_and_is_replaced(void **state)
{
    static const struct {
        const char *what;
        const char *event;
        const char *words;
    } cases[] = {
        {"without a status", "{\"exit\":0}",           "Runtime exited without providing a reason\"" },
        {"with a status",    "{\"exit\":3}",           "Runtime exited with error: exit status 3\""  },
        {"by a signal",      "{\"kill\":\"SIGKILL\"}", "Runtime exited with error: signal: killed\"" },
        {"by a crash",       "{\"kill\":\"SIGABRT\"}", "Runtime exited with error: signal: aborted\""},
    };
    struct scene *scene = *state;

    scene_add_node(scene, "node");
    scene_start(scene);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct asked asked            = {0};
        SCOPED_MEMORY char *beginning = NULL;

        print_message("  %s\n", cases[i].what);
        scene_run(scene, &asked, "node", cases[i].event, INVOCATION_FUNCTION_ERROR);
        beginning =
            memory_format("{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: "
                          "%s Error: %s}",
                          asked.invocation.request_id, cases[i].words);
        assert_string_equal(text_string(&asked.invocation.payload), beginning);
        scene_forget(&asked);
        scene_expect(scene, "node", "{\"again\":1}", INVOCATION_SUCCEEDED, "{\"again\":1}");
    }
}

static void a_handler_that_takes_too_long_is_killed(void **state)
{
    struct scene *scene          = *state;
    struct asked asked           = {0};
    SCOPED_MEMORY char *expected = NULL;
    SCOPED_TEXT log              = {0};

    scene_add_node(scene, "slow");
    registry_find_function(&scene->registry, "slow")->timeout_seconds = 1;
    scene_start(scene);
    scene_capture_log(scene);
    scene_run(scene, &asked, "slow", "{\"hang\":true}", INVOCATION_FUNCTION_ERROR);
    scene_take_log(scene, &log);
    expected = memory_format("{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: %s "
                             "Error: Task timed out after 1.00 seconds\"}",
                             asked.invocation.request_id);
    assert_string_equal(text_string(&asked.invocation.payload), expected);
    assert_in_range(asked.invocation.duration_microseconds, 1000000, 5000000);
    scene_expect_in_log(&log, "raise \"timeout\"");
    scene_forget(&asked);
    scene_wait_for_no_process(scene);
}

static void what_cannot_be_started_fails_its_event_with_a_hint(void **state)
{
    static const struct {
        const char *what;
        const char *command;
        const char *words;
        const char *hint;
    } cases[] = {
        {"no such command", "no-such-command", "cannot start no-such-command: No such file",
         "install it"                                                                                            },
        {"no such file",    "./build/chat",    "/build/chat: No such file or directory",
         "build it first"                                                                                        },
        {"no permission",   "./node.js",       "/node.js: Permission denied",                "chmod +x"          },
        {"no program",      "./empty",         "/empty: Exec format error",                  "#!/bin/sh"         },
        {"no interpreter",  "./script",        "/script: No such file or directory",         "the interpreter in"},
    };
    struct scene *scene = *state;

    scene_write(scene, "empty", "hello", 0700);
    scene_write(scene, "script", "#!/no/such/shell\n", 0700);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        scene_command(scene_add(scene, cases[i].what, NULL, NULL), cases[i].command, NULL);
    scene_start(scene);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT log = {0};

        print_message("  %s\n", cases[i].what);
        scene_capture_log(scene);
        scene_expect_error(scene, cases[i].what, "{}", "Runtime.InvalidEntrypoint", cases[i].words);
        scene_take_log(scene, &log);
        scene_expect_in_log(&log, cases[i].hint);
    }
    assert_int_equal(lambda_process_count(scene->lambda), 0);
}

static void what_no_runtime_can_run_says_so(void **state)
{
    struct scene *scene = *state;

    scene_add(scene, "java", "java21", "pkg.Handler::handle");
    scene_add(scene, "nowhere", "nodejs20.x", "node.handler");
    free(registry_find_function(&scene->registry, "nowhere")->code_uri);
    registry_find_function(&scene->registry, "nowhere")->code_uri = memory_copy_string("/no/such");
    scene_start(scene);
    scene_expect_error(scene, "java", "{}", "Runtime.InvalidEntrypoint",
                       "no client of the Lambda Runtime API");
    scene_expect_error(scene, "nowhere", "{}", "Runtime.InvalidEntrypoint",
                       "cannot start node in /no/such: No such file");
}

/* An event often comes in the moment between a process's answer and its next question. */
static void events_right_behind_one_another_take_one_process(void **state)
{
    static const char script[] = "import time\n"
                                 "while True:\n"
                                 "    id, _, _ = next()\n"
                                 "    respond(id, '1')\n"
                                 "    time.sleep(0.02)\n";
    struct scene *scene        = *state;

    scene_add_raw(scene, "steady", script);
    scene_start(scene);
    for (int i = 0; i < 5; i++)
        scene_expect(scene, "steady", "{}", INVOCATION_SUCCEEDED, "1");
    assert_int_equal(lambda_process_count(scene->lambda), 1);
}

/* A process that does something else after its answer holds nobody up. */
static void who_waits_does_not_wait_for_a_process_that_dawdles(void **state)
{
    static const char script[] = "import time\n"
                                 "id, _, _ = next()\n"
                                 "respond(id, '1')\n"
                                 "time.sleep(1000)\n";
    struct scene *scene        = *state;

    scene_add_raw(scene, "dawdler", script);
    scene_start(scene);
    scene_expect(scene, "dawdler", "{}", INVOCATION_SUCCEEDED, "1");
    scene_expect(scene, "dawdler", "{}", INVOCATION_SUCCEEDED, "1");
    assert_int_equal(lambda_process_count(scene->lambda), 2);
}

/* Each process that can't start fails one event; nothing starts again without one. */
static void every_event_of_a_function_that_cannot_start_fails(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    scene_write(scene, "ends", "#!/bin/sh\nexit 7\n", 0700);
    scene_command(scene_add(scene, "ends", NULL, NULL), "./ends", NULL);
    registry_find_function(&scene->registry, "ends")->concurrency = 2;
    scene_start(scene);
    scene_run_all(scene, "ends", "{}", asked, PARALLEL);
    for (unsigned i = 0; i < PARALLEL; i++) {
        assert_int_equal(asked[i].invocation.outcome, INVOCATION_FUNCTION_ERROR);
        assert_non_null(strstr(text_string(&asked[i].invocation.payload), "exit status 7"));
        assert_non_null(
            strstr(text_string(&asked[i].invocation.payload), asked[i].invocation.request_id));
        scene_forget(&asked[i]);
    }
    scene_wait_for_no_process(scene);
}

static void a_process_that_never_asks_is_killed(void **state)
{
    struct scene *scene = *state;
    SCOPED_TEXT log     = {0};

    scene->settings.start_milliseconds = 100;
    scene_write(scene, "mute", "#!/bin/sh\nexec sleep 1000\n", 0700);
    scene_command(scene_add(scene, "mute", NULL, NULL), "./mute", NULL);
    scene_start(scene);
    scene_capture_log(scene);
    scene_expect_error(scene, "mute", "{}", "Sandbox.Timedout",
                       "Task timed out after 0.10 seconds");
    scene_take_log(scene, &log);
    scene_expect_in_log(&log, "does the command speak the Lambda Runtime API");
    scene_wait_for_no_process(scene);
}

static void what_a_handler_prints_is_logged_by_line(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};
    SCOPED_TEXT event   = {0};
    SCOPED_TEXT log     = {0};
    SCOPED_TEXT tail    = {0};

    scene_add_node(scene, "loud");
    scene_start(scene);
    text_append_string(&event,
                       "{\"print\":\"first\\nsecond\\rthird\\n\\n2026-01-31T12:34:56.789Z\\t"
                       "undefined\\tINFO\\ttabs\\nunfinished ");
    for (int i = 0; i < 5000; i++)
        text_append_string(&event, "\xc3\xa9");
    text_append_string(&event, "\"}");
    scene_capture_log(scene);
    scene_run(scene, &asked, "loud", text_string(&event), INVOCATION_SUCCEEDED);
    scene_stop(scene);
    scene_take_log(scene, &log);
    text_append_format(&tail, " functionName=loud requestId=%s pid=", asked.invocation.request_id);
    scene_expect_in_log(&log, text_string(&tail));
    scene_expect_in_log(&log, " first functionName=");
    scene_expect_in_log(&log, " second functionName=");
    scene_expect_in_log(&log, " third functionName=");
    scene_expect_in_log(&log, "info  INFO tabs functionName=");
    scene_expect_in_log(&log, " unfinished \xc3\xa9\xc3\xa9");
    assert_null(strstr(text_string(&log), "\xc3 "));
    assert_null(strstr(text_string(&log), " \xa9"));
    assert_null(strstr(text_string(&log), "\xe2\x80\xa6")); /* nothing was cut off */
    scene_forget(&asked);
}

static void a_flood_of_output_holds_up_nobody(void **state)
{
    static const char script[] = "id, body, _ = next()\n"
                                 "while True: os.write(1, b'x' * 60000 + b'\\n')\n";
    struct scene *scene        = *state;
    struct asked flood         = {0};
    SCOPED_TEXT log            = {0};

    scene_add_node(scene, "node");
    scene_add_raw(scene, "flood", script);
    scene_start(scene);
    scene_capture_log(scene);
    scene_ask(scene, &flood, "flood", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_expect(scene, "node", "{\"calm\":1}", INVOCATION_SUCCEEDED, "{\"calm\":1}");
    scene_stop(scene);
    scene_take_log(scene, &log);
    assert_false(flood.is_done);
}

int main(void)
{
    static struct scene scene       = {.keeper.socket = -1};
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_a_handler_throws_is_the_payload),
        SCENE_TEST(a_process_that_exits_fails_its_event_and_is_replaced),
        SCENE_TEST(a_handler_that_takes_too_long_is_killed),
        SCENE_TEST(what_cannot_be_started_fails_its_event_with_a_hint),
        SCENE_TEST(what_no_runtime_can_run_says_so),
        SCENE_TEST(events_right_behind_one_another_take_one_process),
        SCENE_TEST(who_waits_does_not_wait_for_a_process_that_dawdles),
        SCENE_TEST(every_event_of_a_function_that_cannot_start_fails),
        SCENE_TEST(a_process_that_never_asks_is_killed),
        SCENE_TEST(what_a_handler_prints_is_logged_by_line),
        SCENE_TEST(a_flood_of_output_holds_up_nobody),
    };

    return SCENE_RUN("process", &scene, tests);
}
