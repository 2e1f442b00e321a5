#include "model/response_selector.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define PREFIX_SIZE (sizeof RESPONSE_SELECTOR_PREFIX - 1)

bool response_selector_is_one(const char *source)
{
    return source && strncmp(source, RESPONSE_SELECTOR_PREFIX, PREFIX_SIZE) == 0;
}

bool response_selector_is_status(const char *source)
{
    return response_selector_is_one(source) && strcasecmp(source + PREFIX_SIZE, "statuscode") == 0;
}

const char *response_selector_header(const char *source)
{
    if (!response_selector_is_one(source) ||
        strncmp(source + PREFIX_SIZE, "header.", strlen("header.")) != 0)
        return NULL;
    return source + PREFIX_SIZE + strlen("header.");
}
