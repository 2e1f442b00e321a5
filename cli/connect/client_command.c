#include "cli/connect/client_command.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"

/* The word's argument: what follows it and one space. */
struct argument {
    const char *data;
    size_t size;
};

static struct client_command read_ping(struct argument argument, struct text *message);
static struct client_command read_pong(struct argument argument, struct text *message);
static struct client_command read_close(struct argument argument, struct text *message);
static struct client_command read_quit(struct argument argument, struct text *message);
static struct client_command read_help(struct argument argument, struct text *message);

static const struct {
    const char *word;
    struct client_command (*read)(struct argument argument, struct text *message);
} commands[] = {
    {"/ping",  read_ping },
    {"/pong",  read_pong },
    {"/close", read_close},
    {"/quit",  read_quit },
    {"/exit",  read_quit },
    {"/help",  read_help },
};

static struct client_command wrong(struct text *message, const char *what)
{
    text_append_string(message, what);
    return (struct client_command){.kind = CLIENT_COMMAND_WRONG};
}

static struct client_command read_control(enum client_command_kind kind, struct argument argument,
                                          struct text *message)
{
    if (argument.size > CLIENT_COMMAND_PING_SIZE_MAX)
        return wrong(message, "a ping or pong carries at most 125 bytes");
    return (struct client_command){.kind = kind, .data = argument.data, .size = argument.size};
}

static struct client_command read_ping(struct argument argument, struct text *message)
{
    return read_control(CLIENT_COMMAND_PING, argument, message);
}

static struct client_command read_pong(struct argument argument, struct text *message)
{
    return read_control(CLIENT_COMMAND_PONG, argument, message);
}

/* RFC 6455, section 7.4: what may stand in a close frame. */
static bool is_close_code(unsigned code)
{
    return code >= 1000 && code <= 4999 && code != 1005 && code != 1006 && code != 1015;
}

static struct client_command read_close(struct argument argument, struct text *message)
{
    struct client_command command = {.kind = CLIENT_COMMAND_CLOSE, .data = "", .size = 0};
    unsigned code                 = 0;
    size_t digits                 = 0;

    if (argument.size == 0)
        return command;
    for (; digits < argument.size && digits < 5; digits++) {
        if (argument.data[digits] < '0' || argument.data[digits] > '9')
            break;
        code = code * 10 + (unsigned)(argument.data[digits] - '0');
    }
    if ((digits < argument.size && argument.data[digits] != ' ') || !is_close_code(code))
        return wrong(message, "/close [CODE [REASON]]: the code is a number from 1000 to 4999, but "
                              "not 1005, 1006 or 1015, which never stand in a frame");
    command.code = (uint16_t)code;
    if (digits < argument.size) {
        command.data = argument.data + digits + 1;
        command.size = argument.size - digits - 1;
    }
    if (command.size > CLIENT_COMMAND_REASON_SIZE_MAX)
        return wrong(message, "the reason of a close has at most 123 bytes");
    if (!utf8_is_valid(command.data, command.size))
        return wrong(message, "the reason isn't valid UTF-8");
    return command;
}

static struct client_command read_quit(struct argument argument, struct text *message)
{
    if (argument.size > 0)
        return wrong(message, "/quit takes nothing: /close CODE REASON does");
    return (struct client_command){.kind = CLIENT_COMMAND_CLOSE, .data = "", .code = 1000};
}

static struct client_command read_help(struct argument argument, struct text *message)
{
    return (struct client_command){.kind = CLIENT_COMMAND_HELP};
}

struct client_command client_command_read(const char *line, size_t size, struct text *message)
{
    const char *space = memchr(line, ' ', size);
    size_t word_size  = space ? (size_t)(space - line) : size;
    struct argument argument;

    if (size == 0 || line[0] != '/')
        return (struct client_command){.kind = CLIENT_COMMAND_SEND, .data = line, .size = size};
    if (size > 1 && line[1] == '/')
        return (struct client_command){
            .kind = CLIENT_COMMAND_SEND, .data = line + 1, .size = size - 1};
    argument = (struct argument){space ? space + 1 : "", space ? size - word_size - 1 : 0};
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
        if (strlen(commands[i].word) == word_size && memcmp(commands[i].word, line, word_size) == 0)
            return commands[i].read(argument, message);
    }
    return wrong(message, "there is no such command: /help lists them, and //text sends \"/text\"");
}

const char *client_command_help(void)
{
    return "/ping [TEXT]            send a ping; its pong is shown\n"
           "/pong [TEXT]            send a pong that nobody asked for\n"
           "/close [CODE [REASON]]  close the connection; without a code the frame has none\n"
           "/quit                   close it with 1000, like Ctrl-C and Ctrl-D\n"
           "/help                   print this\n"
           "//text                  send \"/text\"\n";
}
