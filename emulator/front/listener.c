#include "front/listener.h"

#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "front/port_owner.h"

/* A port that is free at one address is seldom taken at the other. */
#define PORT_TRIES_MAX 20

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

struct addresses {
    union address items[LISTENER_SOCKETS_MAX];
    size_t count;
};

static socklen_t address_size(const union address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof address->six : sizeof address->four;
}

static void set_port(union address *address, uint16_t port)
{
    if (address->any.sa_family == AF_INET6)
        address->six.sin6_port = htons(port);
    else
        address->four.sin_port = htons(port);
}

static uint16_t bound_port(int socket)
{
    union address address = {0};
    socklen_t size        = sizeof address;

    if (getsockname(socket, &address.any, &size) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port);
}

static void use_loopback(struct addresses *addresses)
{
    addresses->items[0].four = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr   = {htonl(INADDR_LOOPBACK)},
    };
    addresses->items[1].six = (struct sockaddr_in6){
        .sin6_family = AF_INET6,
        .sin6_addr   = IN6ADDR_LOOPBACK_INIT,
    };
    addresses->count = 2;
}

static bool is_same(const union address *one, const union address *other)
{
    if (one->any.sa_family != other->any.sa_family)
        return false;
    if (one->any.sa_family == AF_INET)
        return one->four.sin_addr.s_addr == other->four.sin_addr.s_addr;
    return IN6_ARE_ADDR_EQUAL(&one->six.sin6_addr, &other->six.sin6_addr) &&
           one->six.sin6_scope_id == other->six.sin6_scope_id;
}

/* Names often lead to the same address twice. */
static void add_address(struct addresses *addresses, const struct sockaddr *found, socklen_t size)
{
    union address address = {0};

    if ((found->sa_family != AF_INET && found->sa_family != AF_INET6) || size > sizeof address ||
        addresses->count == LISTENER_SOCKETS_MAX)
        return;
    memcpy(&address, found, size);
    for (size_t i = 0; i < addresses->count; i++) {
        if (is_same(&addresses->items[i], &address))
            return;
    }
    addresses->items[addresses->count++] = address;
}

static int look_up(const char *host, struct addresses *addresses)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    int result;

    if (strcmp(host, "localhost") == 0) {
        use_loopback(addresses);
        return 0;
    }
    result = getaddrinfo(host, NULL, &hints, &found);
    if (result != 0) {
        log_error(NULL, "cannot find the address of %s: %s", host, gai_strerror(result));
        return -EADDRNOTAVAIL;
    }
    for (struct addrinfo *at = found; at; at = at->ai_next)
        add_address(addresses, at->ai_addr, at->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

/*
 * SO_REUSEADDR lets us start again while connections of our last run linger. SO_REUSEPORT would let
 * two emulators share the port without a word.
 */
static int open_socket(const union address *address)
{
    static const int on = 1;
    int opened =
        socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    int result;

    if (opened < 0)
        return -errno;
    setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(opened, &address->any, address_size(address)) == 0 && listen(opened, SOMAXCONN) == 0)
        return opened;
    result = -errno;
    close(opened);
    return result;
}

/* This machine may have no IPv6, or a name an address that is another machine's. */
static bool is_no_address_of_ours(int result)
{
    return result == -EADDRNOTAVAIL || result == -EAFNOSUPPORT;
}

/* All of addresses that are ours, or none after a failure. */
static int open_all(struct listener *listener, struct addresses *addresses, uint16_t port)
{
    int result = -EADDRNOTAVAIL;

    *listener = (struct listener){.port = port};
    for (size_t i = 0; i < addresses->count; i++) {
        set_port(&addresses->items[i], listener->port);
        result = open_socket(&addresses->items[i]);
        if (result < 0 && !is_no_address_of_ours(result)) {
            listener_close(listener);
            return result;
        }
        if (result < 0)
            continue;
        listener->sockets[listener->count++] = result;
        listener->port                       = bound_port(result);
    }
    return listener->count > 0 ? 0 : result;
}

static int log_in_use(uint16_t port)
{
    struct port_owner owner;
    char pid[16];

    if (port_owner_find(port, &owner)) {
        snprintf(pid, sizeof pid, "%d", (int)owner.pid);
        log_error(LOG_FIELDS({"pid", pid}, {"reason", REASON_PORT_IN_USE}),
                  "port %u is in use by %s (pid %d): stop it, or choose another with --port", port,
                  owner.name, (int)owner.pid);
    } else {
        log_error(LOG_FIELDS({"reason", REASON_PORT_IN_USE}),
                  "port %u is in use: stop who listens there, or choose another with --port", port);
    }
    return -EADDRINUSE;
}

int listener_open(struct listener *listener, const char *host, uint16_t port)
{
    struct addresses addresses = {0};
    int result                 = look_up(host, &addresses);
    int tries                  = 0;

    *listener = (struct listener){0};
    if (result < 0)
        return result;
    do {
        result = open_all(listener, &addresses, port);
        tries++;
    } while (result == -EADDRINUSE && port == 0 && tries < PORT_TRIES_MAX);
    if (result == -EADDRINUSE && port != 0)
        return log_in_use(port);
    return result < 0 ? log_errno(-result, "cannot listen at %s, port %u", host, port) : 0;
}

void listener_close(struct listener *listener)
{
    for (size_t i = 0; i < listener->count; i++)
        close(listener->sockets[i]);
    listener->count = 0;
}
