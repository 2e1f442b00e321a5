#include "model/service_endpoint.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "model/aws_service.h"
#include "model/name_values.h"
#include "model/service_uri.h"

#define VARIABLE "AWS_ENDPOINT_URL"

static void write_variable(const char *name, struct text *out)
{
    text_append_string(out, VARIABLE "_");
    for (; *name; name++)
        text_append_character(
            out, isalnum((unsigned char)*name) ? (char)toupper((unsigned char)*name) : '_');
}

void service_endpoint_write_variable(const struct service_uri *uri, struct text *out)
{
    write_variable(uri->service ? uri->service->id : uri->service_name, out);
}

/* An empty variable is none, as for the SDKs. */
static const char *find_variable(const struct name_values *variables, const char *name)
{
    const char *value = name_values_find(variables, name);

    return value && *value ? value : NULL;
}

/* By the id that the SDKs know, or by the name in the ARN. */
static const char *find_own_variable(const struct service_uri *uri,
                                     const struct name_values *variables)
{
    SCOPED_TEXT by_id   = {0};
    SCOPED_TEXT by_name = {0};
    const char *value;

    service_endpoint_write_variable(uri, &by_id);
    write_variable(uri->service_name, &by_name);
    value = find_variable(variables, text_string(&by_id));
    return value ? value : find_variable(variables, text_string(&by_name));
}

static const char *find_in_project(const struct service_uri *uri,
                                   const struct name_values *services)
{
    for (size_t i = 0; i < services->count; i++) {
        const char *name = services->items[i].name;

        if (uri->service ? aws_service_find_by_any_name(name) == uri->service
                         : strcmp(name, uri->service_name) == 0)
            return services->items[i].value;
    }
    return NULL;
}

const char *service_endpoint_find(const struct service_uri *uri,
                                  const struct name_values *variables,
                                  const struct name_values *services)
{
    const char *found = find_own_variable(uri, variables);

    if (!found)
        found = find_variable(variables, VARIABLE);
    return found ? found : find_in_project(uri, services);
}
