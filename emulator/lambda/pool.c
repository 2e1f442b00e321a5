#include "lambda/pool.h"

#include "base/memory.h"
#include "lambda/lambda_state.h"
#include "lambda/process.h"
#include "lambda/run.h"
#include "model/limits.h"

/* Makes room under the overall cap: the idlest process of all goes. False if none is idle. */
static bool evict_one(struct lambda *lambda)
{
    struct process *idlest = queue_entry(lambda->idle.first, struct process, idlest);

    if (idlest)
        process_kill(idlest);
    return idlest != NULL;
}

static bool may_start(const struct pool *pool)
{
    return pool->starting < pool->waiting.count &&
           pool->processes.count < (size_t)pool->function.concurrency;
}

void pool_fill(struct pool *pool)
{
    struct lambda *lambda = pool->lambda;

    while (!pool->is_removed && may_start(pool)) {
        /* One that was evicted still counts until its exit is reported: then all pools are filled
         * again. */
        if (lambda->processes.count >= lambda->settings.processes_max) {
            evict_one(lambda);
            return;
        }
        if (process_start(pool) < 0) {
            pool_fail_waiting(pool, "Runtime.InvalidEntrypoint",
                              "the emulator could not start a process");
            return;
        }
    }
}

void pool_invoke(struct pool *pool, struct lambda_run *run)
{
    struct process *process = queue_entry(pool->idle.first, struct process, idle_link);

    if (process) {
        process_take(process, run);
        return;
    }
    if (pool->waiting.count >= INVOCATION_QUEUE_MAX) {
        run_refuse(pool->lambda, run, INVOCATION_THROTTLED);
        return;
    }
    queue_push(&pool->waiting, &run->link);
    pool_fill(pool);
}

struct lambda_run *pool_pop_waiting(struct pool *pool)
{
    return queue_entry(queue_pop(&pool->waiting), struct lambda_run, link);
}

void pool_fail_waiting(struct pool *pool, const char *type, const char *message)
{
    struct lambda_run *run = queue_entry(pool->waiting.first, struct lambda_run, link);

    if (run)
        run_fail(pool->lambda, run, type, message);
}
