#include "project/postern_stage.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/access_log_format.h"
#include "model/registry.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"
#include "json/nearest.h"

/* AWS: a stage's name has at most 128 characters. */
#define NAME_SIZE_MAX 128

/* AWS: a stage variable's name has at most 64 characters, its value 2048. */
#define VARIABLE_NAME_SIZE_MAX  64
#define VARIABLE_VALUE_SIZE_MAX 2048

/* What a destination begins with that is a file: ours, AWS has only ARNs. */
#define LOG_FILE_PREFIX "file:"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

static bool consists_of(const char *string, const char *allowed)
{
    return string[strspn(string, allowed)] == '\0';
}

/* AWS: names of letters, digits and '_'; values of letters, digits and -._~:/?#&=, */
static void read_stage_variable(struct reading *reading, struct stage *stage,
                                const struct json *variable, const char *stage_place)
{
    SCOPED_MEMORY char *variables = reading_place(stage_place, "stageVariables");
    SCOPED_MEMORY char *place     = reading_place(variables, variable->name);
    size_t name_size              = strlen(variable->name);

    if (name_size == 0 || name_size > VARIABLE_NAME_SIZE_MAX ||
        !consists_of(variable->name, LETTERS DIGITS "_"))
        reading_error(reading, variable,
                      "%s: a stage variable's name has 1 to %d letters, digits and '_'", place,
                      VARIABLE_NAME_SIZE_MAX);
    if (variable->kind != JSON_STRING)
        return;
    if (variable->size == 0 || variable->size > VARIABLE_VALUE_SIZE_MAX ||
        !consists_of(variable->string, LETTERS DIGITS "-._~:/?#&=,"))
        reading_error(reading, variable,
                      "%s: a stage variable's value has 1 to %d letters, digits and characters of "
                      "-._~:/?#&=,",
                      place, VARIABLE_VALUE_SIZE_MAX);
    name_values_put(&stage->stage_variables, variable->name, variable->string);
}

/* The member's number; otherwise what AWS or the stage has for routes that say nothing. */
static double read_limit(const struct json *settings, const char *name, double otherwise)
{
    const struct json *member = json_find(settings, name);

    return member && member->kind == JSON_NUMBER ? member->number : otherwise;
}

static struct token_rate read_throttle(const struct json *settings,
                                       const struct token_rate *otherwise)
{
    return (struct token_rate){
        .per_second = read_limit(settings, "throttlingRateLimit", otherwise->per_second),
        .burst      = read_limit(settings, "throttlingBurstLimit", otherwise->burst),
    };
}

/* AWS: settings for a route that isn't there are refused. */
static void want_route(struct reading *reading, const struct api *api, const struct json *settings,
                       const char *stage_place)
{
    SCOPED_MEMORY char *all   = reading_place(stage_place, "routeSettings");
    SCOPED_MEMORY char *place = reading_place(all, settings->name);
    struct nearest nearest    = {.wanted = settings->name};

    if (api_find_route(api, settings->name))
        return;
    for (size_t i = 0; i < api->route_count; i++)
        nearest_consider(&nearest, api->routes[i].route_key);
    if (nearest.found)
        reading_error(reading, settings, "%s: there is no such route: did you mean \"%s\"?", place,
                      nearest.found);
    else
        reading_error(reading, settings,
                      "%s: there is no such route: add it to \"routes\", or remove its settings",
                      place);
}

static void read_throttles(struct reading *reading, const struct api *api, struct stage *stage,
                           const struct json *object, const char *place)
{
    stage->default_throttle =
        read_throttle(json_find(object, "defaultRouteSettings"), &stage->default_throttle);
    for (const struct json *settings = reading_members(json_find(object, "routeSettings"));
         settings; settings          = settings->next) {
        struct route_settings *added = stage_add_route_settings(stage);

        want_route(reading, api, settings, place);
        added->route_key = memory_copy_string(settings->name);
        added->throttle  = read_throttle(settings, &stage->default_throttle);
    }
}

/* Absolute; NULL: it is no path. */
static char *resolve_log_path(const struct reading *reading, const char *destination)
{
    if (text_behind(destination, LOG_FILE_PREFIX))
        destination += strlen(LOG_FILE_PREFIX);
    else if (strncmp(destination, "./", 2) != 0 && strncmp(destination, "../", 3) != 0)
        return NULL;
    if (destination[0] == '/')
        return memory_copy_string(destination);
    return memory_format("%s/%s", reading->project->folder, destination);
}

static void read_access_log(struct reading *reading, struct stage *stage, const struct json *object,
                            const char *stage_place)
{
    SCOPED_MEMORY char *place   = reading_place(stage_place, "accessLogSettings");
    const struct json *settings = json_find(object, "accessLogSettings");
    const struct json *format   = json_find(settings, "format");
    const char *destination     = json_find_string(settings, "destinationArn");
    const char *problem;
    SCOPED_TEXT unknown = {0};

    if (!format || format->kind != JSON_STRING)
        return; /* the schema says so */
    problem = access_log_format_problem(format->string);
    access_log_format_unknown(format->string, &unknown);
    if (problem)
        reading_error(reading, format, "%s.format: %s", place, problem);
    else if (unknown.size > 0)
        reading_warn(reading, format,
                     "%s.format: AWS refuses it: \"The following context variables are not "
                     "supported: [%s]\"; here they print -",
                     place, text_string(&unknown));
    stage->access_log_format = memory_copy_string(format->string);
    if (!destination)
        return;
    stage->access_log_path = resolve_log_path(reading, destination);
    if (!stage->access_log_path && strncmp(destination, "arn:", 4) != 0)
        reading_error(reading, json_find(settings, "destinationArn"),
                      "%s.destinationArn: an ARN, whose lines go to the emulator's log, or a file: "
                      "write \"file:%s\" for that",
                      place, destination);
}

void postern_stage_add(struct api *api, const char *name, const char *deployment_id)
{
    struct stage *stage = api_add_stage(api);

    stage->stage_name    = memory_copy_string(name);
    stage->deployment_id = memory_copy_string(deployment_id);
}

static void check_name(struct reading *reading, const struct json *object, const char *place)
{
    const char *name = object->name;

    if (strcmp(name, "$default") == 0)
        reading_error(reading, object,
                      "%s: AWS has no $default stage for WebSocket APIs: name it, for example, "
                      "\"%s\"",
                      place, POSTERN_STAGE_DEFAULT);
    else if (name[0] == '\0' || strlen(name) > NAME_SIZE_MAX ||
             !consists_of(name, LETTERS DIGITS "-_"))
        reading_error(reading, object,
                      "%s: a stage's name has 1 to %d letters, digits, '-' and '_'", place,
                      NAME_SIZE_MAX);
}

void postern_stage_read(struct reading *reading, struct api *api, const struct json *object,
                        const char *api_place, const char *deployment_id)
{
    SCOPED_MEMORY char *stages = reading_place(api_place, "stages");
    SCOPED_MEMORY char *place  = reading_place(stages, object->name);
    struct stage *stage;

    check_name(reading, object, place);
    postern_stage_add(api, object->name, deployment_id);
    stage = &api->stages[api->stage_count - 1];
    for (const struct json *variable = reading_members(json_find(object, "stageVariables"));
         variable; variable          = variable->next)
        read_stage_variable(reading, stage, variable, place);
    read_throttles(reading, api, stage, object, place);
    read_access_log(reading, stage, object, place);
}

/* The API of that id or name. */
static const struct api *find_api(const struct registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->api_count; i++) {
        if (strcmp(registry->apis[i].api_id, name) == 0 ||
            strcmp(registry->apis[i].name, name) == 0)
            return &registry->apis[i];
    }
    return NULL;
}

static bool has_stage(const struct api *api, const char *name)
{
    for (size_t i = 0; i < api->stage_count; i++) {
        if (strcmp(api->stages[i].stage_name, name) == 0)
            return true;
    }
    return false;
}

static void report_no_api(struct reading *reading, const struct json *where, const char *place,
                          const char *name)
{
    SCOPED_TEXT known = {0};

    for (size_t i = 0; i < reading->registry->api_count; i++)
        text_append_format(&known, "%s%s", i > 0 ? ", " : "", reading->registry->apis[i].name);
    reading_error(reading, where, "%s: there is no API \"%s\": the APIs here are %s", place, name,
                  known.size > 0 ? text_string(&known) : "none");
}

const struct api *postern_stage_find(struct reading *reading, const struct json *value,
                                     const char *place, const char **stage)
{
    const char *slash        = value->kind == JSON_STRING ? strrchr(value->string, '/') : NULL;
    SCOPED_MEMORY char *name = NULL;
    const struct api *api;

    if (!slash)
        return NULL; /* the schema says so */
    name = memory_copy(value->string, (size_t)(slash - value->string));
    api  = find_api(reading->registry, name);
    if (!api) {
        report_no_api(reading, value, place, name);
        return NULL;
    }
    if (!has_stage(api, slash + 1)) {
        reading_error(reading, value, "%s: the API %s has no stage \"%s\"", place, name, slash + 1);
        return NULL;
    }
    *stage = slash + 1;
    return api;
}
