#include "lambda/runtime_api.h"

#include "lambda_scene.h"

#define PARALLEL 5

static void what_a_start_posts_as_its_error_is_the_payload(void **state)
{
    static const char script[] =
        "answer, body = ask('POST', '/2018-06-01/runtime/init/error', '{\"errorType\":\"Mine\"}')\n"
        "sys.exit(0 if answer.status == 202 else 9)\n";
    struct scene *scene          = *state;
    struct asked asked[PARALLEL] = {0};

    scene_add_raw(scene, "unwilling", script);
    scene_start(scene);
    scene_run_all(scene, "unwilling", "{}", asked, PARALLEL);
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

    scene_add_raw(scene, "twice", script);
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

    scene_add_raw(scene, "forgetful", script);
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

    scene_add_raw(scene, "curious", script);
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

    scene_add_raw(scene, "lost", script);
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
    scene_add_raw(scene, "polite", script);
    scene_start(scene);
    scene_expect(
        scene, "polite", "{}", INVOCATION_SUCCEEDED,
        "200 36 {\"functionName\":\"polite\",\"functionVersion\":\"$LATEST\",\"handler\":\"\"}");
    scene_wait_for_no_process(scene);
    assert_int_equal(access(goodbye, F_OK), 0);
}

static void a_result_may_have_six_megabytes_and_no_more(void **state)
{
    struct scene *scene = *state;
    struct asked asked  = {0};

    scene_add_node(scene, "big");
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

    scene_add_raw(scene, "taciturn", script);
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

    scene_add_raw(scene, "chunky", script);
    scene_start(scene);
    scene_expect(scene, "chunky", "{}", INVOCATION_SUCCEEDED, "{\"a\":1}");
}

static void a_stream_that_breaks_off_says_so_in_a_trailer(void **state)
{
    static const char script[] =
        "id, _, _ = next()\n"
        "api.putrequest('POST', base + id + '/response')\n"
        "api.putheader('Transfer-Encoding', 'chunked')\n"
        "api.putheader('Trailer', 'Lambda-Runtime-Function-Error-Type')\n"
        "api.endheaders()\n"
        "api.send(b'7\\r\\n{\"a\":1}\\r\\n0\\r\\n'\n"
        "    b'Lambda-Runtime-Function-Error-Type: Function.Broken\\r\\n\\r\\n')\n"
        "api.getresponse().read()\n"
        "forever()\n";
    struct scene *scene = *state;

    scene_add_raw(scene, "broken", script);
    scene_start(scene);
    scene_expect(scene, "broken", "{}", INVOCATION_FUNCTION_ERROR, "{\"a\":1}");
}

int main(void)
{
    static struct scene scene       = {.keeper.socket = -1};
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_a_start_posts_as_its_error_is_the_payload),
        SCENE_TEST(an_answer_counts_once_and_for_its_own_event),
        SCENE_TEST(asking_without_an_answer_fails_the_event_and_goes_on),
        SCENE_TEST(an_event_comes_with_lambdas_headers),
        SCENE_TEST(what_is_not_the_runtime_api_is_not_found),
        SCENE_TEST(an_extension_is_registered_and_hears_sigterm),
        SCENE_TEST(a_result_may_have_six_megabytes_and_no_more),
        SCENE_TEST(a_failure_without_a_body_has_the_type_of_its_header),
        SCENE_TEST(a_chunked_result_comes_whole),
        SCENE_TEST(a_stream_that_breaks_off_says_so_in_a_trailer),
    };

    return SCENE_RUN("runtime_api", &scene, tests);
}
