/*
 * The first line of the input is a Host, the rest an Origin: whatever passes names this machine,
 * and nothing in it makes a browser go elsewhere.
 */

#include <assert.h>

#include "admin/origin.h"
#include "fuzz_input.h"

/* What is this machine is a name or address and perhaps a port. */
static void check_is_here(const char *host)
{
    size_t size = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

    assert(host[strcspn(host, "/\\@?# \t")] == '\0');
    assert(host[size] == '\0' || host[size] == ':');
    assert((size >= 9 && strncasecmp(host + size - 9, "localhost", 9) == 0) ||
           (size == 9 && memcmp(host, "127.0.0.1", 9) == 0) ||
           (size == 5 && memcmp(host, "[::1]", 5) == 0));
}

static void check(const char *host, const char *origin)
{
    enum origin_verdict strict = origin_judge(host, origin, false);
    enum origin_verdict lax    = origin_judge(host, origin, true);

    assert(lax == (strict == ORIGIN_FOREIGN_HOST ? ORIGIN_FINE : strict));
    if (strict == ORIGIN_FINE)
        check_is_here(host);
    if (strict == ORIGIN_CROSS_ORIGIN) {
        assert(origin);
    } else if (origin) {
        assert(strstr(origin, "://"));
        check_is_here(strstr(origin, "://") + 3);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input    = {(const char *)data, size};
    SCOPED_MEMORY char *host   = fuzz_take(&input, '\n');
    SCOPED_MEMORY char *origin = memory_copy(input.data, input.size);

    check(host, NULL);
    check(host, origin);
    check(NULL, origin);
    return 0;
}
