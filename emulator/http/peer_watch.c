#include "http/peer_watch.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

#define PEERS_PER_TURN_MAX 64

/* The kernel is asked for one peer at a time, as what is done about it may remove others. */
static void on_ready(struct poller *poller, unsigned events)
{
    struct peer_watch *watch = container_of(poller, struct peer_watch, poller);
    struct epoll_event event;

    for (int i = 0; i < PEERS_PER_TURN_MAX && epoll_wait(watch->epoll, &event, 1, 0) == 1; i++)
        watch->on_left(watch->owner, event.data.ptr);
}

int peer_watch_init(struct peer_watch *watch, struct loop *loop,
                    void (*on_left)(void *owner, void *peer), void *owner)
{
    *watch = (struct peer_watch){
        .epoll = epoll_create1(EPOLL_CLOEXEC), .on_left = on_left, .owner = owner};
    if (watch->epoll < 0)
        return log_errno(errno, "cannot make an epoll descriptor");
    return poller_start(loop, &watch->poller, watch->epoll, POLLER_READ, on_ready);
}

void peer_watch_deinit(struct peer_watch *watch)
{
    poller_stop(&watch->poller);
    if (watch->epoll >= 0)
        close(watch->epoll);
    watch->epoll = -1;
}

void peer_watch_add(struct peer_watch *watch, int socket, void *peer)
{
    struct epoll_event event = {.events = EPOLLRDHUP, .data.ptr = peer};

    if (epoll_ctl(watch->epoll, EPOLL_CTL_ADD, socket, &event) < 0)
        log_errno(errno, "cannot watch a waiting peer");
}

void peer_watch_remove(struct peer_watch *watch, int socket)
{
    struct epoll_event unused = {0};

    epoll_ctl(watch->epoll, EPOLL_CTL_DEL, socket, &unused);
}
