#include "cli/connect/opening.h"

#include "base/text.h"
#include "cli/connect/answer.h"
#include "cli/connect/client.h"
#include "cli/connect/client_handshake.h"
#include "cli/connect/exchange.h"
#include "cli/connect/printer.h"
#include "cli/connect/stages.h"
#include "cli/connect/target.h"

static void tell_opened(const struct client_settings *settings, struct printer *printer,
                        const struct answer *answer)
{
    SCOPED_TEXT url      = {0};
    size_t size          = 0;
    const char *protocol = answer_find(answer, "Sec-WebSocket-Protocol", &size);

    target_append_url(settings->target, &url);
    printer_opened(printer, text_string(&url), protocol ? protocol : "", size);
    if (size == 0 && settings->protocols[0])
        printer_complain(printer, "warning",
                         "the server chose none of the subprotocols: a browser would close now. "
                         "The $connect handler must answer with a Sec-WebSocket-Protocol header");
}

/* AWS's 403 doesn't say what is wrong; that there is no such stage can be seen from outside. */
static void tell_stages(const struct client_settings *settings, struct printer *printer)
{
    struct stages stages = {0};
    SCOPED_TEXT ignored  = {0};
    SCOPED_TEXT list     = {0};

    if (stages_ask(settings->endpoint, &settings->transport, &stages, &ignored) &&
        !stages_has_any(&stages, settings->target->path)) {
        printer_complain(printer, "error", "the emulator has no such stage; it serves");
        stages_list(&stages, &list);
        printer_remark(printer, text_string(&list));
    }
    stages_deinit(&stages);
}

/* AWS's refusals have a body; its redirects don't exist, but proxies' do. */
static void tell_refused(struct transport *transport, struct printer *printer,
                         const struct answer *answer, struct text *received)
{
    SCOPED_TEXT body    = {0};
    size_t size         = 0;
    const char *address = answer_find(answer, "Location", &size);

    exchange_body(transport, received, answer, &body);
    printer_refused(printer, answer, &body);
    if (answer->status / 100 == 3 && address)
        printer_complain(printer, "error", "the server sends us elsewhere: %.*s", (int)size,
                         address);
}

static bool shake_hands(const struct client_settings *settings, struct transport *transport,
                        struct printer *printer, struct text *received)
{
    struct client_handshake handshake = {
        .target    = settings->target,
        .headers   = settings->headers,
        .protocols = settings->protocols,
        .origin    = settings->origin,
    };
    struct answer answer = {0};
    SCOPED_TEXT request  = {0};
    SCOPED_TEXT problem  = {0};
    bool is_open         = false;

    client_handshake_make_key(&handshake);
    client_handshake_build(&handshake, &request);
    if (exchange_head(transport, &request, received, &answer, &problem)) {
        if (answer.status != 101)
            tell_refused(transport, printer, &answer, received);
        else
            is_open = client_handshake_judge(&handshake, &answer, &problem);
    }
    if (is_open)
        tell_opened(settings, printer, &answer);
    else if (problem.size > 0)
        printer_complain(printer, "error", "%s", text_string(&problem));
    if (answer.status == 403 && settings->endpoint)
        tell_stages(settings, printer);
    answer_deinit(&answer);
    return is_open;
}

struct transport *opening_connect(const struct client_settings *settings, struct printer *printer,
                                  struct text *received)
{
    SCOPED_TEXT problem         = {0};
    struct transport *transport = transport_open(settings->target, &settings->transport, &problem);

    if (!transport) {
        printer_complain(printer, "error", "%s", text_string(&problem));
        return NULL;
    }
    if (shake_hands(settings, transport, printer, received))
        return transport;
    transport_close(transport);
    return NULL;
}
