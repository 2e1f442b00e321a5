#include "json/pattern.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/text.h"

/* Steps of one match. */
#define MATCH_STEPS_MAX 100000

struct pattern {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
};

struct pattern *pattern_new(const char *source, size_t size, struct text *error)
{
    int number;
    PCRE2_SIZE place;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)source, size,
                      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED,
                      &number, &place, NULL);
    struct pattern *pattern;

    if (!code) {
        PCRE2_UCHAR reason[128];

        pcre2_get_error_message(number, reason, sizeof reason);
        text_append_format(error, "malformed regular expression at character %zu: %s", place + 1,
                           (const char *)reason);
        return NULL;
    }
    pattern          = NEW(struct pattern);
    pattern->code    = code;
    pattern->match   = pcre2_match_data_create(1, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(pattern->context, MATCH_STEPS_MAX);
    return pattern;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->match);
    pcre2_code_free(pattern->code);
    free(pattern);
}

bool pattern_matches(const struct pattern *pattern, const char *string, size_t size)
{
    return pcre2_match(pattern->code, (PCRE2_SPTR)string, size, 0, 0, pattern->match,
                       pattern->context) >= 0;
}
