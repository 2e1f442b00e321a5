#include "loading.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "emulator.h"
#include "model/name_values.h"
#include "project/function_options.h"
#include "project/project.h"
#include "project/project_environment.h"

static void print_problems(const struct problems *problems, struct text *out)
{
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];

        text_append_string(out, problem->file);
        if (problem->line > 0)
            text_append_format(out, ":%u", problem->line);
        text_append_format(out, ": %s%s\n", problem->is_warning ? "warning: " : "",
                           problem->message);
    }
}

static struct project_options options_of(const struct emulator_settings *settings)
{
    return (struct project_options){
        .region           = settings->given.region ? settings->region : NULL,
        .account          = settings->account,
        .parameters       = settings->parameters,
        .env_file         = settings->env_file,
        .find_environment = getenv,
        .stack            = settings->stack,
        .elsewhere        = settings->functions,
    };
}

static void read_found(const struct emulator_settings *settings, struct project *project,
                       struct registry *registry, struct problems *problems)
{
    const struct project_options options    = options_of(settings);
    const struct function_options functions = {settings->inspect, settings->functions};

    project->is_linted = settings->is_linted;
    project_load(project, &options, registry, problems);
    if (problems->errors == 0) /* otherwise functions may be missing */
        function_options_apply(&functions, registry, problems);
    project_load_env_vars(settings->env_vars ? settings->env_vars : project->settings.env_vars,
                          registry, problems);
}

static bool conclude(struct problems *problems, struct text *errors)
{
    bool is_fine = problems->errors == 0;

    print_problems(problems, errors);
    problems_deinit(problems);
    return is_fine;
}

bool loading_read(const struct emulator_settings *settings, struct project *project,
                  struct registry *registry, struct text *errors)
{
    struct problems problems = {0};

    if (project_find(settings->project, project, &problems)) {
        read_found(settings, project, registry, &problems);
        project_load_environment(project, settings->env_file, getenv, registry, &problems);
    }
    return conclude(&problems, errors);
}

bool loading_read_own(const struct emulator_settings *settings, bool is_rewritten,
                      struct project *project, struct registry *registry, struct text *errors)
{
    struct problems problems = {0};

    if (is_rewritten ? project_find_beside(settings->project, project, &problems)
                     : project_find(settings->project, project, &problems))
        read_found(settings, project, registry, &problems);
    return conclude(&problems, errors);
}

struct emulator_settings loading_settle(const struct emulator_settings *settings,
                                        const struct project_settings *said)
{
    struct emulator_settings settled = *settings;

    if (!settings->given.port && said->port > 0)
        settled.port = said->port;
    if (!settings->given.host && said->host)
        settled.host = said->host;
    if (!settings->given.region && said->region)
        settled.region = said->region;
    if (!settings->given.idle_timeout && said->idle_timeout_milliseconds > 0)
        settled.idle_timeout_milliseconds = said->idle_timeout_milliseconds;
    if (!settings->given.max_duration && said->max_duration_milliseconds > 0)
        settled.max_duration_milliseconds = said->max_duration_milliseconds;
    return settled;
}

/* Variables that replace the system's roots get them and ours. */
void loading_put_environment(struct name_values *environment, const char *ca_file,
                             const char *bundle_file)
{
    static const char *const bundles[] = {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"};

    name_values_put(environment, "NODE_EXTRA_CA_CERTS",
                    getenv("NODE_EXTRA_CA_CERTS") ? bundle_file : ca_file);
    for (size_t i = 0; i < ARRAY_SIZE(bundles); i++)
        name_values_put(environment, bundles[i], bundle_file);
}
