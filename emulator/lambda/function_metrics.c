#include "lambda/function_metrics.h"

#include "base/memory.h"
#include "lambda/lambda_state.h"
#include "lambda/process.h"

static uint64_t count_running(const struct pool *pool)
{
    uint64_t count = 0;

    for (struct queue_link *link = pool->processes.first; link; link = link->next)
        count += container_of(link, struct process, link)->run != NULL;
    return count;
}

void lambda_each_load(const struct lambda *lambda,
                      void (*visit)(void *owner, const struct function_load *load), void *owner)
{
    const struct pool *pool;
    size_t at = 0;

    while ((pool = map_next(&lambda->pools, &at))) {
        const struct function_load load = {
            .function = pool->function.name,
            .metrics  = &pool->metrics,
            .running  = count_running(pool),
            .waiting  = pool->waiting.count,
        };

        visit(owner, &load);
    }
}

void lambda_count_processes(const struct lambda *lambda,
                            struct process_count counts[PROCESS_STATES])
{
    const struct process *process;
    size_t at = 0;

    for (unsigned i = 0; i < PROCESS_STATES; i++)
        counts[i] = (struct process_count){.state = process_state_label((enum process_state)i)};
    while ((process = map_next(&lambda->processes, &at)))
        counts[process->state].count++;
}
