/* What a run gets from outside, and what it gives back besides text. */

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "template/lenient_json.h"
#include "template/mapping_template.h"
#include "template/number.h"
#include "template/print.h"
#include "template/run.h"

static void put(struct mapping_run *run, struct object *object, const char *name,
                struct value value)
{
    struct value key = value_copy(run, name, strlen(name));

    if (!run->has_failed)
        object_put(run, object, key, value);
}

void mapping_put(struct mapping_run *run, struct object *object, const char *name,
                 const char *value)
{
    put(run, object, name, value ? value_copy(run, value, strlen(value)) : value_null());
}

void mapping_put_bytes(struct mapping_run *run, struct object *object, const char *name,
                       const char *value, size_t size)
{
    put(run, object, name, value_copy(run, value, size));
}

void mapping_put_number(struct mapping_run *run, struct object *object, const char *name,
                        long long number)
{
    put(run, object, name, value_whole(number));
}

struct object *mapping_put_map(struct mapping_run *run, struct object *object, const char *name)
{
    struct value found = object_get_text(run, object, name);
    struct object *map;

    if (found.kind == VALUE_MAP)
        return found.object;
    map = object_new(run);
    if (map)
        put(run, object, name, value_map(map));
    return map ? map : object;
}

bool mapping_put_json(struct mapping_run *run, struct object *object, const char *json, size_t size)
{
    struct value text     = value_copy(run, json, size);
    struct value document = value_null();
    struct object_entry *entry;
    size_t at = 0;

    if (text.kind == VALUE_STRING)
        document = lenient_json_parse(run, text.string, text.size);
    if (document.kind != VALUE_MAP)
        return false;
    while ((entry = object_next(document.object, &at)))
        object_put(run, object, entry->key, entry->value);
    return !run->has_failed;
}

static struct value override(struct mapping_run *run, const char *which, const char *part)
{
    struct value map = run->context ? object_get_text(run, run->context, which) : value_null();

    return map.kind == VALUE_MAP ? object_get_text(run, map.object, part) : value_null();
}

void mapping_run_each_override(struct mapping_run *run, enum mapping_override kind,
                               void (*visit)(void *owner, const char *name, const char *value),
                               void *owner)
{
    static const struct {
        const char *which;
        const char *part;
    } places[] = {
        [MAPPING_REQUEST_HEADER]      = {"requestOverride",  "header"     },
        [MAPPING_REQUEST_QUERYSTRING] = {"requestOverride",  "querystring"},
        [MAPPING_REQUEST_PATH]        = {"requestOverride",  "path"       },
        [MAPPING_RESPONSE_HEADER]     = {"responseOverride", "header"     },
    };
    struct value map = override(run, places[kind].which, places[kind].part);
    const struct object_entry *entry;
    size_t at = 0;

    while (map.kind == VALUE_MAP && (entry = object_next(map.object, &at))) {
        struct value name  = print_to_string(run, entry->key);
        struct value value = print_to_string(run, entry->value);

        if (run->has_failed || name.kind == VALUE_NULL || value.kind == VALUE_NULL)
            return;
        visit(owner, arena_copy(&run->arena, name.string, name.size),
              arena_copy(&run->arena, value.string, value.size));
    }
}

int mapping_run_override_status(struct mapping_run *run)
{
    struct value status = override(run, "responseOverride", "status");
    long number         = 0;

    if (status.kind == VALUE_STRING && status.size == 3)
        number = strtol(arena_copy(&run->arena, status.string, 3), NULL, 10);
    else if (status.kind == VALUE_INTEGER)
        number = status.integer;
    return number >= 100 && number <= 599 ? (int)number : 0;
}
