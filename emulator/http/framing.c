#include "http/framing.h"

#include <microhttpd.h>
#include <string.h>
#include <strings.h>

void framing_take(struct framing *framing, const char *name, const char *value)
{
    if (strcasecmp(name, "Host") == 0)
        framing->hosts++;
    if (strcasecmp(name, "Content-Length") == 0)
        framing->lengths++;
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->codings++;
        framing->is_odd = framing->is_odd || !value || strcasecmp(value, "chunked") != 0;
    }
}

bool framing_judge(const struct framing *framing, const char *version)
{
    if (framing->codings > 0 && (framing->is_odd || strcmp(version, "HTTP/1.1") != 0))
        return false;
    return framing->hosts <= 1 && framing->lengths + framing->codings <= 1;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    framing_take(context, name, value);
    return MHD_YES;
}

bool framing_is_sound(struct MHD_Connection *connection, const char *version)
{
    struct framing framing = {0};

    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, &framing);
    return framing_judge(&framing, version);
}
