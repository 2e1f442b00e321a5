#include "project/postern_integration.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"
#include "model/aws_service.h"
#include "model/function_name.h"
#include "model/limits.h"
#include "model/parameter_mapping.h"
#include "model/registry.h"
#include "model/selection_expression.h"
#include "model/service_uri.h"
#include "project/reading.h"
#include "template/mapping_template.h"
#include "json/json.h"
#include "json/pattern.h"

/* One integration that is being read. */
struct making {
    struct reading *reading;
    const struct json *object;
    const char *place;
    struct integration *integration;
};

static bool read_type(const char *name, enum integration_type *type)
{
    for (int i = INTEGRATION_AWS_PROXY; i <= INTEGRATION_MOCK; i++) {
        if (name && strcmp(name, integration_type_name((enum integration_type)i)) == 0) {
            *type = (enum integration_type)i;
            return true;
        }
    }
    return false;
}

static void
check_expression(const struct making *making, const struct json *object, const char *place,
                 struct selection_expression *(*compile)(const char *source, struct text *error))
{
    const struct json *source = json_find(object, "templateSelectionExpression");
    SCOPED_TEXT error         = {0};
    struct selection_expression *expression;

    if (!source || source->kind != JSON_STRING)
        return;
    expression = compile(source->string, &error);
    if (!expression)
        reading_error(making->reading, source, "%s.templateSelectionExpression: %s", place,
                      text_string(&error));
    selection_expression_free(expression);
}

/* Templates by key. */
static void read_templates(const struct making *making, const struct json *templates,
                           const char *place, struct name_values *out)
{
    for (const struct json *item = reading_members(templates); item; item = item->next) {
        struct mapping_error error;
        struct mapping_template *template;

        if (item->kind != JSON_STRING)
            continue;
        name_values_put(out, item->name, item->string);
        template = mapping_template_new(item->string, item->size, &error);
        if (item->size > MAPPING_TEMPLATE_SIZE_MAX)
            reading_error(making->reading, item,
                          "%s.%s: a mapping template has at most %d KB on AWS", place, item->name,
                          MAPPING_TEMPLATE_SIZE_MAX / 1024);
        else if (!template)
            reading_error(making->reading, item, "%s.%s: the template doesn't parse: %u:%u: %s",
                          place, item->name, error.line, error.column, error.message);
        mapping_template_free(template);
    }
}

/* Pairs of a member of object: requestParameters, or responseParameters. */
static void read_parameters(const struct making *making, const struct json *object,
                            const char *place, const char *member, struct name_values *out)
{
    bool is_response              = strcmp(member, "responseParameters") == 0;
    const struct json *parameters = json_find(object, member);

    for (const struct json *item = reading_members(parameters); item; item = item->next) {
        struct arena arena               = {0};
        SCOPED_TEXT problem              = {0};
        struct parameter_mapping mapping = {0};

        if (item->kind != JSON_STRING)
            continue;
        name_values_put(out, item->name, item->string);
        if (!(is_response ? parameter_mapping_read_response : parameter_mapping_read)(
                item->name, item->string, &arena, &mapping, &problem))
            reading_error(making->reading, item, "%s.%s: %s", place, member, text_string(&problem));
        arena_deinit(&arena);
    }
}

/* AWS: the key of an integration response is $default, or a regular expression between slashes. */
static void check_key(const struct making *making, const struct json *object, const char *place)
{
    const char *key   = object->name;
    size_t size       = strlen(key);
    SCOPED_TEXT error = {0};
    struct pattern *pattern;

    if (strcmp(key, "$default") == 0)
        return;
    if (size < 2 || key[0] != '/' || key[size - 1] != '/') {
        reading_error(making->reading, object,
                      "%s: the key of an integration response is $default, or a regular expression "
                      "between slashes, like /2\\d\\d/",
                      place);
        return;
    }
    pattern = pattern_new(key + 1, size - 2, &error);
    if (!pattern)
        reading_error(making->reading, object, "%s: %s", place, text_string(&error));
    pattern_free(pattern);
}

/* The schema says which there are. */
static enum content_handling read_content(const struct json *object)
{
    const char *name = json_find_string(object, "contentHandlingStrategy");

    if (name && strcmp(name, "CONVERT_TO_BINARY") == 0)
        return CONTENT_TO_BINARY;
    if (name && strcmp(name, "CONVERT_TO_TEXT") == 0)
        return CONTENT_TO_TEXT;
    return CONTENT_AS_IS;
}

static char *copy_member(const struct json *object, const char *name)
{
    return memory_copy_string(json_find_string(object, name));
}

static void read_response(const struct making *making, const struct json *object)
{
    SCOPED_MEMORY char *all               = reading_place(making->place, "integrationResponses");
    SCOPED_MEMORY char *place             = reading_place(all, object->name);
    SCOPED_MEMORY char *templates         = reading_place(place, "responseTemplates");
    struct integration_response *response = integration_add_response(making->integration);

    check_key(making, object, place);
    response->key = memory_copy_string(object->name);
    if (object->kind != JSON_OBJECT)
        return;
    check_expression(making, object, place, selection_expression_new_for_answer);
    response->content                       = read_content(object);
    response->template_selection_expression = copy_member(object, "templateSelectionExpression");
    read_templates(making, json_find(object, "responseTemplates"), templates, &response->templates);
    read_parameters(making, object, place, "responseParameters", &response->parameters);
}

static void read_function(const struct making *making, const struct json *uri)
{
    struct integration *integration = making->integration;
    size_t size                     = 0;
    const char *name                = arn_find_function(integration->uri, &size);

    integration->function = memory_copy(name, size);
    if (!function_name_is_variable(integration->function) &&
        !registry_find_function(making->reading->registry, integration->function))
        reading_error(making->reading, uri,
                      "%s.integrationUri: there is no function \"%s\": add it to \"functions\"",
                      making->place, integration->function);
}

/* AWS: what the URI of each type is. */
static void check_uri(const struct making *making)
{
    struct integration *integration = making->integration;
    const struct json *uri          = json_find(making->object, "integrationUri");
    const struct json *where        = uri ? uri : making->object;
    struct arena arena              = {0};
    SCOPED_TEXT problem             = {0};
    struct service_uri service;
    size_t size = 0;

    if (integration->type == INTEGRATION_MOCK)
        return;
    if (!integration->uri || !*integration->uri) {
        reading_error(making->reading, where, "%s: has no \"integrationUri\"", making->place);
    } else if (integration->type == INTEGRATION_HTTP ||
               integration->type == INTEGRATION_HTTP_PROXY) {
        if (strncmp(integration->uri, "http://", 7) != 0 &&
            strncmp(integration->uri, "https://", 8) != 0 &&
            strncmp(integration->uri, "${stageVariables.", 17) != 0)
            reading_error(making->reading, where,
                          "%s.integrationUri: is an URL that begins with http:// or https://",
                          making->place);
    } else if (arn_find_function(integration->uri, &size)) {
        read_function(making, where);
    } else if (integration->type == INTEGRATION_AWS_PROXY) {
        reading_error(making->reading, where,
                      "%s.integrationUri: Integrations of type 'AWS_PROXY' currently only supports "
                      "Lambda function and Firehose stream invocations.",
                      making->place);
    } else if (!service_uri_read(integration->uri, &arena, &service, &problem)) {
        reading_error(making->reading, where, "%s.integrationUri: %s", making->place,
                      text_string(&problem));
    }
    arena_deinit(&arena);
}

/* AWS: integrations of these types need a method. */
static void check_method(const struct making *making)
{
    const struct integration *integration = making->integration;

    if (!integration->method &&
        (integration->type == INTEGRATION_HTTP || integration->type == INTEGRATION_HTTP_PROXY))
        reading_error(making->reading, making->object,
                      "%s: has no \"integrationMethod\", for example \"POST\"", making->place);
}

/* AWS: a non-proxy integration without a response fails every message. */
static void check_responses(const struct making *making)
{
    const struct integration *integration = making->integration;

    if (integration->response_count == 0 &&
        (integration->type == INTEGRATION_AWS || integration->type == INTEGRATION_HTTP ||
         integration->type == INTEGRATION_MOCK))
        reading_warn(making->reading, making->object,
                     "%s: has no \"integrationResponses\", so that AWS finds none for any answer: "
                     "add {\"$default\": {}}",
                     making->place);
}

static enum passthrough_behavior read_passthrough(const struct json *object)
{
    const char *name = json_find_string(object, "passthroughBehavior");

    if (name && strcmp(name, "NEVER") == 0)
        return PASSTHROUGH_NEVER;
    if (name && strcmp(name, "WHEN_NO_TEMPLATES") == 0)
        return PASSTHROUGH_WHEN_NO_TEMPLATES;
    return PASSTHROUGH_WHEN_NO_MATCH;
}

void postern_integration_read(struct reading *reading, const struct json *object, const char *place,
                              struct integration *integration)
{
    struct making making          = {reading, object, place, integration};
    SCOPED_MEMORY char *templates = reading_place(place, "requestTemplates");
    const char *connection        = json_find_string(object, "connectionType");
    const struct json *responses  = json_find(object, "integrationResponses");

    if (!read_type(json_find_string(object, "integrationType"), &integration->type))
        return; /* the schema says so */
    if (connection && strcmp(connection, "VPC_LINK") == 0)
        reading_error(reading, json_find(object, "connectionType"),
                      "%s.connectionType: there are no VPC links here: use INTERNET, and an URL "
                      "that can be reached from this machine",
                      place);
    check_expression(&making, object, place, selection_expression_new);
    integration->uri                           = copy_member(object, "integrationUri");
    integration->method                        = copy_member(object, "integrationMethod");
    integration->passthrough                   = read_passthrough(object);
    integration->content                       = read_content(object);
    integration->template_selection_expression = copy_member(object, "templateSelectionExpression");
    integration->timeout_milliseconds =
        reading_number(object, "timeoutInMillis", INTEGRATION_TIMEOUT_MILLISECONDS);
    read_templates(&making, json_find(object, "requestTemplates"), templates,
                   &integration->request_templates);
    read_parameters(&making, object, place, "requestParameters", &integration->request_parameters);
    for (const struct json *item = reading_members(responses); item; item = item->next)
        read_response(&making, item);
    check_uri(&making);
    check_method(&making);
    check_responses(&making);
}

void postern_services_read(struct reading *reading, const struct json *services)
{
    for (const struct json *item = reading_members(services); item; item = item->next) {
        if (item->kind != JSON_STRING)
            continue;
        if (!aws_service_find_by_any_name(item->name))
            reading_warn(reading, item,
                         "services.%s: no service of that name is known: the names are those in "
                         "ARNs (dynamodb, states) or in AWS_ENDPOINT_URL_<SERVICE>",
                         item->name);
        if (strncmp(item->string, "http://", 7) != 0 && strncmp(item->string, "https://", 8) != 0)
            reading_error(reading, item,
                          "services.%s: is an URL that begins with http:// or https://",
                          item->name);
        name_values_put(&reading->registry->services, item->name, item->string);
    }
}
