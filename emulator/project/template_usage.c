#include "project/template_usage.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/project.h"
#include "project/reading.h"
#include "project/template.h"
#include "json/build.h"
#include "json/json.h"

/* AWS: a value that is made has 40 characters: four ids' worth. */
#define IDS_PER_VALUE 4

/* The keys and plans on their way. */
struct writing {
    struct template *template;
    struct json *document;
    struct map keys;  /* ids to names */
    struct map plans; /* ids to the objects that are written */
};

static struct json *new_string(const struct writing *writing, const char *string,
                               const struct json *where)
{
    return build_string(writing->template->arena, string, strlen(string), where);
}

/* AWS: several may have the same name; here the later ones are called by their logical ids. */
static char *find_name(struct writing *writing, const struct template_resource *resource,
                       const char *property, const struct json *others)
{
    const char *name = template_text(writing->template, resource, property);

    name = name && name[0] != '\0' && !json_find(others, name) ? name : resource->id;
    return arena_copy_string(writing->template->arena, name);
}

/* Like AWS's, but the same at every start. */
static const char *make_value(struct writing *writing, const struct template_resource *resource)
{
    SCOPED_TEXT value = {0};

    for (int i = 0; i < IDS_PER_VALUE; i++) {
        SCOPED_MEMORY char *name = memory_format("%s-%d", resource->id, i);
        char id[11];

        id_derive_api(writing->template->project->folder, name, id);
        text_append_string(&value, id);
    }
    return arena_copy_string(writing->template->arena, text_string(&value));
}

static void add_value(struct writing *writing, struct template_resource *resource, struct json *key)
{
    struct template *template = writing->template;
    const char *value         = template_text(template, resource, "Value");
    const struct json *where  = json_find(resource->properties, "Value");

    if (!where) {
        value           = make_value(writing, resource);
        where           = resource->where;
        template->place = resource->id;
        template_warn(template, where, "has no Value, and AWS would make one: here it is %s",
                      value);
    }
    if (value)
        build_add(key, "value", new_string(writing, value, where));
}

/* AWS?: a key that doesn't say so isn't enabled. */
static void write_key(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *keys = build_container(template->arena, writing->document, "apiKeys", JSON_OBJECT,
                                        resource->where);
    char *name        = find_name(writing, resource, "Name", keys);
    struct json *key  = build_value(template->arena, JSON_OBJECT, resource->where);
    const char *id    = template_name(template, resource);

    build_add(key, "id", new_string(writing, id, resource->where));
    add_value(writing, resource, key);
    if (!template_flag(template, resource, "Enabled")) {
        template->place = resource->id;
        template_warn(template, resource->where,
                      "isn't enabled, so AWS refuses it: give it Enabled: true");
        build_add(key, "enabled", build_boolean(template->arena, false, resource->where));
    }
    build_add(keys, name, key);
    map_put(&writing->keys, id, name);
}

/* Copies numbers, which may come from a parameter and then are texts. */
static void add_number(struct writing *writing, const struct json *from, const char *theirs,
                       const char *ours, struct json *to)
{
    const struct json *number = template_number_of(writing->template, json_find(from, theirs));

    if (number)
        build_add(to, ours, build_copy(writing->template->arena, number));
}

static void add_limits(struct writing *writing, const struct template_resource *resource,
                       struct json *plan)
{
    struct template *template = writing->template;
    const struct json *from   = template_property(template, resource, "Throttle");
    struct json *to;

    if (reading_members(from)) {
        to = build_container(template->arena, plan, "throttle", JSON_OBJECT, from);
        add_number(writing, from, "RateLimit", "rateLimit", to);
        add_number(writing, from, "BurstLimit", "burstLimit", to);
    }
    from = template_property(template, resource, "Quota");
    if (reading_members(from)) {
        const char *period = template_text_of(template, json_find(from, "Period"));

        to = build_container(template->arena, plan, "quota", JSON_OBJECT, from);
        add_number(writing, from, "Limit", "limit", to);
        add_number(writing, from, "Offset", "offset", to);
        if (period)
            build_add(to, "period", new_string(writing, period, json_find(from, "Period")));
    }
}

static bool has_api(const struct json *document, const char *id)
{
    for (const struct json *api = reading_members(json_find(document, "apis")); api;
         api                    = api->next) {
        const char *other = json_find_string(api, "id");

        if (other && strcmp(other, id) == 0)
            return true;
    }
    return false;
}

/* A plan may be of REST APIs, too: those aren't run here. */
static void add_stages(struct writing *writing, const struct template_resource *resource,
                       struct json *plan)
{
    struct template *template = writing->template;
    const struct json *stages = template_property(template, resource, "ApiStages");
    struct json *list;

    if (!stages || stages->kind != JSON_ARRAY)
        return;
    list = build_container(template->arena, plan, "apiStages", JSON_ARRAY, stages);
    for (const struct json *stage = stages->first; stage; stage = stage->next) {
        const char *id   = template_text_of(template, json_find(stage, "ApiId"));
        const char *name = template_text_of(template, json_find(stage, "Stage"));

        if (!id || !name)
            template_error(template, stage, "each needs an ApiId and a Stage");
        else if (!has_api(writing->document, id))
            template_warn(template, stage, "%s is no WebSocket API of this template", id);
        else
            build_add(list, NULL,
                      new_string(writing, arena_format(template->arena, "%s/%s", id, name), stage));
    }
}

static void write_plan(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    struct json *plans        = build_container(template->arena, writing->document, "usagePlans",
                                                JSON_OBJECT, resource->where);
    const char *name          = find_name(writing, resource, "UsagePlanName", plans);
    struct json *plan         = build_value(template->arena, JSON_OBJECT, resource->where);

    add_limits(writing, resource, plan);
    add_stages(writing, resource, plan);
    build_add(plans, name, plan);
    map_put(&writing->plans, template_name(template, resource), plan);
}

static void write_plan_key(struct writing *writing, struct template_resource *resource)
{
    struct template *template = writing->template;
    const char *key           = template_needed_text(template, resource, "KeyId");
    const char *id            = template_needed_text(template, resource, "UsagePlanId");
    const char *name          = key ? map_find(&writing->keys, key) : NULL;
    struct json *plan         = id ? map_find(&writing->plans, id) : NULL;

    template->place = resource->id;
    if (!key || !id)
        return;
    if (!name || !plan) {
        template_warn(template, resource->where,
                      "the %s %s isn't in this template: nobody gets in by it",
                      name ? "plan" : "key", name ? id : key);
        return;
    }
    build_add(build_container(template->arena, plan, "apiKeys", JSON_ARRAY, resource->where), NULL,
              new_string(writing, name, resource->where));
}

/* In an order in which what is referred to comes first. */
static const struct {
    const char *type;
    void (*write)(struct writing *writing, struct template_resource *resource);
} steps[] = {
    {"AWS::ApiGateway::ApiKey",       write_key     },
    {"AWS::ApiGateway::UsagePlan",    write_plan    },
    {"AWS::ApiGateway::UsagePlanKey", write_plan_key},
};

void template_usage_write(struct template *template, struct json *document)
{
    struct writing writing = {.template = template, .document = document};

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        for (size_t j = 0; j < template->resource_count; j++) {
            struct template_resource *resource = &template->resources[j];

            if (strcmp(resource->type, steps[i].type) != 0)
                continue;
            resource->is_handled = true;
            if (resource->is_created)
                steps[i].write(&writing, resource);
        }
    }
    template->place = NULL;
    map_deinit(&writing.keys);
    map_deinit(&writing.plans);
}
