#include "template/regex.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/text.h"
#include "template/limits.h"
#include "template/run.h"

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    int groups; /* of the last match, itself included */
};

/* Java's names of classes that PCRE2 knows by others. */
static const struct {
    const char *java;
    const char *posix;
} classes[] = {
    {"{Alnum}",  "[:alnum:]" },
    {"{Alpha}",  "[:alpha:]" },
    {"{ASCII}",  "[:ascii:]" },
    {"{Blank}",  "[:blank:]" },
    {"{Cntrl}",  "[:cntrl:]" },
    {"{Digit}",  "[:digit:]" },
    {"{Graph}",  "[:graph:]" },
    {"{Lower}",  "[:lower:]" },
    {"{Print}",  "[:print:]" },
    {"{Punct}",  "[:punct:]" },
    {"{Space}",  "[:space:]" },
    {"{Upper}",  "[:upper:]" },
    {"{XDigit}", "[:xdigit:]"},
};

/* "\p{Alpha}" at at: appends what PCRE2 calls it, and returns its size; 0 if it is no such thing.
 */
static size_t translate_class(const char *at, const char *end, bool in_class, struct text *out)
{
    if (end - at < 3 || (at[1] != 'p' && at[1] != 'P'))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
        size_t size = strlen(classes[i].java);
        bool is_not = at[1] == 'P';

        if ((size_t)(end - at) < size + 2 || memcmp(at + 2, classes[i].java, size) != 0)
            continue;
        if (!in_class)
            text_append_string(out, is_not ? "[^" : "[");
        text_append_string(out, is_not && in_class ? "[:^" : "[:");
        text_append_string(out, classes[i].posix + 2);
        if (!in_class)
            text_append_character(out, ']');
        return size + 2;
    }
    return 0;
}

/* False if the pattern has what can't be translated. */
static bool translate(const char *pattern, size_t size, struct text *out)
{
    const char *end = pattern + size;
    bool in_class   = false;

    for (const char *at = pattern; at < end;) {
        size_t used = *at == '\\' ? translate_class(at, end, in_class, out) : 0;

        if (used == 0) {
            used = *at == '\\' && at + 1 < end ? 2 : 1;
            if (in_class && end - at > 1 && at[0] == '&' && at[1] == '&')
                return false;
            if (used == 1 && *at == '[')
                in_class = true;
            else if (used == 1 && *at == ']')
                in_class = false;
            text_append(out, at, used);
        }
        at += used;
    }
    return true;
}

/* Nanoseconds that this thread has worked. */
static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* PCRE2 doesn't tell how much it has tried: what has taken time counts as steps. */
static bool count_time(struct mapping_run *run, uint64_t start)
{
    return run_count(run, (now() - start) / REGEX_STEP_NANOSECONDS);
}

struct regex *regex_new(struct mapping_run *run, const char *pattern, size_t size,
                        bool ignores_case)
{
    SCOPED_TEXT translated = {0};
    struct regex *regex;
    int number;
    PCRE2_SIZE place;
    uint64_t start = now();

    if (!translate(pattern, size, &translated)) {
        run_fail(run, "intersections of classes (&&) in regular expressions aren't supported");
        return NULL;
    }
    regex       = NEW(struct regex);
    regex->code = pcre2_compile((PCRE2_SPTR)text_string(&translated), translated.size,
                                PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                                    (ignores_case ? PCRE2_CASELESS : 0),
                                &number, &place, NULL);
    if (!regex->code) {
        PCRE2_UCHAR reason[128];

        pcre2_get_error_message(number, reason, sizeof reason);
        run_fail(run, "malformed regular expression: %s at character %zu", (const char *)reason,
                 place + 1);
        free(regex);
        return NULL;
    }
    regex->match   = pcre2_match_data_create_from_pattern(regex->code, NULL);
    regex->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(regex->context, REGEX_MATCH_LIMIT);
    pcre2_set_depth_limit(regex->context, REGEX_MATCH_LIMIT);
    count_time(run, start);
    return regex;
}

void regex_free(struct regex *regex)
{
    if (!regex)
        return;
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    free(regex);
}

static bool search(struct mapping_run *run, struct regex *regex, const char *data, size_t size,
                   size_t at, uint32_t options)
{
    uint64_t start = now();

    regex->groups =
        pcre2_match(regex->code, (PCRE2_SPTR)data, size, at, options, regex->match, regex->context);
    if (regex->groups < 0 && regex->groups != PCRE2_ERROR_NOMATCH)
        run_fail(run, "a regular expression takes too long");
    return count_time(run, start) && regex->groups > 0;
}

bool regex_matches(struct mapping_run *run, struct regex *regex, const char *data, size_t size)
{
    return search(run, regex, data, size, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED);
}

bool regex_find(struct mapping_run *run, struct regex *regex, const char *data, size_t size,
                size_t at, struct regex_match *match)
{
    if (!search(run, regex, data, size, at, 0))
        return false;
    return regex_group(regex, 0, match);
}

bool regex_group(const struct regex *regex, size_t number, struct regex_match *group)
{
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(regex->match);

    if (number >= pcre2_get_ovector_count(regex->match))
        return false;
    if ((int)number >= regex->groups || places[2 * number] == PCRE2_UNSET)
        *group = (struct regex_match){0, 0};
    else
        *group = (struct regex_match){places[2 * number], places[2 * number + 1]};
    return true;
}
