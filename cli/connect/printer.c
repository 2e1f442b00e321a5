#include "cli/connect/printer.h"

#include <stdarg.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "cli/connect/answer.h"
#include "cli/connect/printable.h"

#define BLUE   "\033[34m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define RED    "\033[31m"
#define PLAIN  "\033[0m"

/* Lines of a message that follow the first, under its text. */
#define INDENT "  "

void printer_deinit(struct printer *printer)
{
    text_deinit(&printer->out);
    text_deinit(&printer->err);
}

/* Where what isn't a message goes. */
static struct text *remarks(struct printer *printer)
{
    return printer->form == PRINTER_SCRIPTED ? &printer->err : &printer->out;
}

static void begin_colour(struct printer *printer, const char *colour)
{
    if (printer->has_colours && printer->form == PRINTER_INTERACTIVE)
        text_append_string(&printer->out, colour);
}

static void end_line(struct printer *printer, struct text *out)
{
    if (printer->has_colours && printer->form == PRINTER_INTERACTIVE)
        text_append_string(out, PLAIN);
    text_append_character(out, '\n');
}

/* {"time":"…","event":"…": what follows is the event's own. */
static void begin_json(struct printer *printer, const char *event)
{
    char time[CLOCK_ISO_SIZE];

    clock_format_iso(clock_milliseconds(), time);
    text_append_format(&printer->out, "{\"time\":\"%s\",\"event\":\"%s\"", time, event);
}

/* JSON is UTF-8: where data isn't, U+FFFD stands for its bytes. */
static void add_member(struct printer *printer, const char *name, const char *data, size_t size)
{
    SCOPED_TEXT clean = {0};
    uint32_t unused;

    for (size_t i = 0; i < size;) {
        size_t used = utf8_decode(data + i, size - i, &unused);

        text_append(&clean, used > 0 ? data + i : "\xef\xbf\xbd", used > 0 ? used : 3);
        i += used > 0 ? used : 1;
    }
    text_append_format(&printer->out, ",\"%s\":", name);
    printable_append_json(&printer->out, text_string(&clean), clean.size);
}

static void end_json(struct printer *printer)
{
    text_append_string(&printer->out, "}\n");
}

void printer_opened(struct printer *printer, const char *url, const char *protocol, size_t size)
{
    if (printer->form == PRINTER_JSON) {
        begin_json(printer, "open");
        add_member(printer, "url", url, strlen(url));
        add_member(printer, "protocol", protocol, size);
        end_json(printer);
    }
    if (printer->form != PRINTER_INTERACTIVE)
        return;
    begin_colour(printer, GREEN);
    text_append_string(&printer->out, "Connected to ");
    printable_append_line(&printer->out, url, strlen(url));
    if (size > 0) {
        text_append_string(&printer->out, ", subprotocol ");
        printable_append_line(&printer->out, protocol, size);
    }
    text_append_string(&printer->out, " (Ctrl-C quits, /help says more)");
    end_line(printer, &printer->out);
}

static void refuse_as_json(struct printer *printer, const struct answer *answer, const char *type,
                           size_t type_size, const struct text *body)
{
    begin_json(printer, "refused");
    text_append_format(&printer->out, ",\"status\":%u", answer->status);
    add_member(printer, "statusLine", answer->status_line, strlen(answer->status_line));
    if (type)
        add_member(printer, "errorType", type, type_size);
    add_member(printer, "body", text_string(body), body->size);
    end_json(printer);
}

void printer_refused(struct printer *printer, const struct answer *answer, const struct text *body)
{
    size_t type_size = 0;
    const char *type = answer_find(answer, "x-amzn-ErrorType", &type_size);
    struct text *out = remarks(printer);

    if (printer->form == PRINTER_JSON) {
        refuse_as_json(printer, answer, type, type_size, body);
        return;
    }
    begin_colour(printer, RED);
    text_append_string(out, "refused: ");
    printable_append_line(out, answer->status_line, strlen(answer->status_line));
    end_line(printer, out);
    if (type) {
        text_append_string(out, "x-amzn-ErrorType: ");
        printable_append_line(out, type, type_size);
        text_append_character(out, '\n');
    }
    if (body->size > 0) {
        printable_append(out, body->data, body->size, "");
        text_append_character(out, '\n');
    }
}

static void received_as_json(struct printer *printer, bool is_binary, const char *data, size_t size)
{
    begin_json(printer, "message");
    if (is_binary) {
        text_append_string(&printer->out, ",\"type\":\"binary\",\"data\":\"");
        base64_append(&printer->out, data, size);
        text_append_character(&printer->out, '"');
    } else {
        text_append_string(&printer->out, ",\"type\":\"text\"");
        add_member(printer, "data", data, size);
    }
    end_json(printer);
}

void printer_received(struct printer *printer, bool is_binary, const char *data, size_t size)
{
    const char *indent = printer->form == PRINTER_INTERACTIVE ? INDENT : "";

    if (printer->form == PRINTER_JSON) {
        received_as_json(printer, is_binary, data, size);
        return;
    }
    if (!printer->is_out_terminal) {
        text_append(&printer->out, data, size);
        text_append_character(&printer->out, '\n');
        return;
    }
    begin_colour(printer, BLUE);
    if (printer->form == PRINTER_INTERACTIVE)
        text_append_string(&printer->out, "< ");
    if (is_binary)
        printable_append_dump(&printer->out, data, size, indent);
    else
        printable_append(&printer->out, data, size, indent);
    end_line(printer, &printer->out);
}

void printer_sent(struct printer *printer, const char *data, size_t size)
{
    if (printer->form != PRINTER_JSON)
        return;
    begin_json(printer, "sent");
    add_member(printer, "data", data, size);
    end_json(printer);
}

void printer_received_control(struct printer *printer, const char *what, const char *data,
                              size_t size, bool is_wanted)
{
    if (printer->form == PRINTER_JSON) {
        begin_json(printer, what);
        add_member(printer, "data", data, size);
        end_json(printer);
    } else if (printer->shows_pings || is_wanted) {
        struct text *out = remarks(printer);

        begin_colour(printer, YELLOW);
        text_append_format(out, "received %s", what);
        if (size > 0) {
            text_append_string(out, ": ");
            printable_append_line(out, data, size);
        }
        end_line(printer, out);
    }
}

void printer_closed(struct printer *printer, unsigned code, const char *reason, size_t size)
{
    struct text *out = remarks(printer);

    if (printer->form == PRINTER_JSON) {
        begin_json(printer, "close");
        text_append_format(&printer->out, ",\"code\":%u", code);
        add_member(printer, "reason", reason, size);
        end_json(printer);
        return;
    }
    begin_colour(printer, GREEN);
    text_append_format(out, "Disconnected (code: %u, reason: \"", code);
    printable_append_line(out, reason, size);
    text_append_string(out, "\")");
    end_line(printer, out);
}

void printer_complain(struct printer *printer, const char *kind, const char *format, ...)
{
    struct text *out    = remarks(printer);
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    if (printer->form == PRINTER_JSON) {
        begin_json(printer, kind);
        add_member(printer, "message", text_string(&message), message.size);
        end_json(printer);
        return;
    }
    begin_colour(printer, RED);
    text_append_format(out, "postern connect: %s", strcmp(kind, "error") == 0 ? "" : "warning: ");
    printable_append_line(out, text_string(&message), message.size);
    end_line(printer, out);
}

void printer_remark(struct printer *printer, const char *lines)
{
    if (printer->form != PRINTER_JSON)
        text_append_string(remarks(printer), lines);
}
