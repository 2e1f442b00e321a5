#include "emulator.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "access_keys.h"
#include "admin/admin_api.h"
#include "banner.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "configuration.h"
#include "crypto/certificates.h"
#include "crypto/sigv4.h"
#include "data_folder.h"
#include "deployment.h"
#include "descriptors.h"
#include "front/front.h"
#include "gateway/gateway.h"
#include "http/plain_answer.h"
#include "http/server.h"
#include "lambda/keeper.h"
#include "lambda/lambda.h"
#include "lambda/packages.h"
#include "loading.h"
#include "loop/alarm.h"
#include "loop/child.h"
#include "loop/http_agent.h"
#include "loop/loop.h"
#include "loop/signals.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/project.h"
#include "project/resolve.h"
#include "reload.h"
#include "store/store.h"
#include "store/store_connection.h"

/* A connection's pool of the public port: heads up to 15.5 KB; it is cleared at every request. */
#define PUBLIC_MEMORY (16 * 1024)

/* Seconds that a kept-alive HTTP connection may be silent. AWS?: not documented; SDKs keep theirs
 * for minutes. */
#define PUBLIC_IDLE_SECONDS 350

/* Seconds that a request's body may take to come. AWS?: not documented. */
#define PUBLIC_BODY_SECONDS 30

struct emulator {
    const struct emulator_settings *settings;
    struct keeper keeper;
    struct deployment deployment;
    struct reload *reload; /* NULL: files aren't watched */
    struct data_folder data;
    struct descriptors descriptors;
    struct loop loop;
    struct alarms alarms;
    struct signals *signals;
    struct certificates *certificates;
    struct store *store;
    struct name_values handler_environment;
    struct name_values access_keys;
    struct name_values variables; /* the caller's environment */
    struct sigv4_session session; /* of its credentials */
    struct http_agent *agent;
    struct lambda *lambda;
    struct plain_answers *answers;
    struct gateway *gateway;
    struct http_server *http;
    int64_t made_room_at; /* when it was last told that idle HTTP connections made room */
    struct front *front;
    struct admin admin;
    struct child *child;
    int status;
    bool is_loop_open;
    bool is_stopping;
    bool is_announced;  /* what is printed when all of it serves, is */
    bool is_in_a_hurry; /* a second signal: stop at once */
};

int emulator_check(const struct emulator_settings *settings, struct text *out, struct text *errors)
{
    struct emulator_settings linted = *settings;
    struct configuration *configuration;
    bool is_fine;

    linted.is_linted = true;
    configuration    = configuration_read(&linted);
    is_fine          = configuration->is_fine;
    text_append_string(errors, text_string(&configuration->problems));
    if (is_fine && configuration->project.kind == PROJECT_NONE)
        text_append_string(out, "no project here: `postern start` would serve nothing\n");
    else if (is_fine)
        resolve_print(&configuration->registry, NULL, out);
    configuration_free(configuration);
    return is_fine ? 0 : 2;
}

static void on_upgrade(void *owner, struct arrival *arrival)
{
    struct emulator *emulator = owner;

    gateway_accept(emulator->gateway, arrival);
}

static void make_room(void *owner)
{
    struct emulator *emulator = owner;
    size_t dropped            = emulator->http ? http_server_drop_idle(emulator->http) : 0;

    if (dropped > 0 && log_is_due(&emulator->made_room_at))
        log_warn(LOG_FIELDS({"reason", REASON_NO_DESCRIPTORS}),
                 "as many clients are connected as the limit of open files allows: HTTP "
                 "connections that are idle are closed; raise it with ulimit -n (told once a "
                 "minute)");
}

static void on_request(void *owner, int socket, const struct sockaddr *peer, socklen_t peer_size)
{
    struct emulator *emulator = owner;

    http_server_add(emulator->http, socket, peer, peer_size, NULL);
}

static int kept_in_use(void *owner)
{
    struct emulator *emulator = owner;

    return (int)lambda_descriptor_count(emulator->lambda);
}

static void resolve(void *owner, struct call *call, struct http_target *target)
{
    struct emulator *emulator = owner;

    if (!admin_resolve(&emulator->admin, call, target))
        gateway_resolve(emulator->gateway, call, target);
}

static void begin_stop(struct emulator *emulator)
{
    emulator->is_stopping       = true;
    emulator->admin.is_stopping = true;
    loop_stop(&emulator->loop);
}

static void on_signal(void *owner, int number)
{
    struct emulator *emulator = owner;

    if (emulator->is_stopping)
        emulator->is_in_a_hurry = true;
    if (emulator->child) {
        child_signal(emulator->child, number);
        emulator->is_stopping = emulator->is_in_a_hurry;
        if (!emulator->is_in_a_hurry)
            return; /* the command decides when it ends */
    }
    begin_stop(emulator);
}

static void on_command_exit(void *owner, int status)
{
    struct emulator *emulator = owner;

    emulator->status = status;
    begin_stop(emulator);
}

static int open_loop(struct emulator *emulator)
{
    int result = loop_init(&emulator->loop);

    if (result < 0)
        return result;
    emulator->is_loop_open = true;
    result                 = alarms_init(&emulator->alarms, &emulator->loop.uv);
    if (result < 0)
        return result;
    emulator->signals = signals_new(&emulator->loop, on_signal, emulator);
    return emulator->signals ? 0 : -EIO;
}

static unsigned processes_max(const struct emulator_settings *settings)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (settings->processes_max > 0)
        return settings->processes_max;
    return PROCESSES_PER_CORE_MAX * (unsigned)(cores > 0 ? cores : 1);
}

/* Functions whose archive can't be unpacked fail when they are called. */
static void unpack(struct emulator *emulator)
{
    struct configuration *configuration = emulator->deployment.configuration;
    size_t known                        = configuration->problems.size;

    if (!configuration_unpack(configuration, emulator->data.runtime))
        log_warn(LOG_FIELDS({"reason", REASON_PROJECT_WARNING}), "%s",
                 text_string(&configuration->problems) + known);
    packages_prune(&configuration->registry, emulator->data.runtime);
}

static int open_handlers(struct emulator *emulator)
{
    const struct emulator_settings *settings = emulator->settings;
    const struct lambda_settings lambda      = {
             .loop                   = &emulator->loop,
             .alarms                 = &emulator->alarms,
             .keeper                 = &emulator->keeper,
             .runtime_directory      = emulator->data.runtime,
             .region                 = settings->region,
             .account                = settings->account,
             .keep_warm_milliseconds = settings->keep_warm_milliseconds,
             .processes_max          = processes_max(settings),
             .environment            = &emulator->handler_environment,
    };

    loading_put_environment(&emulator->handler_environment,
                            certificates_ca_file(emulator->certificates),
                            certificates_bundle_file(emulator->certificates));
    emulator->lambda = lambda_new(&lambda);
    if (!emulator->lambda)
        return -EIO;
    return 0;
}

static int open_gateway(struct emulator *emulator)
{
    const struct emulator_settings *settings = emulator->settings;
    struct http_agent *agent =
        http_agent_new(&emulator->loop, certificates_bundle_file(emulator->certificates));
    struct gateway_settings gateway = {
        .loop                      = &emulator->loop,
        .alarms                    = &emulator->alarms,
        .lambda                    = emulator->lambda,
        .store                     = emulator->store,
        .answers                   = emulator->answers,
        .domain                    = settings->domain ? settings->domain : "localhost",
        .region                    = settings->region,
        .account                   = settings->account,
        .access_keys               = &emulator->access_keys,
        .variables                 = &emulator->variables,
        .agent                     = agent,
        .verify_signatures         = settings->verify_signatures,
        .idle_timeout_milliseconds = settings->idle_timeout_milliseconds,
        .max_duration_milliseconds = settings->max_duration_milliseconds,
        .relaxed                   = settings->relaxed,
    };

    emulator->agent = agent;
    access_keys_collect(&emulator->access_keys, settings->access_keys);
    name_values_put_variables(&emulator->variables, (const char *const *)environ, NULL);
    if (access_keys_find_session(&emulator->variables, settings->access_keys, &emulator->session))
        gateway.session = &emulator->session;
    emulator->gateway = gateway_new(&gateway);
    if (!emulator->gateway)
        return -EIO;
    emulator->deployment.lambda              = emulator->lambda;
    emulator->deployment.host                = settings->host;
    emulator->deployment.handler_environment = &emulator->handler_environment;
    emulator->deployment.gateway             = emulator->gateway;
    deployment_replace(&emulator->deployment, emulator->deployment.configuration);
    emulator->admin.gateway    = emulator->gateway;
    emulator->admin.lambda     = emulator->lambda;
    emulator->admin.store      = emulator->store;
    emulator->admin.started_at = clock_microseconds();
    emulator->admin.any_host   = strcmp(settings->host, "localhost") != 0 &&
                               strncmp(settings->host, "127.", 4) != 0 &&
                               strcmp(settings->host, "::1") != 0;
    return 0;
}

static int open_port(struct emulator *emulator)
{
    const struct http_settings http = {
        .memory         = PUBLIC_MEMORY,
        .idle_seconds   = PUBLIC_IDLE_SECONDS,
        .body_seconds   = PUBLIC_BODY_SECONDS,
        .connections    = DESCRIPTORS_MAX,
        .aws_request_id = true,
        .resolve        = resolve,
        .owner          = emulator,
    };
    const struct front_settings front = {
        .loop         = &emulator->loop,
        .alarms       = &emulator->alarms,
        .answers      = emulator->answers,
        .certificates = emulator->certificates,
        .upgrade_max  = emulator->descriptors.upgrade_max,
        .socket_max   = emulator->descriptors.socket_max,
        .pair_max     = emulator->descriptors.pair_max,
        .kept_in_use  = kept_in_use,
        .make_room    = make_room,
        .host         = emulator->settings->host,
        .port         = emulator->settings->port,
        .on_upgrade   = on_upgrade,
        .on_request   = on_request,
        .owner        = emulator,
    };
    SCOPED_MEMORY char *domain = NULL;

    emulator->http = http_server_new(&emulator->loop, &http);
    if (!emulator->http)
        return -EIO;
    emulator->front = front_open(&front);
    if (!emulator->front)
        return -EIO;
    deployment_set_port(&emulator->deployment, front_port(emulator->front));
    domain = memory_format("localhost:%u", front_port(emulator->front));
    if (!emulator->settings->domain)
        gateway_set_domain(emulator->gateway, domain);
    return 0;
}

static void on_left_behind(void *owner, const struct connection_row *row)
{
    struct emulator *emulator = owner;

    gateway_recover(emulator->gateway, row);
}

/* Whoever reads the ready file finds the stages that there are; nobody does before it was written.
 */
static void write_ready_file(struct emulator *emulator)
{
    if (emulator->settings->ready_file)
        banner_write_ready_file(emulator->settings->ready_file,
                                &emulator->deployment.configuration->registry,
                                front_port(emulator->front));
}

static void on_project_changed(void *owner)
{
    struct emulator *emulator = owner;

    if (emulator->is_announced)
        write_ready_file(emulator);
}

/* Where files can't be watched, everything else goes on without. */
static void open_reload(struct emulator *emulator)
{
    const struct reload_settings reload = {
        .loop           = &emulator->loop,
        .alarms         = &emulator->alarms,
        .deployment     = &emulator->deployment,
        .emulator       = emulator->settings,
        .data_folder    = emulator->data.path,
        .runtime_folder = emulator->data.runtime,
        .on_changed     = on_project_changed,
        .owner          = emulator,
    };

    if (!emulator->settings->no_watch)
        emulator->reload = reload_new(&reload);
}

/* Opens everything, from the bottom up. */
static int open_all(struct emulator *emulator)
{
    const struct emulator_settings *settings = emulator->settings;
    int result;

    descriptors_open(&emulator->descriptors, processes_max(settings));
    result = open_loop(emulator);
    if (result < 0)
        return result;
    result =
        data_folder_open(&emulator->data, settings->data,
                         emulator->deployment.configuration->project.folder, settings->in_memory);
    if (result < 0)
        return result;
    emulator->certificates = certificates_open(emulator->data.path);
    if (!emulator->certificates)
        return -EIO;
    emulator->store = store_open(&emulator->loop, settings->in_memory ? NULL : emulator->data.path);
    if (!emulator->store)
        return -EIO;
    emulator->answers = plain_answers_new(&emulator->loop);
    unpack(emulator);
    result = open_handlers(emulator);
    if (result == 0)
        result = open_gateway(emulator);
    if (result == 0)
        result = open_port(emulator);
    if (result < 0)
        return result;
    open_reload(emulator);
    result =
        store_connection_recover(emulator->store, clock_milliseconds(), on_left_behind, emulator);
    return result < 0 ? result : 0;
}

static bool is_quiet_now(void *owner)
{
    struct emulator *emulator = owner;

    return emulator->is_in_a_hurry || gateway_busy_count(emulator->gateway) == 0;
}

static void close_all(struct emulator *emulator)
{
    reload_free(emulator->reload);
    if (emulator->front)
        front_close(emulator->front);
    if (emulator->http)
        http_server_free(emulator->http);
    if (emulator->gateway)
        gateway_free(emulator->gateway);
    if (emulator->lambda)
        lambda_free(emulator->lambda);
    if (emulator->agent)
        http_agent_free(emulator->agent);
    if (emulator->answers)
        plain_answers_free(emulator->answers);
    if (emulator->store)
        store_close(emulator->store);
    certificates_close(emulator->certificates);
    child_free(emulator->child);
    if (emulator->signals)
        signals_free(emulator->signals);
    if (emulator->is_loop_open) {
        alarms_deinit(&emulator->alarms);
        loop_deinit(&emulator->loop);
    }
    name_values_deinit(&emulator->handler_environment);
    name_values_deinit(&emulator->access_keys);
    name_values_deinit(&emulator->variables);
    data_folder_close(&emulator->data);
}

static void run_command(struct emulator *emulator)
{
    const struct registry *registry = &emulator->deployment.configuration->registry;
    struct arena arena              = {0};

    emulator->child = child_start(
        &emulator->loop, emulator->settings->command,
        banner_environment(&arena, registry, front_port(emulator->front),
                           emulator->settings->region, certificates_ca_file(emulator->certificates),
                           certificates_bundle_file(emulator->certificates)),
        on_command_exit, emulator, &emulator->status);
    if (!emulator->child)
        emulator->is_stopping = true;
    arena_deinit(&arena);
}

static void announce(struct emulator *emulator)
{
    const struct emulator_settings *settings = emulator->settings;
    const struct configuration *served       = emulator->deployment.configuration;
    uint16_t port                            = front_port(emulator->front);

    banner_write(settings->banner_descriptor, &served->project, &served->registry, port,
                 settings->quiet);
    write_ready_file(emulator);
    emulator->is_announced = true;
    if (settings->command)
        run_command(emulator);
}

/* From "Ready." to the end of the last $disconnect handler, or of the patience. */
static void serve(struct emulator *emulator)
{
    announce(emulator);
    malloc_trim(0); /* opening took more than serving needs: the database was walked through */
    if (!emulator->is_stopping)
        loop_run(&emulator->loop);
    emulator->admin.is_stopping = true;
    reload_free(emulator->reload);
    emulator->reload = NULL;
    front_stop(emulator->front);
    gateway_close_all(emulator->gateway, true);
    if (!loop_run_until(&emulator->loop, is_quiet_now, emulator,
                        emulator->settings->grace_milliseconds))
        log_warn(LOG_FIELDS({"reason", REASON_UNDELIVERED}),
                 "stopping with %zu connections whose $disconnect was not delivered yet; the "
                 "next start delivers it",
                 gateway_busy_count(emulator->gateway));
}

static void fail_start(struct emulator *emulator)
{
    emulator->status = 1;
    data_folder_advise(&emulator->data);
}

int emulator_run(const struct emulator_settings *settings)
{
    struct emulator emulator = {.settings = settings, .data = {.lock = -1}};
    struct configuration *configuration;
    struct emulator_settings settled;
    SCOPED_MEMORY char *host   = NULL; /* of their own: projects come and go */
    SCOPED_MEMORY char *region = NULL;

    descriptors_keep_standard();
    if (keeper_start(&emulator.keeper) < 0)
        return 1;
    log_start(); /* the keeper, which is forked, has no use for its thread */
    configuration                     = configuration_read(settings);
    emulator.deployment.configuration = configuration;
    if (log_is_json())
        configuration_log_problems(configuration);
    else
        fputs(text_string(&configuration->problems), stderr);
    settled           = loading_settle(settings, &configuration->project.settings);
    host              = memory_copy_string(settled.host);
    region            = memory_copy_string(settled.region);
    settled.host      = host;
    settled.region    = region;
    emulator.settings = &settled;
    if (!configuration->is_fine)
        emulator.status = 2;
    else if (open_all(&emulator) < 0)
        fail_start(&emulator);
    else
        serve(&emulator);
    close_all(&emulator);
    keeper_stop(&emulator.keeper);
    deployment_deinit(&emulator.deployment);
    log_stop();
    return emulator.status;
}
