/*
 * Loaded into handlers that are executables of their own (LD_PRELOAD), so that those with a
 * hard-coded endpoint reach the emulator: connections to port 443 of a host that it answers for go
 * there instead, TLS and certificate names as they were. Nothing else is touched.
 *
 * Looking up such a host gives a mark instead of its address: a loopback address that nobody uses,
 * or one that is never routed. Connecting to a mark goes to the emulator, or, on another port than
 * 443, to where the name really leads.
 *
 * It lives in programs that know nothing of it. So it needs the C library only, allocates next to
 * nothing, takes no locks, leaves errno alone and, without POSTERN_REDIRECT_TO, does nothing.
 *
 * POSTERN_REDIRECT_TO is "HOST PORT", then the custom domain names: "127.0.0.1 3001 ws.example.com
 * *.example.org".
 */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#define HTTPS_PORT 443

/* How many different names a program's marks can tell apart; later ones share the mark 0, by which
 * only port 443 can be reached. */
#define NAMES_MAX 100

/* A mark is one of these with the number of the name behind it. RFC 6666: nobody has 100::/64. */
#define MARK_4 "127.80.84."
#define MARK_6 "100::5054:"

typedef int lookup_function(const char *host, const char *service, const struct addrinfo *hints,
                            struct addrinfo **found);
typedef int connect_function(int socket, const struct sockaddr *address, socklen_t size);

/* What the program finds under the C library's names; everything else here stays inside. */
#define IN_PLACE_OF(name) __asm__(name) __attribute__((visibility("default")))

lookup_function look_up IN_PLACE_OF("getaddrinfo");
connect_function connect_socket IN_PLACE_OF("connect");

/* The parts of the variable; without it target is NULL. Written once, before the program runs. */
static const char *target;
static const char *target_port;
static const char *domains; /* separated by blanks */

static char *_Atomic names[NAMES_MAX]; /* the first is never used */

/* Programs change their environment, also while other threads read it. */
__attribute__((constructor)) static void read_variable(void)
{
    const char *variable = getenv("POSTERN_REDIRECT_TO");
    char *copy           = variable ? strdup(variable) : NULL;
    char *port           = copy ? strchr(copy, ' ') : NULL;
    char *rest;

    if (!port) {
        free(copy);
        return;
    }
    *port++ = '\0';
    rest    = strchr(port, ' ');
    if (rest)
        *rest++ = '\0';
    domains     = rest ? rest : "";
    target_port = port;
    target      = copy;
}

static void *find_next(const char *function)
{
    int error  = errno;
    void *next = dlsym(RTLD_NEXT, function);

    errno = error;
    return next;
}

static int look_up_really(const char *host, const char *service, const struct addrinfo *hints,
                          struct addrinfo **found)
{
    static lookup_function *_Atomic next;

    if (!next)
        next = (lookup_function *)find_next("getaddrinfo");
    return next ? next(host, service, hints, found) : EAI_SYSTEM;
}

static int connect_really(int socket, const struct sockaddr *address, socklen_t size)
{
    static connect_function *_Atomic next;

    if (!next)
        next = (connect_function *)find_next("connect");
    if (next)
        return next(socket, address, size);
    errno = ENOSYS;
    return -1;
}

/* Whose names. */

static size_t count_label(const char *name, const char *more)
{
    size_t count = 0;

    while ((name[count] >= 'a' && name[count] <= 'z') ||
           (name[count] >= 'A' && name[count] <= 'Z') ||
           (name[count] >= '0' && name[count] <= '9') || (name[count] && strchr(more, name[count])))
        count++;
    return count;
}

/* {apiId}.execute-api.{region}.amazonaws.com, .com.cn in China. */
static bool is_execute_api(const char *name)
{
    static const char service[] = ".execute-api.";
    size_t label                = count_label(name, "");

    if (label == 0 || strncasecmp(name + label, service, sizeof service - 1) != 0)
        return false;
    name += label + sizeof service - 1;
    label = count_label(name, "-");
    return label > 0 && (strcasecmp(name + label, ".amazonaws.com") == 0 ||
                         strcasecmp(name + label, ".amazonaws.com.cn") == 0);
}

static bool is_equal(const char *name, const char *domain, size_t size)
{
    return strlen(name) == size && strncasecmp(name, domain, size) == 0;
}

/* A domain "*.example.org" has everything one label below. */
static bool is_domain(const char *name, const char *domain, size_t size)
{
    const char *dot = strchr(name, '.');

    if (is_equal(name, domain, size))
        return true;
    return size > 2 && domain[0] == '*' && dot && dot > name && is_equal(dot, domain + 1, size - 1);
}

static bool is_ours(const char *name)
{
    if (is_execute_api(name))
        return true;
    for (const char *domain = domains; *domain;) {
        size_t size = strcspn(domain, " ");

        if (size > 0 && is_domain(name, domain, size))
            return true;
        domain += size + strspn(domain + size, " ");
    }
    return false;
}

/* Marks. */

/* The number of a name, which is kept from now on; 0 if there are too many. */
static int number_of(const char *name)
{
    for (int i = 1; i < NAMES_MAX; i++) {
        char *known = names[i];
        char *copy;

        if (!known) {
            copy = strdup(name);
            if (!copy)
                return 0;
            if (atomic_compare_exchange_strong(&names[i], &known, copy))
                return i;
            free(copy); /* another thread was faster: known is its name */
        }
        if (strcasecmp(known, name) == 0)
            return i;
    }
    return 0;
}

static bool is_https(const char *service)
{
    return strcmp(service, "443") == 0 || strcasecmp(service, "https") == 0;
}

static bool is_target_6(void)
{
    return strchr(target, ':') != NULL;
}

/* True if a look-up like this gets a mark. */
static bool is_to_be_marked(const char *host, const char *service, const struct addrinfo *hints)
{
    int family = hints ? hints->ai_family : AF_UNSPEC;

    if (!target || !host || (hints && hints->ai_flags & AI_NUMERICHOST))
        return false;
    if (family != AF_UNSPEC && family != AF_INET6 && (family != AF_INET || is_target_6()))
        return false;
    return (!service || is_https(service)) && is_ours(host);
}

int look_up(const char *host, const char *service, const struct addrinfo *hints,
            struct addrinfo **found)
{
    int error               = errno;
    struct addrinfo numeric = hints ? *hints : (struct addrinfo){0};
    char mark[INET6_ADDRSTRLEN];
    int number;

    if (!is_to_be_marked(host, service, hints))
        return look_up_really(host, service, hints, found);
    number = number_of(host);
    if (is_target_6())
        snprintf(mark, sizeof mark, MARK_6 "%d", number);
    else
        snprintf(mark, sizeof mark, "%s" MARK_4 "%d",
                 numeric.ai_family == AF_INET6 ? "::ffff:" : "", number);
    numeric.ai_flags =
        (numeric.ai_flags & ~(AI_ADDRCONFIG | AI_V4MAPPED | AI_ALL)) | AI_NUMERICHOST;
    errno = error;
    return look_up_really(mark, service, &numeric, found);
}

/* Connecting. */

/* The number in an address that is a mark; else -1. */
static int read_mark(const struct sockaddr *address, socklen_t size, unsigned *port)
{
    const struct sockaddr_in *in4  = (const void *)address;
    const struct sockaddr_in6 *in6 = (const void *)address;
    char text[INET6_ADDRSTRLEN];
    const char *digits = text;

    if (size >= sizeof *in4 && address->sa_family == AF_INET) {
        if (ntohl(in4->sin_addr.s_addr) >> 24 != 127 ||
            !inet_ntop(AF_INET, &in4->sin_addr, text, sizeof text))
            return -1;
        *port = ntohs(in4->sin_port);
    } else if (size >= sizeof *in6 && address->sa_family == AF_INET6) {
        if (!inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text))
            return -1;
        *port = ntohs(in6->sin6_port);
    } else {
        return -1;
    }
    if (strncmp(digits, "::ffff:", 7) == 0)
        digits += 7;
    if (strncmp(digits, MARK_4, strlen(MARK_4)) == 0)
        digits += strlen(MARK_4);
    else if (strncmp(digits, MARK_6, strlen(MARK_6)) == 0)
        digits += strlen(MARK_6);
    else
        return -1;
    return atoi(digits) < NAMES_MAX ? atoi(digits) : -1;
}

static bool is_stream(int socket)
{
    int type       = 0;
    socklen_t size = sizeof type;

    return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* Like connect(), to a host by its name or address, for a socket of that family. */
static int connect_to(int socket, int family, const char *host, const char *port)
{
    struct addrinfo hints = {
        .ai_family   = family,
        .ai_socktype = SOCK_STREAM,
        .ai_flags    = AI_NUMERICSERV | (family == AF_INET6 ? AI_V4MAPPED : 0),
    };
    struct addrinfo *found = NULL;
    int error              = errno;
    int result;

    if (look_up_really(host, port, &hints, &found) != 0 || !found) {
        errno = EHOSTUNREACH;
        return -1;
    }
    result = connect_really(socket, found->ai_addr, found->ai_addrlen);
    if (result < 0)
        error = errno;
    freeaddrinfo(found);
    errno = error;
    return result;
}

int connect_socket(int socket, const struct sockaddr *address, socklen_t size)
{
    int error     = errno;
    unsigned port = 0;
    int number    = target && address ? read_mark(address, size, &port) : -1;
    char digits[16];

    if (number < 0)
        return connect_really(socket, address, size);
    if (port == HTTPS_PORT && is_stream(socket)) {
        errno = error;
        return connect_to(socket, address->sa_family, target, target_port);
    }
    errno = error;
    if (number == 0 || !names[number]) {
        errno = EHOSTUNREACH;
        return -1;
    }
    snprintf(digits, sizeof digits, "%u", port);
    return connect_to(socket, address->sa_family, names[number], digits);
}
