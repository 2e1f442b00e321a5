#include "cli/connect/printer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cli/connect/answer.h"

static void expect_out(struct printer *printer, const char *expected)
{
    assert_string_equal(text_string(&printer->out), expected);
    text_clear(&printer->out);
}

static void at_a_terminal_everything_is_shown_in_its_colour(void **state)
{
    struct printer printer = {
        .form = PRINTER_INTERACTIVE, .is_out_terminal = true, .has_colours = true};

    printer_opened(&printer, "ws://h/\033dev", "chat", 4);
    expect_out(&printer, "\033[32mConnected to ws://h/\\u001bdev, subprotocol chat (Ctrl-C quits, "
                         "/help says more)\033[0m\n");
    printer_received(&printer, false, "a\033[2J\nb", 7);
    expect_out(&printer, "\033[34m< a\\u001b[2J\n  b\033[0m\n");
    printer_received(&printer, true, "\1", 1);
    assert_non_null(strstr(text_string(&printer.out), "< 00000000  01 "));
    text_clear(&printer.out);
    printer_complain(&printer, "warning", "%s", "too \033 long");
    expect_out(&printer, "\033[31mpostern connect: warning: too \\u001b long\033[0m\n");
    printer_sent(&printer, "x", 1);
    expect_out(&printer, "");
    assert_int_equal(printer.err.size, 0);
    printer_deinit(&printer);
}

static void a_script_gets_messages_as_they_are_and_nothing_else(void **state)
{
    struct printer printer = {.form = PRINTER_SCRIPTED};

    printer_opened(&printer, "ws://h/", "", 0);
    printer_received(&printer, false, "a\033\n", 3);
    printer_received(&printer, true, "\0\xff", 2);
    printer_closed(&printer, 4000, "\033", 1);
    assert_int_equal(printer.out.size, 7);
    assert_memory_equal(printer.out.data, "a\033\n\n\0\xff\n", 7);
    assert_string_equal(text_string(&printer.err),
                        "Disconnected (code: 4000, reason: \"\\u001b\")\n");
    printer_deinit(&printer);
}

static void a_scripts_output_at_a_terminal_is_escaped(void **state)
{
    struct printer printer = {.form = PRINTER_SCRIPTED, .is_out_terminal = true};

    printer_received(&printer, false, "a\033\nb", 4);
    expect_out(&printer, "a\\u001b\nb\n");
    printer_deinit(&printer);
}

/* Behind the time, which is another one each time. */
static void expect_json(struct printer *printer, const char *expected)
{
    const char *event = strstr(text_string(&printer->out), "\"event\"");

    assert_non_null(event);
    assert_string_equal(event, expected);
    text_clear(&printer->out);
}

static void json_is_one_object_a_line(void **state)
{
    struct printer printer = {.form = PRINTER_JSON};

    printer_opened(&printer, "ws://h/", "", 0);
    expect_json(&printer, "\"event\":\"open\",\"url\":\"ws://h/\",\"protocol\":\"\"}\n");
    printer_sent(&printer, "x", 1);
    expect_json(&printer, "\"event\":\"sent\",\"data\":\"x\"}\n");
    printer_received(&printer, false, "\"\n", 2);
    expect_json(&printer, "\"event\":\"message\",\"type\":\"text\",\"data\":\"\\\"\\n\"}\n");
    printer_received(&printer, true, "foob", 4);
    expect_json(&printer, "\"event\":\"message\",\"type\":\"binary\",\"data\":\"Zm9vYg==\"}\n");
    printer_received_control(&printer, "ping", "a\xff", 2, false);
    expect_json(&printer, "\"event\":\"ping\",\"data\":\"a\xef\xbf\xbd\"}\n");
    printer_closed(&printer, 1000, "", 0);
    expect_json(&printer, "\"event\":\"close\",\"code\":1000,\"reason\":\"\"}\n");
    printer_complain(&printer, "error", "no %d", 7);
    expect_json(&printer, "\"event\":\"error\",\"message\":\"no 7\"}\n");
    printer_remark(&printer, "lines\n");
    assert_int_equal(printer.out.size, 0);
    assert_int_equal(printer.err.size, 0);
    printer_deinit(&printer);
}

static void a_refusal_shows_status_type_and_body_escaped(void **state)
{
    static const char head[] = "HTTP/1.1 403 For\033bidden\r\nx-amzn-ErrorType: F\r\n\r\n";
    struct printer printer   = {.form = PRINTER_SCRIPTED};
    struct answer answer     = {0};
    SCOPED_TEXT body         = {0};

    text_append_string(&body, "{\033}");
    assert_int_equal(answer_parse(head, sizeof head - 1, &answer), ANSWER_COMPLETE);
    printer_refused(&printer, &answer, &body);
    assert_string_equal(text_string(&printer.err), "refused: HTTP/1.1 403 For\\u001bbidden\n"
                                                   "x-amzn-ErrorType: F\n{\\u001b}\n");
    assert_int_equal(printer.out.size, 0);
    answer_deinit(&answer);
    printer_deinit(&printer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_a_terminal_everything_is_shown_in_its_colour),
        cmocka_unit_test(a_script_gets_messages_as_they_are_and_nothing_else),
        cmocka_unit_test(a_scripts_output_at_a_terminal_is_escaped),
        cmocka_unit_test(json_is_one_object_a_line),
        cmocka_unit_test(a_refusal_shows_status_type_and_body_escaped),
    };

    return cmocka_run_group_tests_name("cli/connect/printer", tests, NULL, NULL);
}
