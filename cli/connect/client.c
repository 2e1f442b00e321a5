#include "cli/connect/client.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/conversation.h"
#include "cli/connect/lines.h"
#include "cli/connect/opening.h"
#include "cli/connect/printer.h"
#include "cli/connect/session.h"
#include "cli/connect/terminal.h"

/* How long the server may take to answer our close frame. */
#define CLOSE_MICROSECONDS 5000000

/* Bytes that wait to be written, beyond which no more lines are read. */
#define OUTPUT_SIZE_MAX (1024 * 1024)

/* Reads from the server before others get their turn. */
#define READS_PER_TURN 64

#define READ_SIZE 65536

struct client {
    const struct client_settings *settings;
    struct printer printer;
    struct conversation conversation;
    struct transport *transport;
    struct terminal *terminal; /* NULL: not interactive */
    int signals;               /* a signalfd */
    int64_t deadline;          /* clock_microseconds(); 0: none */
    struct text received;
    struct lines input;   /* of standard input */
    bool has_more;        /* the server's bytes weren't all read */
    bool is_input_wanted; /* standard input is read */
    bool is_bounded;      /* closing has begun, and deadline is its end */
    bool is_lost;         /* the transport is of no use any more */
};

static bool is_over(const struct client *client)
{
    const struct session *session = client->conversation.session;

    return client->is_lost || (session_is_over(session) && session_output(session)->size == 0);
}

/* Writes and empties what the printer has. False: nobody reads standard output any more. */
static bool write_out(struct printer *printer)
{
    int result = 0;

    if (printer->out.size > 0)
        result = file_write_all(STDOUT_FILENO, printer->out.data, printer->out.size);
    if (printer->err.size > 0)
        file_write_all(STDERR_FILENO, printer->err.data, printer->err.size);
    text_clear(&printer->out);
    text_clear(&printer->err);
    return result == 0;
}

/* The same around the line being typed. */
static void flush_printer(struct client *client)
{
    if (client->printer.out.size == 0 && client->printer.err.size == 0)
        return;
    terminal_hide(client->terminal);
    if (!write_out(&client->printer))
        conversation_close(&client->conversation, 1000);
    if (!is_over(client) && !conversation_is_closing(&client->conversation))
        terminal_show(client->terminal);
}

static void lose(struct client *client)
{
    if (!client->is_lost)
        conversation_lose(&client->conversation);
    client->is_lost = true;
}

static void close_soon(struct client *client)
{
    conversation_close(&client->conversation, 1000);
    client->is_input_wanted = false;
}

static void begin_waiting(struct client *client)
{
    client->is_input_wanted = false;
    if (client->settings->wait_milliseconds >= 0)
        client->deadline = clock_microseconds() + client->settings->wait_milliseconds * 1000;
}

/* The first of these closes, the second doesn't wait for the server. */
static void on_end_signal(struct client *client)
{
    if (conversation_is_closing(&client->conversation))
        lose(client);
    terminal_hide(client->terminal);
    close_soon(client);
}

static void on_signal(struct client *client)
{
    struct signalfd_siginfo signal;

    if (read(client->signals, &signal, sizeof signal) != sizeof signal)
        return;
    switch (signal.ssi_signo) {
    case SIGWINCH:
        terminal_resize(client->terminal);
        break;
    case SIGTSTP:
        terminal_suspend(client->terminal);
        break;
    default:
        on_end_signal(client);
        break;
    }
}

static void on_readable(struct client *client)
{
    enum transport_result result = TRANSPORT_DONE;

    for (unsigned i = 0; i < READS_PER_TURN && result == TRANSPORT_DONE; i++) {
        text_clear(&client->received);
        result = transport_read(client->transport, &client->received);
        if (result == TRANSPORT_DONE)
            session_feed(client->conversation.session, client->received.data,
                         client->received.size);
        flush_printer(client);
    }
    client->has_more = result == TRANSPORT_DONE;
    if (result == TRANSPORT_ENDED || result == TRANSPORT_BROKEN)
        lose(client);
}

static void on_writable(struct client *client)
{
    struct session *session      = client->conversation.session;
    const struct text *output    = session_output(session);
    enum transport_result result = TRANSPORT_DONE;
    size_t done                  = 0;

    while (output->size > 0 && result == TRANSPORT_DONE) {
        result = transport_write(client->transport, output->data, output->size, &done);
        if (result == TRANSPORT_DONE)
            session_take_output(session, done);
    }
    if (result == TRANSPORT_BROKEN)
        lose(client);
}

/* What was waited for: either the time after the last message, or the server's close frame. */
static void on_deadline(struct client *client)
{
    if (conversation_is_closing(&client->conversation))
        lose(client);
    else
        close_soon(client);
}

/* Once closing, it takes a bounded time. */
static void bound_closing(struct client *client)
{
    if (client->is_bounded || !conversation_is_closing(&client->conversation))
        return;
    client->is_bounded      = true;
    client->is_input_wanted = false;
    client->deadline        = clock_microseconds() + CLOSE_MICROSECONDS;
}

static int milliseconds_left(const struct client *client)
{
    int64_t left = (client->deadline - clock_microseconds() + 999) / 1000;

    if (client->has_more || (client->deadline > 0 && left <= 0))
        return 0;
    if (client->deadline == 0)
        return -1;
    return left > 60000 ? 60000 : (int)left;
}

/* Waits until something happens, and deals with it. True: standard input can be read. */
static bool take_turn(struct client *client)
{
    const struct text *output = session_output(client->conversation.session);
    struct pollfd wanted[3]   = {
          {.fd = transport_descriptor(client->transport), .events = POLLIN},
          {.fd = client->signals,                         .events = POLLIN},
          {.fd = -1,                                      .events = POLLIN},
    };

    flush_printer(client);
    bound_closing(client);
    if (output->size > 0)
        wanted[0].events |= POLLOUT;
    if (client->is_input_wanted && output->size < OUTPUT_SIZE_MAX)
        wanted[2].fd = STDIN_FILENO;
    if (poll(wanted, ARRAY_SIZE(wanted), milliseconds_left(client)) < 0 && errno != EINTR)
        lose(client);
    if (wanted[1].revents)
        on_signal(client);
    if (wanted[0].revents & POLLOUT)
        on_writable(client);
    if (client->has_more || wanted[0].revents & (POLLIN | POLLHUP | POLLERR))
        on_readable(client);
    if (client->deadline > 0 && client->deadline <= clock_microseconds())
        on_deadline(client);
    flush_printer(client);
    return wanted[2].revents != 0;
}

/* The terminal's: while somebody types, the connection goes on. */
static bool wait_for_key(void *owner)
{
    struct client *client = owner;

    while (!is_over(client) && !conversation_is_closing(&client->conversation)) {
        if (take_turn(client) && client->is_input_wanted)
            return true;
    }
    return false;
}

static void talk_at_terminal(struct client *client)
{
    const char *line;
    size_t size = 0;

    while (!is_over(client) && !conversation_is_closing(&client->conversation)) {
        line = terminal_read_line(client->terminal, &size);
        if (!line && !conversation_is_closing(&client->conversation) && !client->is_lost) {
            text_append_character(&client->printer.out, '\n'); /* Ctrl-D stands there */
            close_soon(client);
        } else if (line && size > 0) {
            conversation_say(&client->conversation, line, size, true);
            flush_printer(client);
        }
    }
}

/* Whole lines of what standard input gives; at its end also one without a line end. */
static void read_input(struct client *client)
{
    ssize_t size   = read(STDIN_FILENO, lines_reserve(&client->input, READ_SIZE), READ_SIZE);
    bool is_at_end = size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN);
    size_t length  = 0;
    const char *line;

    if (size > 0)
        lines_grow(&client->input, (size_t)size);
    while ((line = lines_next(&client->input, &length)))
        conversation_say(&client->conversation, line, length, false);
    if (lines_is_too_long(&client->input)) {
        conversation_fail(&client->conversation, "a line of standard input is too long to be sent");
        close_soon(client);
    } else if (is_at_end) {
        line = lines_rest(&client->input, &length);
        if (line)
            conversation_say(&client->conversation, line, length, false);
        begin_waiting(client);
    }
}

static void execute_all(struct client *client)
{
    for (const char *const *line = client->settings->executes; *line; line++)
        conversation_say(&client->conversation, *line, strlen(*line), true);
    if (client->settings->executes[0])
        begin_waiting(client);
}

static void talk(struct client *client)
{
    if (client->received.size > 0)
        session_feed(client->conversation.session, client->received.data, client->received.size);
    client->is_input_wanted = true;
    execute_all(client);
    if (client->terminal) {
        client->is_input_wanted = true;
        flush_printer(client);
        talk_at_terminal(client);
    }
    while (!is_over(client)) {
        if (take_turn(client) && client->is_input_wanted)
            read_input(client);
    }
    flush_printer(client);
}

static int open_signals(bool is_interactive)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (is_interactive) {
        sigaddset(&signals, SIGWINCH);
        sigaddset(&signals, SIGTSTP);
    }
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool is_interactive(const struct client_settings *settings)
{
    bool is_scripted = settings->executes[0] && settings->wait_milliseconds >= 0;

    return !settings->is_json && !is_scripted && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void init_printer(struct printer *printer, const struct client_settings *settings)
{
    printer->is_out_terminal = isatty(STDOUT_FILENO);
    printer->has_colours     = printer->is_out_terminal && !settings->no_colours;
    printer->shows_pings     = settings->shows_pings;
    printer->form            = is_interactive(settings) ? PRINTER_INTERACTIVE
                               : settings->is_json      ? PRINTER_JSON
                                                        : PRINTER_SCRIPTED;
}

/* Signals end the process at once until the connection is open. */
static int talk_on(struct client *client)
{
    const struct terminal_settings terminal = {
        .history_file = client->settings->history_file,
        .wait         = wait_for_key,
        .owner        = client,
    };

    conversation_init(&client->conversation, &client->printer);
    client->signals = open_signals(client->printer.form == PRINTER_INTERACTIVE);
    if (client->printer.form == PRINTER_INTERACTIVE)
        client->terminal = terminal_open(&terminal);
    talk(client);
    return conversation_status(&client->conversation);
}

int client_run(const struct client_settings *settings)
{
    struct client client = {.settings = settings, .signals = -1};
    int status           = EXIT_FAILURE;

    signal(SIGPIPE, SIG_IGN);
    init_printer(&client.printer, settings);
    client.transport = opening_connect(settings, &client.printer, &client.received);
    if (client.transport)
        status = talk_on(&client);
    else
        write_out(&client.printer);
    terminal_close(client.terminal);
    conversation_deinit(&client.conversation);
    transport_close(client.transport);
    printer_deinit(&client.printer);
    text_deinit(&client.received);
    lines_deinit(&client.input);
    if (client.signals >= 0)
        close(client.signals);
    return status;
}
