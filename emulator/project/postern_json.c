#include "project/postern_json.h"

#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/cloudformation.h"
#include "project/lint.h"
#include "project/postern_access.h"
#include "project/postern_api.h"
#include "project/postern_domain.h"
#include "project/postern_function.h"
#include "project/postern_integration.h"
#include "project/postern_usage.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"
#include "json/schema.h"

/* The values become C strings, environment variables and arguments: none may hold a NUL. */
static void check_strings(struct reading *reading, const struct json *value)
{
    if (value->kind == JSON_STRING && memchr(value->string, '\0', value->size))
        reading_error(reading, value, "%s%s contains a NUL character (\\u0000): remove it",
                      value->name ? "the value of " : "a string", value->name ? value->name : "");
    for (const struct json *child = value->first; child; child = child->next)
        check_strings(reading, child);
}

static void read_document(struct reading *reading)
{
    const struct json *document = reading->document;
    const struct json *apis     = json_find(document, "apis");

    if (document->kind != JSON_OBJECT)
        return;
    check_strings(reading, document);
    postern_services_read(reading, json_find(document, "services"));
    for (const struct json *item = reading_members(json_find(document, "functions")); item;
         item                    = item->next)
        postern_function_read(reading, item);
    for (const struct json *item = reading_members(json_find(document, "apiKeys")); item;
         item                    = item->next)
        postern_api_key_read(reading, item);
    for (const struct json *item = reading_members(apis); item; item = item->next)
        postern_api_read(reading, item);
    for (const struct json *item = reading_members(json_find(document, "usagePlans")); item;
         item                    = item->next)
        postern_usage_plan_read(reading, item);
    postern_usage_check(reading);
    for (const struct json *item = reading_members(json_find(document, "domainNames")); item;
         item                    = item->next)
        postern_domain_read(reading, item);
    if (!apis || (apis->kind == JSON_OBJECT && apis->count == 0))
        reading_warn(reading, apis ? apis : document,
                     "there are no \"apis\": nothing can be connected to");
}

static void on_schema_problem(void *owner, const struct json *where, const char *message)
{
    struct reading *reading = owner;

    if (!reading_was_reported(reading, where))
        problems_add(reading->problems, false, reading->project->label, where->line, "%s", message);
}

static void check_schema(struct reading *reading, struct arena *arena)
{
    const struct embedded_file *source = embedded_find("schemas/project.json");
    struct json_error error;
    struct json_schema *schema =
        json_schema_new(json_parse(arena, source->data, source->size, &error));

    json_schema_check(schema, reading->document, on_schema_problem, reading);
    json_schema_free(schema);
}

void postern_json_read_document(const struct project *project,
                                const struct project_options *options, struct arena *arena,
                                const struct json *document, struct registry *registry,
                                struct problems *problems)
{
    struct reading reading = {
        .project   = project,
        .elsewhere = options->elsewhere,
        .document  = document,
        .registry  = registry,
        .problems  = problems,
    };

    read_document(&reading);
    check_schema(&reading, arena);
    if (project->is_linted && problems->errors == 0)
        lint(&reading);
}

static void read_own(const struct project *project, const struct project_options *options,
                     struct arena *arena, const struct json *document, struct registry *registry,
                     struct problems *problems)
{
    for (char *const *given = options->parameters; given && *given; given++)
        problems_add(problems, false, project->label, 0,
                     "--parameter %.*s: a postern.json has no parameters: write the value into it, "
                     "or into .env beside it for a handler's environment",
                     (int)strcspn(*given, "="), *given);
    postern_json_read_document(project, options, arena, document, registry, problems);
}

/* Templates are JSON as well, and somebody may name one. */
void postern_json_read(const struct project *project, const struct project_options *options,
                       const char *contents, size_t size, struct registry *registry,
                       struct problems *problems)
{
    struct arena arena          = {0};
    struct json_error error     = {0};
    const struct json *document = json_parse(&arena, contents, size, &error);

    if (!document)
        problems_add(problems, false, project->label, error.line, "not JSON: %s (column %u)",
                     error.message, error.column);
    else if (cloudformation_is_template(document))
        cloudformation_read_document(project, options, &arena, document, registry, problems);
    else
        read_own(project, options, &arena, document, registry, problems);
    arena_deinit(&arena);
}

void postern_json_load(const struct project *project, const struct project_options *options,
                       struct registry *registry, struct problems *problems)
{
    SCOPED_TEXT contents = {0};

    if (project_read_file(project, "project file", &contents, problems))
        postern_json_read(project, options, text_string(&contents), contents.size, registry,
                          problems);
}
