#include "cli/connect/client_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void lines_are_messages_or_commands(void **state)
{
    static const struct {
        const char *line;
        enum client_command_kind kind;
        const char *data;
        unsigned code;
    } cases[] = {
        {"hello",               CLIENT_COMMAND_SEND,  "hello",             0   },
        {"",                    CLIENT_COMMAND_SEND,  "",                  0   },
        {"{\"a\":\"/ping\"}",   CLIENT_COMMAND_SEND,  "{\"a\":\"/ping\"}", 0   },
        {" /ping",              CLIENT_COMMAND_SEND,  " /ping",            0   },
        {"//ping",              CLIENT_COMMAND_SEND,  "/ping",             0   },
        {"//",                  CLIENT_COMMAND_SEND,  "/",                 0   },
        {"/ping",               CLIENT_COMMAND_PING,  "",                  0   },
        {"/ping a b",           CLIENT_COMMAND_PING,  "a b",               0   },
        {"/pong x",             CLIENT_COMMAND_PONG,  "x",                 0   },
        {"/close",              CLIENT_COMMAND_CLOSE, "",                  0   },
        {"/close 4001",         CLIENT_COMMAND_CLOSE, "",                  4001},
        {"/close 1000 bye now", CLIENT_COMMAND_CLOSE, "bye now",           1000},
        {"/quit",               CLIENT_COMMAND_CLOSE, "",                  1000},
        {"/help",               CLIENT_COMMAND_HELP,  "",                  0   },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT message = {0};
        struct client_command command =
            client_command_read(cases[i].line, strlen(cases[i].line), &message);

        if (command.kind != cases[i].kind || command.code != cases[i].code ||
            command.size != strlen(cases[i].data) ||
            (command.size > 0 && memcmp(command.data, cases[i].data, command.size) != 0))
            fail_msg("%s: %d %.*s %u", cases[i].line, command.kind, (int)command.size, command.data,
                     command.code);
        assert_int_equal(message.size, 0);
    }
}

static void wrong_commands_say_what_is_wrong(void **state)
{
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"/bogus",           "no such command"},
        {"/pinging",         "no such command"},
        {"/",                "no such command"},
        {"/close 999",       "1000 to 4999"   },
        {"/close 5000",      "1000 to 4999"   },
        {"/close 1005",      "not 1005"       },
        {"/close 1006 x",    "not 1005"       },
        {"/close 100000",    "1000 to 4999"   },
        {"/close bye",       "1000 to 4999"   },
        {"/close 1000x",     "1000 to 4999"   },
        {"/close 1000 \xff", "UTF-8"          },
        {"/quit now",        "takes nothing"  },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT message = {0};

        if (client_command_read(cases[i].line, strlen(cases[i].line), &message).kind !=
            CLIENT_COMMAND_WRONG)
            fail_msg("%s is right", cases[i].line);
        if (!strstr(text_string(&message), cases[i].message))
            fail_msg("%s: %s", cases[i].line, text_string(&message));
    }
}

static void control_frames_carry_a_bounded_size(void **state)
{
    char line[160];
    SCOPED_TEXT message = {0};

    memset(line, 'x', sizeof line);
    memcpy(line, "/ping ", 6);
    assert_int_equal(client_command_read(line, 6 + 125, &message).kind, CLIENT_COMMAND_PING);
    assert_int_equal(client_command_read(line, 6 + 126, &message).kind, CLIENT_COMMAND_WRONG);
    memcpy(line, "/close 1000 ", 12);
    assert_int_equal(client_command_read(line, 12 + 123, &message).kind, CLIENT_COMMAND_CLOSE);
    assert_int_equal(client_command_read(line, 12 + 124, &message).kind, CLIENT_COMMAND_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_messages_or_commands),
        cmocka_unit_test(wrong_commands_say_what_is_wrong),
        cmocka_unit_test(control_frames_carry_a_bounded_size),
    };

    return cmocka_run_group_tests_name("cli/connect/client_command", tests, NULL, NULL);
}
