#include "lambda/launch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "lambda/bootstraps.h"
#include "lambda/command.h"
#include "lambda/environment.h"
#include "lambda/keeper.h"
#include "lambda/lambda_state.h"
#include "lambda/process.h"
#include "lambda/run.h"
#include "model/name_values.h"

#define LOG_STREAM_SIZE 64

/* The library, and what ends its path or means something else in LD_PRELOAD. */
#define PRELOAD        "postern_preload.so"
#define NOT_IN_PRELOAD " :$"

/* AWS: "2026/01/31/[$LATEST]" and 32 hex digits: each process has one. */
static void name_log_stream(char name[LOG_STREAM_SIZE])
{
    time_t now = time(NULL);
    unsigned char random[16];
    struct tm utc;
    size_t size;

    gmtime_r(&now, &utc);
    id_random(random, sizeof random);
    size = strftime(name, LOG_STREAM_SIZE, "%Y/%m/%d/[$LATEST]", &utc);
    for (size_t i = 0; i < sizeof random; i++)
        size += (size_t)snprintf(name + size, LOG_STREAM_SIZE - size, "%02x", random[i]);
}

/* What redirects connections of handlers whose bootstrap doesn't; NULL where nothing is to be
 * redirected, or can't be. */
static const char *find_preload(struct arena *arena, const struct process *process)
{
    struct lambda *lambda            = process->pool->lambda;
    const struct name_values *common = lambda->settings.environment;
    const char *path = arena_format(arena, "%s/%s", lambda->runtime_directory, PRELOAD);

    if (!common || !name_values_find(common, ENVIRONMENT_REDIRECT) ||
        command_has_redirect(&process->pool->function))
        return NULL;
    if (!strpbrk(path, NOT_IN_PRELOAD))
        return path;
    if (!lambda->is_preload_told)
        log_warn(LOG_FIELDS({"functionName", process->pool->function.name}),
                 "connections to AWS's host names can't be redirected for commands, since the "
                 "loader takes no %s with a blank or a colon in its path: choose another folder "
                 "with --data",
                 path);
    lambda->is_preload_told = true;
    return NULL;
}

static const char *const *build_environment(struct arena *arena, const struct process *process)
{
    const struct lambda *lambda = process->pool->lambda;
    char log_stream[LOG_STREAM_SIZE];
    const struct environment_input input = {
        .caller            = (const char *const *)environ,
        .common            = lambda->settings.environment,
        .function          = &process->pool->function,
        .api               = arena_format(arena, "127.0.0.1:%u", process->endpoint.port),
        .region            = lambda->region,
        .runtime_directory = lambda->runtime_directory,
        .log_stream        = log_stream,
        .preload           = find_preload(arena, process),
    };

    name_log_stream(log_stream);
    return environment_build(arena, &input);
}

/* Asks the keeper for the process, with the write ends of its output. */
static int ask_keeper(struct process *process, int output, int error)
{
    const struct lambda *lambda     = process->pool->lambda;
    const struct function *function = &process->pool->function;
    struct arena arena              = {0};
    const char *problem             = NULL;
    const struct keeper_spawn spawn = {
        .token       = process->token,
        .directory   = function->code_uri,
        .arguments   = command_build(&arena, function, lambda->runtime_directory, &problem),
        .environment = build_environment(&arena, process),
        .output      = output,
        .error       = error,
    };
    int result = problem ? -EINVAL : keeper_spawn(lambda->settings.keeper, &spawn);

    if (problem)
        text_append_string(&process->problem, problem);
    arena_deinit(&arena);
    return result;
}

static void on_line(void *owner, const char *line)
{
    const struct process *process = owner;

    log_info(LOG_FIELDS({"functionName", process->pool->function.name},
                        {"requestId", process->run ? process->run->request_id : NULL},
                        {"pid", process->pid[0] ? process->pid : NULL}),
             "%s", line);
}

static int open_endpoint(struct process *process)
{
    const struct lambda *lambda = process->pool->lambda;
    struct http_server *server  = command_has_bootstrap(&process->pool->function)
                                      ? lambda->bootstrap_server
                                      : lambda->runtime_server;

    return endpoint_open(&process->endpoint, lambda->settings.loop, lambda->settings.alarms, server,
                         (void *)(uintptr_t)process->token);
}

int launch(struct process *process)
{
    const struct lambda_settings *settings = &process->pool->lambda->settings;
    int output                             = -1;
    int error                              = -1;
    int result                             = open_endpoint(process);

    if (result == 0)
        result = output_open(&process->output, settings->loop, &output, on_line, process);
    if (result == 0)
        result = output_open(&process->error, settings->loop, &error, on_line, process);
    if (result == 0)
        bootstraps_keep(process->pool->lambda->runtime_directory);
    if (result == 0)
        result = ask_keeper(process, output, error);
    if (output >= 0)
        close(output);
    if (error >= 0)
        close(error);
    if (result < 0 && process->problem.size == 0)
        text_append_format(&process->problem, "cannot start a process: %s", strerror(-result));
    return result;
}

/* A file that is there and can't be executed for want of another one. */
static bool is_script(const char *command)
{
    return strchr(command, '/') && access(command, F_OK) == 0;
}

static void advise(const char *command, int error, struct text *advice)
{
    const char *hint = command_install_hint(command);

    if (error == ENOENT && hint)
        text_append_format(advice, "install it: %s", hint);
    else if (error == ENOENT && is_script(command))
        text_append_string(advice, "the interpreter in its first line (#!) or the loader of the "
                                   "system it was built for is missing");
    else if (error == ENOENT)
        text_append_string(advice, strchr(command, '/') ? "build it first, or correct codeUri"
                                                        : "install it, or correct the command");
    else if (error == EACCES)
        text_append_format(advice, "make it executable: chmod +x %s", command);
    else if (error == ENOEXEC)
        text_append_string(advice, "it is no program for this machine, or a script whose first "
                                   "line doesn't name its interpreter (#!/bin/sh)");
    else
        text_append_string(advice, "check the function's command and codeUri");
}

void launch_explain(const struct process *process, const struct keeper_report *report,
                    struct text *problem, struct text *advice)
{
    const struct function *function = &process->pool->function;
    const char *why                 = "";
    struct arena arena              = {0};
    const char *const *arguments =
        command_build(&arena, function, process->pool->lambda->runtime_directory, &why);
    const char *command = arguments ? arguments[0] : "the process";

    switch (report->step) {
    case KEEPER_STEP_FORK:
        text_append_format(problem, "cannot fork for %s: %s", command, strerror(report->error));
        text_append_string(advice, "the machine or the user has too many processes");
        break;
    case KEEPER_STEP_DIRECTORY:
        text_append_format(problem, "cannot start %s in %s: %s", command, function->code_uri,
                           strerror(report->error));
        text_append_string(advice, "correct the function's codeUri");
        break;
    case KEEPER_STEP_EXECUTE:
        text_append_format(problem, "cannot start %s: %s", command, strerror(report->error));
        advise(command, report->error, advice);
        break;
    }
    arena_deinit(&arena);
}
