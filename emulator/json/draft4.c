#include "json/draft4.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"
#include "json/schema_compile.h"

/* References that lead to nothing but references. */
#define REFERENCES_MAX 16

enum keyword_kind {
    KEYWORD_IGNORED, /* of a later draft: AWS takes it and does nothing */
    KEYWORD_SCHEMA,
    KEYWORD_SCHEMA_OR_FLAG,
    KEYWORD_SCHEMA_LIST,
    KEYWORD_ITEMS,
    KEYWORD_SCHEMAS,
    KEYWORD_PATTERN_SCHEMAS,
    KEYWORD_DEPENDENCIES,
    KEYWORD_PATTERN,
    KEYWORD_STRING,
    KEYWORD_REFERENCE,
    KEYWORD_TYPE,
    KEYWORD_NAMES,
    KEYWORD_NUMBER,
    KEYWORD_POSITIVE,
    KEYWORD_COUNT,
    KEYWORD_MINIMUM_FLAG,
    KEYWORD_MAXIMUM_FLAG,
    KEYWORD_FLAG,
    KEYWORD_ENUM,
};

static const struct {
    const char *name;
    enum keyword_kind kind;
} keywords[] = {
    {"$ref",                 KEYWORD_REFERENCE      },
    {"additionalItems",      KEYWORD_SCHEMA_OR_FLAG },
    {"additionalProperties", KEYWORD_SCHEMA_OR_FLAG },
    {"allOf",                KEYWORD_SCHEMA_LIST    },
    {"anyOf",                KEYWORD_SCHEMA_LIST    },
    {"definitions",          KEYWORD_SCHEMAS        },
    {"dependencies",         KEYWORD_DEPENDENCIES   },
    {"enum",                 KEYWORD_ENUM           },
    {"exclusiveMaximum",     KEYWORD_MAXIMUM_FLAG   },
    {"exclusiveMinimum",     KEYWORD_MINIMUM_FLAG   },
    {"format",               KEYWORD_STRING         },
    {"items",                KEYWORD_ITEMS          },
    {"maxItems",             KEYWORD_COUNT          },
    {"maxLength",            KEYWORD_COUNT          },
    {"maxProperties",        KEYWORD_COUNT          },
    {"maximum",              KEYWORD_NUMBER         },
    {"minItems",             KEYWORD_COUNT          },
    {"minLength",            KEYWORD_COUNT          },
    {"minProperties",        KEYWORD_COUNT          },
    {"minimum",              KEYWORD_NUMBER         },
    {"multipleOf",           KEYWORD_POSITIVE       },
    {"not",                  KEYWORD_SCHEMA         },
    {"oneOf",                KEYWORD_SCHEMA_LIST    },
    {"pattern",              KEYWORD_PATTERN        },
    {"patternProperties",    KEYWORD_PATTERN_SCHEMAS},
    {"properties",           KEYWORD_SCHEMAS        },
    {"required",             KEYWORD_NAMES          },
    {"type",                 KEYWORD_TYPE           },
    {"uniqueItems",          KEYWORD_FLAG           },
    {"$defs",                KEYWORD_SCHEMAS        },
    {"$id",                  KEYWORD_IGNORED        },
    {"const",                KEYWORD_IGNORED        },
    {"contains",             KEYWORD_IGNORED        },
    {"dependentRequired",    KEYWORD_IGNORED        },
    {"dependentSchemas",     KEYWORD_IGNORED        },
    {"discriminator",        KEYWORD_IGNORED        },
    {"if",                   KEYWORD_IGNORED        },
    {"prefixItems",          KEYWORD_IGNORED        },
    {"propertyNames",        KEYWORD_IGNORED        },
};

/* A list of values of a schema. */
struct nodes {
    const struct json **items;
    size_t count;
};

/* One compilation. */
struct compilation {
    struct draft4 *draft4;
    const struct json *root; /* the model that is compiled */
    draft4_report *report;
    void *owner;
    struct nodes schemas;    /* that were compiled */
    struct nodes references; /* and what they lead to: */
    struct nodes targets;
    bool is_broken;
};

static void compile(struct compilation *compilation, const struct json *schema);

static void add(struct nodes *nodes, const struct json *node)
{
    nodes->items = memory_resize(nodes->items, (nodes->count + 1) * sizeof(const struct json *));
    nodes->items[nodes->count++] = node;
}

static void complain(struct compilation *compilation, const struct json *where, const char *format,
                     ...) __attribute__((format(printf, 3, 4)));

static void complain(struct compilation *compilation, const struct json *where, const char *format,
                     ...)
{
    SCOPED_TEXT message = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    compilation->is_broken = true;
    compilation->report(compilation->owner, where, false, text_string(&message));
}

static void compile_all(struct compilation *compilation, const struct json *container,
                        enum json_kind kind)
{
    if (container->kind != kind || (kind == JSON_ARRAY && container->count == 0)) {
        complain(compilation, container, "\"%s\" must be %s of schemas", container->name,
                 kind == JSON_ARRAY ? "an array" : "an object");
        return;
    }
    for (const struct json *child = container->first; child; child = child->next)
        compile(compilation, child);
}

static void compile_pattern(struct compilation *compilation, const struct json *where,
                            const char *source)
{
    SCOPED_TEXT error = {0};

    if (!schema_patterns_add_ecma(&compilation->draft4->patterns, where, source, &error))
        complain(compilation, where, "%s", text_string(&error));
}

static void compile_dependencies(struct compilation *compilation, const struct json *container)
{
    if (container->kind != JSON_OBJECT)
        complain(compilation, container, "\"dependencies\" must be an object");
    for (const struct json *one = container->first; one; one = one->next) {
        if (one->kind == JSON_OBJECT) {
            compile(compilation, one);
            continue;
        }
        if (one->kind != JSON_ARRAY)
            complain(compilation, one, "a dependency must be a schema, or an array of names");
        for (const struct json *name = one->first; name; name = name->next) {
            if (name->kind != JSON_STRING)
                complain(compilation, name, "a dependency's names must be strings");
        }
    }
}

static bool is_type_name(const struct json *value)
{
    static const char *const names[] = {"array",  "boolean", "integer", "null",
                                        "number", "object",  "string"};

    for (size_t i = 0; value->kind == JSON_STRING && i < ARRAY_SIZE(names); i++) {
        if (strcmp(value->string, names[i]) == 0)
            return true;
    }
    return false;
}

static void compile_type(struct compilation *compilation, const struct json *type)
{
    bool is_good = type->kind == JSON_ARRAY ? type->count > 0 : is_type_name(type);

    for (const struct json *one = type->kind == JSON_ARRAY ? type->first : NULL; one;
         one                    = one->next)
        is_good = is_good && is_type_name(one);
    if (!is_good)
        complain(compilation, type,
                 "\"type\" must be array, boolean, integer, null, number, object or string, or an "
                 "array of them");
}

static void compile_names(struct compilation *compilation, const struct json *names)
{
    if (names->kind == JSON_BOOLEAN) {
        complain(compilation, names,
                 "\"required\" is an array of names in draft 4, beside \"properties\"");
        return;
    }
    if (names->kind != JSON_ARRAY || names->count == 0)
        complain(compilation, names, "\"required\" must be an array of at least one name");
    for (const struct json *name = names->kind == JSON_ARRAY ? names->first : NULL; name;
         name                    = name->next) {
        if (name->kind != JSON_STRING)
            complain(compilation, name, "\"required\" must hold strings");
    }
}

/* In draft 4 it says how to take minimum or maximum; later it is a number of its own. */
static void compile_bound_flag(struct compilation *compilation, const struct json *schema,
                               const struct json *flag, const char *bound)
{
    if (flag->kind != JSON_BOOLEAN)
        complain(compilation, flag,
                 "\"%s\" must be true or false in draft 4, beside \"%s\": AWS refuses another",
                 flag->name, bound);
    else if (!json_find(schema, bound))
        complain(compilation, flag, "\"%s\" needs \"%s\" in draft 4", flag->name, bound);
}

static bool is_count(const struct json *value)
{
    return value->kind == JSON_NUMBER && value->number >= 0 && value->number <= 2147483647.0 &&
           (double)(long long)value->number == value->number;
}

static void compile_reference(struct compilation *compilation, const struct json *reference)
{
    const struct json *root    = compilation->root;
    const struct json *current = reference;

    if (reference->kind != JSON_STRING) {
        complain(compilation, reference, "\"$ref\" must be a string");
        return;
    }
    for (unsigned i = 0; i < REFERENCES_MAX; i++) {
        const struct json *schema = draft4_refer(compilation->draft4, root, current->string, &root);
        const struct json *next   = json_find(schema, "$ref");

        if (!schema || schema->kind != JSON_OBJECT) {
            complain(compilation, reference,
                     "\"$ref\" leads nowhere: %.200s; it may be #/definitions/NAME, or a model: "
                     "%sNAME",
                     reference->string, compilation->draft4->base);
            return;
        }
        if (i == 0) {
            add(&compilation->references, reference);
            add(&compilation->targets, schema);
        }
        if (!next || next->kind != JSON_STRING)
            return;
        current = next;
    }
    complain(compilation, reference, "\"$ref\" refers to itself without end");
}

/* A keyword that is a schema, or has some. */
static void compile_applicator(struct compilation *compilation, const struct json *keyword,
                               enum keyword_kind kind)
{
    if (kind == KEYWORD_SCHEMA_OR_FLAG && keyword->kind == JSON_BOOLEAN)
        return;
    if (kind == KEYWORD_DEPENDENCIES) {
        compile_dependencies(compilation, keyword);
        return;
    }
    for (const struct json *one = kind == KEYWORD_PATTERN_SCHEMAS ? keyword->first : NULL;
         one && one->name; one  = one->next)
        compile_pattern(compilation, one, one->name);
    if (kind == KEYWORD_SCHEMAS || kind == KEYWORD_PATTERN_SCHEMAS)
        compile_all(compilation, keyword, JSON_OBJECT);
    else if (kind == KEYWORD_SCHEMA_LIST || (kind == KEYWORD_ITEMS && keyword->kind == JSON_ARRAY))
        compile_all(compilation, keyword, JSON_ARRAY);
    else
        compile(compilation, keyword);
}

static void warn_of_later_draft(struct compilation *compilation, const struct json *keyword)
{
    SCOPED_TEXT message = {0};

    text_append_format(&message, "\"%s\" is no keyword of draft 4: AWS ignores it", keyword->name);
    compilation->report(compilation->owner, keyword, true, text_string(&message));
}

/* What the value of a keyword must be that is neither a schema nor has a function of its own. */
static const char *find_fault(const struct json *keyword, enum keyword_kind kind)
{
    bool is_number = keyword->kind == JSON_NUMBER;

    if (kind == KEYWORD_PATTERN || kind == KEYWORD_STRING)
        return keyword->kind == JSON_STRING ? NULL : "a string";
    if (kind == KEYWORD_NUMBER)
        return is_number ? NULL : "a number";
    if (kind == KEYWORD_POSITIVE)
        return is_number && keyword->number > 0 ? NULL : "a number above 0";
    if (kind == KEYWORD_COUNT)
        return is_count(keyword) ? NULL : "a whole number from 0";
    if (kind == KEYWORD_FLAG)
        return keyword->kind == JSON_BOOLEAN ? NULL : "true or false";
    if (kind == KEYWORD_ENUM)
        return keyword->kind == JSON_ARRAY && keyword->count > 0 ? NULL
                                                                 : "an array of at least one value";
    return NULL;
}

static void compile_keyword(struct compilation *compilation, const struct json *schema,
                            const struct json *keyword, enum keyword_kind kind)
{
    const char *fault = find_fault(keyword, kind);

    if (fault) {
        complain(compilation, keyword, "\"%s\" must be %s", keyword->name, fault);
        return;
    }
    switch (kind) {
    case KEYWORD_IGNORED:
        warn_of_later_draft(compilation, keyword);
        break;
    case KEYWORD_SCHEMA:
    case KEYWORD_SCHEMA_OR_FLAG:
    case KEYWORD_SCHEMA_LIST:
    case KEYWORD_ITEMS:
    case KEYWORD_SCHEMAS:
    case KEYWORD_PATTERN_SCHEMAS:
    case KEYWORD_DEPENDENCIES:
        compile_applicator(compilation, keyword, kind);
        break;
    case KEYWORD_PATTERN:
        compile_pattern(compilation, keyword, keyword->string);
        break;
    case KEYWORD_REFERENCE:
        compile_reference(compilation, keyword);
        break;
    case KEYWORD_TYPE:
        compile_type(compilation, keyword);
        break;
    case KEYWORD_NAMES:
        compile_names(compilation, keyword);
        break;
    case KEYWORD_MINIMUM_FLAG:
        compile_bound_flag(compilation, schema, keyword, "minimum");
        break;
    case KEYWORD_MAXIMUM_FLAG:
        compile_bound_flag(compilation, schema, keyword, "maximum");
        break;
    case KEYWORD_STRING:
    case KEYWORD_NUMBER:
    case KEYWORD_POSITIVE:
    case KEYWORD_COUNT:
    case KEYWORD_FLAG:
    case KEYWORD_ENUM:
        break;
    }
}

/* The recursion follows the schema's own nesting, which json_parse() has bounded. */
static void compile(struct compilation *compilation, const struct json *schema)
{
    const struct json *reference = json_find(schema, "$ref");

    if (schema->kind != JSON_OBJECT) {
        complain(compilation, schema, "a schema of draft 4 must be an object, not %s",
                 json_kind_name(schema->kind));
        return;
    }
    add(&compilation->schemas, schema);
    for (const struct json *keyword = schema->first; keyword; keyword = keyword->next) {
        /* Beside a reference nothing counts, but others may refer to its definitions. */
        if (reference && keyword != reference && strcmp(keyword->name, "definitions") != 0 &&
            strcmp(keyword->name, "$defs") != 0)
            continue;
        for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
            if (strcmp(keywords[i].name, keyword->name) == 0)
                compile_keyword(compilation, schema, keyword, keywords[i].kind);
        }
    }
}

const struct json *draft4_refer(const struct draft4 *draft4, const struct json *root,
                                const char *reference, const struct json **new_root)
{
    size_t base_size = strlen(draft4->base);

    if (strncmp(reference, draft4->base, base_size) == 0) {
        size_t size              = strcspn(reference + base_size, "#");
        SCOPED_MEMORY char *name = memory_copy(reference + base_size, size);

        root = draft4_find(draft4, name);
        reference += base_size + size;
        if (*reference == '\0')
            reference = "#";
    }
    if (!root)
        return NULL;
    *new_root = root;
    return schema_refer(root, strcmp(reference, "#/") == 0 ? "#" : reference);
}

const struct json *draft4_find(const struct draft4 *draft4, const char *name)
{
    for (size_t i = 0; i < draft4->count; i++) {
        if (strcmp(draft4->models[i].name, name) == 0)
            return draft4->models[i].schema;
    }
    return NULL;
}

struct draft4 *draft4_new(const char *base)
{
    struct draft4 *draft4 = NEW(struct draft4);

    draft4->base = memory_copy_string(base);
    return draft4;
}

void draft4_free(struct draft4 *draft4)
{
    if (!draft4)
        return;
    schema_patterns_deinit(&draft4->patterns);
    for (size_t i = 0; i < draft4->count; i++)
        free(draft4->models[i].name);
    free(draft4->models);
    free(draft4->base);
    free(draft4);
}

void draft4_add(struct draft4 *draft4, const char *name, const struct json *schema)
{
    draft4->models = memory_resize(draft4->models, (draft4->count + 1) * sizeof *draft4->models);
    draft4->models[draft4->count++] =
        (struct draft4_model){.name = memory_copy_string(name), .schema = schema};
}

static bool has(const struct nodes *nodes, const struct json *node)
{
    for (size_t i = 0; i < nodes->count; i++) {
        if (nodes->items[i] == node)
            return true;
    }
    return false;
}

/* A reference may lead anywhere, but only schemas have been looked at. */
static void check_targets(struct compilation *compilation)
{
    for (size_t i = 0; i < compilation->targets.count; i++) {
        if (!has(&compilation->schemas, compilation->targets.items[i]))
            complain(compilation, compilation->references.items[i],
                     "\"$ref\" leads to what is no schema: put it into \"definitions\"");
    }
}

bool draft4_compile(struct draft4 *draft4, draft4_report *report, void *owner)
{
    struct compilation compilation = {.draft4 = draft4, .report = report, .owner = owner};

    for (size_t i = 0; i < draft4->count; i++) {
        compilation.root = draft4->models[i].schema;
        compile(&compilation, compilation.root);
    }
    check_targets(&compilation);
    free(compilation.schemas.items);
    free(compilation.targets.items);
    free(compilation.references.items);
    return !compilation.is_broken;
}
