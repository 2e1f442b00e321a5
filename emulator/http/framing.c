#include "http/framing.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

struct framing {
    unsigned hosts;
    unsigned lengths;
    unsigned codings;
    bool is_odd; /* a coding that isn't chunked */
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct framing *framing = context;

    if (strcasecmp(name, "Host") == 0)
        framing->hosts++;
    if (strcasecmp(name, "Content-Length") == 0)
        framing->lengths++;
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->codings++;
        framing->is_odd = !value || strcasecmp(value, "chunked") != 0;
    }
    return MHD_YES;
}

bool framing_is_sound(struct MHD_Connection *connection, const char *version)
{
    struct framing framing = {0};

    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &framing);
    if (framing.codings > 0 && (framing.is_odd || strcmp(version, "HTTP/1.1") != 0))
        return false;
    return framing.hosts <= 1 && framing.lengths + framing.codings <= 1;
}
