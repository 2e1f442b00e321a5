#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "front/arrival.h"
#include "front/listener.h"
#include "front/tls.h"
#include "loop/alarm.h"
#include "loop/poller.h"

/* How long a client may take to send its request's head. */
#define PATIENCE_MILLISECONDS 10000

/* Clients accepted at one address in one turn, so that a storm doesn't starve those who are in. */
#define ACCEPTS_PER_TURN 32

/* Without descriptors left, accepting again at once would only burn the processor. */
#define PAUSE_MILLISECONDS 100

/* Left to itself the kernel would keep up to 4 MB for each client that doesn't read, and a thousand
 * of them would use up what the whole machine has for TCP. */
#define SEND_BUFFER_SIZE (128 * 1024)

/* So near to the bound each client is preceded by a look at the descriptor it would get. */
#define NEAR_THE_BOUND 64

/* One address that is listened at. */
struct door {
    struct front *front;
    struct poller poller;
    int socket;
};

struct front {
    struct front_settings settings;
    struct arrivals arrivals;
    struct tls *tls; /* NULL: no TLS */
    struct listener listener;
    struct door doors[LISTENER_SOCKETS_MAX];
    struct alarm pause; /* set: no door is open for a moment */
    bool is_near;       /* to the bound of descriptors */
    int64_t complained_at;
};

static int open_doors(struct front *front);

static void close_doors(struct front *front)
{
    for (size_t i = 0; i < front->listener.count; i++)
        poller_stop(&front->doors[i].poller);
}

static void on_pause_over(struct alarm *alarm);

static void pause_accepting(struct front *front)
{
    close_doors(front);
    alarm_set(front->settings.alarms, &front->pause, PAUSE_MILLISECONDS, on_pause_over);
}

static void on_pause_over(struct alarm *alarm)
{
    struct front *front = container_of(alarm, struct front, pause);

    if (open_doors(front) < 0)
        pause_accepting(front);
}

static void complain(struct front *front, int number)
{
    if (log_is_due(&front->complained_at))
        log_errno(number, "cannot accept clients for now (told once a minute)");
}

static bool is_shortage(int number)
{
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

/* Frames are small and each one matters at once. */
static void welcome(struct front *front, int socket, const struct sockaddr *peer, socklen_t size)
{
    static const int on          = 1;
    static const int send_buffer = SEND_BUFFER_SIZE;

    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    arrivals_add(&front->arrivals, socket, peer, size, false);
}

static bool is_below_bound(const struct door *door)
{
    const struct front_settings *settings = &door->front->settings;
    int next                              = fcntl(door->socket, F_DUPFD_CLOEXEC, 0);

    if (next >= 0)
        close(next);
    return next >= 0 && next < settings->socket_max + settings->kept_in_use(settings->owner);
}

/*
 * False if the next client would get a descriptor that is kept for others: it waits in the kernel.
 * Those who have said nothing yet make room first, the oldest first; then, for the next time, those
 * who were handed on and can be spared.
 */
static bool has_room(struct door *door)
{
    struct front *front = door->front;

    if (!front->is_near || front->settings.socket_max == 0)
        return true;
    while (!is_below_bound(door)) {
        if (arrivals_drop_oldest(&front->arrivals))
            continue;
        front->settings.make_room(front->settings.owner);
        return false;
    }
    return true;
}

/* False if there is nobody more to accept for now. */
static bool accept_one(struct door *door)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    int socket =
        accept4(door->socket, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int number = errno;

    if (socket >= 0) {
        door->front->is_near = socket >= door->front->settings.socket_max - NEAR_THE_BOUND;
        welcome(door->front, socket, (struct sockaddr *)&peer, size);
        return true;
    }
    if (is_shortage(number)) {
        complain(door->front, number);
        pause_accepting(door->front);
        return false;
    }
    return number != EAGAIN; /* anything else: that one client has gone already */
}

static void on_knock(struct poller *poller, unsigned events)
{
    struct door *door = container_of(poller, struct door, poller);
    int left          = ACCEPTS_PER_TURN;
    bool may_accept   = has_room(door);

    if (!may_accept) {
        complain(door->front, EMFILE);
        pause_accepting(door->front);
    }
    while (left > 0 && may_accept && accept_one(door)) {
        may_accept = has_room(door);
        left--;
    }
}

static int open_doors(struct front *front)
{
    int result = 0;

    for (size_t i = 0; i < front->listener.count && result == 0; i++) {
        struct door *door = &front->doors[i];

        door->front  = front;
        door->socket = front->listener.sockets[i];
        result =
            poller_start(front->settings.loop, &door->poller, door->socket, POLLER_READ, on_knock);
    }
    return result;
}

static void on_tls_hello(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct front *front = owner;

    if (front->tls)
        tls_add(front->tls, socket, peer, peer_size);
    else
        close(socket);
}

static void on_decrypted(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size,
                         bool is_late)
{
    struct front *front = owner;

    if (is_late)
        arrivals_answer_late(&front->arrivals, socket);
    else
        arrivals_add(&front->arrivals, socket, peer, peer_size, true);
}

static void on_upgrade(void *owner, struct arrival *arrival)
{
    struct front *front = owner;

    front->settings.on_upgrade(front->settings.owner, arrival);
}

static void on_request(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct front *front = owner;

    front->settings.on_request(front->settings.owner, socket, peer, peer_size);
}

static bool has_room_for_upgrade(void *owner, int socket)
{
    const struct front *front             = owner;
    const struct front_settings *settings = &front->settings;

    if (settings->upgrade_max == 0 ||
        socket < settings->upgrade_max + settings->kept_in_use(settings->owner))
        return true;
    settings->make_room(settings->owner);
    return false;
}

static int open_arrivals(struct front *front)
{
    const struct arrivals_settings settings = {
        .loop                  = front->settings.loop,
        .alarms                = front->settings.alarms,
        .answers               = front->settings.answers,
        .patience_milliseconds = front->settings.patience_milliseconds,
        .has_room              = has_room_for_upgrade,
        .on_tls                = on_tls_hello,
        .on_upgrade            = on_upgrade,
        .on_request            = on_request,
        .owner                 = front,
    };

    return arrivals_init(&front->arrivals, &settings);
}

static int open_tls(struct front *front)
{
    const struct tls_settings settings = {
        .loop                  = front->settings.loop,
        .certificates          = front->settings.certificates,
        .patience_milliseconds = front->settings.patience_milliseconds,
        .socket_max            = front->settings.pair_max,
        .on_plain              = on_decrypted,
        .owner                 = front,
    };

    if (!settings.certificates)
        return 0;
    front->tls = tls_open(&settings);
    return front->tls ? 0 : -EIO;
}

struct front *front_open(const struct front_settings *settings)
{
    struct front *front = NEW(struct front);
    int result;

    front->settings = *settings;
    if (front->settings.patience_milliseconds == 0)
        front->settings.patience_milliseconds = PATIENCE_MILLISECONDS;
    result = open_arrivals(front);
    if (result == 0)
        result = open_tls(front);
    if (result == 0)
        result = listener_open(&front->listener, settings->host, settings->port);
    if (result == 0)
        result = open_doors(front);
    if (result == 0)
        return front;
    front_close(front);
    return NULL;
}

uint16_t front_port(const struct front *front)
{
    return front->listener.port;
}

void front_stop(struct front *front)
{
    close_doors(front);
    alarm_stop(front->settings.alarms, &front->pause);
    listener_close(&front->listener);
}

void front_close(struct front *front)
{
    if (!front)
        return;
    front_stop(front);
    tls_close(front->tls);
    arrivals_deinit(&front->arrivals);
    free(front);
}
