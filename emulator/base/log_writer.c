#include "base/log_writer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* Lines that wait for the thread: some thousands. */
#define WAITING_SIZE_MAX (1 << 20)

/* A buffer that was needed once needn't be kept. */
#define KEPT_SIZE_MAX (64 * 1024)

/* How long the end waits for a reader that takes nothing. */
#define PATIENCE_SECONDS 1

enum writer_state {
    WRITER_DIRECT,   /* whoever logs writes */
    WRITER_THREAD,   /* the thread does */
    WRITER_GIVEN_UP, /* nobody does any more */
};

static struct {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t work;  /* there are lines, or it is to end */
    pthread_cond_t news;  /* some bytes were written, or it has ended */
    struct text waiting;
    uint64_t untold; /* dropped since the thread last said so */
    uint64_t written;
    bool is_sleeping;
    bool is_stopping;
    bool has_ended;

    pthread_t thread;
    void (*describe)(uint64_t dropped, struct text *line);
    atomic_int state;
    atomic_uint_fast64_t dropped;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER};

/* False if nobody will ever read it. */
static bool write_all(const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, data, size);

        if (written < 0 && errno == EAGAIN) { /* somebody else has made it non-blocking */
            struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};

            poll(&room, 1, -1);
            continue;
        }
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* The size of as many whole lines as a pipe takes in one piece, at least of one. */
static size_t piece_size(const char *data, size_t size)
{
    const char *end = size > PIPE_BUF ? memrchr(data, '\n', PIPE_BUF) : NULL;

    if (size <= PIPE_BUF)
        return size;
    if (!end)
        end = memchr(data, '\n', size);
    return (size_t)(end - data) + 1;
}

static uint64_t count_lines(const char *data, size_t size)
{
    uint64_t count = 0;

    for (const char *end = data; size > 0 && (end = memchr(data, '\n', size)); count++) {
        size -= (size_t)(end + 1 - data);
        data = end + 1;
    }
    return count;
}

static void note_written(size_t size)
{
    pthread_mutex_lock(&writer.lock);
    writer.written += size;
    pthread_cond_signal(&writer.news);
    pthread_mutex_unlock(&writer.lock);
}

/* On the thread, without the lock. */
static void write_lines(const struct text *lines)
{
    const char *data = lines->data;
    size_t left      = lines->size;

    while (left > 0 && writer.state != WRITER_GIVEN_UP) {
        size_t size = piece_size(data, left);

        if (!write_all(data, size))
            writer.dropped += count_lines(data, size);
        note_written(size);
        data += size;
        left -= size;
    }
}

/* Called with the lock, which it lets go of meanwhile. */
static void write_batch(struct text *batch)
{
    struct text free_buffer = *batch;
    uint64_t dropped        = writer.untold;

    *batch         = writer.waiting;
    writer.waiting = free_buffer;
    writer.untold  = 0;
    pthread_mutex_unlock(&writer.lock);
    if (dropped > 0) /* after what the buffer held, and before what comes next */
        writer.describe(dropped, batch);
    write_lines(batch);
    text_clear(batch);
    if (batch->capacity > KEPT_SIZE_MAX)
        text_deinit(batch);
    pthread_mutex_lock(&writer.lock);
}

/* False: there will be none. Called with the lock, which it lets go of meanwhile. */
static bool wait_for_lines(void)
{
    while (writer.waiting.size == 0 && writer.untold == 0 && !writer.is_stopping) {
        writer.is_sleeping = true;
        pthread_cond_wait(&writer.work, &writer.lock);
        writer.is_sleeping = false;
    }
    return writer.state != WRITER_GIVEN_UP && (writer.waiting.size > 0 || writer.untold > 0);
}

static void *run(void *argument)
{
    struct text batch = {0};

    pthread_mutex_lock(&writer.lock);
    while (wait_for_lines())
        write_batch(&batch);
    writer.has_ended = true;
    pthread_cond_signal(&writer.news);
    pthread_mutex_unlock(&writer.lock);
    text_deinit(&batch);
    return NULL;
}

/* A pipe, a socket or a terminal. */
static bool may_block(void)
{
    struct stat status;

    if (fstat(STDERR_FILENO, &status) < 0 || S_ISREG(status.st_mode))
        return false;
    return !S_ISCHR(status.st_mode) || isatty(STDERR_FILENO);
}

static void init_news(void)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer.news, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* Signals are the loop's business. */
static bool start_thread(void)
{
    sigset_t all;
    sigset_t before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    error = pthread_create(&writer.thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

void log_writer_start(void (*describe)(uint64_t dropped, struct text *line))
{
    if (writer.state != WRITER_DIRECT || !may_block())
        return;
    writer.describe    = describe;
    writer.is_stopping = false;
    writer.has_ended   = false;
    init_news();
    if (start_thread())
        writer.state = WRITER_THREAD;
}

/* True once the thread has ended; false if nothing was written for a while. Called with the lock.
 */
static bool wait_for_end(void)
{
    while (!writer.has_ended) {
        uint64_t written = writer.written;
        struct timespec deadline;

        clock_gettime(CLOCK_MONOTONIC, &deadline);
        deadline.tv_sec += PATIENCE_SECONDS;
        if (pthread_cond_timedwait(&writer.news, &writer.lock, &deadline) == ETIMEDOUT &&
            writer.written == written && !writer.has_ended)
            return false;
    }
    return true;
}

void log_writer_stop(void)
{
    bool has_ended;

    if (writer.state != WRITER_THREAD)
        return;
    pthread_mutex_lock(&writer.lock);
    writer.is_stopping = true;
    pthread_cond_signal(&writer.work);
    has_ended    = wait_for_end();
    writer.state = has_ended ? WRITER_DIRECT : WRITER_GIVEN_UP;
    pthread_mutex_unlock(&writer.lock);
    if (!has_ended) {
        pthread_detach(writer.thread); /* its write never returns; the process ends without it */
        return;
    }
    pthread_join(writer.thread, NULL);
    pthread_cond_destroy(&writer.news);
}

static void queue_line(const char *line, size_t size)
{
    pthread_mutex_lock(&writer.lock);
    if (writer.waiting.size + size > WAITING_SIZE_MAX) {
        writer.untold++;
        writer.dropped++;
    } else {
        text_append(&writer.waiting, line, size);
    }
    if (writer.is_sleeping)
        pthread_cond_signal(&writer.work);
    pthread_mutex_unlock(&writer.lock);
}

void log_writer_write(const char *line, size_t size)
{
    if (writer.state == WRITER_THREAD)
        queue_line(line, size);
    else if (writer.state == WRITER_GIVEN_UP || write(STDERR_FILENO, line, size) < 0)
        writer.dropped++; /* nobody reads the log: nothing else suffers */
}

uint64_t log_writer_dropped(void)
{
    return writer.dropped;
}
