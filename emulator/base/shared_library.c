#include "base/shared_library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/text.h"

static bool complain(const char *file, const char *package, struct text *error)
{
    text_append_format(error, "%.*s can't be used (%s): on Debian, apt-get install %s",
                       (int)strcspn(file, "."), file, dlerror(), package);
    return false;
}

/* Unloading a library under the exit handlers of what it needs itself isn't safe. */
bool shared_library_load(const char *file, const char *package,
                         const struct shared_function *functions, size_t count, void *into,
                         struct text *error)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (!library)
        return complain(file, package, error);
    for (size_t i = 0; i < count; i++) {
        void *function = dlsym(library, functions[i].name);

        if (!function)
            return complain(file, package, error);
        memcpy((char *)into + functions[i].offset, &function, sizeof function);
    }
    return true;
}
