#include "json/schema_patterns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "json/json.h"

/* Steps of one match: a pattern that backtracks without end doesn't match. */
#define MATCH_STEPS_MAX 100000

struct schema_pattern {
    const struct json *where;
    pcre2_code *code;
};

static pcre2_code *compile(const char *source, uint32_t more, struct text *error)
{
    int number;
    PCRE2_SIZE place;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED,
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY | more, &number, &place, NULL);
    PCRE2_UCHAR reason[128];

    if (code)
        return code;
    pcre2_get_error_message(number, reason, sizeof reason);
    text_append_format(error, "malformed pattern \"%s\" at character %zu: %s", source, place + 1,
                       (const char *)reason);
    return NULL;
}

static void add(struct schema_patterns *patterns, const struct json *where, pcre2_code *code)
{
    patterns->items =
        memory_resize(patterns->items, (patterns->count + 1) * sizeof *patterns->items);
    patterns->items[patterns->count++] = (struct schema_pattern){where, code};
}

bool schema_patterns_add(struct schema_patterns *patterns, const struct json *where,
                         const char *source)
{
    SCOPED_TEXT error = {0};
    pcre2_code *code  = compile(source, 0, &error);

    if (code)
        add(patterns, where, code);
    else
        log_error(NULL, "schema, line %u: %s", where->line, text_string(&error));
    return code;
}

/* What the two languages understand otherwise. */
#define ECMA (PCRE2_ALT_BSUX | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF)

bool schema_patterns_add_ecma(struct schema_patterns *patterns, const struct json *where,
                              const char *source, struct text *error)
{
    pcre2_code *code = compile(source, ECMA, error);

    if (code)
        add(patterns, where, code);
    return code;
}

bool schema_pattern_is_ecma(const char *source)
{
    SCOPED_TEXT error = {0};
    pcre2_code *code  = compile(source, ECMA, &error);

    pcre2_code_free(code);
    return code;
}

static const pcre2_code *find_code(const struct schema_patterns *patterns, const struct json *where)
{
    for (size_t i = 0; i < patterns->count; i++) {
        if (patterns->items[i].where == where)
            return patterns->items[i].code;
    }
    return NULL;
}

bool schema_patterns_match(const struct schema_patterns *patterns, const struct json *where,
                           const char *string, size_t size)
{
    const pcre2_code *code       = find_code(patterns, where);
    pcre2_match_data *match      = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int result                   = PCRE2_ERROR_NOMEMORY;

    assert(code);
    if (match && context) {
        pcre2_set_match_limit(context, MATCH_STEPS_MAX);
        result = pcre2_match(code, (PCRE2_SPTR)string, size, 0, 0, match, context);
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
    return result >= 0; /* 0: found, with more groups than were asked for */
}

void schema_patterns_deinit(struct schema_patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        pcre2_code_free(patterns->items[i].code);
    free(patterns->items);
    *patterns = (struct schema_patterns){0};
}
