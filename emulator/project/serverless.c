#include "project/serverless.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/cloudformation.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/serverless_state.h"
#include "project/variables.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

static void add_problem(struct serverless *serverless, bool is_warning, const struct json *where,
                        const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void add_problem(struct serverless *serverless, bool is_warning, const struct json *where,
                        const char *format, va_list arguments)
{
    SCOPED_TEXT message = {0};

    text_append_format_list(&message, format, arguments);
    problems_add(serverless->problems, is_warning, serverless->project->label,
                 where ? where->line : 0, "%s%s%s", serverless->place ? serverless->place : "",
                 serverless->place ? ": " : "", text_string(&message));
}

void serverless_error(struct serverless *serverless, const struct json *where, const char *format,
                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_problem(serverless, false, where, format, arguments);
    va_end(arguments);
}

void serverless_warn(struct serverless *serverless, const struct json *where, const char *format,
                     ...)
{
    va_list arguments;

    va_start(arguments, format);
    add_problem(serverless, true, where, format, arguments);
    va_end(arguments);
}

bool serverless_notices(struct serverless *serverless, const char *subject)
{
    return !map_put(&serverless->notices, subject, serverless);
}

void serverless_check_keys(struct serverless *serverless, const struct json *object,
                           const char *const *names, size_t count)
{
    for (const struct json *member = object->kind == JSON_OBJECT ? object->first : NULL; member;
         member                    = member->next) {
        struct nearest nearest = {.wanted = member->name};
        bool is_known          = false;

        for (size_t i = 0; i < count && !is_known; i++) {
            is_known = strcmp(names[i], member->name) == 0;
            nearest_consider(&nearest, names[i]);
        }
        if (!is_known && nearest.found)
            serverless_warn(serverless, member,
                            "\"%s\" is not known here, and is ignored: did you mean \"%s\"?",
                            member->name, nearest.found);
        else if (!is_known)
            serverless_warn(serverless, member, "\"%s\" is not known here, and is ignored",
                            member->name);
    }
}

struct json *serverless_string(const struct serverless *serverless, const char *string,
                               const struct json *where)
{
    return build_string(serverless->arena, string, strlen(string), where);
}

struct json *serverless_ref(const struct serverless *serverless, const char *id,
                            const struct json *where)
{
    struct json *ref = build_value(serverless->arena, JSON_OBJECT, where);

    build_add(ref, "Ref", serverless_string(serverless, id, where));
    return ref;
}

struct json *serverless_arn(const struct serverless *serverless, const char *id,
                            const struct json *where)
{
    struct json *attribute = build_value(serverless->arena, JSON_OBJECT, where);
    struct json *pair =
        build_container(serverless->arena, attribute, "Fn::GetAtt", JSON_ARRAY, where);

    build_add(pair, NULL, serverless_string(serverless, id, where));
    build_add(pair, NULL, serverless_string(serverless, "Arn", where));
    return attribute;
}

struct json *serverless_add_resource(struct serverless *serverless, const char *id,
                                     const char *type, const struct json *where)
{
    struct json *resource   = build_value(serverless->arena, JSON_OBJECT, where);
    struct json *properties = build_value(serverless->arena, JSON_OBJECT, where);

    build_add(resource, "Type", serverless_string(serverless, type, where));
    build_add(resource, "Properties", properties);
    build_add(serverless->resources, id, resource);
    return properties;
}

const char *serverless_normalize(const struct serverless *serverless, const char *name)
{
    SCOPED_TEXT out = {0};

    for (const char *at = name; *at; at++) {
        if (*at == '-')
            text_append_string(&out, "Dash");
        else if (*at == '_')
            text_append_string(&out, "Underscore");
        else if (isalnum((unsigned char)*at))
            text_append_character(&out, (char)(out.size == 0 ? toupper((unsigned char)*at) : *at));
    }
    return arena_copy_string(serverless->arena, text_string(&out));
}

const char *serverless_function_id(const struct serverless *serverless, const char *name)
{
    return arena_format(serverless->arena, "%sLambdaFunction",
                        serverless_normalize(serverless, name));
}

static void on_problem(void *owner, const struct json *where, const char *message)
{
    serverless_error(owner, where, "%s", message);
}

static const struct json *on_file(void *owner, const char *path, const char **problem)
{
    struct serverless *serverless = owner;

    return serverless_files_read(&serverless->files, path, problem);
}

static const char *on_environment(void *owner, const char *name)
{
    return serverless_find_environment(owner, name);
}

/* The object at the top of that name; an empty one if it is absent, or is something else. */
static const struct json *find_object(struct serverless *serverless, const char *name)
{
    const struct json *value = variables_member(serverless->variables, serverless->document, name);

    if (value && value->kind == JSON_OBJECT)
        return value;
    return build_value(serverless->arena, JSON_OBJECT, value ? value : serverless->document);
}

/* Several objects in a list are one, as the framework has it; each may be a variable. */
static const struct json *join(struct serverless *serverless, const struct json *list)
{
    struct json *joined = build_value(serverless->arena, JSON_OBJECT, list);

    for (const struct json *element = list->first; element; element = element->next) {
        const struct json *part = variables_look(serverless->variables, element);

        for (const struct json *member = part->kind == JSON_OBJECT ? part->first : NULL; member;
             member                    = member->next)
            build_add(joined, member->name, build_copy(serverless->arena, member));
    }
    return joined;
}

static void find_functions(struct serverless *serverless)
{
    const struct json *value =
        variables_member(serverless->variables, serverless->document, "functions");

    serverless->place = "functions";
    if (value && value->kind == JSON_ARRAY)
        value = join(serverless, value);
    else if (value && value->kind != JSON_OBJECT)
        serverless_error(serverless, value, "must be a map of functions, and is %s",
                         json_kind_name(value->kind));
    if (!value || value->kind != JSON_OBJECT)
        value = build_value(serverless->arena, JSON_OBJECT, serverless->document);
    serverless->functions = value;
    serverless->place     = NULL;
}

static void find_service(struct serverless *serverless)
{
    const struct json *service =
        variables_member(serverless->variables, serverless->document, "service");

    if (service && service->kind == JSON_OBJECT)
        service = variables_member(serverless->variables, service, "name");
    serverless->service = json_text(service);
    if (serverless->service)
        return;
    serverless->service = "service";
    if (variables_failures(serverless->variables) == 0)
        serverless_error(serverless, service ? service : serverless->document,
                         "needs a \"service\", which is the name of the project");
}

static void begin(struct serverless *serverless)
{
    const struct variables_settings settings = {
        .arena            = serverless->arena,
        .document         = serverless->document,
        .options          = serverless->options->parameters,
        .region           = serverless->options->region,
        .account          = serverless->options->account,
        .find_environment = on_environment,
        .read_file        = on_file,
        .report           = on_problem,
        .owner            = serverless,
    };

    serverless->variables = variables_new(&settings);
    serverless->resources = build_value(serverless->arena, JSON_OBJECT, serverless->document);
    serverless->place     = "provider";
    serverless->stage     = variables_stage(serverless->variables);
    serverless->region    = variables_region(serverless->variables);
    serverless->provider  = find_object(serverless, "provider");
    serverless->place     = NULL;
    find_service(serverless);
    find_functions(serverless);
}

/* The template, and what is wrong with it. */
static void write(struct serverless *serverless, struct registry *registry)
{
    struct json *template = build_value(serverless->arena, JSON_OBJECT, serverless->document);
    struct project_options options = *serverless->options;

    serverless->project->settings.region = memory_copy_string(serverless->region);
    serverless_check(serverless);
    serverless_offline_read(serverless);
    serverless_layers_write(serverless);
    serverless_functions_write(serverless);
    serverless_api_write(serverless);
    serverless_resources_write(serverless, template);
    serverless->place = NULL;
    options.region    = serverless->region;
    options.stack_name =
        arena_format(serverless->arena, "%s-%s", serverless->service, serverless->stage);
    if (serverless->problems->errors == 0)
        cloudformation_read_stack(serverless->project, &options, serverless->arena, template,
                                  registry, serverless->problems);
}

/* What the project is made of, for whoever watches it; those that can't be used, too. */
static void note_files(const struct serverless *serverless)
{
    struct project *project = serverless->project;

    for (size_t i = 1; i < serverless->files.count; i++)
        project_include(project, serverless->files.items[i].path);
}

void serverless_read(struct project *project, const struct project_options *options,
                     const struct serverless_source *source, const char *contents, size_t size,
                     struct registry *registry, struct problems *problems)
{
    struct arena arena            = {0};
    struct serverless *serverless = arena_new(&arena, sizeof *serverless);
    size_t from                   = problems->count;

    *serverless = (struct serverless){
        .arena    = &arena,
        .project  = project,
        .options  = options,
        .problems = problems,
        .files    = {.arena = &arena, .project = project, .source = source},
    };
    serverless->document = serverless_files_begin(&serverless->files, contents, size, problems);
    if (serverless->document && serverless->document->kind != JSON_OBJECT) {
        problems_add(problems, false, project->label, serverless->document->line,
                     "a serverless.yml is a map with service, provider and functions in it");
    } else if (serverless->document) {
        begin(serverless);
        write(serverless, registry);
    }
    note_files(serverless);
    serverless_files_place(&serverless->files, problems, from);
    map_deinit(&serverless->routes);
    map_deinit(&serverless->authorizers);
    map_deinit(&serverless->notices);
    name_values_deinit(&serverless->environment);
    arena_deinit(&arena);
}

static int read_from_disk(void *owner, const char *path, size_t most, struct text *contents)
{
    return file_read(path, most, contents);
}

void serverless_load(struct project *project, const struct project_options *options,
                     struct registry *registry, struct problems *problems)
{
    const struct serverless_source disk = {.read = read_from_disk};
    SCOPED_TEXT contents                = {0};

    if (project_read_file(project, "project file", &contents, problems))
        serverless_read(project, options, &disk, text_string(&contents), contents.size, registry,
                        problems);
}
