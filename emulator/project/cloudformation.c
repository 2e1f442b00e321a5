#include "project/cloudformation.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/registry.h"
#include "project/intrinsics.h"
#include "project/postern_json.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "project/samconfig.h"
#include "project/template.h"
#include "project/template_api.h"
#include "project/template_function.h"
#include "project/template_lint.h"
#include "project/template_properties.h"
#include "project/template_usage.h"
#include "project/yaml.h"
#include "json/build.h"
#include "json/json.h"

/* Types that need no word: what they do isn't missed, or is done anyhow. */
static const char *const silent[] = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::CDK::Metadata",
    "AWS::CertificateManager::*",
    "AWS::CloudFront::*",
    "AWS::CloudWatch::*",
    "AWS::EC2::*",
    "AWS::IAM::*",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::*",
    "AWS::Route53::*",
    "AWS::Serverless::Connector",
    "AWS::WAFv2::*",
    "AWS::*::*Policy",
    "AWS::*::SubnetGroup",
    "Custom::*",
};

#define NESTED "nothing in its template is: start that one, or put its resources into this one"
#define HTTP   "only WebSocket APIs are"

/* What to do about a type that is missed; the first pattern that fits says it. */
static const struct {
    const char *type;
    const char *advice;
} advices[] = {
    {"AWS::*::LayerVersion",         "handlers don't find what is in a layer: install it beside them"},
    {"AWS::CloudFormation::Stack",   NESTED                                                          },
    {"AWS::Serverless::Application", NESTED                                                          },
    {"AWS::Serverless::Api",         HTTP                                                            },
    {"AWS::Serverless::HttpApi",     HTTP                                                            },
    {"AWS::ApiGateway::*",           HTTP                                                            },
    {"AWS::ApiGatewayV2::VpcLink",   "integrations are called directly"                              },
    {"*",                            "handlers reach what they are configured to reach"              },
};

#define SAMCONFIG "samconfig.toml"

/* Logical ids that the notice of a type names. */
#define NAMED_MAX 3

static bool is_silent(const char *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(silent); i++) {
        if (fnmatch(silent[i], type, 0) == 0)
            return true;
    }
    return false;
}

static const char *find_advice(const char *type)
{
    size_t i = 0;

    while (fnmatch(advices[i].type, type, 0) != 0)
        i++;
    return advices[i].advice;
}

/* One notice for all resources of first's type, which is none that is run here. */
static void give_notice(struct template *template, const struct template_resource *first)
{
    SCOPED_TEXT ids = {0};
    size_t count    = 0;

    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];

        if (strcmp(resource->type, first->type) != 0 || !resource->is_created)
            continue;
        resource->is_handled = true;
        count++;
        if (count <= NAMED_MAX)
            text_append_format(&ids, "%s%s", count > 1 ? ", " : "", resource->id);
    }
    if (count > NAMED_MAX)
        text_append_format(&ids, " and %zu more", count - NAMED_MAX);
    template_warn(template, first->where, "%s: %s is not run here: %s", text_string(&ids),
                  first->type, find_advice(first->type));
}

static void give_notices(struct template *template)
{
    for (size_t i = 0; i < template->resource_count; i++) {
        const struct template_resource *resource = &template->resources[i];

        if (resource->is_created && !resource->is_handled && resource->type[0] != '\0' &&
            !is_silent(resource->type))
            give_notice(template, resource);
    }
}

/* What the template defines, as a postern.json has it. */
static struct json *write_document(struct template *template)
{
    struct json *document = build_value(template->arena, JSON_OBJECT, template->document);
    struct map used       = {0};

    template_api_write(template, document, &used);
    template_usage_write(template, document);
    template_function_write(template, document, &used);
    template_properties_check(template);
    if (template->project->is_linted)
        template_lint(template);
    give_notices(template);
    map_deinit(&used);
    return document;
}

/* The resource of the template as it was written that the line is part of. */
static const char *find_resource(const struct json *resources, unsigned line)
{
    const char *found = NULL;

    for (const struct json *member = reading_members(resources); member && member->line <= line;
         member                    = member->next)
        found = member->next && member->next->line == member->line ? NULL : member->name;
    return found;
}

/* Problems of what was written down are about resources, too: the message begins with its id. */
static void name_resources(const struct json *document, const char *label,
                           struct problems *problems, size_t from)
{
    const struct json *resources = json_find(document, "Resources");

    for (size_t i = from; i < problems->count; i++) {
        struct problem *problem = &problems->items[i];
        const char *id          = find_resource(resources, problem->line);
        char *named;

        if (!id || strcmp(problem->file, label) != 0)
            continue;
        named = memory_format("%s: %s", id, problem->message);
        free(problem->message);
        problem->message = named;
    }
}

bool cloudformation_is_template(const struct json *document)
{
    return json_find(document, "AWSTemplateFormatVersion") ||
           (json_find(document, "Resources") && !json_find(document, "apis"));
}

void cloudformation_read_document(const struct project *project,
                                  const struct project_options *options, struct arena *arena,
                                  const struct json *document, struct registry *registry,
                                  struct problems *problems)
{
    size_t errors = problems->errors;
    struct template template;
    struct json *written;
    size_t count;

    if (document->kind != JSON_OBJECT) {
        problems_add(problems, false, project->label, document->line,
                     "a template is a map with Resources in it");
        return;
    }
    template_init(&template, arena, project, options, document, problems);
    written = write_document(&template);
    intrinsics_check_parameters(template.intrinsics);
    count = problems->count;
    if (problems->errors == errors) {
        postern_json_read_document(project, options, arena, written, registry, problems);
        name_resources(document, project->label, problems, count);
        template_function_note_ids(&template, registry);
    }
    template_deinit(&template);
}

void cloudformation_read_stack(const struct project *project, const struct project_options *options,
                               struct arena *arena, const struct json *document,
                               struct registry *registry, struct problems *problems)
{
    size_t errors = problems->errors;
    struct template template;
    struct json *written;

    template_init(&template, arena, project, options, document, problems);
    written = write_document(&template);
    if (problems->errors == errors) {
        postern_json_read_document(project, options, arena, written, registry, problems);
        template_function_note_ids(&template, registry);
    }
    template_deinit(&template);
}

/* Nothing at all is no YAML, either. */
static bool is_json(const char *contents)
{
    contents += strspn(contents, " \t\r\n");
    return *contents == '{' || *contents == '\0';
}

/* JSON is read as JSON, for the words of its own problems; all else is YAML. */
void cloudformation_read(const struct project *project, const struct project_options *options,
                         const char *contents, size_t size, struct registry *registry,
                         struct problems *problems)
{
    struct arena arena      = {0};
    struct json_error error = {0};
    const char *end         = strrchr(project->label, '.');
    bool reads_json         = end && strcmp(end, ".json") == 0 && is_json(contents);
    struct json *document   = reads_json ? json_parse(&arena, contents, size, &error)
                                         : yaml_parse(&arena, contents, size, &error);

    if (document)
        cloudformation_read_document(project, options, &arena, document, registry, problems);
    else
        problems_add(problems, false, project->label, error.line, "not %s: %s (column %u)",
                     reads_json ? "JSON" : "YAML", error.message, error.column);
    arena_deinit(&arena);
}

/* Of the SAM CLI's environment file: it is one of the project's files, if it is there. */
static void take_env_vars(struct project *project, const char *path, struct problems *problems)
{
    char *absolute =
        path[0] == '/' ? memory_copy_string(path) : memory_format("%s/%s", project->folder, path);

    project_include(project, absolute);
    if (access(absolute, R_OK) == 0) {
        project->settings.env_vars = absolute;
        return;
    }
    problems_add(problems, true, SAMCONFIG, 0,
                 "env_vars: %s: %s: the functions go without the variables in it", path,
                 strerror(errno));
    free(absolute);
}

/* What is beside the template, if anything is, puts its values into options. */
static void read_samconfig(struct project *project, struct arena *arena,
                           struct project_options *options, struct problems *problems)
{
    SCOPED_MEMORY char *path = memory_format("%s/" SAMCONFIG, project->folder);
    SCOPED_TEXT contents     = {0};
    struct samconfig config  = {0};

    if (file_read(path, SAMCONFIG_SIZE_MAX, &contents) < 0 || contents.size > SAMCONFIG_SIZE_MAX)
        return;
    samconfig_parse(arena, text_string(&contents), contents.size, &config);
    options->overrides  = config.parameters;
    options->stack_name = config.stack_name;
    if (config.env_vars && *config.env_vars)
        take_env_vars(project, config.env_vars, problems);
    if (!options->region && config.region && *config.region) {
        options->region          = config.region;
        project->settings.region = memory_copy_string(config.region);
    }
}

static void load(struct project *project, const struct project_options *options,
                 const struct text *contents, struct registry *registry, struct problems *problems)
{
    struct arena arena           = {0};
    struct project_options whole = *options;

    read_samconfig(project, &arena, &whole, problems);
    if (project->is_built)
        problems_add(problems, true, project->label, 0,
                     "is newer than the template, and is what runs: changes count after "
                     "`sam build`; name the template to run it instead");
    cloudformation_read(project, &whole, text_string(contents), contents->size, registry, problems);
    arena_deinit(&arena);
}

void cloudformation_load(struct project *project, const struct project_options *options,
                         struct registry *registry, struct problems *problems)
{
    SCOPED_TEXT contents = {0};

    if (project_read_file(project, "template", &contents, problems))
        load(project, options, &contents, registry, problems);
}
