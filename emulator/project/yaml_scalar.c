#include "project/yaml_scalar.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "json/json.h"
#include "json/token.h"

#define DIGITS "0123456789"

/* Digits of a longer number are those of a name, not of something to count with. */
#define NUMBER_SIZE_MAX 64

/* YAML: "Language-Independent Types for YAML 1.1"; y and n, which it has too, are text to all
 * readers in use. YAML 1.2: "Core Schema". */
static const struct {
    const char *spelling;
    enum json_kind kind;
    bool boolean;
    unsigned schemas;
} words[] = {
    {"",      JSON_NULL,    false, YAML_1_1 | YAML_CORE},
    {"~",     JSON_NULL,    false, YAML_1_1 | YAML_CORE},
    {"null",  JSON_NULL,    false, YAML_1_1 | YAML_CORE},
    {"Null",  JSON_NULL,    false, YAML_1_1 | YAML_CORE},
    {"NULL",  JSON_NULL,    false, YAML_1_1 | YAML_CORE},
    {"true",  JSON_BOOLEAN, true,  YAML_1_1 | YAML_CORE},
    {"True",  JSON_BOOLEAN, true,  YAML_1_1 | YAML_CORE},
    {"TRUE",  JSON_BOOLEAN, true,  YAML_1_1 | YAML_CORE},
    {"false", JSON_BOOLEAN, false, YAML_1_1 | YAML_CORE},
    {"False", JSON_BOOLEAN, false, YAML_1_1 | YAML_CORE},
    {"FALSE", JSON_BOOLEAN, false, YAML_1_1 | YAML_CORE},
    {"yes",   JSON_BOOLEAN, true,  YAML_1_1            },
    {"Yes",   JSON_BOOLEAN, true,  YAML_1_1            },
    {"YES",   JSON_BOOLEAN, true,  YAML_1_1            },
    {"no",    JSON_BOOLEAN, false, YAML_1_1            },
    {"No",    JSON_BOOLEAN, false, YAML_1_1            },
    {"NO",    JSON_BOOLEAN, false, YAML_1_1            },
    {"on",    JSON_BOOLEAN, true,  YAML_1_1            },
    {"On",    JSON_BOOLEAN, true,  YAML_1_1            },
    {"ON",    JSON_BOOLEAN, true,  YAML_1_1            },
    {"off",   JSON_BOOLEAN, false, YAML_1_1            },
    {"Off",   JSON_BOOLEAN, false, YAML_1_1            },
    {"OFF",   JSON_BOOLEAN, false, YAML_1_1            },
};

/* The integers by what they begin with; the others are JSON's, too. */
static const struct {
    const char *prefix;
    const char *digits;
    int base;
    unsigned schemas;
} bases[] = {
    {"0b", "01",                     2,  YAML_1_1 | YAML_CORE},
    {"0x", "0123456789abcdefABCDEF", 16, YAML_1_1 | YAML_CORE},
    {"0o", "01234567",               8,  YAML_CORE           },
    {"0",  "01234567",               8,  YAML_1_1            },
    {"0",  DIGITS,                   10, YAML_CORE           },
};

static bool read_word(enum yaml_schema schema, const char *text, size_t size, struct json *value)
{
    if (size > strlen("false"))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (!(words[i].schemas & schema) || strlen(words[i].spelling) != size ||
            memcmp(words[i].spelling, text, size) != 0)
            continue;
        value->kind    = words[i].kind;
        value->boolean = words[i].boolean;
        return true;
    }
    return false;
}

/* Digits of plain, which has no sign; they are what is left of the prefix. */
static bool read_integer(struct arena *arena, enum yaml_schema schema, const char *plain,
                         bool is_negative, struct json *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
        size_t prefix      = strlen(bases[i].prefix);
        const char *digits = plain + prefix;

        if (!(bases[i].schemas & schema) || strncmp(plain, bases[i].prefix, prefix) != 0 ||
            *digits == '\0' || digits[strspn(digits, bases[i].digits)] != '\0')
            continue;
        value->string = arena_format(arena, "%s%llu", is_negative ? "-" : "",
                                     strtoull(digits, NULL, bases[i].base));
        return true;
    }
    return false;
}

/* A number with a point. */
static bool read_fraction(struct arena *arena, const char *plain, bool is_negative,
                          struct json *value)
{
    const char *at = plain + strspn(plain, DIGITS);

    if (*at != '.' || (at == plain && !strchr(DIGITS, at[1])) || strcmp(plain, ".") == 0)
        return false;
    at += 1 + strspn(at + 1, DIGITS);
    if (*at == 'e' || *at == 'E') {
        at += 1;
        at += *at == '+' || *at == '-';
        if (*at == '\0')
            return false;
        at += strspn(at, DIGITS);
    }
    if (*at != '\0')
        return false;
    value->string = arena_format(arena, "%s%.17g", is_negative ? "-" : "", strtod(plain, NULL));
    return true;
}

/* Copies the number without its sign and the '_' between digits; false if it can't be one. */
static bool strip(const char *text, size_t size, char plain[NUMBER_SIZE_MAX + 1], bool *is_negative)
{
    size_t count = 0;

    *is_negative = size > 0 && text[0] == '-';
    for (size_t i = size > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0; i < size; i++) {
        if (text[i] == '_' && count > 0)
            continue;
        if (text[i] == '\0' || count == NUMBER_SIZE_MAX)
            return false;
        plain[count++] = text[i];
    }
    plain[count] = '\0';
    return count > 0;
}

/* What JSON has as well keeps its spelling. */
static bool read_number(struct arena *arena, enum yaml_schema schema, const char *text, size_t size,
                        struct json *value)
{
    char plain[NUMBER_SIZE_MAX + 1];
    const char *end;
    bool is_negative;

    if (!strip(text, size, plain, &is_negative))
        return false;
    end = plain + strlen(plain);
    if (plain[0] != '-' && token_number_end(plain, end) == end && !strpbrk(plain, "eE"))
        value->string = arena_format(arena, "%s%s", is_negative ? "-" : "", plain);
    else if (!read_integer(arena, schema, plain, is_negative, value) &&
             !read_fraction(arena, plain, is_negative, value))
        return false;
    value->kind   = JSON_NUMBER;
    value->size   = strlen(value->string);
    value->number = strtod(value->string, NULL);
    return true;
}

void yaml_scalar_read(struct arena *arena, enum yaml_schema schema, const char *text, size_t size,
                      struct json *value)
{
    if (read_word(schema, text, size, value) || read_number(arena, schema, text, size, value))
        return;
    value->kind   = JSON_STRING;
    value->string = arena_copy(arena, text, size);
    value->size   = size;
}
