#include "project/env_vars.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/function_proposal.h"
#include "model/registry.h"
#include "project/problems.h"
#include "json/json.h"

/* AWS: the entry that is for every function. */
#define PARAMETERS "Parameters"

/* A file that is being read. */
struct reading {
    const char *label;
    struct registry *registry;
    struct problems *problems;
};

static void warn_undeclared(const struct reading *reading, const struct json *variable,
                            const char *owner)
{
    problems_add(reading->problems, true, reading->label, variable->line,
                 "%s.%s: %s variable %s, and as with `sam local` only declared ones are "
                 "passed: declare it, or put it into .env",
                 owner, variable->name,
                 strcmp(owner, PARAMETERS) == 0 ? "no function declares a"
                                                : "the function declares no",
                 variable->name);
}

/* AWS: numbers and booleans are texts, null is empty, and so is what can be neither. */
static const char *text_of(const struct reading *reading, const struct json *variable,
                           const char *owner)
{
    switch (variable->kind) {
    case JSON_STRING:
    case JSON_NUMBER:
        return variable->string;
    case JSON_BOOLEAN:
        return variable->boolean ? "true" : "false";
    case JSON_NULL:
        return "";
    case JSON_ARRAY:
    case JSON_OBJECT:
        problems_add(reading->problems, true, reading->label, variable->line,
                     "%s.%s: is %s, and so passed as an empty text, as `sam local` does: write its "
                     "JSON in quotes",
                     owner, variable->name, json_kind_name(variable->kind));
        return "";
    }
    return "";
}

/* The value as a C string; NULL, with a problem, if it can't be one. */
static const char *read_value(const struct reading *reading, const struct json *variable,
                              const char *owner)
{
    const char *text = text_of(reading, variable, owner);

    if (variable->kind != JSON_STRING || !memchr(text, '\0', variable->size))
        return text;
    problems_add(reading->problems, false, reading->label, variable->line,
                 "%s.%s contains a NUL character (\\u0000): remove it", owner, variable->name);
    return NULL;
}

/* True if the function declares it. */
static bool replace(struct function *function, const char *name, const char *value)
{
    if (!name_values_find(&function->environment, name))
        return false;
    name_values_put(&function->environment, name, value);
    return true;
}

static void read_variable(const struct reading *reading, const struct json *variable,
                          const char *owner, struct function *only)
{
    struct registry *registry = reading->registry;
    const char *value         = read_value(reading, variable, owner);
    bool is_declared          = false;

    if (!value)
        return;
    if (only)
        is_declared = replace(only, variable->name, value);
    for (size_t i = 0; !only && i < registry->function_count; i++)
        is_declared |= replace(&registry->functions[i], variable->name, value);
    if (!is_declared)
        warn_undeclared(reading, variable, owner);
}

static void read_entry(const struct reading *reading, const struct json *entry,
                       struct function *only)
{
    for (const struct json *variable = entry->first; variable; variable = variable->next)
        read_variable(reading, variable, entry->name, only);
}

static void read_function(const struct reading *reading, const struct json *entry)
{
    struct function *function = registry_find_function_called(reading->registry, entry->name);
    SCOPED_TEXT proposal      = {0};

    if (function) {
        read_entry(reading, entry, function);
        return;
    }
    function_proposal_append(reading->registry, entry->name, &proposal);
    problems_add(reading->problems, true, reading->label, entry->line,
                 "there is no function %s in the project%s", entry->name, text_string(&proposal));
}

static void read_document(const struct reading *reading, const struct json *document)
{
    const struct json *parameters = json_find(document, PARAMETERS);

    if (parameters && parameters->kind == JSON_OBJECT)
        read_entry(reading, parameters, NULL);
    for (const struct json *entry = document->first; entry; entry = entry->next) {
        if (entry->kind != JSON_OBJECT)
            problems_add(reading->problems, false, reading->label, entry->line,
                         "%s: is %s, and must be an object with the variables of one function, or "
                         "of all under \"" PARAMETERS "\": {\"Function\": {\"NAME\": \"value\"}}",
                         entry->name, json_kind_name(entry->kind));
        else if (entry != parameters)
            read_function(reading, entry);
    }
}

void env_vars_parse(const char *data, size_t size, const char *label, struct registry *registry,
                    struct problems *problems)
{
    const struct reading reading = {label, registry, problems};
    struct arena arena           = {0};
    struct json_error error      = {0};
    const struct json *document  = json_parse(&arena, data, size, &error);

    if (!document)
        problems_add(problems, false, label, error.line, "not JSON: %s (column %u)", error.message,
                     error.column);
    else if (document->kind != JSON_OBJECT)
        problems_add(problems, false, label, document->line,
                     "is %s, and must be an object: {\"Function\": {\"NAME\": \"value\"}}",
                     json_kind_name(document->kind));
    else
        read_document(&reading, document);
    arena_deinit(&arena);
}
