#include "front/relay.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "crypto/tls_stream.h"
#include "front/peek.h"

#define EVENTS_PER_TURN 64

/* Pieces carried for one connection before the others get their turn. */
#define PIECES_PER_TURN 16

/* How long a client may take to accept what our side wrote before it closed. */
#define FLUSHING_MILLISECONDS 30000

/* How long we wait for the client's end of a connection: closing with unread input would reset it,
 * and the client might lose our last bytes. */
#define LINGERING_MILLISECONDS 2000

/* What one side didn't accept yet: at most one piece, and only under back-pressure. */
struct backlog {
    char *data;
    size_t from;
    size_t size; /* 0: empty */
};

struct end {
    struct relay *relay;
    int socket; /* -1: closed, or not there yet */
};

struct relay {
    struct queue_link link; /* in relays->phases[phase] */
    enum relay_phase phase;
    int64_t deadline; /* microseconds; of the phases that have one */
    struct tls_stream *stream;
    struct end client;
    struct end plain;
    struct text head; /* ARRIVING: what was decrypted so far */
    struct backlog to_plain;
    struct backlog to_client;
    bool client_has_ended; /* it sends nothing more */
    unsigned plain_events; /* that the plain end is watched for */
    struct sockaddr_storage peer;
    socklen_t peer_size;
};

static void linger(struct relays *relays, struct relay *relay);
static void leave(struct relays *relays, struct relay *relay);

/*
 * One connection:
 *
 *     ARRIVING --> RELAYING --> FLUSHING --> LINGERING --> GONE
 *        |  |         |            |             ^          ^
 *        |  +------------------------------------+          |
 *        +------------+------------+------------------------+
 *
 * ARRIVING is the handshake and the request's head; RELAYING begins when the plain end is handed
 * over, FLUSHING when our side has closed that, LINGERING when the client has been sent everything
 * and told that it is.
 */

#define TO(phase) (1u << RELAY_##phase)

static const struct {
    unsigned may_become;
    int64_t milliseconds; /* until the deadline; 0: none, or the settings' patience */
    void (*enter)(struct relays *relays, struct relay *relay);
} phases[RELAY_PHASE_COUNT] = {
    [RELAY_ARRIVING]  = {TO(RELAYING) | TO(LINGERING) | TO(GONE), 0,                      NULL  },
    [RELAY_RELAYING]  = {TO(FLUSHING) | TO(GONE),                 0,                      NULL  },
    [RELAY_FLUSHING]  = {TO(LINGERING) | TO(GONE),                FLUSHING_MILLISECONDS,  NULL  },
    [RELAY_LINGERING] = {TO(GONE),                                LINGERING_MILLISECONDS, linger},
    [RELAY_GONE]      = {0,                                       0,                      leave },
};

static void enter(struct relays *relays, struct relay *relay, enum relay_phase phase,
                  int64_t milliseconds)
{
    queue_push(&relays->phases[phase], &relay->link);
    relay->phase    = phase;
    relay->deadline = clock_microseconds() + milliseconds * 1000;
}

/* The only place where a connection changes its phase. */
static void become(struct relays *relays, struct relay *relay, enum relay_phase phase)
{
    assert(phases[relay->phase].may_become & (1u << phase));
    queue_remove(&relays->phases[relay->phase], &relay->link);
    enter(relays, relay, phase, phases[phase].milliseconds);
    if (phases[phase].enter)
        phases[phase].enter(relays, relay);
}

static void end_close(struct relays *relays, struct end *end)
{
    if (end->socket < 0)
        return;
    epoll_ctl(relays->set, EPOLL_CTL_DEL, end->socket, NULL);
    close(end->socket);
    end->socket = -1;
}

/* The memory stays until the events of this turn, which may name the relay, are through. */
static void leave(struct relays *relays, struct relay *relay)
{
    tls_stream_end(relay->stream);
    end_close(relays, &relay->plain);
    end_close(relays, &relay->client);
}

static void relay_free(struct relay *relay)
{
    tls_stream_free(relay->stream);
    text_deinit(&relay->head);
    free(relay->to_plain.data);
    free(relay->to_client.data);
    free(relay);
}

static void bury(struct relays *relays)
{
    struct relay *relay;

    while ((relay = queue_entry(queue_pop(&relays->phases[RELAY_GONE]), struct relay, link)))
        relay_free(relay);
}

/* Nobody wants what the client still sends. It isn't even decrypted. */
static void drain(struct relays *relays, struct relay *relay)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &relay->client};
    ssize_t size             = 1;

    for (int pieces = 0; pieces < PIECES_PER_TURN && size > 0; pieces++)
        size = recv(relay->client.socket, relays->piece, RELAY_PIECE_SIZE, MSG_DONTWAIT);
    if (size > 0) /* more is there: ask to be told so */
        epoll_ctl(relays->set, EPOLL_CTL_MOD, relay->client.socket, &event);
    else if (size == 0 || errno != EAGAIN)
        become(relays, relay, RELAY_GONE);
}

static void linger(struct relays *relays, struct relay *relay)
{
    end_close(relays, &relay->plain);
    shutdown(relay->client.socket, SHUT_WR);
    drain(relays, relay);
}

/* Says that used bytes of data were accepted, and keeps the rest. data is the backlog's or new. */
static void backlog_keep(struct backlog *backlog, const char *data, size_t size, size_t used)
{
    if (backlog->size > 0) {
        backlog->from += used;
        backlog->size -= used;
    } else if (used < size) {
        backlog->data = memory_copy(data + used, size - used);
        backlog->size = size - used;
    }
    if (backlog->size == 0) {
        free(backlog->data);
        *backlog = (struct backlog){0};
    }
}

/* If our side has closed, everything is as good as accepted; its closing is an event of its own. */
static void give_plain(struct relay *relay, const char *data, size_t size)
{
    ssize_t used = send(relay->plain.socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (used < 0)
        used = errno == EAGAIN ? 0 : (ssize_t)size;
    backlog_keep(&relay->to_plain, data, size, (size_t)used);
}

/* Carries a piece from the client to the plain end. True if there may be another. */
static bool carry_in(struct relays *relays, struct relay *relay)
{
    struct backlog *backlog = &relay->to_plain;
    size_t size;

    if (backlog->size > 0) {
        give_plain(relay, backlog->data + backlog->from, backlog->size);
        return backlog->size == 0;
    }
    if (relay->client_has_ended)
        return false;
    switch (tls_stream_read(relay->stream, relays->piece, RELAY_PIECE_SIZE, &size)) {
    case TLS_PROGRESS:
        give_plain(relay, relays->piece, size);
        return true;
    case TLS_BLOCKED:
        return false;
    case TLS_ENDED:
        relay->client_has_ended = true;
        shutdown(relay->plain.socket, SHUT_WR);
        return false;
    case TLS_REFUSED:
    case TLS_BROKEN:
        become(relays, relay, RELAY_GONE);
        return false;
    }
    return false;
}

/* Our side has closed, and everything it wrote was given to OpenSSL. */
static void finish(struct relays *relays, struct relay *relay)
{
    if (relay->phase == RELAY_RELAYING)
        become(relays, relay, RELAY_FLUSHING);
    if (tls_stream_end(relay->stream) != TLS_BLOCKED)
        become(relays, relay, RELAY_LINGERING);
}

/* Carries a piece from the plain end to the client. True if there may be another. */
static bool carry_out(struct relays *relays, struct relay *relay)
{
    struct backlog *backlog = &relay->to_client;
    const char *data        = relays->piece;
    size_t size             = backlog->size;
    size_t used             = 0;

    if (size > 0) {
        data = backlog->data + backlog->from;
    } else {
        ssize_t got = recv(relay->plain.socket, relays->piece, RELAY_PIECE_SIZE, MSG_DONTWAIT);

        if (got < 0 && errno == EAGAIN)
            return false;
        if (got <= 0) {
            finish(relays, relay);
            return false;
        }
        size = (size_t)got;
    }
    switch (tls_stream_write(relay->stream, data, size, &used)) {
    case TLS_PROGRESS:
        backlog_keep(backlog, data, size, used);
        return true;
    case TLS_BLOCKED:
        backlog_keep(backlog, data, size, 0);
        return false;
    case TLS_ENDED:
    case TLS_REFUSED:
    case TLS_BROKEN:
        become(relays, relay, RELAY_GONE);
        return false;
    }
    return false;
}

/*
 * Edge-triggered, so that both directions wait for nothing but the kernel. Room in the plain end is
 * only asked for when it is needed: every byte that our side reads would be such an event. Being
 * watched anew is an event if anything can be done, and so the way to another turn.
 */
static void watch_plain(struct relays *relays, struct relay *relay, bool has_more)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &relay->plain};

    if (relay->to_plain.size > 0 || has_more)
        event.events |= EPOLLOUT;
    if (event.events == relay->plain_events && !has_more)
        return;
    epoll_ctl(relays->set, relay->plain_events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, relay->plain.socket,
              &event);
    relay->plain_events = event.events;
}

static void carry(struct relays *relays, struct relay *relay)
{
    bool in_has_more  = relay->phase == RELAY_RELAYING;
    bool out_has_more = true;

    for (int pieces = 0; pieces < PIECES_PER_TURN && (in_has_more || out_has_more); pieces++) {
        in_has_more  = in_has_more && relay->phase == RELAY_RELAYING && carry_in(relays, relay);
        out_has_more = out_has_more && relay->plain.socket >= 0 && carry_out(relays, relay);
    }
    if (relay->plain.socket >= 0)
        watch_plain(relays, relay, in_has_more || out_has_more);
}

/* Two connected descriptors of those that clients may have. Returns 0 or a negative errno. */
static int make_pair(const struct relays *relays, int ends[2])
{
    int bound = relays->settings.socket_max;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    if (bound == 0 || (ends[0] < bound && ends[1] < bound))
        return 0;
    close(ends[0]);
    close(ends[1]);
    return -EMFILE;
}

static void hand_over(struct relays *relays, struct relay *relay, bool is_late)
{
    int ends[2];
    int result = make_pair(relays, ends);

    if (result < 0) {
        if (log_is_due(&relays->complained_at))
            log_errno(-result, "cannot pass a TLS client on (told once a minute)");
        become(relays, relay, RELAY_GONE);
        return;
    }
    relay->plain.socket = ends[0];
    give_plain(relay, relay->head.data, relay->head.size);
    text_deinit(&relay->head);
    relays->settings.on_plain(relays->settings.owner, ends[1],
                              (const struct sockaddr *)&relay->peer, relay->peer_size, is_late);
    become(relays, relay, RELAY_RELAYING);
    carry(relays, relay);
}

/*
 * Our side wants to see the whole head at once, and a pair has little room for a head that arrives
 * in many small pieces.
 */
static bool head_is_enough(const struct text *head)
{
    size_t head_size;

    return peek_judge(head->data, head->size, &head_size) != PEEK_WAIT;
}

static void arrive(struct relays *relays, struct relay *relay)
{
    enum tls_progress progress = TLS_PROGRESS;
    size_t size;

    while (progress == TLS_PROGRESS && relay->phase == RELAY_ARRIVING) {
        progress = tls_stream_read(relay->stream, relays->piece, RELAY_PIECE_SIZE, &size);
        if (progress != TLS_PROGRESS)
            break;
        text_append(&relay->head, relays->piece, size);
        if (head_is_enough(&relay->head))
            hand_over(relays, relay, false);
    }
    if (progress == TLS_REFUSED)
        become(relays, relay, RELAY_LINGERING); /* so that it sees our alert */
    else if (progress == TLS_ENDED || progress == TLS_BROKEN)
        become(relays, relay, RELAY_GONE);
}

static void serve(struct relays *relays, struct end *end, unsigned events)
{
    struct relay *relay = end->relay;

    switch (relay->phase) {
    case RELAY_ARRIVING:
        arrive(relays, relay);
        break;
    case RELAY_RELAYING:
        /* A client that doesn't read must not keep what nobody will write to any more. */
        if (end == &relay->plain && (events & (EPOLLHUP | EPOLLERR)))
            become(relays, relay, RELAY_FLUSHING);
        carry(relays, relay);
        break;
    case RELAY_FLUSHING:
        carry(relays, relay);
        break;
    case RELAY_LINGERING:
        drain(relays, relay);
        break;
    case RELAY_GONE:
        break;
    }
}

static bool has_deadline(enum relay_phase phase)
{
    return phase == RELAY_ARRIVING || phases[phase].milliseconds > 0;
}

static void pass_deadline(struct relays *relays, struct relay *relay)
{
    if (relay->phase == RELAY_ARRIVING && relay->head.size > 0)
        hand_over(relays, relay, true);
    else
        become(relays, relay, RELAY_GONE);
}

static struct relay *first_of(const struct relays *relays, enum relay_phase phase)
{
    return queue_entry(relays->phases[phase].first, struct relay, link);
}

static void pass_deadlines(struct relays *relays)
{
    int64_t now = clock_microseconds();

    for (enum relay_phase phase = RELAY_ARRIVING; phase < RELAY_GONE; phase++) {
        struct relay *relay;

        while (has_deadline(phase) && (relay = first_of(relays, phase)) && relay->deadline <= now)
            pass_deadline(relays, relay);
    }
}

static int milliseconds_to_wait(const struct relays *relays)
{
    int64_t due = INT64_MAX;
    int64_t now = clock_microseconds();

    for (enum relay_phase phase = RELAY_ARRIVING; phase < RELAY_GONE; phase++) {
        struct relay *relay = has_deadline(phase) ? first_of(relays, phase) : NULL;

        if (relay && relay->deadline < due)
            due = relay->deadline;
    }
    if (due == INT64_MAX)
        return -1;
    if (due <= now)
        return 0;
    return due - now > INT_MAX ? INT_MAX : (int)((due - now + 999) / 1000);
}

void relays_turn(struct relays *relays)
{
    struct epoll_event events[EVENTS_PER_TURN];
    int count = epoll_wait(relays->set, events, EVENTS_PER_TURN, milliseconds_to_wait(relays));

    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr)
            serve(relays, events[i].data.ptr, events[i].events);
    }
    pass_deadlines(relays);
    bury(relays);
}

void relays_add(struct relays *relays, int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct relay *relay      = NEW(struct relay);
    struct epoll_event event = {.events   = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &relay->client};

    assert(peer_size <= sizeof relay->peer);
    relay->client    = (struct end){relay, socket};
    relay->plain     = (struct end){relay, -1};
    relay->peer_size = peer_size;
    memcpy(&relay->peer, peer, peer_size);
    relay->stream = tls_stream_new(relays->server, socket);
    if (!relay->stream || epoll_ctl(relays->set, EPOLL_CTL_ADD, socket, &event) < 0) {
        close(socket);
        relay_free(relay);
        return;
    }
    enter(relays, relay, RELAY_ARRIVING, relays->settings.patience_milliseconds);
}

int relays_init(struct relays *relays, const struct relays_settings *settings)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    int result               = 0;

    *relays     = (struct relays){.settings = *settings};
    relays->set = epoll_create1(EPOLL_CLOEXEC);
    if (relays->set < 0 || epoll_ctl(relays->set, EPOLL_CTL_ADD, settings->wake, &event) < 0)
        result = log_errno(errno, "cannot make a set of TLS sockets");
    if (result == 0)
        relays->server = tls_server_new(settings->certificates);
    if (result < 0)
        relays_deinit(relays);
    return result;
}

void relays_deinit(struct relays *relays)
{
    struct relay *relay;

    for (enum relay_phase phase = RELAY_ARRIVING; phase < RELAY_GONE; phase++) {
        while ((relay = first_of(relays, phase))) {
            if (phase == RELAY_RELAYING || phase == RELAY_FLUSHING)
                carry(relays, relay);
            if (relay->phase == phase)
                become(relays, relay, RELAY_GONE);
        }
    }
    bury(relays);
    tls_server_free(relays->server);
    if (relays->set >= 0)
        close(relays->set);
}
