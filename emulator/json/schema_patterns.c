#include "json/schema_patterns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/log.h"
#include "base/memory.h"
#include "json/json.h"

/* Steps of one match: a pattern that backtracks without end doesn't match. */
#define MATCH_STEPS_MAX 100000

struct schema_pattern {
    const struct json *where;
    pcre2_code *code;
};

bool schema_patterns_add(struct schema_patterns *patterns, const struct json *where,
                         const char *source)
{
    int number;
    PCRE2_SIZE place;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)source, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY,
                                     &number, &place, NULL);

    if (!code) {
        PCRE2_UCHAR reason[128];

        pcre2_get_error_message(number, reason, sizeof reason);
        log_error(NULL, "schema, line %u: malformed pattern \"%s\" at character %zu: %s",
                  where->line, source, place + 1, (const char *)reason);
        return false;
    }
    patterns->items =
        memory_resize(patterns->items, (patterns->count + 1) * sizeof *patterns->items);
    patterns->items[patterns->count++] = (struct schema_pattern){where, code};
    return true;
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
