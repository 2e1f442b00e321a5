#include "json/schema_compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"

enum keyword_kind {
    KEYWORD_NOTE,            /* means nothing to the check */
    KEYWORD_SCHEMA,          /* one schema */
    KEYWORD_SCHEMA_LIST,     /* an array of schemas */
    KEYWORD_SCHEMAS,         /* an object of schemas */
    KEYWORD_PATTERN_SCHEMAS, /* an object of schemas whose names are patterns */
    KEYWORD_PATTERN,
    KEYWORD_REFERENCE,
    KEYWORD_TYPE, /* a type's name, or an array of them */
    KEYWORD_NAMES,
    KEYWORD_NUMBER,
    KEYWORD_BOUND, /* a number; in draft 4 true or false */
    KEYWORD_LIST,
    KEYWORD_VALUE,
};

static const struct {
    const char *name;
    enum keyword_kind kind;
} keywords[] = {
    {"$schema",              KEYWORD_NOTE           },
    {"$id",                  KEYWORD_NOTE           },
    {"id",                   KEYWORD_NOTE           },
    {"$comment",             KEYWORD_NOTE           },
    {"title",                KEYWORD_NOTE           },
    {"description",          KEYWORD_NOTE           },
    {"default",              KEYWORD_NOTE           },
    {"examples",             KEYWORD_NOTE           },
    {"format",               KEYWORD_NOTE           },
    {"definitions",          KEYWORD_SCHEMAS        },
    {"$defs",                KEYWORD_SCHEMAS        },
    {"$ref",                 KEYWORD_REFERENCE      },
    {"type",                 KEYWORD_TYPE           },
    {"enum",                 KEYWORD_LIST           },
    {"const",                KEYWORD_VALUE          },
    {"properties",           KEYWORD_SCHEMAS        },
    {"patternProperties",    KEYWORD_PATTERN_SCHEMAS},
    {"additionalProperties", KEYWORD_SCHEMA         },
    {"propertyNames",        KEYWORD_SCHEMA         },
    {"required",             KEYWORD_NAMES          },
    {"minProperties",        KEYWORD_NUMBER         },
    {"maxProperties",        KEYWORD_NUMBER         },
    {"items",                KEYWORD_SCHEMA         },
    {"minItems",             KEYWORD_NUMBER         },
    {"maxItems",             KEYWORD_NUMBER         },
    {"minimum",              KEYWORD_NUMBER         },
    {"maximum",              KEYWORD_NUMBER         },
    {"exclusiveMinimum",     KEYWORD_BOUND          },
    {"exclusiveMaximum",     KEYWORD_BOUND          },
    {"minLength",            KEYWORD_NUMBER         },
    {"maxLength",            KEYWORD_NUMBER         },
    {"pattern",              KEYWORD_PATTERN        },
    {"allOf",                KEYWORD_SCHEMA_LIST    },
    {"anyOf",                KEYWORD_SCHEMA_LIST    },
    {"oneOf",                KEYWORD_SCHEMA_LIST    },
    {"not",                  KEYWORD_SCHEMA         },
};

static bool compile(struct json_schema *schema, const struct json *rules);

static bool complain(const struct json *where, const char *what)
{
    log_error(NULL, "schema, line %u: %s: %s", where->line, where->name ? where->name : "", what);
    return false;
}

static bool compile_all(struct json_schema *schema, const struct json *container,
                        enum json_kind kind)
{
    if (container->kind != kind)
        return complain(container, "must hold schemas");
    for (const struct json *child = container->first; child; child = child->next) {
        if (!compile(schema, child))
            return false;
    }
    return true;
}

static bool compile_pattern_names(struct json_schema *schema, const struct json *container)
{
    for (const struct json *child = container->first; child; child = child->next) {
        if (child->name && !schema_patterns_add(&schema->patterns, child, child->name))
            return false;
    }
    return compile_all(schema, container, JSON_OBJECT);
}

static bool is_type_name(const struct json *value)
{
    static const char *const names[] = {"null",   "boolean", "number", "integer",
                                        "string", "array",   "object"};

    if (value->kind != JSON_STRING)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(value->string, names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_type(const struct json *value)
{
    if (value->kind != JSON_ARRAY)
        return is_type_name(value);
    for (const struct json *name = value->first; name; name = name->next) {
        if (!is_type_name(name))
            return false;
    }
    return value->count > 0;
}

static bool is_names(const struct json *value)
{
    if (value->kind != JSON_ARRAY)
        return false;
    for (const struct json *name = value->first; name; name = name->next) {
        if (name->kind != JSON_STRING)
            return false;
    }
    return true;
}

static bool compile_keyword(struct json_schema *schema, const struct json *keyword,
                            enum keyword_kind kind)
{
    switch (kind) {
    case KEYWORD_NOTE:
    case KEYWORD_VALUE:
        return true;
    case KEYWORD_SCHEMA:
        return compile(schema, keyword);
    case KEYWORD_SCHEMA_LIST:
        return compile_all(schema, keyword, JSON_ARRAY);
    case KEYWORD_SCHEMAS:
        return compile_all(schema, keyword, JSON_OBJECT);
    case KEYWORD_PATTERN_SCHEMAS:
        return compile_pattern_names(schema, keyword);
    case KEYWORD_PATTERN:
        return keyword->kind == JSON_STRING
                   ? schema_patterns_add(&schema->patterns, keyword, keyword->string)
                   : complain(keyword, "must be a string");
    case KEYWORD_REFERENCE:
        return (keyword->kind == JSON_STRING && schema_refer(schema->root, keyword->string)) ||
               complain(keyword, "names nothing in this schema");
    case KEYWORD_TYPE:
        return is_type(keyword) || complain(keyword, "must be the name of a type, or several");
    case KEYWORD_NAMES:
        return is_names(keyword) || complain(keyword, "must be an array of strings");
    case KEYWORD_NUMBER:
        return keyword->kind == JSON_NUMBER || complain(keyword, "must be a number");
    case KEYWORD_BOUND:
        return keyword->kind == JSON_NUMBER || keyword->kind == JSON_BOOLEAN ||
               complain(keyword, "must be a number");
    case KEYWORD_LIST:
        return keyword->kind == JSON_ARRAY || complain(keyword, "must be an array");
    }
    return false;
}

/* The recursion follows the schema's own nesting, which json_parse() has bounded. */
static bool compile(struct json_schema *schema, const struct json *rules)
{
    if (rules->kind == JSON_BOOLEAN)
        return true;
    if (rules->kind != JSON_OBJECT)
        return complain(rules, "a schema must be an object, true or false");
    for (const struct json *keyword = rules->first; keyword; keyword = keyword->next) {
        size_t i = 0;

        while (i < ARRAY_SIZE(keywords) && strcmp(keywords[i].name, keyword->name) != 0)
            i++;
        if (i == ARRAY_SIZE(keywords))
            return complain(keyword, "is a keyword that is not supported");
        if (!compile_keyword(schema, keyword, keywords[i].kind))
            return false;
    }
    return true;
}

bool schema_compile(struct json_schema *schema)
{
    return compile(schema, schema->root);
}

/* One part of a JSON pointer. */
static void append_pointer_part(const char *part, size_t size, struct text *name)
{
    for (size_t i = 0; i < size; i++) {
        char character = part[i];

        if (character == '~' && i + 1 < size) /* RFC 6901: ~0 is '~', ~1 is '/' */
            character = part[++i] == '1' ? '/' : '~';
        text_append_character(name, character);
    }
}

const struct json *schema_refer(const struct json *root, const char *reference)
{
    const struct json *found = root;

    if (*reference++ != '#')
        return NULL;
    while (found && *reference == '/') {
        SCOPED_TEXT name = {0};
        size_t size      = strcspn(++reference, "/");

        append_pointer_part(reference, size, &name);
        found = json_find(found, text_string(&name));
        reference += size;
    }
    return *reference == '\0' ? found : NULL;
}
