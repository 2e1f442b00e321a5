#include "project/project_export.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/export_api.h"
#include "project/project.h"
#include "json/build.h"
#include "json/indent.h"
#include "json/json.h"

/* Words in the name of a variable that tell that its value is a secret. */
static const char *const secret_words[] = {"SECRET", "PASSWORD", "PASSWD",     "TOKEN",
                                           "APIKEY", "API_KEY",  "PRIVATE_KEY"};

/* Variables that a notice names. */
#define NAMED_MAX 5

static struct json *member(const struct export_writer *writer, struct json *object,
                           const char *name)
{
    return build_container(writer->arena, object, name, JSON_OBJECT, NULL);
}

static void export_start(const struct export_writer *writer, const struct function *function,
                         struct json *object)
{
    size_t count = 0;

    export_text(writer, "runtime", function->runtime, object);
    export_text(writer, "handler", function->handler, object);
    while (function->command && function->command[count])
        count++;
    export_texts(writer, "command", function->command, count, object);
    export_text(writer, "url", function->url, object);
    export_parsed(writer, "esbuild", function->esbuild, object);
    export_text(writer, "inlineCode", function->inline_code, object);
    if (!function->inline_code && strcmp(function->code_uri, writer->folder) != 0)
        export_text(
            writer, "codeUri",
            export_path(writer, function->code_link ? function->code_link : function->code_uri),
            object);
}

static void export_function(const struct export_writer *writer, const struct function *function,
                            struct json *functions)
{
    struct json *object = member(writer, functions, function->name);
    struct json *layers = NULL;

    export_start(writer, function, object);
    for (size_t i = 0; i < function->layer_count; i++) {
        layers = build_container(writer->arena, object, "layers", JSON_ARRAY, NULL);
        export_text(writer, NULL, export_path(writer, function->layers[i]), layers);
    }
    if (function->timeout_seconds != FUNCTION_TIMEOUT_SECONDS)
        export_number(writer, "timeout", function->timeout_seconds, object);
    if (function->memory_megabytes != FUNCTION_MEMORY_MEGABYTES)
        export_number(writer, "memorySize", function->memory_megabytes, object);
    if (function->concurrency != FUNCTION_CONCURRENCY)
        export_number(writer, "concurrency", function->concurrency, object);
    export_values(writer, "environment", &function->environment, object);
}

static void export_api_key(const struct export_writer *writer, const struct api_key *key,
                           struct json *keys)
{
    struct json *object = member(writer, keys, key->name);
    char derived[11];

    id_derive_api("apiKeys", key->name, derived);
    if (strcmp(derived, key->id) != 0)
        export_text(writer, "id", key->id, object);
    export_text(writer, "value", key->value, object);
    if (!key->is_enabled)
        export_boolean(writer, "enabled", false, object);
}

/* "chat/dev": by the API's name, unless that would be read as something else. */
static char *stage_reference(const struct export_writer *writer, const char *api_id,
                             const char *stage)
{
    const struct api *api = registry_find_api(writer->registry, api_id);
    bool has_plain_name =
        !strchr(api->name, '/') && !registry_find_api(writer->registry, api->name);

    return arena_format(writer->arena, "%s/%s", has_plain_name ? api->name : api_id, stage);
}

static void export_plan(const struct export_writer *writer, const struct usage_plan *plan,
                        struct json *plans)
{
    struct json *object = member(writer, plans, plan->name);
    struct json *part;

    if (plan->is_throttled) {
        part = member(writer, object, "throttle");
        export_number(writer, "rateLimit", plan->throttle.per_second, part);
        export_number(writer, "burstLimit", plan->throttle.burst, part);
    }
    if (plan->quota.limit > 0) {
        part = member(writer, object, "quota");
        export_number(writer, "limit", (double)plan->quota.limit, part);
        export_text(writer, "period", quota_period_name(plan->quota.period), part);
        if (plan->quota.offset > 0)
            export_number(writer, "offset", plan->quota.offset, part);
    }
    for (size_t i = 0; i < plan->stage_count; i++) {
        part = build_container(writer->arena, object, "apiStages", JSON_ARRAY, NULL);
        export_text(writer, NULL,
                    stage_reference(writer, plan->stages[i].api_id, plan->stages[i].stage), part);
    }
    export_texts(writer, "apiKeys", plan->keys, plan->key_count, object);
}

static void export_domain(const struct export_writer *writer, const struct domain_name *domain,
                          struct json *domains)
{
    struct json *mappings = member(writer, member(writer, domains, domain->name), "apiMappings");

    for (size_t i = 0; i < domain->mapping_count; i++)
        export_text(writer, domain->mappings[i].key,
                    stage_reference(writer, domain->mappings[i].api_id, domain->mappings[i].stage),
                    mappings);
}

static struct json *write_document(const struct export_writer *writer)
{
    const struct registry *registry = writer->registry;
    struct json *document           = build_value(writer->arena, JSON_OBJECT, NULL);

    for (size_t i = 0; i < registry->function_count; i++)
        export_function(writer, &registry->functions[i], member(writer, document, "functions"));
    for (size_t i = 0; i < registry->api_key_count; i++)
        export_api_key(writer, &registry->api_keys[i], member(writer, document, "apiKeys"));
    for (size_t i = 0; i < registry->usage_plan_count; i++)
        export_plan(writer, &registry->usage_plans[i], member(writer, document, "usagePlans"));
    for (size_t i = 0; i < registry->domain_name_count; i++)
        export_domain(writer, &registry->domain_names[i], member(writer, document, "domainNames"));
    export_values(writer, "services", &registry->services, document);
    for (size_t i = 0; i < registry->api_count; i++)
        export_api(writer, &registry->apis[i], member(writer, document, "apis"));
    return document;
}

static bool looks_secret(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(secret_words); i++) {
        if (strcasestr(name, secret_words[i]) != NULL)
            return true;
    }
    return false;
}

/* Secrets are written like everything else, or what is read would be something else. */
static void tell_secrets(const struct registry *registry, struct text *notices)
{
    SCOPED_TEXT names = {0};
    size_t count      = 0;

    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];

        for (size_t j = 0; j < function->environment.count; j++) {
            const char *name = function->environment.items[j].name;

            if (looks_secret(name) && ++count <= NAMED_MAX)
                text_append_format(&names, "%s%s.%s", count > 1 ? ", " : "", function->name, name);
        }
    }
    if (count > NAMED_MAX)
        text_append_format(&names, " and %zu more", count - NAMED_MAX);
    if (count > 0)
        text_append_format(notices,
                           "the values of %s are written as they are: move what is secret to .env "
                           "beside it, which is read as well\n",
                           text_string(&names));
    if (registry->api_key_count > 0)
        text_append_string(notices,
                           "\"apiKeys\" has the values of API keys: they are for whoever may "
                           "connect\n");
}

static bool has_other_ids(const struct registry *registry)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        const struct function *function = &registry->functions[i];

        if (function->logical_id && strcmp(function->logical_id, function->name) != 0)
            return true;
    }
    return false;
}

static void tell_setting(struct text *notices, const char *what, const char *option,
                         const char *value)
{
    text_append_format(notices, "a postern.json can't say %s: start it with --%s %s\n", what,
                       option, value);
}

static void tell_seconds(struct text *notices, const char *what, const char *option,
                         int64_t milliseconds)
{
    char seconds[32];

    if (milliseconds <= 0)
        return;
    snprintf(seconds, sizeof seconds, "%g", (double)milliseconds / 1000);
    tell_setting(notices, what, option, seconds);
}

static void tell_settings(const struct project_settings *settings, struct text *notices)
{
    char port[8];

    snprintf(port, sizeof port, "%d", settings->port);
    if (settings->region)
        tell_setting(notices, "the region", "region", settings->region);
    if (settings->host)
        tell_setting(notices, "the host", "host", settings->host);
    if (settings->port > 0)
        tell_setting(notices, "the port", "port", port);
    tell_seconds(notices, "the idle timeout", "idle-timeout", settings->idle_timeout_milliseconds);
    tell_seconds(notices, "how long connections may last", "max-duration",
                 settings->max_duration_milliseconds);
}

static void tell_kind(const struct project *project, const struct registry *registry,
                      struct text *notices)
{
    if (project->is_built)
        text_append_string(notices,
                           "the code is what `sam build` has made: .aws-sam/build must stay\n");
    if (project->kind == PROJECT_CDK)
        text_append_string(notices,
                           "the code is what `cdk synth` has made: its output must stay, and a new "
                           "one needs a new export\n");
    if (has_other_ids(registry))
        text_append_string(notices,
                           "logical ids aren't kept: --function, --inspect and --env-vars take the "
                           "names of functions\n");
}

void project_export(const struct project *project, const struct registry *registry,
                    struct text *out, struct text *notices)
{
    struct arena arena                = {0};
    const struct export_writer writer = {&arena, registry, project->folder};
    SCOPED_TEXT compact               = {0};

    json_print(write_document(&writer), &compact);
    json_indent(text_string(&compact), compact.size, out);
    text_append_character(out, '\n');
    arena_deinit(&arena);
    tell_secrets(registry, notices);
    tell_settings(&project->settings, notices);
    tell_kind(project, registry, notices);
}
