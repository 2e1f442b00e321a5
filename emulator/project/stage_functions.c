#include "project/stage_functions.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "model/function_name.h"
#include "model/registry.h"
#include "project/reading.h"
#include "json/json.h"

/* AWS: the stage is deployed nevertheless, and what it calls fails. */
static void check(struct reading *reading, const struct stage *stage, const char *named,
                  const struct json *where, const char *place, const char *consequence)
{
    SCOPED_MEMORY char *name = NULL;

    if (!named || !function_name_is_variable(named))
        return;
    name = function_name_resolve(named, &stage->stage_variables);
    if (!registry_find_function(reading->registry, name))
        reading_warn(reading, where,
                     "%s.stages.%s: %s comes to \"%s\" in it, and there is no such function: %s",
                     place, stage->stage_name, named, name, consequence);
}

static bool was_checked(const struct api *api, size_t index)
{
    const char *named = api->integrations[index].function;

    for (size_t i = 0; named && i < index; i++) {
        if (api->integrations[i].function && strcmp(api->integrations[i].function, named) == 0)
            return true;
    }
    return false;
}

void stage_functions_check(struct reading *reading, const struct api *api,
                           const struct json *object, const char *place)
{
    const struct json *stages = json_find(object, "stages");

    for (size_t i = 0; i < api->stage_count; i++) {
        const struct stage *stage = &api->stages[i];
        const struct json *where  = json_find(stages, stage->stage_name);

        for (size_t j = 0; j < api->integration_count; j++) {
            if (!was_checked(api, j))
                check(reading, stage, api->integrations[j].function, where ? where : object, place,
                      "what calls it fails, as on AWS, where clients see an internal server error");
        }
        for (size_t j = 0; j < api->authorizer_count; j++)
            check(reading, stage, api->authorizers[j].function, where ? where : object, place,
                  "AWS refuses every client with 500");
    }
}
