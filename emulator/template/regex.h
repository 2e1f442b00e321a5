#pragma once

/*
 * Java's regular expressions, by PCRE2, which understands nearly all of them: what differs in
 * writing is translated. Intersections of classes ([a&&b]) are refused.
 */

#include <stdbool.h>
#include <stddef.h>

struct mapping_run;
struct regex;
struct text;

/* NULL if it is malformed, which fails the run. The caller frees the result. */
struct regex *regex_new(struct mapping_run *run, const char *pattern, size_t size,
                        bool ignores_case);
void regex_free(struct regex *regex);

/* True if all of the text matches. A search that takes too long fails the run, here and below. */
bool regex_matches(struct mapping_run *run, struct regex *regex, const char *data, size_t size);

struct regex_match {
    size_t begin;
    size_t end;
};

/* The first match that begins at at or later. */
bool regex_find(struct mapping_run *run, struct regex *regex, const char *data, size_t size,
                size_t at, struct regex_match *match);

/* The group of the last match; false if there is none of that number; an empty one if it took no
 * part. */
bool regex_group(const struct regex *regex, size_t number, struct regex_match *group);
