#include "sample/sample_event.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "json/json.h"
#include "json/scanner.h"

struct scene_route {
    const char *key;
    const char *function; /* NULL: no integration */
};

static void add_api(struct registry *registry, const char *id, const char *name, const char *stage,
                    const struct scene_route *routes)
{
    struct api *api = registry_add_api(registry);

    api->api_id                     = memory_copy_string(id);
    api->name                       = memory_copy_string(name);
    api->route_selection_expression = memory_copy_string("$request.body.action");
    api_add_stage(api)->stage_name  = memory_copy_string(stage);
    for (; routes->key; routes++) {
        struct integration *integration = api_add_integration(api);
        struct route *route             = api_add_route(api);

        integration->integration_id = memory_copy_string(routes->key);
        integration->function       = memory_copy_string(routes->function);
        route->route_key            = memory_copy_string(routes->key);
        route->integration_id       = memory_copy_string(routes->key);
    }
}

static int set_up(void **state)
{
    static const struct scene_route chat[] = {
        {"$connect",    "connect"},
        {"$disconnect", "bye"    },
        {"join",        "join"   },
        {"$default",    "help"   },
        {NULL,          NULL     },
    };
    static const struct scene_route feed[] = {
        {"tick", "tick"},
        {NULL,   NULL  }
    };
    struct registry *registry = NEW(struct registry);
    struct authorizer *authorizer;

    add_api(registry, "chat000001", "chat", "dev", chat);
    add_api(registry, "feed000001", "feed", "live", feed);
    authorizer           = api_add_authorizer(&registry->apis[1]);
    authorizer->name     = memory_copy_string("token");
    authorizer->function = memory_copy_string("check");
    name_values_put(&registry->apis[0].stages[0].stage_variables, "color", "blue");
    *state = registry;
    return 0;
}

static int tear_down(void **state)
{
    registry_deinit(*state);
    free(*state);
    return 0;
}

/* What of the event matters here: "message join dev {"action":"join"}", or the errors. */
static void show(const struct sample_settings *settings, const struct registry *registry,
                 const char *function, struct text *out)
{
    static const struct json_step steps[][2] = {
        {{"requestContext", 14, 0},        {"eventType", 9, 0}            },
        {{"requestContext", 14, 0},        {"routeKey", 8, 0}             },
        {{"requestContext", 14, 0},        {"apiId", 5, 0}                },
        {{"requestContext", 14, 0},        {"stage", 5, 0}                },
        {{"requestContext", 14, 0},        {"disconnectStatusCode", 20, 0}},
        {{"requestContext", 14, 0},        {"disconnectReason", 16, 0}    },
        {{"body", 4, 0},                   {NULL, 0, 0}                   },
        {{"stageVariables", 14, 0},        {NULL, 0, 0}                   },
        {{"queryStringParameters", 21, 0}, {NULL, 0, 0}                   },
    };
    struct json_path paths[ARRAY_SIZE(steps)];
    struct json_span spans[ARRAY_SIZE(steps)];
    SCOPED_TEXT event = {0};

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        paths[i] = (struct json_path){steps[i], steps[i][1].name ? 2 : 1};
    if (!sample_event_write(settings, registry, function, &event, out)) {
        assert_true(out->size > 0);
        assert_int_equal(text_string(out)[out->size - 1], '\n');
        return;
    }
    assert_int_equal(out->size, 0);
    assert_true(json_scan(text_string(&event), event.size, paths, spans, ARRAY_SIZE(steps)));
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        if (spans[i].data)
            text_append_format(out, "%s%.*s", i > 0 ? " " : "", (int)spans[i].size, spans[i].data);
    }
}

#define BLUE " {\"color\":\"blue\"}"

static void sample_event_write_fits_the_project(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        struct sample_settings settings;
        const char *function;
        const char *expected;
    } cases[] = {
        {"a connect", {.kind = "connect"}, NULL,
         "\"CONNECT\" \"$connect\" \"chat000001\" \"dev\"" BLUE},
        {"a disconnect like most", {.kind = "disconnect"}, NULL,
         "\"DISCONNECT\" \"$disconnect\" \"chat000001\" \"dev\" 1005 \"Client-side close frame status not set\"" BLUE},
        {"a disconnect with a code", {.kind = "disconnect", .code = 4001}, NULL,
         "\"DISCONNECT\" \"$disconnect\" \"chat000001\" \"dev\" 4001 \"\"" BLUE},
        {"and a reason", {.kind = "disconnect", .code = 4001, .reason = "b\"ye"}, NULL,
         "\"DISCONNECT\" \"$disconnect\" \"chat000001\" \"dev\" 4001 \"b\\\"ye\"" BLUE},
        {"a message", {.kind = "message"}, NULL,
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"hello\"" BLUE},
        {"a body selects", {.kind = "message", .body = "{\"action\":\"join\"}", .body_size = 17}, NULL,
         "\"MESSAGE\" \"join\" \"chat000001\" \"dev\" \"{\\\"action\\\":\\\"join\\\"}\"" BLUE},
        {"a body selects the default", {.kind = "message", .body = "{\"action\":\"$connect\"}", .body_size = 21}, NULL,
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"{\\\"action\\\":\\\"$connect\\\"}\"" BLUE},
        {"a route makes a body", {.kind = "message", .route = "join"}, NULL,
         "\"MESSAGE\" \"join\" \"chat000001\" \"dev\" \"{\\\"action\\\":\\\"join\\\"}\"" BLUE},
        {"a route wins over the body", {.kind = "message", .route = "join", .body = "x", .body_size = 1}, NULL,
         "\"MESSAGE\" \"join\" \"chat000001\" \"dev\" \"x\"" BLUE},
        {"an empty body", {.kind = "message", .body = "", .body_size = 0}, NULL,
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"\"" BLUE},
        {"an API by name", {.kind = "message", .api = "feed"}, NULL,
         "\"MESSAGE\" \"tick\" \"feed000001\" \"live\" \"{\\\"action\\\":\\\"tick\\\"}\""},
        {"an API by id", {.kind = "connect", .api = "feed000001"}, NULL,
         "\"CONNECT\" \"$connect\" \"feed000001\" \"live\""},
        {"a function's own route", {.kind = "message"}, "join",
         "\"MESSAGE\" \"join\" \"chat000001\" \"dev\" \"{\\\"action\\\":\\\"join\\\"}\"" BLUE},
        {"a function's own kind", {0}, "bye",
         "\"DISCONNECT\" \"$disconnect\" \"chat000001\" \"dev\" 1005 \"Client-side close frame status not set\"" BLUE},
        {"a function's own API", {0}, "tick",
         "\"MESSAGE\" \"tick\" \"feed000001\" \"live\" \"{\\\"action\\\":\\\"tick\\\"}\""},
        {"a function without routes", {0}, "other",
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"hello\"" BLUE},
        {"a body makes it a message", {.body = "x", .body_size = 1}, "connect",
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"x\"" BLUE},
        {"an authorizer's", {.kind = "authorizer"}, NULL,
         "\"CONNECT\" \"$connect\" \"chat000001\" \"dev\"" BLUE " {}"},
        {"a function that authorizes", {0}, "check",
         "\"CONNECT\" \"$connect\" \"feed000001\" \"live\" {} {}"},
        {"a function that authorizes, with a body", {.body = "x", .body_size = 1, .api = "chat"}, "check",
         "\"MESSAGE\" \"$default\" \"chat000001\" \"dev\" \"x\"" BLUE},
        {"a code makes it a disconnect", {.code = 1000}, "connect",
         "\"DISCONNECT\" \"$disconnect\" \"chat000001\" \"dev\" 1000 \"\"" BLUE},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown = {0};

        show(&cases[i].settings, *state, cases[i].function, &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

static void sample_event_write_needs_no_project(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        struct sample_settings settings;
        const char *expected;
    } cases[] = {
        {"an API of its own", {.kind = "connect", .api = "a1b2c3d4e5", .stage = "prod"},
         "\"CONNECT\" \"$connect\" \"a1b2c3d4e5\" \"prod\""},
        {"the usual expression", {.kind = "message", .api = "a", .body = "{\"action\":\"any\"}", .body_size = 16},
         "\"MESSAGE\" \"any\" \"a\" \"dev\" \"{\\\"action\\\":\\\"any\\\"}\""},
        {"a text", {.kind = "message", .api = "a", .body = "x", .body_size = 1},
         "\"MESSAGE\" \"$default\" \"a\" \"dev\" \"x\""},
        {"any route", {.kind = "message", .api = "a", .route = "b c"},
         "\"MESSAGE\" \"b c\" \"a\" \"dev\" \"{\\\"action\\\":\\\"b c\\\"}\""},
        {"a bad id", {.kind = "connect", .api = "\"x"}, "ids and stages consist of letters, digits, '_' and '-'\n"},
        {"a bad stage", {.kind = "connect", .stage = ""}, "ids and stages consist of letters, digits, '_' and '-'\n"},
    };
    /* clang-format on */
    const struct registry none = {0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown = {0};

        show(&cases[i].settings, &none, NULL, &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

static void sample_event_write_says_what_does_not_fit(void **state)
{
    static char bad[]            = "No header";
    static char key[]            = "Sec-WebSocket-Key: x";
    static char latin[]          = "caf\xe9";
    static char forged[]         = "A: b\r\nC: d";
    static char *const headers[] = {bad, key, forged};
    /* clang-format off */
    static const struct {
        const char *what;
        struct sample_settings settings;
        const char *expected;
    } cases[] = {
        {"a kind misspelt", {.kind = "mesage"}, "there is no mesage event: did you mean message?\n"},
        {"a kind unheard of", {.kind = "x"}, "there is no x event: there are connect, message, disconnect, authorizer\n"},
        {"another API", {.kind = "connect", .api = "chatt"}, "there is no API chatt: did you mean chat?\n"},
        {"another stage", {.kind = "connect", .stage = "prod"}, "there is no stage prod: there is dev\n"},
        {"another route", {.kind = "message", .route = "jion"}, "the API chat has no route jion: did you mean join?\n"},
        {"no message", {.kind = "message", .route = "$connect"}, "$connect is no route of messages: ask for a connect event\n"},
        {"no route", {.kind = "message", .api = "feed", .body = "{\"action\":\"tock\"}", .body_size = 17},
         "the body selects the route \"tock\", which the API feed doesn't have, nor has it $default: name a route with --route\n"},
        {"a code", {.kind = "disconnect", .code = 99}, "a close code is a number from 1000 to 4999\n"},
        {"a connection", {.kind = "message", .connection_id = "abc"},
         "abc is no connection id: 15 characters like those of Wk3vZdT9liACExQ=, and the = at the end\n"},
        {"a header", {.kind = "connect", .headers = headers, .header_count = 1},
         "No header is no header: write it like --header 'Name: value'\n"},
        {"two headers in one", {.kind = "connect", .headers = headers + 2, .header_count = 1},
         "A: b\r\nC: d is no header: write it like --header 'Name: value'\n"},
        {"a handshake", {.kind = "connect", .headers = headers + 1, .header_count = 1},
         "the gateway would refuse such a handshake: Invalid Sec-WebSocket-Key\n"},
        {"another encoding", {.kind = "message", .body = latin, .body_size = 4},
         "events are UTF-8, and what you gave isn't: the gateway takes no binary messages\n"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT shown = {0};

        show(&cases[i].settings, *state, NULL, &shown);
        if (!text_equals(&shown, cases[i].expected))
            fail_msg("%s: %s", cases[i].what, text_string(&shown));
    }
}

static void sample_event_write_bounds_sizes(void **state)
{
    SCOPED_MEMORY char *large       = memory_new(MESSAGE_SIZE_MAX + 2);
    SCOPED_TEXT event               = {0};
    SCOPED_TEXT errors              = {0};
    struct sample_settings settings = {.kind = "message", .body = large};

    memset(large, 'x', MESSAGE_SIZE_MAX + 1);
    settings.body_size = MESSAGE_SIZE_MAX;
    assert_true(sample_event_write(&settings, *state, NULL, &event, &errors));
    settings.body_size = MESSAGE_SIZE_MAX + 1;
    assert_false(sample_event_write(&settings, *state, NULL, &event, &errors));
    assert_non_null(strstr(text_string(&errors), "131073 bytes"));

    text_clear(&errors);
    settings = (struct sample_settings){.kind = "connect", .queries = &large, .query_count = 1};
    assert_false(sample_event_write(&settings, *state, NULL, &event, &errors));
    assert_non_null(strstr(text_string(&errors), "URL of 4096 bytes"));
}

static void sample_event_write_shows_the_handshake(void **state)
{
    static char agent[]                   = "user-agent: mine";
    static char host[]                    = "HOST: h.example";
    static char twice[]                   = "X-Twice:1";
    static char again[]                   = "x-twice: 2";
    static char simple[]                  = "a=1 & 2%";
    static char alone[]                   = "b";
    static char *const headers[]          = {agent, host, twice, again};
    static char *const queries[]          = {simple, alone};
    const struct sample_settings settings = {
        .kind         = "connect",
        .headers      = headers,
        .header_count = 4,
        .queries      = queries,
        .query_count  = 2,
    };
    static const char *const parts[] = {
        ("\"headers\":{\"HOST\":\"h.example\",\"Sec-WebSocket-Extensions\":\"permessage-deflate; "
         "client_max_window_bits\",\"Sec-WebSocket-Key\":\""),
        "\"Sec-WebSocket-Version\":\"13\",\"user-agent\":\"mine\",\"X-Amzn-Trace-Id\":\"Root=1-",
        "\"X-Twice\":[\"1\",\"2\"]",
        "\"queryStringParameters\":{\"a\":\"1 & 2%\",\"b\":\"\"}",
        "\"identity\":{\"userAgent\":\"mine\",\"sourceIp\":\"127.0.0.1\"}",
        "\"domainName\":\"localhost:3001\"",
    };
    SCOPED_TEXT event  = {0};
    SCOPED_TEXT errors = {0};

    if (!sample_event_write(&settings, *state, NULL, &event, &errors))
        fail_msg("%s", text_string(&errors));
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!strstr(text_string(&event), parts[i]))
            fail_msg("no %s in %s", parts[i], text_string(&event));
    }
}

static void sample_event_write_gives_authorizers_the_arn_of_their_method(void **state)
{
    const struct sample_settings settings = {
        .kind = "authorizer", .region = "eu-west-1", .account = "123456789012"};
    static const char start[] =
        "{\"type\":\"REQUEST\",\"methodArn\":\"arn:aws:execute-api:eu-west-1:123456789012:"
        "chat000001/"
        "dev/$connect\",\"headers\":{\"Connection\":\"Upgrade\",\"content-length\":\"0\",";
    SCOPED_TEXT event  = {0};
    SCOPED_TEXT errors = {0};

    assert_true(sample_event_write(&settings, *state, NULL, &event, &errors));
    if (strncmp(text_string(&event), start, strlen(start)) != 0)
        fail_msg("%s", text_string(&event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sample_event_write_fits_the_project, set_up, tear_down),
        cmocka_unit_test(sample_event_write_needs_no_project),
        cmocka_unit_test_setup_teardown(sample_event_write_says_what_does_not_fit, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            sample_event_write_gives_authorizers_the_arn_of_their_method, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sample_event_write_bounds_sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sample_event_write_shows_the_handshake, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
