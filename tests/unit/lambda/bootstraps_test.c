#include "lambda/bootstraps.h"

#include "lambda_scene.h"

/* One handler of a language, and what comes of one event. */
struct handler_case {
    const char *what;
    const char *file;
    const char *source;
    const char *handler;
    const char *event;
    const char *payload; /* of a success; or words of a failure */
    const char *error;   /* its type; NULL: a success */
};

static void run_cases(struct scene *scene, const char *runtime, const struct handler_case *cases,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SCOPED_MEMORY char *name = memory_format("case%zu", i);
        SCOPED_MEMORY char *file = memory_format("case%zu/%s", i, cases[i].file);
        struct function *function;

        scene_make_folder(scene, name);
        scene_write(scene, file, cases[i].source, 0600);
        function = scene_add(scene, name, runtime, cases[i].handler);
        free(function->code_uri);
        function->code_uri = memory_format("%s/%s", scene->folder, name);
    }
    scene_start(scene);
    for (size_t i = 0; i < count; i++) {
        SCOPED_MEMORY char *name = memory_format("case%zu", i);

        print_message("  %s\n", cases[i].what);
        if (cases[i].error)
            scene_expect_error(scene, name, cases[i].event, cases[i].error, cases[i].payload);
        else
            scene_expect(scene, name, cases[i].event, INVOCATION_SUCCEEDED, cases[i].payload);
    }
}

/* clang-format off */
static const struct handler_case node_cases[] = {
    {"an async handler",       "index.js",  "exports.handler = async (event) => ({ got: event.a });", "index.handler", "{\"a\":1}", "{\"got\":1}", NULL},
    {"a promise",              "index.js",  "exports.handler = (event) => Promise.resolve([event.a]);", "index.handler", "{\"a\":1}", "[1]", NULL},
    {"a callback",             "index.js",  "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'done'), 5);", "index.handler", "{}", "\"done\"", NULL},
    {"a callback's error",     "index.js",  "exports.handler = (event, context, callback) => callback(new RangeError('too far'));", "index.handler", "{}", "too far", "RangeError"},
    {"a callback that waits until nothing is left to do", "index.js",
     "let late = 0; exports.handler = (event, context, callback) => { const result = {}; setTimeout(() => { result.late = true; }, 20); callback(null, result); };", "index.handler", "{}", "{\"late\":true}", NULL},
    {"a callback that doesn't", "index.js",
     "exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; const result = {}; setInterval(() => { result.late = true; }, 20); callback(null, result); };", "index.handler", "{}", "{}", NULL},
    {"the first call counts",  "index.js",  "exports.handler = (event, context, callback) => { callback(null, 1); callback(null, 2); };", "index.handler", "{}", "1", NULL},
    {"a callback of an async handler", "index.js", "exports.handler = async (event, context, callback) => { callback(null, 'called'); };", "index.handler", "{}", "\"called\"", NULL},
    {"context.done",           "index.js",  "exports.handler = (event, context) => { context.done(null, 7); };", "index.handler", "{}", "7", NULL},
    {"context.succeed",        "index.js",  "exports.handler = (event, context) => { setTimeout(() => context.succeed('ok'), 1); };", "index.handler", "{}", "\"ok\"", NULL},
    {"context.fail",           "index.js",  "exports.handler = (event, context) => { context.fail(new Error('failed')); };", "index.handler", "{}", "failed", "Error"},
    {"a value without async",  "index.js",  "exports.handler = () => 5;", "index.handler", "{}", "null", NULL},
    {"no value at all",        "index.js",  "exports.handler = async () => {};", "index.handler", "{}", "null", NULL},
    {"a module",               "index.mjs", "export const handler = async () => 'module';", "index.handler", "{}", "\"module\"", NULL},
    {"a module that waits",    "index.mjs", "const value = await new Promise((go) => setTimeout(() => go('waited'), 5)); export const handler = async () => value;", "index.handler", "{}", "\"waited\"", NULL},
    {"a module's default",     "index.mjs", "export default { handler: async () => 'default' };", "index.handler", "{}", "\"default\"", NULL},
    {"an explicit CommonJS file", "index.cjs", "exports.handler = async () => 'cjs';", "index.handler", "{}", "\"cjs\"", NULL},
    {"an export inside another", "index.js", "exports.api = { chat: { handler: async () => 'deep' } };", "index.api.chat.handler", "{}", "\"deep\"", NULL},
    {"a thrown error",         "index.js",  "exports.handler = async () => { throw new TypeError('bad type'); };", "index.handler", "{}", "\"errorMessage\":\"bad type\",\"trace\":[\"TypeError: bad type\",\"    at ", "TypeError"},
    {"an error of its own class", "index.js", "class Mine extends Error { constructor(m) { super(m); this.name = 'Mine'; } } exports.handler = async () => { throw new Mine('x'); };", "index.handler", "{}", "\"errorMessage\":\"x\"", "Mine"},
    {"a thrown string",        "index.js",  "exports.handler = async () => { throw 'just words'; };", "index.handler", "{}", "\"errorMessage\":\"just words\",\"trace\":[]", "string"},
    {"an error thrown without async", "index.js", "exports.handler = () => { throw new Error('at once'); };", "index.handler", "{}", "at once", "Error"},
    {"an error that nobody catches", "index.js", "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('loose'); }, 1));", "index.handler", "{}", "loose", "Error"},
    {"a rejection that nobody catches", "index.js", "exports.handler = () => new Promise(() => { setTimeout(() => Promise.reject(new Error('loose')), 1); });", "index.handler", "{}", "Error: loose", "Runtime.UnhandledPromiseRejection"},
    {"a promise that is never settled", "index.js", "exports.handler = () => new Promise(() => {});", "index.handler", "{}", "never settled", "Runtime.NodeJsExit"},
    {"a result that is no JSON", "index.js", "exports.handler = async () => { const a = {}; a.a = a; return a; };", "index.handler", "{}", "Unable to stringify", "Runtime.JSONStringifyError"},
    {"an exit",                "index.js",  "exports.handler = async () => { process.exit(4); };", "index.handler", "{}", "exit status 4", "Runtime.ExitError"},
    {"no such file",           "index.js",  "", "other.handler", "{}", "Error: Cannot find module 'other'", "Runtime.ImportModuleError"},
    {"no such export",         "index.js",  "exports.other = 1;", "index.handler", "{}", "index.handler is undefined or not exported", "Runtime.HandlerNotFound"},
    {"no handler's name",      "index.js",  "", "index", "{}", "Bad handler", "Runtime.MalformedHandlerName"},
    {"a way out of the folder", "index.js", "", "../index.handler", "{}", "Bad handler", "Runtime.MalformedHandlerName"},
    {"a file that doesn't parse", "index.js", "exports.handler = async () => {", "index.handler", "{}", "SyntaxError: ", "Runtime.UserCodeSyntaxError"},
    {"a file that throws",     "index.js",  "throw new EvalError('at load');", "index.handler", "{}", "at load", "EvalError"},
    {"a missing module",       "index.js",  "require('left-out');", "index.handler", "{}", "Error: Cannot find module 'left-out'", "Runtime.ImportModuleError"},
    {"a missing package of a module", "index.mjs", "import 'left-out';", "index.handler", "{}", "left-out", "Runtime.ImportModuleError"},
    {"a module that waits for ever", "index.mjs", "await new Promise(() => {}); export const handler = 1;", "index.handler", "{}", "never settled", "Runtime.NodeJsExit"},
    {"the context",            "index.js",  "exports.handler = async (event, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.invokedFunctionArn, c.awsRequestId.length, c.getRemainingTimeInMillis() > 1000, c.logGroupName].map((v) => typeof v === 'string' ? v.replace(/case\\d+/, 'case') : v);", "index.handler", "{}",
     "[\"case\",\"$LATEST\",\"128\",\"arn:aws:lambda:eu-central-1:000000000000:function:case\",36,true,\"/aws/lambda/case\"]", NULL},
    {"a stream",               "index.js",  "exports.handler = awslambda.streamifyResponse(async (event, out) => { out.write('{\"a\"'); out.write(':1}'); out.end(); });", "index.handler", "{}", "{\"a\":1}", NULL},
    {"characters of all kinds", "index.js", "exports.handler = async (event) => event.text + '\\u0000\\u2028\\ud83d\\ude00';", "index.handler", "{\"text\":\"\xe2\x82\xac\"}", "\"\xe2\x82\xac\\u0000\xe2\x80\xa8\xf0\x9f\x98\x80\"", NULL},
};

static const struct handler_case python_cases[] = {
    {"a handler",              "app.py", "def handler(event, context):\n    return {'got': event['a']}\n", "app.handler", "{\"a\":1}", "{\"got\": 1}", NULL},
    {"nothing returned",       "app.py", "def handler(event, context):\n    pass\n", "app.handler", "{}", "null", NULL},
    {"bytes",                  "app.py", "def handler(event, context):\n    return b'{\"raw\":1}'\n", "app.handler", "{}", "{\"raw\":1}", NULL},
    {"a decimal",              "app.py", "from decimal import Decimal\ndef handler(event, context):\n    return [Decimal('1'), Decimal('1.5')]\n", "app.handler", "{}", "[1, 1.5]", NULL},
    {"other characters",       "app.py", "def handler(event, context):\n    return event['text']\n", "app.handler", "{\"text\":\"\xe2\x82\xac\"}", "\"\\u20ac\"", NULL},
    {"an error",               "app.py", "def inner():\n    raise KeyError('gone')\ndef handler(event, context):\n    inner()\n", "app.handler", "{}", "app.py\\\", line 4, in handler\\n    inner()\\n\"", "KeyError"},
    {"a result that is no JSON", "app.py", "def handler(event, context):\n    return {1, 2}\n", "app.handler", "{}", "Unable to marshal response: Object of type set is not JSON serializable", "Runtime.MarshalError"},
    {"a coroutine",            "app.py", "async def handler(event, context):\n    return 1\n", "app.handler", "{}", "Object of type coroutine is not JSON serializable", "Runtime.MarshalError"},
    {"an event that is no JSON", "app.py", "def handler(event, context):\n    return 1\n", "app.handler", "hello", "Unable to unmarshal input", "Runtime.UnmarshalError"},
    {"an exit",                "app.py", "import sys\ndef handler(event, context):\n    sys.exit(4)\n", "app.handler", "{}", "exit status 4", "Runtime.ExitError"},
    {"no such module",         "app.py", "", "other.handler", "{}", "Unable to import module 'other': No module named 'other'", "Runtime.ImportModuleError"},
    {"a missing package",      "app.py", "import left_out\n", "app.handler", "{}", "Unable to import module 'app': No module named 'left_out'", "Runtime.ImportModuleError"},
    {"no such function",       "app.py", "", "app.handler", "{}", "Handler 'handler' missing on module 'app'", "Runtime.HandlerNotFound"},
    {"no handler's name",      "app.py", "", "app", "{}", "Bad handler 'app': not enough values to unpack (expected 2, got 1)", "Runtime.MalformedHandlerName"},
    {"a file that doesn't parse", "app.py", "def handler(:\n", "app.handler", "{}", "Syntax error in module 'app': ", "Runtime.UserCodeSyntaxError"},
    {"a file that raises",     "app.py", "raise ValueError('at load')\n", "app.handler", "{}", "at load", "ValueError"},
    {"the context",            "app.py", "def handler(event, c):\n    return [c.function_name[:4], c.function_version, c.memory_limit_in_mb, c.invoked_function_arn.rstrip('0123456789'), len(c.aws_request_id), c.get_remaining_time_in_millis() > 1000, c.log_group_name.rstrip('0123456789'), c.identity.cognito_identity_id, c.client_context]\n", "app.handler", "{}",
     "[\"case\", \"$LATEST\", \"128\", \"arn:aws:lambda:eu-central-1:000000000000:function:case\", 36, true, \"/aws/lambda/case\", null, null]", NULL},
};

static const struct handler_case ruby_cases[] = {
    {"a method",               "app.rb", "def handler(event:, context:)\n  { got: event['a'] }\nend\n", "app.handler", "{\"a\":1}", "{\"got\":1}", NULL},
    {"a class's method",       "app.rb", "module Chat\n  class App\n    def self.call(event:, context:)\n      'called'\n    end\n  end\nend\n", "app.Chat::App.call", "{}", "\"called\"", NULL},
    {"nothing returned",       "app.rb", "def handler(event:, context:)\nend\n", "app.handler", "{}", "null", NULL},
    {"other characters",       "app.rb", "def handler(event:, context:)\n  event['text'] + '!'\nend\n", "app.handler", "{\"text\":\"\xe2\x82\xac\"}", "\"\xe2\x82\xac!\"", NULL},
    {"an error",               "app.rb", "def handler(event:, context:)\n  raise IndexError, 'gone'\nend\n", "app.handler", "{}", "\"errorMessage\":\"gone\"", "Function<IndexError>"},
    {"an exit",                "app.rb", "def handler(event:, context:)\n  exit 4\nend\n", "app.handler", "{}", "exit status 4", "Runtime.ExitError"},
    {"no such file",           "app.rb", "", "other.handler", "{}", "cannot load such file", "Init<LoadError>"},
    {"a file that doesn't parse", "app.rb", "def handler(\n", "app.handler", "{}", "errorMessage", "Init<SyntaxError>"},
    {"no such method",         "app.rb", "", "app.handler", "{}", "Handler 'handler' missing", "Init<NameError>"},
    {"the context",            "app.rb", "def handler(event:, context:)\n  [context.function_name[0, 4], context.function_version, context.memory_limit_in_mb, context.invoked_function_arn.sub(/\\d+$/, ''), context.aws_request_id.size, context.get_remaining_time_in_millis > 1000, context.log_group_name.sub(/\\d+$/, '')]\nend\n", "app.handler", "{}",
     "[\"case\",\"$LATEST\",\"128\",\"arn:aws:lambda:eu-central-1:000000000000:function:case\",36,true,\"/aws/lambda/case\"]", NULL},
};
/* clang-format on */

static void node_handlers_of_all_kinds_give_what_they_give_on_aws(void **state)
{
    run_cases(*state, "nodejs20.x", node_cases, ARRAY_SIZE(node_cases));
}

static void python_handlers_give_what_they_give_on_aws(void **state)
{
    run_cases(*state, "python3.12", python_cases, ARRAY_SIZE(python_cases));
}

static void ruby_handlers_give_what_they_give_on_aws(void **state)
{
    if (system("command -v ruby >/dev/null") != 0) {
        print_message("  there is no ruby here\n");
        skip();
    }
    run_cases(*state, "ruby3.3", ruby_cases, ARRAY_SIZE(ruby_cases));
}

static void the_nearest_package_says_what_a_plain_file_is(void **state)
{
    struct scene *scene = *state;

    scene_make_folder(scene, "module");
    scene_make_folder(scene, "module/common");
    scene_write(scene, "module/package.json", "{\"type\":\"module\"}", 0600);
    scene_write(scene, "module/index.js", "export const handler = async () => 'module';\n", 0600);
    scene_write(scene, "module/common/package.json", "{}", 0600);
    scene_write(scene, "module/common/index.js", "exports.handler = async () => 'common';\n", 0600);
    scene_add(scene, "module", "nodejs20.x", "module/index.handler");
    scene_add(scene, "common", "nodejs20.x", "module/common/index.handler");
    scene_start(scene);
    scene_expect(scene, "module", "{}", INVOCATION_SUCCEEDED, "\"module\"");
    scene_expect(scene, "common", "{}", INVOCATION_SUCCEEDED, "\"common\"");
}

/* AWS: from Node.js 24 on there are no callbacks. */
static void what_a_plain_value_and_a_callback_mean_depends_on_the_runtime(void **state)
{
    static const struct {
        const char *what;
        const char *runtime; /* NULL: a command of its own */
        const char *handler;
        const char *payload;
        const char *error;
    } cases[] = {
        {"a value, old",          "nodejs22.x", "index.value",    "null",      NULL   },
        {"a value, new",          "nodejs24.x", "index.value",    "5",         NULL   },
        {"a value, whichever",    NULL,         "index.value",    "5",         NULL   },
        {"a callback, old",       "nodejs22.x", "index.callback", "6",         NULL   },
        {"a callback, new",       "nodejs24.x", "index.callback", "callback",
         "Runtime.CallbackHandlerDeprecated"                                          },
        {"a callback, whichever", NULL,         "index.callback", "6",         NULL   },
        {"context.done, new",     "nodejs24.x", "index.done",     "undefined", "Error"},
    };
    struct scene *scene = *state;

    scene_write(
        scene, "index.js",
        "exports.value = () => 5;\n"
        "exports.callback = (event, context, callback) => callback(null, 6);\n"
        "exports.done = async (event, context) => { throw new Error(typeof context.done); };\n",
        0600);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct function *function =
            scene_add(scene, cases[i].what, cases[i].runtime, cases[i].handler);

        if (!cases[i].runtime)
            scene_command(function, "node", "bootstrap.cjs");
    }
    scene_start(scene);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        print_message("  %s\n", cases[i].what);
        if (cases[i].error)
            scene_expect_error(scene, cases[i].what, "{}", cases[i].error, cases[i].payload);
        else
            scene_expect(scene, cases[i].what, "{}", INVOCATION_SUCCEEDED, cases[i].payload);
    }
}

static void expect_hint(struct scene *scene, const char *function, const char *hint)
{
    struct asked asked = {0};
    SCOPED_TEXT log    = {0};

    scene_capture_log(scene);
    scene_run(scene, &asked, function, "{}", INVOCATION_FUNCTION_ERROR);
    scene_forget(&asked);
    scene_stop(scene);
    scene_take_log(scene, &log);
    scene_expect_in_log(&log, hint);
}

static void a_missing_sdk_comes_with_the_command_that_installs_it(void **state)
{
    struct scene *scene = *state;

    scene_write(scene, "index.js", "require('@aws-sdk/client-apigatewaymanagementapi/dist');\n",
                0600);
    scene_add(scene, "sdk", "nodejs20.x", "index.handler");
    scene_start(scene);
    expect_hint(scene, "sdk", "npm install @aws-sdk/client-apigatewaymanagementapi");
}

static void a_missing_sdk_in_the_middle_of_a_call_too(void **state)
{
    struct scene *scene = *state;

    scene_write(scene, "index.mjs", "export const handler = () => import('@aws-sdk/client-s3');\n",
                0600);
    scene_add(scene, "sdk", "nodejs20.x", "index.handler");
    scene_start(scene);
    expect_hint(scene, "sdk", "npm install @aws-sdk/client-s3");
}

static void a_module_level_exit_is_not_hidden(void **state)
{
    struct scene *scene = *state;

    scene_write(scene, "index.js", "process.exit(5);\n", 0600);
    scene_add(scene, "exits", "nodejs20.x", "index.handler");
    scene_start(scene);
    scene_expect_error(scene, "exits", "{}", "Runtime.ExitError", "exit status 5");
}

static void lines_of_pythons_logging_carry_the_request(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};
    SCOPED_TEXT log     = {0};

    scene_write(scene, "app.py",
                "import logging\n"
                "def handler(event, context):\n"
                "    logging.info('quiet')\n"
                "    logging.warning('loud')\n"
                "    print('printed')\n",
                0600);
    scene_add(scene, "app", "python3.12", "app.handler");
    scene_start(scene);
    scene_capture_log(scene);
    scene_run(scene, &asked, "app", "{}", INVOCATION_SUCCEEDED);
    scene_take_log(scene, &log);
    scene_expect_in_log(&log, " printed functionName=app requestId=");
    scene_expect_in_log(&log, "[WARNING] ");
    scene_expect_in_log(&log, " loud functionName=app requestId=");
    assert_null(strstr(text_string(&log), "quiet"));
    assert_int_equal(asked.invocation.payload.size, 4);
    scene_forget(&asked);
}

static void events_follow_one_another_in_one_process(void **state)
{
    static const char *const runtimes[][3] = {
        {"nodejs20.x", "many.js",
         "let n = 0; exports.handler = async (event) => [++n, event.text.length];\n"},
        {"python3.12", "many.py",
         "n = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return [n, "
         "len(event['text'])]\n"                                                    },
    };
    struct scene *scene = *state;
    SCOPED_TEXT large   = {0};

    text_append_string(&large, "{\"text\":\"");
    for (size_t i = 0; i < 131072; i++)
        text_append_character(&large, 'x');
    text_append_string(&large, "\"}");
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        scene_write(scene, runtimes[i][1], runtimes[i][2], 0600);
        scene_add(scene, runtimes[i][0], runtimes[i][0], "many.handler");
    }
    scene_start(scene);
    for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
        for (size_t n = 1; n <= 50; n++) {
            SCOPED_MEMORY char *expected =
                memory_format(i == 0 ? "[%zu,%d]" : "[%zu, %d]", n, n % 2 ? 131072 : 1);

            scene_expect(scene, runtimes[i][0], n % 2 ? text_string(&large) : "{\"text\":\"y\"}",
                         INVOCATION_SUCCEEDED, expected);
        }
    }
}

int main(void)
{
    static struct scene scene       = {.keeper.socket = -1};
    const struct CMUnitTest tests[] = {
        SCENE_TEST(node_handlers_of_all_kinds_give_what_they_give_on_aws),
        SCENE_TEST(python_handlers_give_what_they_give_on_aws),
        SCENE_TEST(ruby_handlers_give_what_they_give_on_aws),
        SCENE_TEST(the_nearest_package_says_what_a_plain_file_is),
        SCENE_TEST(what_a_plain_value_and_a_callback_mean_depends_on_the_runtime),
        SCENE_TEST(a_missing_sdk_comes_with_the_command_that_installs_it),
        SCENE_TEST(a_missing_sdk_in_the_middle_of_a_call_too),
        SCENE_TEST(a_module_level_exit_is_not_hidden),
        SCENE_TEST(lines_of_pythons_logging_carry_the_request),
        SCENE_TEST(events_follow_one_another_in_one_process),
    };

    return SCENE_RUN("bootstraps", &scene, tests);
}
