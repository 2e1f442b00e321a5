#include "lambda/lambda.h"

#include <signal.h>

#include "lambda_scene.h"

#define PARALLEL 5

static void the_result_of_a_handler_comes_as_it_is(void **state)
{
    struct scene *scene = *state;

    scene_add_node(scene, "echo");
    scene_start(scene);
    scene_expect(scene, "echo", "{\"text\":\"h\\u00e9llo\"}", INVOCATION_SUCCEEDED,
                 "{\"text\":\"h\xc3\xa9llo\"}");
    scene_expect(scene, "echo", "", INVOCATION_SUCCEEDED, "{}");
}

static void a_process_is_used_again(void **state)
{
    struct scene *scene = *state;
    long pid;

    scene_add_node(scene, "node");
    scene_start(scene);
    assert_int_equal(lambda_process_count(scene->lambda), 0);
    pid = scene_run_for_number(scene, "node", "{\"pid\":true}");
    assert_true(pid > 0);
    assert_int_equal(scene_run_for_number(scene, "node", "{\"pid\":true}"), pid);
    assert_int_equal(lambda_process_count(scene->lambda), 1);
    assert_int_equal(lambda_function_count(scene->lambda), 1);
}

static void events_at_the_same_time_have_processes_of_their_own(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    scene_add_node(scene, "node");
    scene_start(scene);
    scene_run_all(scene, "node", "{\"pid\":true,\"waitFor\":\"/\"}", asked, PARALLEL);
    assert_in_range(lambda_process_count(scene->lambda), 1, PARALLEL);
    for (unsigned i = 0; i < PARALLEL; i++) {
        assert_int_equal(asked[i].invocation.outcome, INVOCATION_SUCCEEDED);
        scene_forget(&asked[i]);
    }
}

/* All of them are held up until all of them run. */
static void as_many_run_at_once_as_the_function_may_have_processes(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};
    SCOPED_MEMORY char *script =
        memory_format("import glob\n"
                      "id, body, _ = next()\n"
                      "open('began.%%d' %% os.getpid(), 'w').close()\n"
                      "while len(glob.glob('began.*')) < %d: time.sleep(0.002)\n"
                      "respond(id, str(os.getpid()))\n"
                      "forever()\n",
                      PARALLEL);

    scene_add_raw(scene, "together", script);
    scene_start(scene);
    scene_run_all(scene, "together", "{}", asked, PARALLEL);
    assert_int_equal(lambda_process_count(scene->lambda), PARALLEL);
    for (unsigned i = 0; i < PARALLEL; i++) {
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(text_string(&asked[i].invocation.payload),
                                    text_string(&asked[j].invocation.payload));
    }
    for (unsigned i = 0; i < PARALLEL; i++)
        scene_forget(&asked[i]);
}

static void a_function_has_no_more_processes_than_its_concurrency(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    scene_add_node(scene, "one");
    registry_find_function(&scene->registry, "one")->concurrency = 1;
    scene_start(scene);
    scene_run_all(scene, "one", "{\"pid\":true}", asked, PARALLEL);
    assert_int_equal(lambda_process_count(scene->lambda), 1);
    for (unsigned i = 0; i < PARALLEL; i++) {
        assert_string_equal(text_string(&asked[i].invocation.payload),
                            text_string(&asked[0].invocation.payload));
    }
    for (unsigned i = 0; i < PARALLEL; i++)
        scene_forget(&asked[i]);
}

static void an_idle_process_goes_for_another_functions_sake(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    scene->settings.processes_max = 1;
    scene_add_node(scene, "first");
    scene_add_node(scene, "second");
    scene_start(scene);
    scene_expect(scene, "first", "{\"a\":1}", INVOCATION_SUCCEEDED, "{\"a\":1}");
    scene_expect(scene, "second", "{\"a\":2}", INVOCATION_SUCCEEDED, "{\"a\":2}");
    assert_int_equal(lambda_process_count(scene->lambda), 1);

    /* One that is at work when the other function asks for its place goes when it is done. */
    for (unsigned i = 0; i < PARALLEL; i++) {
        scene_ask(scene, &asked[i], i % 2 == 0 ? "first" : "second", "{\"a\":3}",
                  SCENE_PATIENCE_MILLISECONDS);
    }
    for (unsigned i = 0; i < PARALLEL; i++) {
        scene_wait(scene, &asked[i]);
        assert_int_equal(asked[i].invocation.outcome, INVOCATION_SUCCEEDED);
        scene_forget(&asked[i]);
    }
    assert_int_equal(lambda_process_count(scene->lambda), 1);
}

static void a_process_that_is_not_needed_ends_after_its_time(void **state)
{
    struct scene *scene = *state;

    scene->settings.keep_warm_milliseconds = 50;
    scene_add_node(scene, "node");
    scene_start(scene);
    scene_expect(scene, "node", "{}", INVOCATION_SUCCEEDED, "{}");
    scene_wait_for_no_process(scene);
}

static bool file_exists(void *context)
{
    return access(context, F_OK) == 0;
}

/* Waits until the handler has written the file; its turns are the loop's. */
static void wait_for_file(struct scene *scene, char *path)
{
    struct asked nothing = {0};

    for (int i = 0; i < SCENE_PATIENCE_MILLISECONDS && !file_exists(path); i++)
        loop_run_until(&scene->loop, scene_is_done, &nothing, 1);
    assert_true(file_exists(path));
}

/* Runs until told by a file, and says that it has begun by another. */
static const char held_script[] = "while True:\n"
                                  "    id, body, _ = next()\n"
                                  "    open('began', 'w').close()\n"
                                  "    while not os.path.exists('go'): time.sleep(0.002)\n"
                                  "    respond(id, str(os.getpid()))\n";

static void a_late_answer_is_dropped_and_its_process_goes_on(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    SCOPED_MEMORY char *go    = memory_format("%s/go", scene->folder);
    struct asked impatient    = {0};
    struct asked queued       = {0};
    SCOPED_TEXT log           = {0};

    scene_add_raw(scene, "held", held_script)->concurrency = 1;
    scene_write(scene, "go", "", 0600);
    scene_start(scene);
    assert_true(scene_run_for_number(scene, "held", "{}") > 0); /* so that it has started */
    unlink(go);
    unlink(began);
    scene_capture_log(scene);
    scene_ask(scene, &impatient, "held", "{}", 500);
    scene_ask(scene, &queued, "held", "{}", 500);
    wait_for_file(scene, began);
    scene_wait(scene, &impatient);
    scene_wait(scene, &queued);
    assert_int_equal(impatient.invocation.outcome, INVOCATION_TIMED_OUT);
    assert_int_equal(impatient.invocation.payload.size, 0);
    assert_int_equal(queued.invocation.outcome, INVOCATION_TIMED_OUT);
    scene_write(scene, "go", "", 0600);
    assert_true(scene_run_for_number(scene, "held", "{}") > 0);
    scene_take_log(scene, &log);
    assert_int_equal(lambda_process_count(scene->lambda), 1);
    scene_expect_in_log(&log, "the handler has not answered in time, and runs on");
    scene_expect_in_log(&log, "no process of the function was free in time");
    scene_expect_in_log(&log, "its result is dropped");
}

static void a_cancelled_invocation_is_not_heard_of_again(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    struct asked running      = {0};
    struct asked queued       = {0};
    struct asked unknown      = {0};
    struct asked last         = {0};

    scene_add_raw(scene, "held", held_script)->concurrency = 1;
    scene_start(scene);
    scene_ask(scene, &running, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_ask(scene, &queued, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_ask(scene, &unknown, "no such function", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    invocation_cancel(&running.invocation);
    invocation_cancel(&queued.invocation);
    invocation_cancel(&unknown.invocation);
    scene_write(scene, "go", "", 0600);
    scene_run(scene, &last, "held", "{}", INVOCATION_SUCCEEDED);
    invocation_cancel(&last.invocation); /* harmless */
    assert_false(running.is_done);
    assert_false(queued.is_done);
    assert_false(unknown.is_done && unknown.invocation.outcome != INVOCATION_NO_FUNCTION);
    scene_forget(&last);
}

static void a_function_that_is_not_there_is_said_so(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};

    scene_start(scene);
    scene_run(scene, &asked, "nobody", "{}", INVOCATION_NO_FUNCTION);
    assert_int_equal(asked.invocation.payload.size, 0);
}

static void changed_code_gets_new_processes_and_what_runs_ends_as_it_began(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    struct asked asked        = {0};
    long pid;

    scene_add_raw(scene, "held", held_script);
    scene_start(scene);
    scene_ask(scene, &asked, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    lambda_retire(scene->lambda, "another", NULL, 0);
    lambda_retire(scene->lambda, "held", NULL, 0);
    scene_write(scene, "go", "", 0600);
    scene_wait(scene, &asked);
    assert_int_equal(asked.invocation.outcome, INVOCATION_SUCCEEDED);
    pid = scene_run_for_number(scene, "held", "{}");
    assert_int_not_equal(pid, strtol(text_string(&asked.invocation.payload), NULL, 10));
    assert_int_equal(scene_run_for_number(scene, "held", "{}"), pid);
    lambda_retire(scene->lambda, "held", NULL, 0);
    assert_int_not_equal(scene_run_for_number(scene, "held", "{}"), pid);
    scene_forget(&asked);
}

/* Starts slowly, and only if there was a file "good" when it began. */
static const char slow_script[] = "good = os.path.exists('good')\n"
                                  "open('began', 'w').close()\n"
                                  "while not os.path.exists('go'): time.sleep(0.002)\n"
                                  "if not good: os._exit(1)\n"
                                  "while True:\n"
                                  "    id, body, _ = next()\n"
                                  "    respond(id, str(os.getpid()))\n";

static void a_start_that_is_outdated_runs_what_waited_for_it_and_no_more(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    struct asked before       = {0};
    struct asked after        = {0};

    scene_write(scene, "good", "", 0600);
    scene_add_raw(scene, "slow", slow_script)->concurrency = 1;
    scene_start(scene);
    scene_ask(scene, &before, "slow", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    lambda_retire(scene->lambda, "slow", NULL, 0);
    scene_ask(scene, &after, "slow", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_write(scene, "go", "", 0600);
    scene_wait(scene, &before);
    scene_wait(scene, &after);
    assert_int_equal(before.invocation.outcome, INVOCATION_SUCCEEDED);
    assert_int_equal(after.invocation.outcome, INVOCATION_SUCCEEDED);
    assert_string_not_equal(text_string(&before.invocation.payload),
                            text_string(&after.invocation.payload));
    scene_forget(&before);
    scene_forget(&after);
}

static void an_outdated_start_that_fails_fails_nobody_who_came_later(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    struct asked before       = {0};
    struct asked after        = {0};

    scene_add_raw(scene, "slow", slow_script)->concurrency = 1;
    scene_start(scene);
    scene_ask(scene, &before, "slow", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    lambda_retire(scene->lambda, "slow", NULL, 0);
    scene_ask(scene, &after, "slow", "{}", SCENE_PATIENCE_MILLISECONDS);
    invocation_cancel(&before.invocation);
    scene_write(scene, "good", "", 0600);
    scene_write(scene, "go", "", 0600);
    scene_wait(scene, &after);
    assert_int_equal(after.invocation.outcome, INVOCATION_SUCCEEDED);
    scene_forget(&after);
}

static void a_start_that_is_outdated_and_wanted_by_nobody_ends_at_once(void **state)
{
    struct scene *scene       = *state;
    SCOPED_MEMORY char *began = memory_format("%s/began", scene->folder);
    struct asked asked        = {0};

    scene_add_raw(scene, "slow", slow_script);
    scene_start(scene);
    scene_ask(scene, &asked, "slow", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    invocation_cancel(&asked.invocation);
    lambda_retire(scene->lambda, "slow", NULL, 0);
    scene_wait_for_no_process(scene);
}

static void a_function_that_is_gone_runs_for_those_who_may_ask_for_it(void **state)
{
    struct scene *scene    = *state;
    struct registry nobody = {0};
    struct asked asked     = {.invocation = {.even_if_removed = true}};
    struct asked another   = {0};

    scene_add_raw(scene, "held", held_script);
    scene_write(scene, "go", "", 0600);
    scene_start(scene);
    lambda_deploy(scene->lambda, &nobody);
    scene_ask(scene, &asked, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    lambda_deploy(scene->lambda, &nobody);
    scene_ask(scene, &another, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_wait(scene, &asked);
    scene_wait(scene, &another);
    assert_int_equal(asked.invocation.outcome, INVOCATION_SUCCEEDED);
    assert_int_equal(another.invocation.outcome, INVOCATION_NO_FUNCTION);
    scene_wait_for_no_process(scene);
    scene_forget(&asked);
}

static void a_deployment_replaces_what_has_changed_and_nothing_else(void **state)
{
    static const char event[] = "{\"pid\":true}";
    struct scene *scene       = *state;
    long same;
    long changed;

    scene_add_node(scene, "same");
    scene_add_node(scene, "changed");
    scene_add_node(scene, "gone");
    scene_start(scene);
    same    = scene_run_for_number(scene, "same", event);
    changed = scene_run_for_number(scene, "changed", event);
    scene_run_for_number(scene, "gone", event);

    registry_deinit(&scene->registry);
    scene->registry = (struct registry){0};
    scene_add_node(scene, "same");
    scene_add_node(scene, "changed");
    name_values_put(&registry_find_function(&scene->registry, "changed")->environment, "A", "b");
    lambda_deploy(scene->lambda, &scene->registry);

    assert_int_equal(lambda_function_count(scene->lambda), 2);
    assert_int_equal(scene_run_for_number(scene, "same", event), same);
    assert_int_not_equal(scene_run_for_number(scene, "changed", event), changed);
    scene_expect(scene, "gone", "{}", INVOCATION_NO_FUNCTION, "");
}

static void who_waits_for_a_function_that_goes_is_told(void **state)
{
    struct scene *scene    = *state;
    struct registry nobody = {0};
    struct asked asked     = {0};

    scene_write(scene, "mute", "#!/bin/sh\nexec sleep 1000\n", 0700);
    scene_command(scene_add(scene, "mute", NULL, NULL), "./mute", NULL);
    scene_start(scene);
    scene_ask(scene, &asked, "mute", "{}", SCENE_PATIENCE_MILLISECONDS);
    lambda_deploy(scene->lambda, &nobody);
    assert_false(asked.is_done);
    scene_wait(scene, &asked);
    assert_int_equal(asked.invocation.outcome, INVOCATION_NO_FUNCTION);
    scene_wait_for_no_process(scene);
}

static bool has_process(void *context)
{
    return lambda_process_count(context) > 0;
}

static void everything_can_end_at_any_time(void **state)
{
    struct scene *scene   = *state;
    struct asked asked[4] = {0};

    scene_add_node(scene, "node");
    registry_find_function(&scene->registry, "node")->concurrency = 2;
    scene_start(scene);
    scene_expect(scene, "node", "{}", INVOCATION_SUCCEEDED, "{}");
    for (size_t i = 0; i < 3; i++)
        scene_ask(scene, &asked[i], "node", "{\"hang\":true}", SCENE_PATIENCE_MILLISECONDS);
    scene_ask(scene, &asked[3], "nobody", "{}", SCENE_PATIENCE_MILLISECONDS);
    assert_true(loop_run_until(&scene->loop, has_process, scene->lambda, 1000));
    scene_stop(scene);
    for (size_t i = 0; i < 3; i++)
        assert_false(asked[i].is_done);
    loop_run_until(&scene->loop, scene_is_done, &asked[0], 10);
    for (size_t i = 0; i < 3; i++)
        assert_false(asked[i].is_done);
}

/* A keeper of its own, which the test kills. */
static void without_its_keeper_nothing_runs_and_nobody_waits(void **state)
{
    struct scene *scene  = *state;
    struct keeper keeper = {.socket = -1};
    struct asked asked   = {0};
    SCOPED_TEXT log      = {0};

    assert_int_equal(keeper_start(&keeper), 0);
    scene->settings.keeper = &keeper;
    scene_add_node(scene, "node");
    scene_start(scene);
    scene_expect(scene, "node", "{}", INVOCATION_SUCCEEDED, "{}");
    scene_capture_log(scene);
    scene_ask(scene, &asked, "node", "{\"hang\":true}", SCENE_PATIENCE_MILLISECONDS);
    kill(keeper.pid, SIGKILL);
    scene_wait(scene, &asked);
    assert_int_equal(asked.invocation.outcome, INVOCATION_FUNCTION_ERROR);
    scene_forget(&asked);
    scene_expect_error(scene, "node", "{}", "Runtime.InvalidEntrypoint", "cannot start a process");
    scene_take_log(scene, &log);
    scene_expect_in_log(&log, "the process that keeps the handlers has ended");
    scene_stop(scene);
    keeper_stop(&keeper);
}

int main(void)
{
    static struct scene scene       = {.keeper.socket = -1};
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_result_of_a_handler_comes_as_it_is),
        SCENE_TEST(a_process_is_used_again),
        SCENE_TEST(events_at_the_same_time_have_processes_of_their_own),
        SCENE_TEST(as_many_run_at_once_as_the_function_may_have_processes),
        SCENE_TEST(a_function_has_no_more_processes_than_its_concurrency),
        SCENE_TEST(an_idle_process_goes_for_another_functions_sake),
        SCENE_TEST(a_process_that_is_not_needed_ends_after_its_time),
        SCENE_TEST(a_late_answer_is_dropped_and_its_process_goes_on),
        SCENE_TEST(a_cancelled_invocation_is_not_heard_of_again),
        SCENE_TEST(a_function_that_is_not_there_is_said_so),
        SCENE_TEST(changed_code_gets_new_processes_and_what_runs_ends_as_it_began),
        SCENE_TEST(a_start_that_is_outdated_runs_what_waited_for_it_and_no_more),
        SCENE_TEST(an_outdated_start_that_fails_fails_nobody_who_came_later),
        SCENE_TEST(a_start_that_is_outdated_and_wanted_by_nobody_ends_at_once),
        SCENE_TEST(a_function_that_is_gone_runs_for_those_who_may_ask_for_it),
        SCENE_TEST(a_deployment_replaces_what_has_changed_and_nothing_else),
        SCENE_TEST(who_waits_for_a_function_that_goes_is_told),
        SCENE_TEST(everything_can_end_at_any_time),
        SCENE_TEST(without_its_keeper_nothing_runs_and_nobody_waits),
    };

    return SCENE_RUN("lambda", &scene, tests);
}
