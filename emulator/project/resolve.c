#include "project/resolve.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/function_name.h"
#include "model/limits.h"
#include "model/registry.h"

enum column { COLUMN_KEY, COLUMN_FUNCTION, COLUMN_CODE, COLUMN_NOTES, COLUMNS };

/* A longer cell pushes what follows to the right, in its own row only. */
#define COLUMN_WIDTH_MAX 40

/* The cells of one route. */
struct row {
    struct text cells[COLUMNS];
};

static bool is_only_stage_of_its_name(const struct registry *registry, const char *name)
{
    size_t count = 0;

    for (size_t i = 0; i < registry->api_count; i++) {
        for (size_t j = 0; j < registry->apis[i].stage_count; j++)
            count += strcmp(registry->apis[i].stages[j].stage_name, name) == 0;
    }
    return count == 1;
}

void resolve_stage_path(const struct registry *registry, const struct api *api,
                        const struct stage *stage, struct text *out)
{
    if (!is_only_stage_of_its_name(registry, stage->stage_name))
        text_append_format(out, "/%s", api->api_id);
    text_append_format(out, "/%s", stage->stage_name);
}

/* Names come from a file: what would move the terminal's cursor is shown as '?'. */
static void append_plain(struct text *out, const char *string)
{
    for (; *string; string++)
        text_append_character(out, (unsigned char)*string < ' ' || *string == 127 ? '?' : *string);
}

static size_t count_characters(const struct text *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->size; i++)
        count += ((unsigned char)text->data[i] & 0xc0) != 0x80;
    return count;
}

static void append_code(const struct function *function, struct text *out)
{
    if (function->url) {
        append_plain(out, function->url);
        return;
    }
    if (function->command) {
        for (char **word = function->command; *word; word++) {
            if (word != function->command)
                text_append_character(out, ' ');
            append_plain(out, *word);
        }
        return;
    }
    append_plain(out, function->runtime);
    if (function->handler) {
        text_append_character(out, ' ');
        append_plain(out, function->handler);
    }
}

static void append_note(struct text *notes, const char *note)
{
    text_append_format(notes, "%s%s", notes->size > 0 ? ", " : "", note);
}

/* What an integration without a function calls. */
static void append_target(const struct integration *integration, struct text *out)
{
    if (integration->method)
        text_append_format(out, "%s ", integration->method);
    append_plain(out, integration->uri);
}

static void fill_row(const struct registry *registry, const struct api *api,
                     const struct route *route, struct row *row)
{
    const struct integration *integration =
        route->integration_id ? api_find_integration(api, route->integration_id) : NULL;
    const struct function *function = integration && integration->function
                                          ? registry_find_function(registry, integration->function)
                                          : NULL;
    struct text *notes              = &row->cells[COLUMN_NOTES];

    append_plain(&row->cells[COLUMN_KEY], route->route_key);
    if (function || !integration || !integration->function)
        text_append_string(&row->cells[COLUMN_FUNCTION], function ? function->name : "-");
    else /* each stage says which */
        append_plain(&row->cells[COLUMN_FUNCTION], integration->function);
    if (function)
        append_code(function, &row->cells[COLUMN_CODE]);
    else if (integration && integration->uri && !integration->function)
        append_target(integration, &row->cells[COLUMN_CODE]);
    if (integration && integration->type != INTEGRATION_AWS_PROXY)
        append_note(notes, integration_type_name(integration->type));
    if (route->has_route_response)
        append_note(notes, "two-way");
    if (route->authorizer_id)
        append_note(notes, "authorized");
    if (route->needs_iam)
        append_note(notes, "AWS_IAM");
    if (route->api_key_required)
        append_note(notes, "API key");
    if (integration && integration->timeout_milliseconds != INTEGRATION_TIMEOUT_MILLISECONDS)
        text_append_format(notes, "%s%d ms", notes->size > 0 ? ", " : "",
                           integration->timeout_milliseconds);
}

static void print_row(const struct row *row, const size_t widths[COLUMNS], struct text *out)
{
    size_t spaces = 4;

    for (size_t i = 0; i < COLUMNS; i++) {
        size_t count = count_characters(&row->cells[i]);

        if (count > 0) {
            text_append_format(out, "%*s", (int)spaces, "");
            text_append(out, row->cells[i].data, row->cells[i].size);
            spaces = 0;
        }
        spaces += (widths[i] > count ? widths[i] - count : 0) + 2;
    }
    text_append_character(out, '\n');
}

static void print_routes(const struct registry *registry, const struct api *api, struct text *out)
{
    SCOPED_MEMORY struct row *rows = memory_new((api->route_count + 1) * sizeof *rows);
    size_t widths[COLUMNS]         = {0};

    for (size_t i = 0; i < api->route_count; i++) {
        fill_row(registry, api, &api->routes[i], &rows[i]);
        for (size_t j = 0; j < COLUMNS; j++) {
            size_t count = count_characters(&rows[i].cells[j]);

            if (count > widths[j])
                widths[j] = count < COLUMN_WIDTH_MAX ? count : COLUMN_WIDTH_MAX;
        }
    }
    for (size_t i = 0; i < api->route_count; i++) {
        print_row(&rows[i], widths, out);
        for (size_t j = 0; j < COLUMNS; j++)
            text_deinit(&rows[i].cells[j]);
    }
}

static void print_rate(const char *which, const char *name, const struct token_rate *rate,
                       struct text *out)
{
    text_append_format(out, "      %s", which);
    append_plain(out, name);
    text_append_format(out, ": at most %g requests a second, %g at once\n", rate->per_second,
                       rate->burst);
}

/* Where a stage says something of it. */
static void print_throttles(const struct stage *stage, struct text *out)
{
    const struct token_rate *rate = &stage->default_throttle;

    if (rate->per_second != REQUEST_RATE_MAX || rate->burst != REQUEST_BURST_MAX)
        print_rate("each route", "", rate, out);
    for (size_t i = 0; i < stage->route_settings_count; i++)
        print_rate("route ", stage->route_settings[i].route_key, &stage->route_settings[i].throttle,
                   out);
}

static void print_stage(const struct registry *registry, const struct api *api,
                        const struct stage *stage, const char *http, struct text *out)
{
    SCOPED_TEXT path = {0};

    resolve_stage_path(registry, api, stage, &path);
    if (http)
        text_append_format(out, "    ws://%s%s\n    http://%s%s/@connections/{connectionId}\n",
                           http, text_string(&path), http, text_string(&path));
    else
        text_append_format(out, "    stage %s: %s\n", stage->stage_name, text_string(&path));
    print_throttles(stage, out);
}

static void print_api(const struct registry *registry, const struct api *api, const char *http,
                      struct text *out)
{
    text_append_string(out, "  API ");
    append_plain(out, api->name);
    text_append_format(out, " (%s), routes by ", api->api_id);
    append_plain(out, api->route_selection_expression);
    text_append_character(out, '\n');
    for (size_t i = 0; i < api->stage_count; i++)
        print_stage(registry, api, &api->stages[i], http, out);
    print_routes(registry, api, out);
}

/* A name that only stages can tell may mean it in any of them. */
static bool means(const struct api *api, const char *named, const char *function)
{
    if (!named || !function_name_is_variable(named))
        return named && strcmp(named, function) == 0;
    for (size_t i = 0; i < api->stage_count; i++) {
        SCOPED_MEMORY char *name = function_name_resolve(named, &api->stages[i].stage_variables);

        if (strcmp(name, function) == 0)
            return true;
    }
    return false;
}

static bool is_used(const struct registry *registry, const char *function)
{
    for (size_t i = 0; i < registry->api_count; i++) {
        const struct api *api = &registry->apis[i];

        for (size_t j = 0; j < api->integration_count; j++) {
            if (means(api, api->integrations[j].function, function))
                return true;
        }
        for (size_t j = 0; j < api->authorizer_count; j++) {
            if (means(api, api->authorizers[j].function, function))
                return true;
        }
    }
    return false;
}

static void print_unused(const struct registry *registry, struct text *out)
{
    const char *separator = "  functions without a route: ";

    for (size_t i = 0; i < registry->function_count; i++) {
        if (is_used(registry, registry->functions[i].name))
            continue;
        text_append_format(out, "%s%s", separator, registry->functions[i].name);
        separator = ", ";
    }
    if (separator[0] == ',')
        text_append_character(out, '\n');
}

static void print_domains(const struct registry *registry, struct text *out)
{
    for (size_t i = 0; i < registry->domain_name_count; i++) {
        const struct domain_name *domain = &registry->domain_names[i];

        for (size_t j = 0; j < domain->mapping_count; j++)
            text_append_format(out, "  %s/%s is stage %s of %s\n", domain->name,
                               domain->mappings[j].key, domain->mappings[j].stage,
                               domain->mappings[j].api_id);
    }
}

static void print_plan(const struct registry *registry, const struct usage_plan *plan,
                       struct text *out)
{
    text_append_string(out, "  usage plan ");
    append_plain(out, plan->name);
    text_append_string(out, ": ");
    if (plan->is_throttled)
        text_append_format(out, "%g requests a second, %g at once, ", plan->throttle.per_second,
                           plan->throttle.burst);
    if (plan->quota.limit > 0)
        text_append_format(out, "%lld requests %s, ", (long long)plan->quota.limit,
                           quota_period_text(plan->quota.period));
    text_append_string(out, "for each of the keys");
    for (size_t i = 0; i < plan->key_count; i++) {
        text_append_string(out, i > 0 ? ", " : " ");
        append_plain(out, plan->keys[i]);
    }
    text_append_string(out, plan->key_count > 0 ? ", to" : " (there is none), to");
    for (size_t i = 0; i < plan->stage_count; i++) {
        text_append_string(out, i > 0 ? ", " : " ");
        append_plain(out, registry_find_api(registry, plan->stages[i].api_id)->name);
        text_append_format(out, "/%s", plan->stages[i].stage);
    }
    text_append_string(out, plan->stage_count > 0 ? "\n" : " no stage\n");
}

void resolve_print(const struct registry *registry, const char *http, struct text *out)
{
    for (size_t i = 0; i < registry->api_count; i++)
        print_api(registry, &registry->apis[i], http, out);
    for (size_t i = 0; i < registry->usage_plan_count; i++)
        print_plan(registry, &registry->usage_plans[i], out);
    print_domains(registry, out);
    print_unused(registry, out);
}
