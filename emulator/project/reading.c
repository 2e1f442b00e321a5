#include "project/reading.h"

#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/function_name.h"
#include "model/registry.h"
#include "project/problems.h"
#include "project/project.h"
#include "json/json.h"
#include "json/nearest.h"

static void add(struct reading *reading, bool is_warning, const struct json *where,
                const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void add(struct reading *reading, bool is_warning, const struct json *where,
                const char *format, va_list arguments)
{
    SCOPED_TEXT message = {0};

    text_append_format_list(&message, format, arguments);
    problems_add(reading->problems, is_warning, reading->project->label, where->line, "%s",
                 text_string(&message));
    if (!is_warning && reading->reported_count < READING_REPORTED_MAX)
        reading->reported[reading->reported_count++] = where;
}

void reading_error(struct reading *reading, const struct json *where, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(reading, false, where, format, arguments);
    va_end(arguments);
}

void reading_warn(struct reading *reading, const struct json *where, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(reading, true, where, format, arguments);
    va_end(arguments);
}

bool reading_was_reported(const struct reading *reading, const struct json *where)
{
    for (size_t i = 0; i < reading->reported_count; i++) {
        if (reading->reported[i] == where)
            return true;
    }
    return false;
}

char *reading_place(const char *place, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-$@";

    if (name[0] != '\0' && strspn(name, plain) == strlen(name))
        return memory_format("%s.%s", place, name);
    return memory_format("%s[\"%s\"]", place, name);
}

const struct json *reading_members(const struct json *value)
{
    return value && value->kind == JSON_OBJECT ? value->first : NULL;
}

int reading_number(const struct json *object, const char *name, int otherwise)
{
    const struct json *member = json_find(object, name);

    if (!member || member->kind != JSON_NUMBER || !(member->number >= INT_MIN) ||
        !(member->number <= INT_MAX))
        return otherwise;
    return (int)member->number;
}

bool reading_flag(const struct json *object, const char *name)
{
    const struct json *member = json_find(object, name);

    return member && member->kind == JSON_BOOLEAN && member->boolean;
}

void reading_want_function(struct reading *reading, const struct json *name, const char *place)
{
    struct nearest nearest = {.wanted = name->string};

    if (registry_find_function(reading->registry, name->string) ||
        function_name_is_variable(name->string))
        return;
    for (size_t i = 0; i < reading->registry->function_count; i++)
        nearest_consider(&nearest, reading->registry->functions[i].name);
    if (nearest.found)
        reading_error(reading, name,
                      "%s.function: there is no function \"%s\": did you mean \"%s\"?", place,
                      name->string, nearest.found);
    else
        reading_error(reading, name,
                      "%s.function: there is no function \"%s\": define it under \"functions\"",
                      place, name->string);
}

static bool asks_for_nothing(const struct json *value, const char *harmless)
{
    switch (value->kind) {
    case JSON_NULL:
    case JSON_NUMBER:
        return false;
    case JSON_BOOLEAN:
        return !value->boolean;
    case JSON_STRING:
        return harmless && strcmp(value->string, harmless) == 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return value->count == 0;
    }
    return false;
}

void reading_refuse(struct reading *reading, const struct json *object, const char *place,
                    const struct reading_unbuilt *unbuilt, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct json *member = json_find(object, unbuilt[i].name);
        const char *instead       = unbuilt[i].instead;

        if (member && !asks_for_nothing(member, unbuilt[i].harmless))
            reading_error(reading, member, "%s%s\"%s\" is not supported yet: %s",
                          place ? place : "", place ? ": " : "", unbuilt[i].name,
                          instead ? instead : "remove it to run the rest");
    }
}
