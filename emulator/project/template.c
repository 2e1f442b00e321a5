#include "project/template.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "project/intrinsics.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "project/sam.h"
#include "project/stand_in.h"
#include "json/build.h"
#include "json/json.h"

#define API      "AWS::ApiGatewayV2::Api"
#define FUNCTION "AWS::Lambda::Function"

#define REGION_DEFAULT  "us-east-1"
#define ACCOUNT_DEFAULT "000000000000"

/* AWS: a stack's name begins with a letter and has letters, digits and '-', 128 at most. */
#define STACK_NAME_SIZE_MAX 100

/* Problems that are worth reading; a generated template can have any number of one kind. */
#define PROBLEMS_MAX 200

static void add_problem(struct template *template, bool is_warning, const struct json *where,
                        const char *message)
{
    template->failures += is_warning ? 0 : 1;
    if (template->problems->count >= PROBLEMS_MAX && (is_warning || template->problems->errors))
        return;
    problems_add(template->problems, is_warning, template->project->label, where ? where->line : 0,
                 "%s%s%s", template->place ? template->place : "", template->place ? ": " : "",
                 message);
}

void template_error(struct template *template, const struct json *where, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    add_problem(template, false, where, text_string(&message));
}

void template_warn(struct template *template, const struct json *where, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    add_problem(template, true, where, text_string(&message));
}

static void on_problem(void *owner, bool is_warning, const struct json *where, const char *message)
{
    add_problem(owner, is_warning, where, message);
}

static const char *template_region(const struct template *template)
{
    return template->options->region ? template->options->region : REGION_DEFAULT;
}

static const char *template_account(const struct template *template)
{
    return template->options->account ? template->options->account : ACCOUNT_DEFAULT;
}

static const char *folder_name(const struct template *template)
{
    const char *slash = strrchr(template->project->folder, '/');

    return slash ? slash + 1 : template->project->folder;
}

/* As it is deployed; or the folder's name, as a stack may be called. */
static const char *make_stack_name(struct template *template)
{
    SCOPED_TEXT name = {0};

    if (template->options->stack_name)
        return template->options->stack_name;
    for (const char *at = folder_name(template); *at && name.size < STACK_NAME_SIZE_MAX; at++)
        text_append_character(&name, isalnum((unsigned char)*at) ? *at : '-');
    return arena_format(template->arena, "%s%s",
                        isalpha((unsigned char)text_string(&name)[0]) ? "" : "stack-",
                        text_string(&name));
}

/* AWS: "{stack}-{logical id}-{12 letters and digits}"; here they are the same at every start. */
static const char *make_name(struct template *template, const struct template_resource *resource)
{
    char id[11];

    id_derive_api(folder_name(template), resource->id, id);
    for (char *at = id; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return arena_format(template->arena, "%s-%s-%s%.2s", make_stack_name(template), resource->id,
                        id, id);
}

/* The ids of API Gateway, which are made and not given. */
static const char *make_id(struct template *template, const struct template_resource *resource)
{
    const char *name = resource->id;
    char id[11];

    if (strcmp(resource->type, API) == 0) {
        name = template_text(template, resource, "Name");
        name = name ? name : resource->id;
    }
    id_derive_api(folder_name(template), name, id);
    return arena_copy_string(template->arena, id);
}

/* A logical id may be longer than a function's name, which AWS makes of it. */
static const char *shorten_function_name(struct template *template,
                                         const struct template_resource *resource)
{
    char id[11];

    if (strlen(resource->id) <= FUNCTION_NAME_SIZE_MAX)
        return resource->id;
    id_derive_api(folder_name(template), resource->id, id);
    return arena_format(template->arena, "%.*s-%s", FUNCTION_NAME_SIZE_MAX - 11, resource->id, id);
}

static const char *find_name(struct template *template, const struct template_resource *resource)
{
    const char *property = stand_in_name_property(resource->type);
    const char *name     = property ? template_text(template, resource, property) : NULL;

    if (name)
        return name;
    if (strcmp(resource->type, FUNCTION) == 0)
        return shorten_function_name(template, resource);
    return strncmp(resource->type, "AWS::ApiGateway", 15) == 0 ? make_id(template, resource)
                                                               : make_name(template, resource);
}

const char *template_name(struct template *template, struct template_resource *resource)
{
    const char *place = template->place;

    if (resource->name)
        return resource->name;
    if (resource->is_asked) {
        template_error(template, resource->where, "the name of %s depends on itself", resource->id);
        return resource->id;
    }
    resource->is_asked = true;
    resource->name     = find_name(template, resource);
    resource->is_asked = false;
    template->place    = place;
    return resource->name;
}

static const char *find_attribute(void *owner, const char *id, const char *attribute,
                                  const struct json *where)
{
    struct template *template          = owner;
    struct template_resource *resource = map_find(&template->ids, id);
    const char *dot                    = strrchr(id, '.');
    SCOPED_TEXT value                  = {0};

    /* SAM: Ref of "ChatFunction.Alias" is an attribute, too. */
    if (!resource && dot && attribute[0] == '\0') {
        attribute = dot + 1;
        resource  = map_find_bytes(&template->ids, id, (size_t)(dot - id));
    }
    if (!resource)
        return NULL;
    if (!resource->is_created) {
        template_error(template, where, "%s isn't created, as its Condition doesn't hold", id);
        return "";
    }
    if (!stand_in_append(&(struct stand_in){resource->type, template_name(template, resource),
                                            template_region(template), template_account(template)},
                         attribute, &value))
        template_warn(template, where,
                      "what %s.%s is on AWS is not known here: \"%s\" stands for it", id, attribute,
                      text_string(&value));
    return arena_copy_string(template->arena, text_string(&value));
}

static void index_resource(struct template *template, const struct json *where)
{
    struct template_resource *resource = &template->resources[template->resource_count++];
    const char *type                   = json_find_string(where, "Type");
    const struct json *properties      = json_find(where, "Properties");
    const char *called = json_find_string(json_find(where, "Metadata"), TEMPLATE_CALLED);

    *resource = (struct template_resource){
        .id         = where->name,
        .called     = called ? called : where->name,
        .type       = type ? type : "",
        .properties = properties && properties->kind == JSON_OBJECT
                          ? properties
                          : build_value(template->arena, JSON_OBJECT, where),
        .where      = where,
        .is_created = true,
    };
    if (!type)
        template_error(template, where, "%s: needs a Type, like AWS::Serverless::Function",
                       where->name);
    if (map_put(&template->ids, resource->id, resource))
        template_error(template, where,
                       "%s: there are two resources of that name: SAM makes one of the other",
                       resource->id);
}

static void index_resources(struct template *template)
{
    const struct json *resources = json_find(template->document, "Resources");

    template->resources = arena_new(template->arena, ((resources ? resources->count : 0) + 1) *
                                                         sizeof *template->resources);
    if (!reading_members(resources))
        template_error(template, resources,
                       "there are no Resources: this is no template with an API%s",
                       json_find(template->document, "provider")
                           ? "; call a project of the Serverless Framework serverless*.yml"
                           : "");
    for (const struct json *member = reading_members(resources); member; member = member->next)
        index_resource(template, member);
}

static void check_conditions(struct template *template)
{
    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];
        const struct json *condition       = json_find(resource->where, "Condition");

        if (!condition)
            continue;
        template->place = resource->id;
        if (condition->kind == JSON_STRING)
            resource->is_created =
                intrinsics_holds(template->intrinsics, condition->string, condition);
        else
            template_error(template, condition,
                           "its Condition must be the name of one: quote it if it is a word like "
                           "No");
    }
    template->place = NULL;
}

void template_init(struct template *template, struct arena *arena, const struct project *project,
                   const struct project_options *options, const struct json *document,
                   struct problems *problems)
{
    const struct sam sam = {.arena = arena, .report = on_problem, .owner = template};

    *template = (struct template){
        .arena    = arena,
        .project  = project,
        .options  = options,
        .problems = problems,
    };
    template->document   = sam_expand(&sam, document);
    template->intrinsics = intrinsics_new(&(struct intrinsics_settings){
        .arena          = arena,
        .document       = template->document,
        .region         = template_region(template),
        .account        = template_account(template),
        .stack_name     = make_stack_name(template),
        .parameters     = options->parameters,
        .overrides      = options->overrides,
        .find_attribute = find_attribute,
        .report         = on_problem,
        .owner          = template,
    });
    index_resources(template);
    check_conditions(template);
}

void template_deinit(struct template *template)
{
    intrinsics_deinit(template->intrinsics);
    map_deinit(&template->ids);
}

const struct json *template_property(struct template *template,
                                     const struct template_resource *resource, const char *name)
{
    const struct json *property = json_find(resource->properties, name);
    size_t failures             = template->failures;
    const struct json *value;

    template->place = arena_format(template->arena, "%s.%s", resource->id, name);
    if (!property)
        return NULL;
    if (property->kind == JSON_NULL) {
        template_error(template, property, "has no value: remove it, or write !Ref AWS::NoValue");
        return NULL;
    }
    value = intrinsics_resolve(template->intrinsics, property);
    return template->failures == failures ? value : NULL;
}

const char *template_text_of(struct template *template, const struct json *value)
{
    if (!value)
        return NULL;
    if (value->kind == JSON_STRING || value->kind == JSON_NUMBER)
        return value->string;
    return value->kind == JSON_BOOLEAN ? (value->boolean ? "true" : "false") : NULL;
}

const char *template_text(struct template *template, const struct template_resource *resource,
                          const char *name)
{
    const struct json *value = template_property(template, resource, name);
    const char *text         = template_text_of(template, value);

    if (value && !text)
        template_error(template, value, "is %s, and must be a text", json_kind_name(value->kind));
    return text;
}

const char *template_needed_text(struct template *template,
                                 const struct template_resource *resource, const char *name)
{
    size_t failures  = template->failures;
    const char *text = template_text(template, resource, name);

    if (!text && template->failures == failures) {
        template->place = resource->id;
        template_error(template, resource->where, "needs a property %s", name);
    }
    return text;
}

const struct json *template_number_of(struct template *template, const struct json *value)
{
    const char *text = template_text_of(template, value);
    char *end        = NULL;
    double number    = text ? strtod(text, &end) : 0;

    if (!value || value->kind == JSON_NUMBER)
        return value;
    if (text && end != text && *end == '\0' && number >= -1e15 && number <= 1e15)
        return build_number(template->arena, number, value);
    template_error(template, value, "must be a number");
    return NULL;
}

const struct json *template_number(struct template *template,
                                   const struct template_resource *resource, const char *name)
{
    return template_number_of(template, template_property(template, resource, name));
}

bool template_flag(struct template *template, const struct template_resource *resource,
                   const char *name)
{
    const char *text = template_text(template, resource, name);

    return text && strcmp(text, "true") == 0;
}
