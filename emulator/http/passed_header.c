#include "http/passed_header.h"

#include <strings.h>

#include "base/memory.h"
#include "http/request_head.h"

bool passed_header_is_barred(const char *name)
{
    static const char *const names[] = {"Connection", "Content-Length",    "Date",   "Keep-Alive",
                                        "Trailer",    "Transfer-Encoding", "Upgrade"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return !request_head_is_token(name) || strncasecmp(name, "Sec-WebSocket-", 14) == 0;
}

bool passed_header_is_value(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char character = (unsigned char)value[i];

        if ((character < 0x20 && character != '\t') || character == 0x7f)
            return false;
    }
    return true;
}
