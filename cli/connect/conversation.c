#include "cli/connect/conversation.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/connect/client_command.h"
#include "cli/connect/printer.h"
#include "cli/connect/session.h"

/* RFC 6455, section 7.1.5: what stands for a connection that was lost. */
#define CODE_ABNORMAL 1006

static void on_pong(struct conversation *conversation, const struct session_event *event)
{
    bool is_wanted = conversation->pongs_awaited > 0;

    conversation->pongs_awaited -= is_wanted;
    printer_received_control(conversation->printer, "pong", event->data, event->size, is_wanted);
}

static void on_event(void *owner, const struct session_event *event)
{
    struct conversation *conversation = owner;

    switch (event->kind) {
    case SESSION_TEXT:
    case SESSION_BINARY:
        printer_received(conversation->printer, event->kind == SESSION_BINARY, event->data,
                         event->size);
        break;
    case SESSION_PING:
        printer_received_control(conversation->printer, "ping", event->data, event->size, false);
        break;
    case SESSION_PONG:
        on_pong(conversation, event);
        break;
    case SESSION_CLOSE:
        conversation->close_code = event->code;
        printer_closed(conversation->printer, event->code, event->data, event->size);
        break;
    case SESSION_FAILED:
        conversation->has_failed = true;
        conversation_fail(conversation, event->data);
        break;
    }
}

void conversation_init(struct conversation *conversation, struct printer *printer)
{
    *conversation         = (struct conversation){.printer = printer};
    conversation->session = session_new(on_event, conversation);
}

void conversation_deinit(struct conversation *conversation)
{
    session_free(conversation->session);
    *conversation = (struct conversation){0};
}

static void send_message(struct conversation *conversation, const char *data, size_t size)
{
    if (!utf8_is_valid(data, size)) {
        conversation_fail(conversation,
                          "not sent: this isn't valid UTF-8, which text messages must be");
        return;
    }
    if (size > CONVERSATION_MESSAGE_SIZE_MAX)
        printer_complain(
            conversation->printer, "warning",
            "a message of %zu bytes is sent; AWS takes at most %d and closes with 1009", size,
            CONVERSATION_MESSAGE_SIZE_MAX);
    session_send_text(conversation->session, data, size);
    printer_sent(conversation->printer, data, size);
}

static void send_close(struct conversation *conversation, uint16_t code, const char *reason,
                       size_t size)
{
    if (conversation_is_closing(conversation))
        return;
    conversation->is_closed_by_us = true;
    session_close(conversation->session, code, reason, size);
}

static void obey(struct conversation *conversation, const struct client_command *command,
                 const char *message)
{
    switch (command->kind) {
    case CLIENT_COMMAND_SEND:
        send_message(conversation, command->data, command->size);
        break;
    case CLIENT_COMMAND_PING:
        conversation->pongs_awaited++;
        session_ping(conversation->session, command->data, command->size);
        break;
    case CLIENT_COMMAND_PONG:
        session_pong(conversation->session, command->data, command->size);
        break;
    case CLIENT_COMMAND_CLOSE:
        send_close(conversation, command->code, command->data, command->size);
        break;
    case CLIENT_COMMAND_HELP:
        printer_remark(conversation->printer, client_command_help());
        break;
    case CLIENT_COMMAND_WRONG:
        printer_complain(conversation->printer, "error", "%s", message);
        break;
    }
}

void conversation_say(struct conversation *conversation, const char *line, size_t size,
                      bool knows_commands)
{
    SCOPED_TEXT message           = {0};
    struct client_command command = {.kind = CLIENT_COMMAND_SEND, .data = line, .size = size};

    if (conversation_is_closing(conversation))
        return;
    if (knows_commands)
        command = client_command_read(line, size, &message);
    obey(conversation, &command, text_string(&message));
}

void conversation_close(struct conversation *conversation, uint16_t code)
{
    send_close(conversation, code, "", 0);
}

void conversation_fail(struct conversation *conversation, const char *problem)
{
    conversation->has_trouble = true;
    printer_complain(conversation->printer, "error", "%s", problem);
}

void conversation_lose(struct conversation *conversation)
{
    if (conversation->close_code == 0 && !conversation->has_failed)
        printer_closed(conversation->printer, CODE_ABNORMAL, "", 0);
}

bool conversation_is_closing(const struct conversation *conversation)
{
    return session_close_was_sent(conversation->session);
}

int conversation_status(const struct conversation *conversation)
{
    unsigned code = conversation->close_code;

    if (conversation->has_trouble)
        return EXIT_FAILURE;
    return conversation->is_closed_by_us || code == 1000 || code == 1001 || code == 1005
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
