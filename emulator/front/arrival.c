#include "front/arrival.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "front/front.h"
#include "front/peek.h"
#include "http/plain_answer.h"
#include "loop/alarm.h"
#include "loop/loop.h"

/* Sockets looked at in one turn; the rest is there in the next one. */
#define EVENTS_PER_TURN 64

/* What a client is given to say something in, however many others want to come in. */
#define GRACE_MICROSECONDS 250000

#define GONE (EPOLLRDHUP | EPOLLHUP | EPOLLERR)

/*
 * One socket:
 *
 *     UNDECIDED --> WAITING --> GONE
 *         |                       ^
 *         +-----------------------+
 *
 * WAITING is an upgrade whose head was read: somebody has the arrival and decides about it. What a
 * client sends meanwhile stays in the kernel; only that it leaves is noticed.
 */
struct arrival {
    struct queue_link link;    /* in its arrivals' undecided or waiting */
    struct arrivals *arrivals; /* NULL: closed before we were */
    struct loop *loop;
    struct alarm deadline;
    int64_t came_at; /* microseconds */
    int socket;      /* -1: handed on */
    bool is_secure;
    bool has_spoken; /* something has come, but not yet enough */
    struct sockaddr_storage peer;
    socklen_t peer_size;
    struct request_head head; /* empty: undecided */
    char source_ip[INET6_ADDRSTRLEN];
    void (*on_left)(void *owner);
    void *owner;
};

static bool is_waiting(const struct arrival *arrival)
{
    return arrival->head.storage != NULL;
}

static struct queue *queue_of(struct arrival *arrival)
{
    return is_waiting(arrival) ? &arrival->arrivals->waiting : &arrival->arrivals->undecided;
}

static void free_arrival(void *object)
{
    struct arrival *arrival = object;

    request_head_deinit(&arrival->head);
    free(arrival);
}

/*
 * Takes the socket out of the set before anything else happens to it: closing it would not do,
 * since a child that was just forked may still hold it for a moment. The memory stays until the
 * turn is over, as the events of this turn may name it.
 */
static int release(struct arrival *arrival)
{
    int socket = arrival->socket;

    assert(socket >= 0);
    arrival->socket  = -1;
    arrival->on_left = NULL;
    if (arrival->arrivals) {
        epoll_ctl(arrival->arrivals->set, EPOLL_CTL_DEL, socket, NULL);
        alarm_stop(arrival->arrivals->settings.alarms, &arrival->deadline);
        queue_remove(queue_of(arrival), &arrival->link);
    }
    loop_free_later(arrival->loop, arrival, free_arrival);
    return socket;
}

int arrival_take(struct arrival *arrival)
{
    return release(arrival);
}

void arrival_drop(struct arrival *arrival)
{
    close(release(arrival));
}

const struct request_head *arrival_head(const struct arrival *arrival)
{
    return &arrival->head;
}

const char *arrival_source_ip(const struct arrival *arrival)
{
    return arrival->source_ip;
}

bool arrival_is_secure(const struct arrival *arrival)
{
    return arrival->is_secure;
}

/* Changing what is watched makes the kernel look at once, so that a client which has left before
 * this is noticed too. */
void arrival_watch(struct arrival *arrival, void (*on_left)(void *owner), void *owner)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = arrival};

    arrival->on_left = on_left;
    arrival->owner   = owner;
    if (arrival->arrivals &&
        epoll_ctl(arrival->arrivals->set, EPOLL_CTL_MOD, arrival->socket, &event) < 0)
        log_errno(errno, "cannot watch a waiting client");
}

/* A listener for IPv6 may accept IPv4 too; AWS shows such a client by its IPv4 address. */
static void write_source_ip(struct arrival *arrival)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)&arrival->peer;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&arrival->peer;
    char *out                      = arrival->source_ip;

    if (arrival->peer.ss_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, out, INET6_ADDRSTRLEN);
    else if (arrival->peer.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
    else if (arrival->peer.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &six->sin6_addr, out, INET6_ADDRSTRLEN);
}

static void log_refusal(const struct arrival *arrival, const char *reason, const char *text)
{
    log_info(LOG_FIELDS({"sourceIp", arrival->source_ip}, {"reason", reason}), "%s", text);
}

void arrivals_answer_late(struct arrivals *arrivals, int socket)
{
    static const char body[] = "{\"message\":\"Request Timeout\"}";

    plain_answer_send(arrivals->settings.answers, socket, 408, "Content-Type: application/json\r\n",
                      body, sizeof body - 1);
}

static void answer_http2(struct arrival *arrival)
{
    static const char body[] = "{\"message\":\"HTTP Version Not Supported\"}";

    plain_answer_send(arrival->arrivals->settings.answers, release(arrival), 505,
                      "Content-Type: application/json\r\n", body, sizeof body - 1);
}

static void answer_error(struct arrival *arrival, enum aws_error error, const char *detail)
{
    plain_answer_error(arrival->arrivals->settings.answers, release(arrival), error, detail);
}

static void on_deadline(struct alarm *alarm)
{
    struct arrival *arrival = container_of(alarm, struct arrival, deadline);

    if (!arrival->has_spoken) {
        arrival_drop(arrival);
        return;
    }
    log_refusal(arrival, REASON_REQUEST_TIMEOUT, "a client began a request and did not go on: 408");
    arrivals_answer_late(arrival->arrivals, release(arrival));
}

/* Reads exactly the head: frames that stand behind it are libwebsockets' to read. AWS?: they are
 * kept until then. */
static void take_head(struct arrival *arrival, char *buffer, size_t size)
{
    const struct arrivals_settings *settings = &arrival->arrivals->settings;
    enum request_head_result result;

    if (recv(arrival->socket, buffer, size, MSG_DONTWAIT) != (ssize_t)size) {
        arrival_drop(arrival);
        return;
    }
    queue_remove(&arrival->arrivals->undecided, &arrival->link);
    result = request_head_parse(buffer, size, &arrival->head);
    queue_push(queue_of(arrival), &arrival->link);
    switch (result) {
    case REQUEST_HEAD_COMPLETE:
        alarm_stop(settings->alarms, &arrival->deadline);
        settings->on_upgrade(settings->owner, arrival);
        break;
    case REQUEST_HEAD_PARTIAL:
    case REQUEST_HEAD_MALFORMED:
        log_refusal(arrival, REASON_MALFORMED_REQUEST, "an upgrade's head is not HTTP: 400");
        answer_error(arrival, AWS_BAD_REQUEST, "Bad Request");
        break;
    case REQUEST_HEAD_TOO_LARGE:
        log_refusal(arrival, REASON_HEADERS_TOO_LARGE, "an upgrade's head is too large: 431");
        answer_error(arrival, AWS_HEADERS_TOO_LARGE, NULL);
        break;
    }
}

static void refuse_for_want_of_room(struct arrival *arrival)
{
    struct arrivals *arrivals = arrival->arrivals;

    if (log_is_due(&arrivals->complained_at))
        log_warn(LOG_FIELDS({"sourceIp", arrival->source_ip}, {"reason", REASON_NO_DESCRIPTORS}),
                 "as many clients are connected as the limit of open files allows: more WebSocket "
                 "clients get 503 until some leave; raise it with ulimit -n (told once a minute)");
    answer_error(arrival, AWS_SERVICE_UNAVAILABLE, NULL);
}

static void hand_on(struct arrival *arrival,
                    void (*taker)(void *owner, int socket, const struct sockaddr *peer,
                                  socklen_t peer_size))
{
    void *owner = arrival->arrivals->settings.owner;

    taker(owner, release(arrival), (const struct sockaddr *)&arrival->peer, arrival->peer_size);
}

static void wait_for_more(struct arrival *arrival, unsigned events)
{
    arrival->has_spoken = true;
    if (events & GONE)
        arrival_drop(arrival); /* there will be no more */
}

static void judge(struct arrival *arrival, unsigned events)
{
    const struct arrivals_settings *settings = &arrival->arrivals->settings;
    char buffer[REQUEST_HEAD_SIZE_MAX];
    size_t head_size = 0;
    ssize_t size     = recv(arrival->socket, buffer, sizeof buffer, MSG_PEEK | MSG_DONTWAIT);

    if (size < 0 && (errno == EAGAIN || errno == EINTR) && !(events & GONE))
        return;
    if (size <= 0) {
        arrival_drop(arrival);
        return;
    }
    switch (peek_judge(buffer, (size_t)size, &head_size)) {
    case PEEK_WAIT:
        wait_for_more(arrival, events);
        break;
    case PEEK_TLS:
        if (arrival->is_secure)
            arrival_drop(arrival); /* TLS within TLS */
        else
            hand_on(arrival, settings->on_tls);
        break;
    case PEEK_UPGRADE:
        if (settings->has_room(settings->owner, arrival->socket))
            take_head(arrival, buffer, head_size);
        else
            refuse_for_want_of_room(arrival);
        break;
    case PEEK_REQUEST:
        hand_on(arrival, settings->on_request);
        break;
    case PEEK_TOO_LARGE:
        log_refusal(arrival, REASON_HEADERS_TOO_LARGE, "a request's head is too large: 431");
        answer_error(arrival, AWS_HEADERS_TOO_LARGE, NULL);
        break;
    case PEEK_HTTP2:
        log_refusal(arrival, REASON_HTTP2, "a client speaks HTTP/2 without having asked: 505");
        answer_http2(arrival);
        break;
    case PEEK_GARBAGE:
        log_refusal(arrival, REASON_MALFORMED_REQUEST, "a client speaks neither HTTP nor TLS: 400");
        answer_error(arrival, AWS_BAD_REQUEST, "Bad Request");
        break;
    }
}

static void leave(struct arrival *arrival)
{
    void (*on_left)(void *owner) = arrival->on_left;

    arrival->on_left = NULL;
    if (on_left)
        on_left(arrival->owner);
}

static void on_ready(struct poller *poller, unsigned ready)
{
    struct arrivals *arrivals = container_of(poller, struct arrivals, poller);
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(arrivals->set, events, EVENTS_PER_TURN, 0);

    for (int i = 0; i < count; i++) {
        struct arrival *arrival = events[i].data.ptr;

        if (arrival->socket < 0)
            continue; /* handed on earlier in this turn */
        if (!is_waiting(arrival))
            judge(arrival, events[i].events);
        else if (events[i].events & GONE)
            leave(arrival);
    }
}

int arrivals_init(struct arrivals *arrivals, const struct arrivals_settings *settings)
{
    int result;

    *arrivals = (struct arrivals){.settings = *settings, .set = epoll_create1(EPOLL_CLOEXEC)};
    if (arrivals->set < 0)
        return log_errno(errno, "cannot make a set of sockets");
    result = poller_start(settings->loop, &arrivals->poller, arrivals->set, POLLER_READ, on_ready);
    if (result < 0)
        arrivals_deinit(arrivals);
    return result;
}

static void detach(struct arrivals *arrivals, struct arrival *arrival)
{
    epoll_ctl(arrivals->set, EPOLL_CTL_DEL, arrival->socket, NULL);
    arrival->arrivals = NULL;
}

static struct arrival *first_undecided(const struct arrivals *arrivals)
{
    return queue_entry(arrivals->undecided.first, struct arrival, link);
}

bool arrivals_drop_oldest(struct arrivals *arrivals)
{
    struct arrival *oldest = first_undecided(arrivals);

    if (!oldest || clock_microseconds() - oldest->came_at < GRACE_MICROSECONDS)
        return false;
    arrival_drop(oldest);
    return true;
}

void arrivals_deinit(struct arrivals *arrivals)
{
    struct arrival *arrival;

    while ((arrival = first_undecided(arrivals)))
        arrival_drop(arrival);
    while ((arrival = queue_entry(queue_pop(&arrivals->waiting), struct arrival, link)))
        detach(arrivals, arrival);
    poller_stop(&arrivals->poller);
    if (arrivals->set >= 0)
        close(arrivals->set);
    arrivals->set = -1;
}

void arrivals_add(struct arrivals *arrivals, int socket, const struct sockaddr *peer,
                  socklen_t peer_size, bool is_secure)
{
    struct arrival *arrival  = NEW(struct arrival);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = arrival};

    assert(peer_size <= sizeof arrival->peer);
    arrival->arrivals  = arrivals;
    arrival->loop      = arrivals->settings.loop;
    arrival->came_at   = clock_microseconds();
    arrival->socket    = socket;
    arrival->is_secure = is_secure;
    arrival->peer_size = peer_size;
    memcpy(&arrival->peer, peer, peer_size);
    write_source_ip(arrival);
    queue_push(&arrivals->undecided, &arrival->link);
    alarm_set(arrivals->settings.alarms, &arrival->deadline,
              arrivals->settings.patience_milliseconds, on_deadline);
    if (epoll_ctl(arrivals->set, EPOLL_CTL_ADD, socket, &event) < 0) {
        log_errno(errno, "cannot watch a new client");
        arrival_drop(arrival);
    }
}
