#include "gateway/event.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "gateway/event_headers.h"
#include "http/request_head.h"
#include "json/json.h"

#define CONNECTED_AT 1731324924553

#define USER_AGENT                                                                                 \
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "     \
    "Safari/537.36"

static const struct event_facts cli_facts = {
    .connection_id = "Wk3vZdT9liACExQ=",
    .api_id        = "a1b2c3d4e5",
    .stage         = "dev",
    .domain_name   = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
    .source_ip     = "203.0.113.24",
    .connected_at  = CONNECTED_AT,
};

static struct event prepare(const struct event_facts *facts, int64_t now, const char *request_id,
                            const char *stage_variables)
{
    struct event event = {.facts = *facts, .stage_variables = stage_variables, .now = now};

    snprintf(event.request_id, ID_SIZE, "%s", request_id);
    return event;
}

/* The golden event of that name without its white space: members, order, casing and omissions
 * count. */
static void check_golden(const char *name, const struct text *event)
{
    SCOPED_MEMORY char *path = memory_format("fixtures/events/%s.json", name);
    SCOPED_TEXT contents     = {0};
    SCOPED_TEXT expected     = {0};
    struct arena arena       = {0};
    struct json_error error  = {0};
    FILE *file               = fopen(path, "re");
    const struct json *golden;

    assert_non_null(file);
    text_grow(&contents, fread(text_reserve(&contents, 65536), 1, 65536, file));
    fclose(file);
    golden = json_parse(&arena, contents.data, contents.size, &error);
    assert_non_null(golden);
    json_print(golden, &expected);
    assert_string_equal(text_string(event), text_string(&expected));
    arena_deinit(&arena);
}

static void check_connect(const char *name, const struct event_facts *facts, int64_t now,
                          const char *head_text)
{
    struct event event;
    struct request_head head;
    SCOPED_TEXT out = {0};

    assert_int_equal(request_head_parse(head_text, strlen(head_text), &head),
                     REQUEST_HEAD_COMPLETE);
    event = prepare(facts, now, "Wk3vZF0QFiAFm3A=", "");
    event_write_connect(&event, &head, "1-6731ebfc-0123456789abcdef01234567", &out);
    check_golden(name, &out);
    request_head_deinit(&head);
}

#define UPGRADE_FIELDS                                                                             \
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"                                              \
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"

#define HOST_FIELD "Host: a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com\r\n"

static void a_cli_s_connect_event_has_aws_s_members_in_aws_s_order(void **state)
{
    check_connect("connect.cli-no-query", &cli_facts, CONNECTED_AT + 8,
                  "GET /dev HTTP/1.1\r\n" UPGRADE_FIELDS HOST_FIELD "content-length: 0\r\n\r\n");
}

static void a_browser_s_connect_event_has_its_query_and_user_agent(void **state)
{
    struct event_facts facts = cli_facts;

    facts.user_agent = USER_AGENT;
    check_connect("connect.browser-with-query", &facts, CONNECTED_AT,
                  "GET /dev?room=lobby&tag=a&tag=b HTTP/1.1\r\n" HOST_FIELD
                  "Pragma: no-cache\r\nCache-Control: no-cache\r\nUser-Agent: " USER_AGENT
                  "\r\nOrigin: https://app.example.com\r\n" UPGRADE_FIELDS
                  "Accept-Encoding: gzip, deflate, br, zstd\r\n"
                  "Accept-Language: en-US,en;q=0.9\r\nCookie: sid=abc123\r\n\r\n");
}

static void an_api_key_is_part_of_the_identity(void **state)
{
    SCOPED_TEXT credentials  = {0};
    struct event_facts facts = cli_facts;

    event_write_api_key("EXAMPLEAPIKEY0123456789abcdefghijklmnopqr", "k1e2y3i4d5", &credentials);
    facts.credentials = text_string(&credentials);
    check_connect("connect.api-key", &facts, CONNECTED_AT + 8,
                  "GET /dev HTTP/1.1\r\n" HOST_FIELD UPGRADE_FIELDS
                  "x-api-key: EXAMPLEAPIKEY0123456789abcdefghijklmnopqr\r\n\r\n");
}

static void an_authorizer_s_event_has_what_belongs_to_the_upgrade_as_well(void **state)
{
    static const char head_text[] =
        "GET /dev?QueryString1=queryValue1 HTTP/1.1\r\n" HOST_FIELD
        "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nHeaderAuth1: headerValue1\r\n"
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
    struct event event;
    struct request_head head;
    SCOPED_TEXT out = {0};

    assert_int_equal(request_head_parse(head_text, strlen(head_text), &head),
                     REQUEST_HEAD_COMPLETE);
    event = prepare(&cli_facts, CONNECTED_AT + 1, "Wk3vZF0QFiAFm3A=", "");
    event_write_authorizer(&event, &head, "1-6731ebfc-0123456789abcdef01234567",
                           "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/dev/$connect",
                           &out);
    check_golden("authorizer.request", &out);
    request_head_deinit(&head);
}

static void a_latency_is_put_behind_the_authorizer_s_context(void **state)
{
    SCOPED_TEXT out = {0};

    event_write_latency("{\"principalId\":\"u\"}", 143, &out);
    assert_string_equal(text_string(&out), "{\"principalId\":\"u\",\"integrationLatency\":143}");
}

static void offered_subprotocols_are_one_string(void **state)
{
    check_connect("connect.subprotocol", &cli_facts, CONNECTED_AT + 8,
                  "GET /dev HTTP/1.1\r\n" HOST_FIELD UPGRADE_FIELDS
                  "Sec-WebSocket-Protocol: chat1, myprotocol\r\n\r\n");
}

/* CPU seconds for the headers and query of rounds requests, each with count names. */
static double measure(unsigned count, unsigned rounds)
{
    SCOPED_TEXT head_text = {0};
    SCOPED_TEXT query     = {0};
    SCOPED_TEXT out       = {0};
    struct request_head head;
    clock_t began;

    text_append_string(&head_text, "GET / HTTP/1.1\r\nHost: localhost\r\n");
    for (unsigned i = count; i > 0; i--) {
        text_append_format(&head_text, "%x:\r\n", i);
        text_append_format(&query, "%c%x", i == count ? '?' : '&', i);
    }
    text_append_string(&head_text, "\r\n");
    assert_int_equal(request_head_parse(head_text.data, head_text.size, &head),
                     REQUEST_HEAD_COMPLETE);
    began = clock();
    for (unsigned i = 0; i < rounds; i++) {
        text_clear(&out);
        event_write_headers(&head, "127.0.0.1", "1-0-0", EVENT_OF_CONNECT, &out);
        event_write_query(query.data, EVENT_OF_CONNECT, &out);
    }
    began = clock() - began;
    request_head_deinit(&head);
    return (double)began / CLOCKS_PER_SEC;
}

static void many_headers_cost_no_more_than_they_would_in_several_requests(void **state)
{
    measure(40, 10); /* warms up */
    assert_true(measure(2000, 8) < 8 * measure(40, 400) + 0.01);
}

static void headers_and_parameters_of_one_name_keep_their_order(void **state)
{
    static const char head_text[] =
        "GET / HTTP/1.1\r\nHost: h\r\nb: 1\r\nA: 2\r\nB: 3\r\nb: 4\r\n\r\n";
    struct request_head head;
    SCOPED_TEXT out = {0};

    assert_int_equal(request_head_parse(head_text, sizeof head_text - 1, &head),
                     REQUEST_HEAD_COMPLETE);
    event_write_headers(&head, "127.0.0.1", "1-0-0", EVENT_OF_CONNECT, &out);
    assert_non_null(strstr(out.data, "{\"A\":\"2\",\"b\":\"4\",\"Host\":\"h\","));
    assert_non_null(strstr(out.data, "{\"A\":[\"2\"],\"b\":[\"1\",\"3\",\"4\"],\"Host\":[\"h\"],"));
    text_clear(&out);
    event_write_query("/?z=1&a=2&Z=3&z=%ff", EVENT_OF_CONNECT, &out);
    assert_string_equal(out.data,
                        "\"queryStringParameters\":{\"z\":\"\ufffd\",\"a\":\"2\",\"Z\":\"3\"},"
                        "\"multiValueQueryStringParameters\":"
                        "{\"z\":[\"1\",\"\ufffd\"],\"a\":[\"2\"],\"Z\":[\"3\"]},");
    request_head_deinit(&head);
}

static void check_message(const char *name, const struct event_facts *facts, const char *route_key,
                          const char *body, const char *stage_variables)
{
    struct event event;
    SCOPED_TEXT out = {0};

    event = prepare(facts, 1731324962514, "Wk31UF7OFiAFhRg=", stage_variables);
    event_write_message(&event, route_key, "Wk31UdA2liACExQ=", body, strlen(body), &out);
    check_golden(name, &out);
}

static void message_events_have_no_headers_and_the_exact_body(void **state)
{
    struct event_facts browser = cli_facts;

    browser.user_agent = USER_AGENT;
    check_message("message.custom-route", &browser, "sendMessage",
                  "{\"action\":\"sendMessage\",\"data\":\"hello\"}", "");
    check_message("message.default-non-json", &cli_facts, "$default", "hello", "");
    check_message("message.with-stage-variables", &browser, "sendMessage",
                  "{\"action\":\"sendMessage\"}", "{\"tableName\":\"connections-dev\"}");
}

static void check_disconnect(const char *name, int64_t now, int code, const char *reason,
                             const char *authorizer)
{
    struct event_facts facts = cli_facts;
    struct event event;
    SCOPED_TEXT out = {0};

    facts.user_agent = USER_AGENT;
    facts.authorizer = authorizer;
    event            = prepare(&facts, now, "Wk4tOF0MliAFcPw=", "");
    event_write_disconnect(&event, code, reason, &out);
    check_golden(name, &out);
}

static void disconnect_events_have_code_reason_and_four_headers(void **state)
{
    check_disconnect("disconnect.browser-navigation-1001", 1731325309875, 1001, "", NULL);
    check_disconnect("disconnect.client-no-status-1005", 1731325309875, 1005,
                     "Client-side close frame status not set", NULL);
    check_disconnect("disconnect.delete-connection-1000", 1731325309875, 1000,
                     "Connection Closed Normally", NULL);
    check_disconnect("disconnect.idle-timeout-1001", 1731325566414, 1001, "Going away", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cli_s_connect_event_has_aws_s_members_in_aws_s_order),
        cmocka_unit_test(a_browser_s_connect_event_has_its_query_and_user_agent),
        cmocka_unit_test(an_api_key_is_part_of_the_identity),
        cmocka_unit_test(an_authorizer_s_event_has_what_belongs_to_the_upgrade_as_well),
        cmocka_unit_test(a_latency_is_put_behind_the_authorizer_s_context),
        cmocka_unit_test(offered_subprotocols_are_one_string),
        cmocka_unit_test(headers_and_parameters_of_one_name_keep_their_order),
        cmocka_unit_test(many_headers_cost_no_more_than_they_would_in_several_requests),
        cmocka_unit_test(message_events_have_no_headers_and_the_exact_body),
        cmocka_unit_test(disconnect_events_have_code_reason_and_four_headers),
    };

    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
