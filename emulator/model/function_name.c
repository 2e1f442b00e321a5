#include "model/function_name.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/arn.h"
#include "model/name_values.h"

#define VARIABLE "${stageVariables."

bool function_name_is_variable(const char *name)
{
    return strstr(name, VARIABLE) != NULL;
}

static void expand(const char *text, const struct name_values *variables, struct text *out)
{
    const char *at;

    while ((at = strstr(text, VARIABLE))) {
        size_t size              = strcspn(at + strlen(VARIABLE), "}");
        SCOPED_MEMORY char *name = memory_copy(at + strlen(VARIABLE), size);
        const char *value        = name_values_find(variables, name);

        text_append(out, text, (size_t)(at - text));
        text_append_string(out, value ? value : "");
        text = at + strlen(VARIABLE) + size;
        text += *text == '}';
    }
    text_append_string(out, text);
}

char *function_name_resolve(const char *name, const struct name_values *stage_variables)
{
    SCOPED_TEXT whole = {0};
    const char *in_arn;
    size_t size = 0;

    if (!function_name_is_variable(name))
        return memory_copy_string(name);
    expand(name, stage_variables, &whole);
    in_arn = arn_find_function(text_string(&whole), &size);
    return in_arn ? memory_copy(in_arn, size)
                  : memory_copy(text_string(&whole), strcspn(text_string(&whole), ":/"));
}
