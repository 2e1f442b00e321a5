#include "lambda/room.h"

#include "base/clock.h"
#include "base/memory.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"

/* A function whose processes are all at work keeps them this long while another one has none. */
#define HUNGER_MICROSECONDS_MAX 1000000

static void remember(struct pool *pool)
{
    if (pool->is_hungry)
        return;
    pool->is_hungry    = true;
    pool->hungry_since = clock_microseconds();
    queue_push(&pool->lambda->hungry, &pool->hungry_link);
}

void room_renounce(struct pool *pool)
{
    if (!pool->is_hungry)
        return;
    pool->is_hungry = false;
    queue_remove(&pool->lambda->hungry, &pool->hungry_link);
}

/* True if more wait for a place than will become free by itself. */
static bool is_short_of_places(const struct lambda *lambda)
{
    return lambda->places_promised < lambda->hungry.count;
}

bool room_claim(struct pool *pool)
{
    struct lambda *lambda  = pool->lambda;
    struct process *idlest = queue_entry(lambda->idle.first, struct process, idlest);

    if (lambda->processes.count < lambda->settings.processes_max)
        return true;
    remember(pool);
    if (idlest && is_short_of_places(lambda))
        process_make_room(idlest);
    return false;
}

bool room_is_owed(const struct pool *pool)
{
    const struct lambda *lambda  = pool->lambda;
    const struct pool *hungriest = queue_entry(lambda->hungry.first, struct pool, hungry_link);

    if (!hungriest || hungriest == pool || !is_short_of_places(lambda))
        return false;
    return queue_is_empty(&pool->waiting) ||
           clock_microseconds() - hungriest->hungry_since > HUNGER_MICROSECONDS_MAX;
}

void room_promise(struct process *process)
{
    process->makes_room = true;
    process->pool->lambda->places_promised++;
}

void room_return(struct process *process)
{
    if (process->makes_room)
        process->pool->lambda->places_promised--;
    process->makes_room = false;
}

void room_fill(struct lambda *lambda)
{
    for (size_t left = lambda->hungry.count; left > 0 && lambda->hungry.first; left--) {
        struct pool *pool = queue_entry(lambda->hungry.first, struct pool, hungry_link);

        if (lambda->processes.count >= lambda->settings.processes_max)
            return;
        room_renounce(pool);
        pool_fill(pool); /* it gets back in line if it needs more */
    }
}
