#include "store/writer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "loop/loop.h"
#include "store/database.h"
#include "store/store.h"

/* A full disk stays full for a while; the log needn't say so with every batch. */
#define COMPLAINT_MICROSECONDS 60000000

/* Somebody else's lock on the database doesn't hold up our end for long. */
#define LAST_BUSY_MILLISECONDS 500

static struct write *next_write(struct queue *queue)
{
    return queue_entry(queue_pop(queue), struct write, letter.link);
}

/* To be called while SQLite still knows what failed. */
static void complain(struct writer *writer, const char *what)
{
    int64_t now = clock_microseconds();

    if (!writer->is_failing || now - writer->logged_at >= COMPLAINT_MICROSECONDS) {
        database_log(writer->database, "cannot %s", what);
        writer->logged_at = now;
    }
    writer->is_failing = true;
}

static void be_content(struct writer *writer)
{
    if (writer->is_failing)
        log_info(NULL, "the database can be written again");
    writer->is_failing = false;
}

static int apply_all(struct writer *writer, struct queue *batch)
{
    for (struct queue_link *link = batch->first; link; link = link->next) {
        struct write *write = queue_entry(link, struct write, letter.link);

        write->result = write->apply(write, writer->store);
        if (write->result < 0 && write->result != -EINVAL)
            return write->result;
    }
    return writer->hooks->before_commit(writer->store);
}

/* One transaction. Returns 0 or a negative errno: then nothing of it was written. */
static int commit(struct writer *writer, struct queue *batch)
{
    int before = sqlite3_total_changes(writer->database);
    int result = database_execute(writer->database, "BEGIN IMMEDIATE");

    if (result == 0)
        result = apply_all(writer, batch);
    if (result == 0)
        result = database_execute(writer->database, "COMMIT");
    if (result == 0) {
        if (sqlite3_total_changes(writer->database) != before) /* else nothing had to be written */
            be_content(writer);
        return 0;
    }
    complain(writer, "write to the database; new clients get 500 until it can be written again");
    if (!sqlite3_get_autocommit(writer->database)) /* SQLite may have rolled back itself */
        database_execute(writer->database, "ROLLBACK");
    writer->hooks->after_rollback(writer->store);
    return result;
}

static void tell(struct write *write)
{
    struct store_waiter *waiter = write->waiter;

    if (!write->is_cancelled) {
        waiter->write = NULL;
        waiter->done(waiter, write->result);
    }
    free(write);
}

static void settle(struct writer *writer, struct write *write, int batch_result)
{
    if (batch_result < 0)
        write->result = batch_result;
    if (write->settle && write->settle(write, writer->store, write->result))
        queue_push(&writer->again, &write->letter.link);
    else if (!write->waiter)
        free(write);
    else if (writer->is_running)
        mailbox_post(&writer->done, &write->letter);
    else
        tell(write);
}

static void run_batch(struct writer *writer, struct queue *batch)
{
    int result = commit(writer, batch);
    struct write *write;

    while ((write = next_write(batch)))
        settle(writer, write, result);
    if (result == 0 && writer->hooks->tidy(writer->store) < 0)
        complain(writer, "delete old rows of the database");
}

/* What failed before comes first: it is older. */
static struct queue take_batch(struct writer *writer)
{
    struct queue batch = writer->again;

    writer->again = (struct queue){0};
    for (size_t i = 0; i < WRITER_BATCH_MAX && !queue_is_empty(&writer->queue); i++)
        queue_push(&batch, queue_pop(&writer->queue));
    return batch;
}

/* False: there is nothing left to do, ever. Called with the lock held. */
static bool wait_for_work(struct writer *writer)
{
    while (writer->is_paused || (queue_is_empty(&writer->queue) && !writer->is_stopping))
        pthread_cond_wait(&writer->changed, &writer->lock);
    return !queue_is_empty(&writer->queue);
}

static void *run(void *argument)
{
    struct writer *writer = argument;

    pthread_mutex_lock(&writer->lock);
    while (wait_for_work(writer)) {
        struct queue batch = take_batch(writer);
        bool is_last       = writer->is_stopping;

        writer->is_busy = true;
        pthread_mutex_unlock(&writer->lock);
        if (is_last)
            sqlite3_busy_timeout(writer->database, LAST_BUSY_MILLISECONDS);
        run_batch(writer, &batch);
        pthread_mutex_lock(&writer->lock);
        writer->is_busy = false;
        pthread_cond_broadcast(&writer->changed);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

static void on_done(struct mailbox *mailbox, struct letter *letter)
{
    tell(container_of(letter, struct write, letter));
}

/* Signals are the loop's business. */
static int start_thread(struct writer *writer)
{
    sigset_t all;
    sigset_t before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    error = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        return log_errno(error, "cannot start a thread");
    return 0;
}

int writer_start(struct writer *writer, struct loop *loop, sqlite3 *database, struct store *store,
                 const struct writer_hooks *hooks)
{
    int result;

    *writer = (struct writer){.hooks = hooks, .store = store, .database = database};
    result  = mailbox_init(&writer->done, &loop->uv, on_done);
    if (result < 0)
        return result;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->changed, NULL);
    writer->is_running = true;
    result             = start_thread(writer);
    if (result < 0) {
        writer->is_running = false;
        mailbox_deinit(&writer->done);
    }
    return result;
}

/* Those who are told may queue more: that is written here and now. */
static void write_the_rest(struct writer *writer)
{
    struct write *write;

    sqlite3_busy_timeout(writer->database, LAST_BUSY_MILLISECONDS);
    do {
        struct queue batch = take_batch(writer);

        run_batch(writer, &batch);
    } while (!queue_is_empty(&writer->queue));
    if (!queue_is_empty(&writer->again))
        log_error(LOG_FIELDS({"reason", REASON_DATABASE}),
                  "%zu changes could not be written to the database", writer->again.count);
    while ((write = next_write(&writer->again)))
        free(write);
}

void writer_stop(struct writer *writer)
{
    if (!writer->is_running)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->is_stopping = true;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);

    mailbox_deinit(&writer->done);
    writer->is_running = false;
    write_the_rest(writer);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
}

/* The thread looks at whether there is a waiter, so that this is left to tell(). */
void store_waiter_cancel(struct store_waiter *waiter)
{
    if (waiter->write)
        waiter->write->is_cancelled = true;
    waiter->write = NULL;
}

void writer_queue(struct writer *writer, struct write *write)
{
    pthread_mutex_lock(&writer->lock);
    queue_push(&writer->queue, &write->letter.link);
    if (writer->queue.count == 1)
        pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

size_t writer_backlog(struct writer *writer)
{
    size_t count;

    pthread_mutex_lock(&writer->lock);
    count = writer->queue.count;
    pthread_mutex_unlock(&writer->lock);
    return count;
}

void writer_pause(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->is_paused = true;
    while (writer->is_busy)
        pthread_cond_wait(&writer->changed, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
}

void writer_resume(struct writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->is_paused = false;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}
