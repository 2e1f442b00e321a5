#include "lambda/lambda.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/server.h"
#include "lambda/keeper.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"
#include "lambda/run.h"
#include "lambda/runtime_api.h"

/* AWS (observed): a runtime's header with a stack trace can have 64 KB. */
#define RUNTIME_API_MEMORY (256 * 1024)

/* Connections of all processes: each has one, seldom a second. */
#define RUNTIME_API_CONNECTIONS_MAX 10000

#define BOOTSTRAP_PREFIX "emulator/lambda/bootstrap/"

static int write_file(const char *directory, const struct embedded_file *file)
{
    SCOPED_MEMORY char *path =
        memory_format("%s/%s", directory, file->name + strlen(BOOTSTRAP_PREFIX));
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ssize_t written;

    if (descriptor < 0)
        return log_errno(errno, "cannot write %s", path);
    written = write(descriptor, file->data, file->size);
    if (close(descriptor) < 0 || written != (ssize_t)file->size)
        return log_errno(written < 0 ? errno : EIO, "cannot write %s", path);
    return 0;
}

static int write_bootstraps(const char *directory)
{
    for (const struct embedded_file *file = embedded_files; file->name; file++) {
        int result = 0;

        if (strncmp(file->name, BOOTSTRAP_PREFIX, strlen(BOOTSTRAP_PREFIX)) == 0)
            result = write_file(directory, file);
        if (result < 0)
            return result;
    }
    return 0;
}

/* A place under the overall cap has become free: whoever waits longest isn't known, so all pools
 * look. */
static void fill_all(struct lambda *lambda)
{
    struct pool *pool;
    size_t at = 0;

    while ((pool = map_next(&lambda->pools, &at))) {
        if (!queue_is_empty(&pool->waiting))
            pool_fill(pool);
    }
}

static void on_reports(struct poller *poller, unsigned events)
{
    struct lambda *lambda = container_of(poller, struct lambda, reports);
    struct keeper_report report;
    int result;

    while ((result = keeper_receive(lambda->settings.keeper, &report)) > 0) {
        SCOPED_MEMORY char *name = memory_format("%llu", (unsigned long long)report.token);
        struct process *process  = map_find(&lambda->processes, name);

        if (process)
            process_report(process, &report);
    }
    if (result < 0) {
        log_error(NULL, "the process that keeps the handlers has ended: no handler can be started");
        poller_stop(&lambda->reports);
    }
    fill_all(lambda);
}

struct lambda *lambda_new(const struct lambda_settings *settings)
{
    struct lambda *lambda           = NEW(struct lambda);
    const struct http_settings http = {
        .memory      = RUNTIME_API_MEMORY,
        .connections = RUNTIME_API_CONNECTIONS_MAX,
        .resolve     = runtime_api_resolve,
        .owner       = lambda,
    };

    lambda->settings          = *settings;
    lambda->region            = memory_copy_string(settings->region);
    lambda->account           = memory_copy_string(settings->account);
    lambda->settings.region   = lambda->region;
    lambda->settings.account  = lambda->account;
    lambda->runtime_directory = memory_copy_string(settings->runtime_directory);
    if (write_bootstraps(lambda->runtime_directory) == 0)
        lambda->runtime_server = http_server_new(settings->loop, &http);
    if (lambda->runtime_server &&
        poller_start(settings->loop, &lambda->reports, settings->keeper->socket, POLLER_READ,
                     on_reports) == 0)
        return lambda;
    lambda_free(lambda);
    return NULL;
}

static void forget_waiting(struct pool *pool)
{
    struct lambda_run *run;

    while ((run = pool_pop_waiting(pool))) {
        alarm_stop(pool->lambda->settings.alarms, &run->timeout);
        text_deinit(&run->event);
        free(run);
    }
}

static void forget_process(struct process *process)
{
    if (process->run) {
        alarm_stop(process->pool->lambda->settings.alarms, &process->run->timeout);
        text_deinit(&process->run->event);
        free(process->run);
        process->run = NULL;
    }
    process_kill(process);
    process_free(process);
}

void lambda_free(struct lambda *lambda)
{
    struct pool *pool;
    size_t at = 0;

    poller_stop(&lambda->reports);
    while ((pool = map_next(&lambda->pools, &at))) {
        forget_waiting(pool);
        while (!queue_is_empty(&pool->processes))
            forget_process(container_of(pool->processes.first, struct process, link));
    }
    if (lambda->runtime_server)
        http_server_free(lambda->runtime_server);
    at = 0;
    while ((pool = map_next(&lambda->pools, &at))) {
        function_deinit(&pool->function);
        free(pool);
    }
    map_deinit(&lambda->pools);
    map_deinit(&lambda->processes);
    free(lambda->runtime_directory);
    free(lambda->region);
    free(lambda->account);
    free(lambda);
}

static void retire_all(struct pool *pool)
{
    struct queue_link *next;

    for (struct queue_link *link = pool->processes.first; link; link = next) {
        next = link->next;
        process_retire(container_of(link, struct process, link));
    }
}

static void deploy_function(struct lambda *lambda, const struct function *function)
{
    struct pool *pool = map_find(&lambda->pools, function->name);
    struct function old;

    if (pool && function_equals(&pool->function, function)) {
        pool->is_removed = false;
        return;
    }
    if (!pool) {
        pool         = NEW(struct pool);
        pool->lambda = lambda;
        function_copy(&pool->function, function);
        map_put(&lambda->pools, pool->function.name, pool);
        return;
    }
    retire_all(pool);
    pool->is_removed = false;
    old              = pool->function;
    pool->function   = (struct function){0};
    function_copy(&pool->function, function);
    map_put(&lambda->pools, pool->function.name, pool); /* the key goes with the old function */
    function_deinit(&old);
}

void lambda_deploy(struct lambda *lambda, const struct registry *registry)
{
    struct pool *pool;
    size_t at = 0;

    while ((pool = map_next(&lambda->pools, &at)))
        pool->is_removed = true;
    for (size_t i = 0; i < registry->function_count; i++)
        deploy_function(lambda, &registry->functions[i]);
    lambda->function_count = (unsigned)registry->function_count;
    at                     = 0;
    while ((pool = map_next(&lambda->pools, &at))) {
        if (pool->is_removed)
            retire_all(pool);
    }
}

void lambda_retire(struct lambda *lambda, const char *function)
{
    struct pool *pool;
    size_t at = 0;

    while ((pool = map_next(&lambda->pools, &at))) {
        if (!function || strcmp(pool->function.name, function) == 0)
            retire_all(pool);
    }
}

void lambda_invoke(struct lambda *lambda, struct invocation *invocation)
{
    struct pool *pool      = map_find(&lambda->pools, invocation->function);
    struct lambda_run *run = run_new(lambda, pool, invocation);

    if (!pool || pool->is_removed)
        run_refuse(lambda, run, INVOCATION_NO_FUNCTION);
    else
        pool_invoke(pool, run);
}

unsigned lambda_process_count(const struct lambda *lambda)
{
    return (unsigned)lambda->processes.count;
}

unsigned lambda_function_count(const struct lambda *lambda)
{
    return lambda->function_count;
}
