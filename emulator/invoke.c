#include "invoke.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "configuration.h"
#include "data_folder.h"
#include "emulator.h"
#include "lambda/failure.h"
#include "lambda/keeper.h"
#include "lambda/lambda.h"
#include "loading.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "model/function_proposal.h"
#include "model/limits.h"
#include "sample/sample_event.h"

/* A signal's exit status, as shells have it. */
#define STATUS_OF_SIGNAL 128

/* How long we wait beyond what Lambda gives a function. */
#define PATIENCE_SECONDS 5

struct invoke {
    const struct invoke_settings *settings;
    struct keeper keeper;
    struct configuration *configuration;
    const struct function *function; /* the configuration's */
    struct data_folder data;         /* temporary: for the bootstraps */
    struct loop loop;
    struct alarms alarms;
    struct signals *signals;
    struct name_values environment;
    struct lambda *lambda;
    struct invocation invocation;
    struct text *result;
    int status;
    bool is_loop_open;
};

static bool find_function(struct invoke *invoke, struct text *errors)
{
    const struct registry *registry = &invoke->configuration->registry;
    const struct project *project   = &invoke->configuration->project;
    const char *name                = invoke->settings->function;

    if (project->kind == PROJECT_NONE) {
        text_append_format(errors, "there is no project in %s\n", project->folder);
        return false;
    }
    invoke->function = registry_find_function_called(registry, name);
    if (invoke->function)
        return true;
    text_append_format(errors, "there is no function %s in %s", name, project->label);
    function_proposal_append(registry, name, errors);
    text_append_character(errors, '\n');
    return false;
}

static bool prepare(struct invoke *invoke, struct text *errors)
{
    const struct invoke_settings *settings = invoke->settings;

    invoke->configuration = configuration_read(settings->emulator);
    if (log_is_json())
        configuration_log_problems(invoke->configuration);
    else
        text_append_string(errors, text_string(&invoke->configuration->problems));
    if (!invoke->configuration->is_fine || !find_function(invoke, errors))
        return false;
    if (!settings->event)
        return sample_event_write(settings->sample, &invoke->configuration->registry,
                                  settings->function, &invoke->invocation.event, errors);
    text_append(&invoke->invocation.event, text_string(settings->event), settings->event->size);
    return true;
}

static void on_signal(void *owner, int number)
{
    struct invoke *invoke = owner;

    invoke->status = STATUS_OF_SIGNAL + number;
    loop_stop(&invoke->loop);
}

/* Handlers that post to an emulator which runs beside us may trust its certificate. */
static void fill_environment(struct invoke *invoke)
{
    const char *data = invoke->settings->emulator->data;
    SCOPED_MEMORY char *folder =
        data ? memory_copy_string(data)
             : memory_format("%s/.postern", invoke->configuration->project.folder);
    SCOPED_MEMORY char *ca     = memory_format("%s/ca.pem", folder);
    SCOPED_MEMORY char *bundle = memory_format("%s/ca-bundle.pem", folder);

    if (access(ca, R_OK) == 0 && access(bundle, R_OK) == 0)
        loading_put_environment(&invoke->environment, ca, bundle);
}

static int open_all(struct invoke *invoke)
{
    const struct emulator_settings *settings = invoke->settings->emulator;
    const struct emulator_settings settled =
        loading_settle(settings, &invoke->configuration->project.settings);
    int result                    = loop_init(&invoke->loop);
    struct lambda_settings lambda = {
        .loop                   = &invoke->loop,
        .alarms                 = &invoke->alarms,
        .keeper                 = &invoke->keeper,
        .region                 = settled.region,
        .account                = settings->account,
        .keep_warm_milliseconds = (int64_t)FUNCTION_TIMEOUT_SECONDS_MAX * 1000,
        .processes_max          = 1,
        .environment            = &invoke->environment,
    };

    if (result < 0)
        return result;
    invoke->is_loop_open = true;
    result               = alarms_init(&invoke->alarms, &invoke->loop.uv);
    if (result < 0)
        return result;
    invoke->signals = signals_new(&invoke->loop, on_signal, invoke);
    if (!invoke->signals)
        return -EIO;
    result = data_folder_open(&invoke->data, NULL, NULL, true);
    if (result < 0)
        return result;
    configuration_unpack(invoke->configuration, invoke->data.runtime);
    fill_environment(invoke);
    lambda.runtime_directory = invoke->data.runtime;
    invoke->lambda           = lambda_new(&lambda);
    if (!invoke->lambda)
        return -EIO;
    lambda_deploy(invoke->lambda, &invoke->configuration->registry);
    return 0;
}

static void close_all(struct invoke *invoke)
{
    invocation_cancel(&invoke->invocation);
    if (invoke->lambda)
        lambda_free(invoke->lambda);
    if (invoke->signals)
        signals_free(invoke->signals);
    if (invoke->is_loop_open) {
        alarms_deinit(&invoke->alarms);
        loop_deinit(&invoke->loop);
    }
    name_values_deinit(&invoke->environment);
    data_folder_close(&invoke->data);
}

static void report(const struct invoke *invoke)
{
    const struct invocation *invocation = &invoke->invocation;

    log_info(
        LOG_FIELDS({"functionName", invocation->function}, {"requestId", invocation->request_id}),
        "REPORT Duration: %.2f ms Init Duration: %.2f ms Memory Size: %d MB",
        (double)(invocation->duration_microseconds - invocation->waiting_microseconds) / 1000,
        (double)invocation->waiting_microseconds / 1000, invoke->function->memory_megabytes);
}

static void log_failure(const struct invocation *invocation)
{
    SCOPED_TEXT why = {0};

    failure_describe(invocation, &why);
    log_error(LOG_FIELDS({"functionName", invocation->function},
                         {"requestId", invocation->request_id}, {"reason", REASON_HANDLER_FAILED}),
              "the function failed: %s", text_string(&why));
}

static void on_done(struct invocation *invocation)
{
    struct invoke *invoke = container_of(invocation, struct invoke, invocation);

    report(invoke);
    if (invocation->outcome != INVOCATION_SUCCEEDED) {
        log_failure(invocation);
        invoke->status = 1;
    }
    text_append(invoke->result, text_string(&invocation->payload), invocation->payload.size);
    loop_stop(&invoke->loop);
}

static void run(struct invoke *invoke)
{
    struct invocation *invocation = &invoke->invocation;

    invocation->function = invoke->function->name;
    invocation->timeout_milliseconds =
        1000 *
        (int64_t)(invoke->function->timeout_seconds + FUNCTION_INIT_SECONDS_MAX + PATIENCE_SECONDS);
    invocation->done = on_done;
    lambda_invoke(invoke->lambda, invocation);
    log_info(
        LOG_FIELDS({"functionName", invocation->function}, {"requestId", invocation->request_id}),
        "START Version: $LATEST");
    loop_run(&invoke->loop);
}

int invoke_function(const struct invoke_settings *settings, struct text *result,
                    struct text *errors)
{
    struct invoke invoke = {.settings = settings, .result = result, .data = {.lock = -1}};

    if (keeper_start(&invoke.keeper) < 0)
        return 1;
    if (!prepare(&invoke, errors))
        invoke.status = 2;
    else if (open_all(&invoke) < 0)
        invoke.status = 1;
    else
        run(&invoke);
    close_all(&invoke);
    keeper_stop(&invoke.keeper);
    text_deinit(&invoke.invocation.event);
    text_deinit(&invoke.invocation.payload);
    configuration_free(invoke.configuration);
    return invoke.status;
}
