#include "front/tls.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/queue.h"
#include "front/relay.h"
#include "loop/loop.h"
#include "loop/mailbox.h"

/* A socket on its way to the thread, or its plain end on the way back. */
struct passage {
    struct queue_link link; /* to the thread */
    struct letter letter;   /* back to the loop */
    int socket;
    struct sockaddr_storage peer;
    socklen_t peer_size;
    bool is_late;
};

struct tls {
    struct tls_settings settings;
    struct mailbox mailbox; /* what the thread tells the loop */
    bool is_closing;        /* only the loop looks at it */
    pthread_t thread;
    struct relays relays; /* the thread's, while it runs */

    int wake; /* an eventfd: what the lock guards has changed */
    pthread_mutex_t lock;
    struct queue newcomers;
    bool must_end;
};

static struct passage *passage_new(int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct passage *passage = NEW(struct passage);

    assert(peer_size <= sizeof passage->peer);
    passage->socket    = socket;
    passage->peer_size = peer_size;
    memcpy(&passage->peer, peer, peer_size);
    return passage;
}

/* The thread's end of the way to the loop. */
static void on_plain(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size,
                     bool is_late)
{
    struct tls *tls         = owner;
    struct passage *passage = passage_new(socket, peer, peer_size);

    passage->is_late = is_late;
    mailbox_post(&tls->mailbox, &passage->letter);
}

static void open_letter(struct mailbox *mailbox, struct letter *letter)
{
    struct tls *tls         = container_of(mailbox, struct tls, mailbox);
    struct passage *passage = container_of(letter, struct passage, letter);

    if (tls->is_closing)
        close(passage->socket);
    else
        tls->settings.on_plain(tls->settings.owner, passage->socket,
                               (const struct sockaddr *)&passage->peer, passage->peer_size,
                               passage->is_late);
    free(passage);
}

static struct queue take_newcomers(struct tls *tls, bool *must_end)
{
    struct queue newcomers;

    pthread_mutex_lock(&tls->lock);
    newcomers      = tls->newcomers;
    tls->newcomers = (struct queue){0};
    *must_end      = tls->must_end;
    pthread_mutex_unlock(&tls->lock);
    return newcomers;
}

static void *run(void *argument)
{
    struct tls *tls = argument;
    bool must_end   = false;

    while (!must_end) {
        struct queue newcomers;
        struct passage *passage;

        relays_turn(&tls->relays);
        newcomers = take_newcomers(tls, &must_end);
        while ((passage = queue_entry(queue_pop(&newcomers), struct passage, link))) {
            relays_add(&tls->relays, passage->socket, (const struct sockaddr *)&passage->peer,
                       passage->peer_size);
            free(passage);
        }
    }
    relays_deinit(&tls->relays);
    return NULL;
}

/* Signals are the loop's, and OpenSSL writes to sockets in a way that can raise SIGPIPE. */
static int start_thread(struct tls *tls)
{
    sigset_t all;
    sigset_t before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    result = pthread_create(&tls->thread, NULL, run, tls);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != 0)
        return log_errno(result, "cannot start the TLS thread");
    pthread_setname_np(tls->thread, "tls");
    return 0;
}

static void free_tls(struct tls *tls)
{
    mailbox_deinit(&tls->mailbox);
    if (tls->wake >= 0)
        close(tls->wake);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}

static int open_relays(struct tls *tls)
{
    const struct relays_settings settings = {
        .certificates          = tls->settings.certificates,
        .wake                  = tls->wake,
        .patience_milliseconds = tls->settings.patience_milliseconds,
        .socket_max            = tls->settings.socket_max,
        .on_plain              = on_plain,
        .owner                 = tls,
    };

    return relays_init(&tls->relays, &settings);
}

struct tls *tls_open(const struct tls_settings *settings)
{
    struct tls *tls = NEW(struct tls);
    int result      = 0;

    tls->settings = *settings;
    pthread_mutex_init(&tls->lock, NULL);
    tls->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (tls->wake < 0)
        result = log_errno(errno, "cannot make an eventfd");
    if (result == 0)
        result = mailbox_init(&tls->mailbox, &settings->loop->uv, open_letter);
    if (result == 0)
        result = open_relays(tls);
    if (result == 0) {
        result = start_thread(tls);
        if (result < 0)
            relays_deinit(&tls->relays);
    }
    if (result == 0)
        return tls;
    free_tls(tls);
    return NULL;
}

/* Watched by its edges, so that nobody needs to read it. It can't fail: it never gets full. */
static void wake_thread(struct tls *tls)
{
    eventfd_write(tls->wake, 1);
}

void tls_close(struct tls *tls)
{
    if (!tls)
        return;
    tls->is_closing = true;
    pthread_mutex_lock(&tls->lock);
    tls->must_end = true;
    pthread_mutex_unlock(&tls->lock);
    wake_thread(tls);
    pthread_join(tls->thread, NULL);
    free_tls(tls);
}

void tls_add(struct tls *tls, int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct passage *passage = passage_new(socket, peer, peer_size);

    pthread_mutex_lock(&tls->lock);
    queue_push(&tls->newcomers, &passage->link);
    pthread_mutex_unlock(&tls->lock);
    wake_thread(tls);
}
