#include "loop/curl_library.h"

#include <errno.h>
#include <stddef.h>

#include "base/memory.h"
#include "base/shared_library.h"
#include "base/text.h"

/* Its name since 2006, on every distribution. */
#define FILE_NAME "libcurl.so.4"

#define FUNCTION(name)                                                                             \
    {                                                                                              \
        "curl_" #name, offsetof(struct curl_library, name)                                         \
    }

static const struct shared_function functions[] = {
    FUNCTION(global_init),      FUNCTION(easy_init),           FUNCTION(easy_setopt),
    FUNCTION(easy_perform),     FUNCTION(easy_getinfo),        FUNCTION(easy_reset),
    FUNCTION(easy_cleanup),     FUNCTION(easy_strerror),       FUNCTION(slist_append),
    FUNCTION(slist_free_all),   FUNCTION(multi_init),          FUNCTION(multi_setopt),
    FUNCTION(multi_add_handle), FUNCTION(multi_remove_handle), FUNCTION(multi_socket_action),
    FUNCTION(multi_assign),     FUNCTION(multi_info_read),     FUNCTION(multi_cleanup),
};

int curl_library_open(struct curl_library *library, struct text *error)
{
    if (!shared_library_load(FILE_NAME, "libcurl4", functions, ARRAY_SIZE(functions), library,
                             error))
        return -ELIBACC;
    if (library->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        return 0;
    text_append_string(error, "libcurl can't be used: it can't be set up");
    return -ELIBACC;
}
