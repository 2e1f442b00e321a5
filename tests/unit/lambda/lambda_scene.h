#pragma once

/* What the tests of handler processes share: a keeper, a loop, a folder with handlers, and the log
 * as text. */

#include <assert.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "lambda/keeper.h"
#include "lambda/lambda.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "model/registry.h"

#define SCENE_PATIENCE_MILLISECONDS 20000

struct scene {
    struct keeper keeper; /* started before the tests */
    struct loop loop;
    struct alarms alarms;
    struct registry registry;
    struct lambda *lambda;
    struct lambda_settings settings;
    char folder[32];
    int standard_error; /* while the log goes to a file */
};

/* One invocation of a test. */
struct asked {
    struct invocation invocation;
    bool is_done;
    bool began;          /* lambda_invoke() has returned */
    unsigned *remaining; /* counts down the invocations that are open; may be NULL */
};

/* With the registry's functions as they are then. */
static inline void scene_open(struct scene *scene)
{
    strcpy(scene->folder, "/tmp/lambda_test.XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(loop_init(&scene->loop), 0);
    assert_int_equal(alarms_init(&scene->alarms, &scene->loop.uv), 0);
    scene->standard_error = -1;
    scene->settings       = (struct lambda_settings){
              .loop                   = &scene->loop,
              .alarms                 = &scene->alarms,
              .keeper                 = &scene->keeper,
              .runtime_directory      = scene->folder,
              .region                 = "eu-central-1",
              .account                = "000000000000",
              .keep_warm_milliseconds = 60000,
              .processes_max          = 20,
    };
}

static inline void scene_start(struct scene *scene)
{
    scene->lambda = lambda_new(&scene->settings);
    assert_non_null(scene->lambda);
    lambda_deploy(scene->lambda, &scene->registry);
}

/* Writes a file into the folder. */
static inline void scene_write(const struct scene *scene, const char *name, const char *contents,
                               mode_t mode)
{
    SCOPED_MEMORY char *path = memory_format("%s/%s", scene->folder, name);
    int file                 = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    ssize_t size             = (ssize_t)strlen(contents);

    assert_true(file >= 0);
    assert_true(write(file, contents, (size_t)size) == size);
    close(file);
}

static inline void scene_make_folder(const struct scene *scene, const char *name)
{
    SCOPED_MEMORY char *path = memory_format("%s/%s", scene->folder, name);

    assert_int_equal(mkdir(path, 0700), 0);
}

/* Adds a function to the registry; runtime may be NULL. */
static inline struct function *scene_add(struct scene *scene, const char *name, const char *runtime,
                                         const char *handler)
{
    struct function *function = registry_add_function(&scene->registry);

    function->name             = memory_copy_string(name);
    function->runtime          = memory_copy_string(runtime);
    function->handler          = memory_copy_string(handler);
    function->code_uri         = memory_copy_string(scene->folder);
    function->timeout_seconds  = 20;
    function->memory_megabytes = 128;
    function->concurrency      = 10;
    return function;
}

/* Gives a function a command of up to two words. */
static inline void scene_command(struct function *function, const char *first, const char *second)
{
    function->command    = memory_new(3 * sizeof(char *));
    function->command[0] = memory_copy_string(first);
    function->command[1] = memory_copy_string(second);
}

static inline void scene_remove_folder(const struct scene *scene)
{
    SCOPED_MEMORY char *command = memory_format("rm -rf '%s'", scene->folder);

    assert_int_equal(system(command), 0);
}

static inline void scene_stop(struct scene *scene)
{
    if (scene->lambda)
        lambda_free(scene->lambda);
    scene->lambda = NULL;
}

/* From here on the log is kept, instead of shown. */
static inline void scene_capture_log(struct scene *scene)
{
    SCOPED_MEMORY char *path = memory_format("%s/log", scene->folder);
    int file                 = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(file >= 0);
    scene->standard_error = dup(STDERR_FILENO);
    dup2(file, STDERR_FILENO);
    close(file);
}

/* What was logged since scene_capture_log(). */
static inline void scene_take_log(struct scene *scene, struct text *log)
{
    off_t size = lseek(STDERR_FILENO, 0, SEEK_END);

    assert_true(pread(STDERR_FILENO, text_reserve(log, (size_t)size), (size_t)size, 0) == size);
    text_grow(log, (size_t)size);
    dup2(scene->standard_error, STDERR_FILENO);
    close(scene->standard_error);
    scene->standard_error = -1;
}

static inline void scene_show_log(struct scene *scene)
{
    SCOPED_TEXT log = {0};

    scene_take_log(scene, &log);
    print_error("%s", text_string(&log));
}

static inline void scene_close(struct scene *scene)
{
    if (scene->standard_error >= 0)
        scene_show_log(scene); /* the test has failed meanwhile */
    scene_stop(scene);
    registry_deinit(&scene->registry);
    scene->registry = (struct registry){0};
    alarms_deinit(&scene->alarms);
    loop_deinit(&scene->loop);
    scene_remove_folder(scene);
}

static inline void scene_on_done(struct invocation *invocation)
{
    struct asked *asked = container_of(invocation, struct asked, invocation);

    assert_true(asked->began);
    assert_false(asked->is_done);
    assert_null(invocation->run);
    asked->is_done = true;
    if (asked->remaining)
        --*asked->remaining;
}

static inline void scene_ask(struct scene *scene, struct asked *asked, const char *function,
                             const char *event, int64_t timeout_milliseconds)
{
    unsigned *remaining  = asked->remaining;
    bool even_if_removed = asked->invocation.even_if_removed;

    *asked                                 = (struct asked){.remaining = remaining};
    asked->invocation.even_if_removed      = even_if_removed;
    asked->invocation.function             = function;
    asked->invocation.timeout_milliseconds = timeout_milliseconds;
    asked->invocation.done                 = scene_on_done;
    text_append_string(&asked->invocation.event, event);
    lambda_invoke(scene->lambda, &asked->invocation);
    asked->began = true;
}

static inline bool scene_is_done(void *context)
{
    return ((struct asked *)context)->is_done;
}

static inline bool scene_is_zero(void *context)
{
    return *(unsigned *)context == 0;
}

static inline void scene_wait(struct scene *scene, struct asked *asked)
{
    assert_true(loop_run_until(&scene->loop, scene_is_done, asked, SCENE_PATIENCE_MILLISECONDS));
}

/* Invokes, waits, and compares. The payload stays in asked. */
static inline void scene_run(struct scene *scene, struct asked *asked, const char *function,
                             const char *event, enum invocation_outcome expected)
{
    scene_ask(scene, asked, function, event, SCENE_PATIENCE_MILLISECONDS);
    scene_wait(scene, asked);
    if (asked->invocation.outcome != expected)
        print_error("%s: %s\n", function, text_string(&asked->invocation.payload));
    assert_int_equal(asked->invocation.outcome, expected);
}

static inline void scene_forget(struct asked *asked)
{
    text_deinit(&asked->invocation.payload);
}

/* Invokes and expects exactly that payload. */
static inline void scene_expect(struct scene *scene, const char *function, const char *event,
                                enum invocation_outcome outcome, const char *payload)
{
    struct asked asked = {0};

    scene_run(scene, &asked, function, event, outcome);
    assert_string_equal(text_string(&asked.invocation.payload), payload);
    scene_forget(&asked);
}

/* Invokes and expects a failure of that type, with those words in it. */
static inline void scene_expect_error(struct scene *scene, const char *function, const char *event,
                                      const char *type, const char *words)
{
    SCOPED_MEMORY char *type_member       = memory_format("\"errorType\":\"%s\"", type);
    SCOPED_MEMORY char *type_member_space = memory_format("\"errorType\": \"%s\"", type);
    struct asked asked                    = {0};
    const char *payload;

    scene_run(scene, &asked, function, event, INVOCATION_FUNCTION_ERROR);
    payload = text_string(&asked.invocation.payload);
    if ((!strstr(payload, type_member) && !strstr(payload, type_member_space)) ||
        !strstr(payload, words))
        fail_msg("%s is not a %s with \"%s\"", payload, type, words);
    scene_forget(&asked);
}

static inline void scene_expect_in_log(const struct text *log, const char *words)
{
    if (!strstr(text_string(log), words))
        fail_msg("\"%s\" is not in the log:\n%s", words, text_string(log));
}

/* A Node.js handler that does what its event says. */
static const char scene_node_handler[] =
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
static const char scene_raw_client[] =
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
static inline struct function *scene_add_raw(struct scene *scene, const char *name,
                                             const char *script)
{
    SCOPED_MEMORY char *file     = memory_format("%s.py", name);
    SCOPED_MEMORY char *contents = memory_format("%s%s", scene_raw_client, script);
    struct function *function    = scene_add(scene, name, NULL, NULL);

    scene_write(scene, file, contents, 0600);
    scene_command(function, "python3", file);
    return function;
}

static inline int scene_open_test(void **state)
{
    struct scene *scene = *state;

    scene_open(scene);
    scene_write(scene, "node.js", scene_node_handler, 0600);
    return 0;
}

static inline int scene_close_test(void **state)
{
    scene_close(*state);
    return 0;
}

static inline void scene_add_node(struct scene *scene, const char *name)
{
    scene_add(scene, name, "nodejs20.x", "node.handler");
}

static inline long scene_run_for_number(struct scene *scene, const char *function,
                                        const char *event)
{
    struct asked asked = {0};
    long number;

    scene_run(scene, &asked, function, event, INVOCATION_SUCCEEDED);
    number = strtol(text_string(&asked.invocation.payload), NULL, 10);
    scene_forget(&asked);
    return number;
}

/* Asks count times at once; waits for all. */
static inline void scene_run_all(struct scene *scene, const char *function, const char *event,
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

static inline bool scene_has_no_process(void *context)
{
    return lambda_process_count(context) == 0;
}

static inline void scene_wait_for_no_process(struct scene *scene)
{
    assert_true(loop_run_until(&scene->loop, scene_has_no_process, scene->lambda,
                               SCENE_PATIENCE_MILLISECONDS));
}

#define SCENE_TEST(test)                                                                           \
    cmocka_unit_test_prestate_setup_teardown(test, scene_open_test, scene_close_test, &scene)

/* Runs the tests of a file with a keeper that is started before anything else. */
#define SCENE_RUN(name, scene, tests)                                                              \
    ({                                                                                             \
        int failed_ = EXIT_FAILURE;                                                                \
                                                                                                   \
        if (keeper_start(&(scene)->keeper) == 0) {                                                 \
            failed_ = cmocka_run_group_tests_name(name, tests, NULL, NULL);                        \
            keeper_stop(&(scene)->keeper);                                                         \
        }                                                                                          \
        failed_;                                                                                   \
    })
