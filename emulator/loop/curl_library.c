#include "loop/curl_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Its name since 2006, on every distribution. */
#define FILE_NAME "libcurl.so.4"

#define FUNCTION(name)                                                                             \
    {                                                                                              \
        "curl_" #name, offsetof(struct curl_library, name)                                         \
    }

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
    FUNCTION(global_init),      FUNCTION(easy_init),           FUNCTION(easy_setopt),
    FUNCTION(easy_perform),     FUNCTION(easy_getinfo),        FUNCTION(easy_reset),
    FUNCTION(easy_cleanup),     FUNCTION(easy_strerror),       FUNCTION(slist_append),
    FUNCTION(slist_free_all),   FUNCTION(multi_init),          FUNCTION(multi_setopt),
    FUNCTION(multi_add_handle), FUNCTION(multi_remove_handle), FUNCTION(multi_socket_action),
    FUNCTION(multi_assign),     FUNCTION(multi_info_read),     FUNCTION(multi_cleanup),
};

static int complain(struct text *error)
{
    text_append_format(error, "libcurl can't be used (%s): on Debian, apt-get install libcurl4",
                       dlerror());
    return -ELIBACC;
}

int curl_library_open(struct curl_library *library, struct text *error)
{
    library->handle = dlopen(FILE_NAME, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library->handle)
        return complain(error);
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        void *function = dlsym(library->handle, functions[i].name);

        if (!function)
            return complain(error);
        memcpy((char *)library + functions[i].offset, &function, sizeof function);
    }
    if (library->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return complain(error);
    return 0;
}
