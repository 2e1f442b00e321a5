#include "lambda/lambda.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "http/server.h"
#include "lambda/bootstraps.h"
#include "lambda/inline_code.h"
#include "lambda/keeper.h"
#include "lambda/lambda_state.h"
#include "lambda/pool.h"
#include "lambda/process.h"
#include "lambda/room.h"
#include "lambda/run.h"
#include "lambda/runtime_api.h"
#include "loop/http_agent.h"
#include "model/limits.h"

/* AWS (observed): a runtime's header with a stack trace can have 64 KB. Our bootstraps send none,
 * and a connection's memory is cleared with every request. */
#define RUNTIME_API_MEMORY (128 * 1024)
#define BOOTSTRAP_MEMORY   (32 * 1024)

/* A listener and two pipes; connections are counted by themselves. */
#define DESCRIPTORS_PER_PROCESS 3

static struct process *find_process(const struct lambda *lambda, uint64_t token)
{
    char name[24];

    snprintf(name, sizeof name, "%llu", (unsigned long long)token);
    return map_find(&lambda->processes, name);
}

/* Passes on what the keeper says. A process that has gone leaves its place to others. */
static void take_report(struct lambda *lambda, const struct keeper_report *report)
{
    struct process *process = find_process(lambda, report->token);
    struct pool *pool;

    if (!process)
        return;
    pool = process->pool;
    process_report(process, report);
    if (report->kind == KEEPER_STARTED)
        return;
    pool_fill(pool);
    room_fill(lambda);
}

/* Handlers die with their keeper, which nobody else will report. */
static void bury_all(struct lambda *lambda)
{
    struct keeper_report report = {.kind = KEEPER_EXITED, .status = SIGKILL};
    uint64_t last               = lambda->settings.keeper->last_token;

    for (report.token = 1; report.token <= last; report.token++)
        take_report(lambda, &report);
}

static void on_reports(struct poller *poller, unsigned events)
{
    struct lambda *lambda = container_of(poller, struct lambda, reports);
    struct keeper_report report;
    int result;

    while ((result = keeper_receive(lambda->settings.keeper, &report)) > 0)
        take_report(lambda, &report);
    if (result < 0) {
        log_error(LOG_FIELDS({"reason", REASON_KEEPER_ENDED}),
                  "the process that keeps the handlers has ended: no handler can be started");
        poller_stop(&lambda->reports);
        bury_all(lambda);
    }
}

static void on_connection_left(void *owner, void *client)
{
    struct process *process = find_process(owner, (uintptr_t)client);

    if (process)
        endpoint_left(&process->endpoint);
}

static struct http_server *new_server(struct lambda *lambda, size_t memory)
{
    const struct http_settings http = {
        .memory      = memory,
        .connections = lambda->settings.processes_max * ENDPOINT_CONNECTIONS_MAX,
        .resolve     = runtime_api_resolve,
        .left        = on_connection_left,
        .owner       = lambda,
    };

    return http_server_new(lambda->settings.loop, &http);
}

struct lambda *lambda_new(const struct lambda_settings *settings)
{
    struct lambda *lambda = NEW(struct lambda);

    lambda->settings                   = *settings;
    lambda->region                     = memory_copy_string(settings->region);
    lambda->account                    = memory_copy_string(settings->account);
    lambda->runtime_directory          = memory_copy_string(settings->runtime_directory);
    lambda->settings.region            = lambda->region;
    lambda->settings.account           = lambda->account;
    lambda->settings.runtime_directory = lambda->runtime_directory;
    lambda->agent                      = http_agent_new(settings->loop, NULL);
    if (settings->start_milliseconds == 0)
        lambda->settings.start_milliseconds = FUNCTION_INIT_SECONDS_MAX * 1000;
    if (bootstraps_write(lambda->runtime_directory) == 0) {
        lambda->runtime_server   = new_server(lambda, RUNTIME_API_MEMORY);
        lambda->bootstrap_server = new_server(lambda, BOOTSTRAP_MEMORY);
    }
    if (lambda->runtime_server && lambda->bootstrap_server &&
        poller_start(settings->loop, &lambda->reports, settings->keeper->socket, POLLER_READ,
                     on_reports) == 0)
        return lambda;
    lambda_free(lambda);
    return NULL;
}

void lambda_free(struct lambda *lambda)
{
    struct process *process;
    struct pool *pool;
    size_t at = 0;

    poller_stop(&lambda->reports);
    while ((process = map_next(&lambda->processes, &at)))
        process_forget(process);
    while (!queue_is_empty(&lambda->runs))
        run_forget(container_of(lambda->runs.first, struct lambda_run, runs_link));
    http_agent_free(lambda->agent);
    if (lambda->runtime_server)
        http_server_free(lambda->runtime_server);
    if (lambda->bootstrap_server)
        http_server_free(lambda->bootstrap_server);
    at = 0;
    while ((pool = map_next(&lambda->pools, &at)))
        pool_free(pool);
    map_deinit(&lambda->pools);
    map_deinit(&lambda->processes);
    free(lambda->runtime_directory);
    free(lambda->region);
    free(lambda->account);
    free(lambda);
}

static void deploy_prepared(struct lambda *lambda, const struct function *function)
{
    struct pool *pool = map_find(&lambda->pools, function->name);

    if (!pool) {
        pool = pool_new(lambda, function);
        map_put(&lambda->pools, pool->function.name, pool);
        return;
    }
    pool->is_removed = false;
    if (function_equals(&pool->function, function))
        return;
    map_remove(&lambda->pools, function->name); /* the key goes with the old function */
    pool_replace_function(pool, function);
    map_put(&lambda->pools, pool->function.name, pool);
}

/* Without its file, which was told about, the function's invocations fail. */
static void deploy_function(struct lambda *lambda, const struct function *function)
{
    struct function prepared;

    if (!function->inline_code) {
        deploy_prepared(lambda, function);
        return;
    }
    function_copy(&prepared, function);
    inline_code_write(&prepared, lambda->runtime_directory);
    deploy_prepared(lambda, &prepared);
    function_deinit(&prepared);
}

void lambda_deploy(struct lambda *lambda, const struct registry *registry)
{
    struct pool *pool;
    size_t at = 0;

    for (size_t i = 0; i < registry->function_count; i++)
        deploy_function(lambda, &registry->functions[i]);
    lambda->function_count = (unsigned)registry->function_count;
    while ((pool = map_next(&lambda->pools, &at))) {
        if (!registry_find_function(registry, pool->function.name))
            pool_remove(pool);
    }
}

void lambda_prepare(struct lambda *lambda)
{
    struct pool *pool;
    size_t at = 0;

    while ((pool = map_next(&lambda->pools, &at))) {
        if (queue_is_empty(&pool->processes))
            pool_prepare(pool);
    }
}

void lambda_retire(struct lambda *lambda, const char *function, const char *const *files,
                   size_t count)
{
    struct pool *pool = map_find(&lambda->pools, function);
    const char *file;

    if (!pool)
        return;
    file = self_change_note(&pool->self_change, files, count, pool_has_run_lately(pool));
    if (file)
        log_warn(
            LOG_FIELDS({"functionName", pool->function.name}, {"reason", REASON_CHANGES_ITSELF}),
            "%s changes whenever the function runs, and each time its processes are started "
            "anew: let it write elsewhere, below the system's folder for temporary files "
            "(os.tmpdir(), tempfile), as it must on Lambda (said once)",
            file);
    pool_retire(pool);
    pool_prepare(pool);
}

void lambda_invoke(struct lambda *lambda, struct invocation *invocation)
{
    struct pool *pool      = map_find(&lambda->pools, invocation->function);
    struct lambda_run *run = run_new(lambda, pool, invocation);

    if (!pool || (pool->is_removed && !invocation->even_if_removed))
        run_refuse(run, INVOCATION_NO_FUNCTION);
    else
        pool_invoke(pool, run);
}

unsigned lambda_process_count(const struct lambda *lambda)
{
    return (unsigned)lambda->processes.count;
}

unsigned lambda_descriptor_count(const struct lambda *lambda)
{
    return lambda_process_count(lambda) * DESCRIPTORS_PER_PROCESS +
           (unsigned)http_server_connection_count(lambda->runtime_server) +
           (unsigned)http_server_connection_count(lambda->bootstrap_server);
}

unsigned lambda_function_count(const struct lambda *lambda)
{
    return lambda->function_count;
}
