#include "lambda/pool.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "lambda/conversation.h"
#include "lambda/lambda_state.h"
#include "lambda/process.h"
#include "lambda/remote.h"
#include "lambda/room.h"
#include "lambda/run.h"
#include "model/arn.h"
#include "model/limits.h"

/* How long ago a run may have ended that a change of the function's files is put down to: what
 * watches them takes a moment. */
#define LATELY_MICROSECONDS 1000000

static void take_function(struct pool *pool, const struct function *function)
{
    const struct lambda *lambda = pool->lambda;

    function_copy(&pool->function, function);
    pool->arn = memory_format("arn:%s:lambda:%s:%s:function:%s", arn_partition(lambda->region),
                              lambda->region, lambda->account, function->name);
}

static void drop_function(struct pool *pool)
{
    function_deinit(&pool->function);
    free(pool->arn);
}

struct pool *pool_new(struct lambda *lambda, const struct function *function)
{
    struct pool *pool = NEW(struct pool);

    pool->lambda = lambda;
    take_function(pool, function);
    return pool;
}

void pool_free(struct pool *pool)
{
    drop_function(pool);
    self_change_deinit(&pool->self_change);
    free(pool);
}

void pool_replace_function(struct pool *pool, const struct function *function)
{
    pool_retire(pool);
    drop_function(pool);
    take_function(pool, function);
    pool->is_wanted = function->inspect_port > 0;
    while (function->url && pool_first_waiting(pool)) /* for processes that won't be */
        remote_invoke(pool, pool_pop_waiting(pool));
}

bool pool_has_run_lately(const struct pool *pool)
{
    for (struct queue_link *link = pool->processes.first; link; link = link->next) {
        if (process_is_at_work(container_of(link, struct process, link)))
            return true;
    }
    return pool->last_run_at > 0 && clock_microseconds() - pool->last_run_at < LATELY_MICROSECONDS;
}

void pool_retire(struct pool *pool)
{
    struct queue_link *next;

    for (struct queue_link *link = pool->processes.first; link; link = next) {
        next = link->next;
        process_retire(container_of(link, struct process, link));
    }
}

void pool_remove(struct pool *pool)
{
    struct queue_link *next;

    pool->is_removed = true;
    pool->is_wanted  = false;
    for (struct queue_link *link = pool->waiting.first; link; link = next) {
        struct lambda_run *run = container_of(link, struct lambda_run, link);

        next = link->next;
        if (run->invocation && run->invocation->even_if_removed)
            continue;
        pool_remove_waiting(pool, run);
        run_refuse(run, INVOCATION_NO_FUNCTION);
    }
    pool_retire(pool);
}

/* One that starts will take the run it was started for, and one that has just answered is about to
 * ask: it would be as warm and sooner there. */
static bool needs_process(const struct pool *pool)
{
    if (pool->function.url)
        return false;
    if (pool->is_wanted && pool->processes.count == 0)
        return true;
    return pool->starting + pool->returning < pool->waiting.count &&
           pool->processes.count < (size_t)pool->function.concurrency;
}

void pool_fill(struct pool *pool)
{
    while (needs_process(pool) && room_claim(pool)) {
        pool->is_wanted = false; /* one that fails isn't tried again until it has changed */
        process_start(pool);
    }
}

void pool_prepare(struct pool *pool)
{
    if (pool->function.inspect_port == 0 || pool->is_removed)
        return;
    pool->is_wanted = true;
    pool_fill(pool);
}

void pool_invoke(struct pool *pool, struct lambda_run *run)
{
    struct process *process = queue_entry(pool->idle.first, struct process, idle_link);

    if (pool->function.url) {
        remote_invoke(pool, run);
        return;
    }
    if (process) {
        conversation_take(process, run);
        return;
    }
    if (pool->waiting.count >= INVOCATION_QUEUE_MAX) {
        run_refuse(run, INVOCATION_THROTTLED);
        return;
    }
    queue_push(&pool->waiting, &run->link);
    pool_fill(pool);
}

struct lambda_run *pool_first_waiting(const struct pool *pool)
{
    return queue_entry(pool->waiting.first, struct lambda_run, link);
}

void pool_remove_waiting(struct pool *pool, struct lambda_run *run)
{
    queue_remove(&pool->waiting, &run->link);
    if (queue_is_empty(&pool->waiting))
        room_renounce(pool);
}

struct lambda_run *pool_pop_waiting(struct pool *pool)
{
    struct lambda_run *run = pool_first_waiting(pool);

    if (run)
        pool_remove_waiting(pool, run);
    return run;
}
