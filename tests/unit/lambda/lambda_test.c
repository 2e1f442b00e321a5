#include "lambda/lambda.h"

#include <signal.h>
#include <sys/wait.h>

#include "lambda_scene.h"

#define PARALLEL 5

/* A Node.js handler that does what its event says. */
static const char node_handler[] =
    "const fs = require('fs');\n"
    "exports.handler = async (event, context) => {\n"
    "  if (event.print) process.stdout.write(event.print);\n"
    "  if (event.waitFor) while (!fs.existsSync(event.waitFor))\n"
    "    await new Promise((go) => setTimeout(go, 2));\n"
    "  if (event.throw) throw new TypeError(event.throw);\n"
    "  if (event.exit !== undefined) process.exit(event.exit);\n"
    "  if (event.kill) process.kill(process.pid, event.kill);\n"
    "  if (event.hang || event.kill) await new Promise(() => setInterval(() => {}, 1000));\n"
    "  if (event.size) return 'x'.repeat(event.size);\n"
    "  if (event.pid) return process.pid;\n"
    "  return event;\n"
    "};\n";

/* Speaks the Runtime API by hand: what it does comes as its arguments. */
static const char raw_client[] =
    "import http.client, os, sys, time\n"
    "api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
    "def ask(method, path, body=None, headers={}):\n"
    "    api.request(method, path, body, headers)\n"
    "    answer = api.getresponse()\n"
    "    return answer, answer.read().decode()\n"
    "base = '/2018-06-01/runtime/invocation/'\n"
    "def next():\n"
    "    answer, body = ask('GET', base + 'next')\n"
    "    return answer.headers['Lambda-Runtime-Aws-Request-Id'], body, answer\n"
    "def respond(id, body, headers={}):\n"
    "    answer, text = ask('POST', base + id + '/response', body, headers)\n"
    "    return '%d %s' % (answer.status, text)\n"
    "def fail(id, body, headers={}):\n"
    "    answer, text = ask('POST', base + id + '/error', body, headers)\n"
    "    return '%d %s' % (answer.status, text)\n"
    "def forever():\n"
    "    while True: time.sleep(1000)\n";

/* A function that runs a Python script after what is above. */
static struct function *add_raw(struct scene *scene, const char *name, const char *script)
{
    SCOPED_MEMORY char *file     = memory_format("%s.py", name);
    SCOPED_MEMORY char *contents = memory_format("%s%s", raw_client, script);
    struct function *function    = scene_add(scene, name, NULL, NULL);

    scene_write(scene, file, contents, 0600);
    scene_command(function, "python3", file);
    return function;
}

static int open_scene(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_write(scene, "node.js", node_handler, 0600);
    return 0;
}

static int close_scene(void **state)
{
    scene_close(*state);
    return 0;
}

static void add_node(struct scene *scene, const char *name)
{
    scene_add(scene, name, "nodejs20.x", "node.handler");
}

static long run_for_number(struct scene *scene, const char *function, const char *event)
{
    struct asked asked = {0};
    long number;

    scene_run(scene, &asked, function, event, INVOCATION_SUCCEEDED);
    number = strtol(text_string(&asked.invocation.payload), NULL, 10);
    scene_forget(&asked);
    return number;
}

/* Asks count times at once; waits for all. */
static void run_all(struct scene *scene, const char *function, const char *event,
                    struct asked asked[], unsigned count)
{
    unsigned remaining = count;

    for (unsigned i = 0; i < count; i++) {
        asked[i].remaining = &remaining;
        scene_ask(scene, &asked[i], function, event, SCENE_PATIENCE_MILLISECONDS);
    }
    assert_true(
        loop_run_until(&scene->loop, scene_is_zero, &remaining, SCENE_PATIENCE_MILLISECONDS));
}

static void the_result_of_a_handler_comes_as_it_is(void **state)
{
    struct scene *scene = *state;

    add_node(scene, "echo");
    scene_start(scene);
    scene_expect(scene, "echo", "{\"text\":\"h\\u00e9llo\"}", INVOCATION_SUCCEEDED,
                 "{\"text\":\"h\xc3\xa9llo\"}");
    scene_expect(scene, "echo", "", INVOCATION_SUCCEEDED, "{}");
}

static void a_process_is_used_again(void **state)
{
    struct scene *scene = *state;
    long pid;

    add_node(scene, "node");
    scene_start(scene);
    assert_int_equal(lambda_process_count(scene->lambda), 0);
    pid = run_for_number(scene, "node", "{\"pid\":true}");
    assert_true(pid > 0);
    assert_int_equal(run_for_number(scene, "node", "{\"pid\":true}"), pid);
    assert_int_equal(lambda_process_count(scene->lambda), 1);
    assert_int_equal(lambda_function_count(scene->lambda), 1);
}

static void events_at_the_same_time_have_processes_of_their_own(void **state)
{
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    add_node(scene, "node");
    scene_start(scene);
    run_all(scene, "node", "{\"pid\":true,\"waitFor\":\"/\"}", asked, PARALLEL);
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

    add_raw(scene, "together", script);
    scene_start(scene);
    run_all(scene, "together", "{}", asked, PARALLEL);
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

    add_node(scene, "one");
    registry_find_function(&scene->registry, "one")->concurrency = 1;
    scene_start(scene);
    run_all(scene, "one", "{\"pid\":true}", asked, PARALLEL);
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
    add_node(scene, "first");
    add_node(scene, "second");
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

static bool has_no_process(void *context)
{
    return lambda_process_count(context) == 0;
}

static void wait_for_no_process(struct scene *scene)
{
    assert_true(
        loop_run_until(&scene->loop, has_no_process, scene->lambda, SCENE_PATIENCE_MILLISECONDS));
}

static void a_process_that_is_not_needed_ends_after_its_time(void **state)
{
    struct scene *scene = *state;

    scene->settings.keep_warm_milliseconds = 50;
    add_node(scene, "node");
    scene_start(scene);
    scene_expect(scene, "node", "{}", INVOCATION_SUCCEEDED, "{}");
    wait_for_no_process(scene);
}

static void what_a_handler_throws_is_the_payload(void **state)
{
    struct scene *scene = *state;

    add_node(scene, "node");
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

    add_node(scene, "node");
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

    add_node(scene, "slow");
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
    wait_for_no_process(scene);
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
    scene_expect_error(scene, "java", "{}", "Runtime.InvalidEntrypoint", "the runtime java21");
    scene_expect_error(scene, "nowhere", "{}", "Runtime.InvalidEntrypoint",
                       "cannot start node in /no/such: No such file");
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
    run_all(scene, "ends", "{}", asked, PARALLEL);
    for (unsigned i = 0; i < PARALLEL; i++) {
        assert_int_equal(asked[i].invocation.outcome, INVOCATION_FUNCTION_ERROR);
        assert_non_null(strstr(text_string(&asked[i].invocation.payload), "exit status 7"));
        assert_non_null(
            strstr(text_string(&asked[i].invocation.payload), asked[i].invocation.request_id));
        scene_forget(&asked[i]);
    }
    wait_for_no_process(scene);
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
    wait_for_no_process(scene);
}

static void what_a_start_posts_as_its_error_is_the_payload(void **state)
{
    static const char script[] =
        "answer, body = ask('POST', '/2018-06-01/runtime/init/error', '{\"errorType\":\"Mine\"}')\n"
        "sys.exit(0 if answer.status == 202 else 9)\n";
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    add_raw(scene, "unwilling", script);
    scene_start(scene);
    run_all(scene, "unwilling", "{}", asked, PARALLEL);
    for (unsigned i = 0; i < PARALLEL; i++) {
        assert_int_equal(asked[i].invocation.outcome, INVOCATION_FUNCTION_ERROR);
        assert_string_equal(text_string(&asked[i].invocation.payload), "{\"errorType\":\"Mine\"}");
        scene_forget(&asked[i]);
    }
}

static void an_answer_counts_once_and_for_its_own_event(void **state)
{
    static const char script[] =
        "id, body, _ = next()\n"
        "wrong = respond('00000000-0000-4000-8000-000000000000', '1')\n"
        "first = respond(id, '\"first\"')\n"
        "second = respond(id, '\"second\"')\n"
        "third = fail(id, '{}')\n"
        "late, _ = ask('POST', '/2018-06-01/runtime/init/error', '{}')\n"
        "id, body, _ = next()\n"
        "respond(id, '\\n'.join([wrong, first, second, third, str(late.status)]))\n"
        "forever()\n";
    struct scene *scene = *state;

    add_raw(scene, "twice", script);
    scene_start(scene);
    scene_expect(scene, "twice", "{}", INVOCATION_SUCCEEDED, "\"first\"");
    scene_expect(
        scene, "twice", "{}", INVOCATION_SUCCEEDED,
        "400 {\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}\n"
        "202 {\"status\":\"OK\"}\n"
        "403 {\"errorMessage\":\"State transition from ResponseSent to InvocationResponse failed "
        "for "
        "runtime. Error: State transition is not "
        "allowed\",\"errorType\":\"InvalidStateTransition\"}\n"
        "403 {\"errorMessage\":\"State transition from ResponseSent to InvocationErrorResponse "
        "failed "
        "for runtime. Error: State transition is not "
        "allowed\",\"errorType\":\"InvalidStateTransition\"}\n"
        "403");
}

static void asking_without_an_answer_fails_the_event_and_goes_on(void **state)
{
    static const char script[] = "next()\n"
                                 "id, body, _ = next()\n"
                                 "respond(id, body)\n"
                                 "forever()\n";
    struct scene *scene        = *state;

    add_raw(scene, "forgetful", script);
    scene_start(scene);
    scene_expect_error(scene, "forgetful", "{\"n\":1}", "Runtime.NoResponse", "without answering");
    scene_expect(scene, "forgetful", "{\"n\":2}", INVOCATION_SUCCEEDED, "{\"n\":2}");
    assert_int_equal(lambda_process_count(scene->lambda), 1);
}

/* The headers that runtimes read. */
static void an_event_comes_with_lambdas_headers(void **state)
{
    static const char script[] =
        "id, body, answer = next()\n"
        "h = answer.headers\n"
        "left = int(h['Lambda-Runtime-Deadline-Ms']) - time.time() * 1000\n"
        "trace = h['Lambda-Runtime-Trace-Id']\n"
        "import re\n"
        "respond(id, ' '.join([h['Lambda-Runtime-Invoked-Function-Arn'],\n"
        "    h['Content-Type'], str(15000 < left <= 20000),\n"
        "    str(bool(re.fullmatch('Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0',"
        " trace)))]))\n";
    struct scene *scene = *state;

    add_raw(scene, "curious", script);
    scene_start(scene);
    scene_expect(scene, "curious", "{}", INVOCATION_SUCCEEDED,
                 "arn:aws:lambda:eu-central-1:000000000000:function:curious application/json True "
                 "True");
}

static void what_is_not_the_runtime_api_is_not_found(void **state)
{
    static const char script[] =
        "id, body, _ = next()\n"
        "def status(method, path, headers={}):\n"
        "    answer, text = ask(method, path, None, headers)\n"
        "    if answer.headers['Connection'] == 'close': api.close()\n"
        "    return '%d' % answer.status\n"
        "seen = [status('GET', '/2018-06-01/ping'), status('GET', '/'),\n"
        "    status('PUT', '/2022-07-01/telemetry'), status('GET', base + 'next/x'),\n"
        "    status('GET', base + 'next', {'Origin': 'http://example.com'}),\n"
        "    status('GET', base + 'next', {'Sec-Fetch-Site': 'cross-site'}),\n"
        "    status('GET', base + 'next', {'Host': 'rebound.example.com'})]\n"
        "respond(id, ' '.join(seen))\n"
        "forever()\n";
    struct scene *scene = *state;

    add_raw(scene, "lost", script);
    scene_start(scene);
    scene_expect(scene, "lost", "{}", INVOCATION_SUCCEEDED, "200 404 404 404 500 500 500");
}

static void an_extension_is_registered_and_hears_sigterm(void **state)
{
    static const char script[] =
        "import signal\n"
        "def goodbye(*_):\n"
        "    open('goodbye', 'w').close()\n"
        "    os._exit(0)\n"
        "signal.signal(signal.SIGTERM, goodbye)\n"
        "answer, body = ask('POST', '/2020-01-01/extension/register', '{\"events\":[]}',\n"
        "    {'Lambda-Extension-Name': 'mine'})\n"
        "id, event, _ = next()\n"
        "respond(id, '%d %d %s' % (answer.status, "
        "len(answer.headers['Lambda-Extension-Identifier']), body))\n"
        "next()\n";
    struct scene *scene         = *state;
    SCOPED_MEMORY char *goodbye = memory_format("%s/goodbye", scene->folder);

    scene->settings.keep_warm_milliseconds = 50;
    add_raw(scene, "polite", script);
    scene_start(scene);
    scene_expect(
        scene, "polite", "{}", INVOCATION_SUCCEEDED,
        "200 36 {\"functionName\":\"polite\",\"functionVersion\":\"$LATEST\",\"handler\":\"\"}");
    wait_for_no_process(scene);
    assert_int_equal(access(goodbye, F_OK), 0);
}

static void a_result_may_have_six_megabytes_and_no_more(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};

    add_node(scene, "big");
    scene_start(scene);
    scene_run(scene, &asked, "big", "{\"size\":6291554}", INVOCATION_SUCCEEDED);
    assert_int_equal(asked.invocation.payload.size, 6291556);
    scene_forget(&asked);
    scene_expect(
        scene, "big", "{\"size\":6291555}", INVOCATION_FUNCTION_ERROR,
        "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload "
        "size exceeded maximum allowed payload size (6291556 bytes).\"}");
    scene_expect(scene, "big", "{\"size\":1}", INVOCATION_SUCCEEDED, "\"x\"");
    assert_int_equal(lambda_process_count(scene->lambda), 1);
}

static void a_failure_without_a_body_has_the_type_of_its_header(void **state)
{
    static const char script[] =
        "type = 'Lambda-Runtime-Function-Error-Type'\n"
        "id, _, _ = next()\n"
        "fail(id, '', {type: 'Function.Odd'})\n"
        "id, _, _ = next()\n"
        "fail(id, '')\n"
        "id, _, _ = next()\n"
        "respond(id, '{\"broken\":1}', {type: 'Function.Odd'})\n"
        "id, _, _ = next()\n"
        "refused = respond(id, '1', {'Lambda-Runtime-Function-Response-Mode': 'odd'})\n"
        "respond(id, refused, {'Lambda-Runtime-Function-Response-Mode': 'streaming'})\n"
        "forever()\n";
    struct scene *scene = *state;

    add_raw(scene, "taciturn", script);
    scene_start(scene);
    scene_expect(scene, "taciturn", "{}", INVOCATION_FUNCTION_ERROR,
                 "{\"errorType\":\"Function.Odd\",\"errorMessage\":\"\"}");
    scene_expect(scene, "taciturn", "{}", INVOCATION_FUNCTION_ERROR,
                 "{\"errorType\":\"Runtime.Unknown\",\"errorMessage\":\"\"}");
    scene_expect(scene, "taciturn", "{}", INVOCATION_FUNCTION_ERROR, "{\"broken\":1}");
    scene_expect(scene, "taciturn", "{}", INVOCATION_SUCCEEDED,
                 "400 {\"errorMessage\":\"Invalid function response mode\","
                 "\"errorType\":\"InvalidFunctionResponseMode\"}");
}

static void a_chunked_result_comes_whole(void **state)
{
    static const char script[] =
        "id, _, _ = next()\n"
        "api.request('POST', base + id + '/response', iter([b'{\"a\":', b'1}']),\n"
        "    {'Transfer-Encoding': 'chunked'}, encode_chunked=True)\n"
        "api.getresponse().read()\n"
        "forever()\n";
    struct scene *scene = *state;

    add_raw(scene, "chunky", script);
    scene_start(scene);
    scene_expect(scene, "chunky", "{}", INVOCATION_SUCCEEDED, "{\"a\":1}");
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

    add_raw(scene, "held", held_script)->concurrency = 1;
    scene_write(scene, "go", "", 0600);
    scene_start(scene);
    assert_true(run_for_number(scene, "held", "{}") > 0); /* so that it has started */
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
    assert_true(run_for_number(scene, "held", "{}") > 0);
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

    add_raw(scene, "held", held_script)->concurrency = 1;
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

    add_raw(scene, "held", held_script);
    scene_start(scene);
    scene_ask(scene, &asked, "held", "{}", SCENE_PATIENCE_MILLISECONDS);
    wait_for_file(scene, began);
    lambda_retire(scene->lambda, "another");
    lambda_retire(scene->lambda, "held");
    scene_write(scene, "go", "", 0600);
    scene_wait(scene, &asked);
    assert_int_equal(asked.invocation.outcome, INVOCATION_SUCCEEDED);
    pid = run_for_number(scene, "held", "{}");
    assert_int_not_equal(pid, strtol(text_string(&asked.invocation.payload), NULL, 10));
    assert_int_equal(run_for_number(scene, "held", "{}"), pid);
    lambda_retire(scene->lambda, NULL);
    assert_int_not_equal(run_for_number(scene, "held", "{}"), pid);
    scene_forget(&asked);
}

static void a_deployment_replaces_what_has_changed_and_nothing_else(void **state)
{
    static const char event[] = "{\"pid\":true}";
    struct scene *scene       = *state;
    long same;
    long changed;

    add_node(scene, "same");
    add_node(scene, "changed");
    add_node(scene, "gone");
    scene_start(scene);
    same    = run_for_number(scene, "same", event);
    changed = run_for_number(scene, "changed", event);
    run_for_number(scene, "gone", event);

    registry_deinit(&scene->registry);
    scene->registry = (struct registry){0};
    add_node(scene, "same");
    add_node(scene, "changed");
    name_values_put(&registry_find_function(&scene->registry, "changed")->environment, "A", "b");
    lambda_deploy(scene->lambda, &scene->registry);

    assert_int_equal(lambda_function_count(scene->lambda), 2);
    assert_int_equal(run_for_number(scene, "same", event), same);
    assert_int_not_equal(run_for_number(scene, "changed", event), changed);
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
    wait_for_no_process(scene);
}

static void what_a_handler_prints_is_logged_by_line(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};
    SCOPED_TEXT event   = {0};
    SCOPED_TEXT log     = {0};
    SCOPED_TEXT tail    = {0};

    add_node(scene, "loud");
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

    add_node(scene, "node");
    add_raw(scene, "flood", script);
    scene_start(scene);
    scene_capture_log(scene);
    scene_ask(scene, &flood, "flood", "{}", SCENE_PATIENCE_MILLISECONDS);
    scene_expect(scene, "node", "{\"calm\":1}", INVOCATION_SUCCEEDED, "{\"calm\":1}");
    scene_stop(scene);
    scene_take_log(scene, &log);
    assert_false(flood.is_done);
}

static bool has_process(void *context)
{
    return lambda_process_count(context) > 0;
}

static void everything_can_end_at_any_time(void **state)
{
    struct scene *scene   = *state;
    struct asked asked[4] = {0};

    add_node(scene, "node");
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
    add_node(scene, "node");
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

#define SCENE_TEST(test)                                                                           \
    cmocka_unit_test_prestate_setup_teardown(test, open_scene, close_scene, &scene)

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
        SCENE_TEST(what_a_handler_throws_is_the_payload),
        SCENE_TEST(a_process_that_exits_fails_its_event_and_is_replaced),
        SCENE_TEST(a_handler_that_takes_too_long_is_killed),
        SCENE_TEST(what_cannot_be_started_fails_its_event_with_a_hint),
        SCENE_TEST(what_no_runtime_can_run_says_so),
        SCENE_TEST(every_event_of_a_function_that_cannot_start_fails),
        SCENE_TEST(a_process_that_never_asks_is_killed),
        SCENE_TEST(what_a_start_posts_as_its_error_is_the_payload),
        SCENE_TEST(an_answer_counts_once_and_for_its_own_event),
        SCENE_TEST(asking_without_an_answer_fails_the_event_and_goes_on),
        SCENE_TEST(an_event_comes_with_lambdas_headers),
        SCENE_TEST(what_is_not_the_runtime_api_is_not_found),
        SCENE_TEST(an_extension_is_registered_and_hears_sigterm),
        SCENE_TEST(a_result_may_have_six_megabytes_and_no_more),
        SCENE_TEST(a_failure_without_a_body_has_the_type_of_its_header),
        SCENE_TEST(a_chunked_result_comes_whole),
        SCENE_TEST(a_late_answer_is_dropped_and_its_process_goes_on),
        SCENE_TEST(a_cancelled_invocation_is_not_heard_of_again),
        SCENE_TEST(a_function_that_is_not_there_is_said_so),
        SCENE_TEST(changed_code_gets_new_processes_and_what_runs_ends_as_it_began),
        SCENE_TEST(a_deployment_replaces_what_has_changed_and_nothing_else),
        SCENE_TEST(who_waits_for_a_function_that_goes_is_told),
        SCENE_TEST(what_a_handler_prints_is_logged_by_line),
        SCENE_TEST(a_flood_of_output_holds_up_nobody),
        SCENE_TEST(everything_can_end_at_any_time),
        SCENE_TEST(without_its_keeper_nothing_runs_and_nobody_waits),
    };
    int failed;

    if (keeper_start(&scene.keeper) < 0)
        return EXIT_FAILURE;
    failed = cmocka_run_group_tests_name("lambda", tests, NULL, NULL);
    keeper_stop(&scene.keeper);
    return failed;
}
