#include "project/variable_syntax.h"

#include <ctype.h>
#include <string.h>

static bool is_name_character(char character)
{
    return isalnum((unsigned char)character) || character == '_' || character == '-';
}

static struct span trim(struct span span)
{
    while (span.size > 0 && isspace((unsigned char)span.at[0])) {
        span.at++;
        span.size--;
    }
    while (span.size > 0 && isspace((unsigned char)span.at[span.size - 1]))
        span.size--;
    return span;
}

static bool begins_variable(struct span text, size_t at)
{
    return at + 1 < text.size && text.at[at] == '$' && text.at[at + 1] == '{';
}

/* The size of the name of a source that text begins with, "self:" or "file("; 0: there is none.
 * Two colons are CloudFormation's. */
static size_t source_size(struct span text)
{
    size_t size = 0;

    while (size < text.size && is_name_character(text.at[size]))
        size++;
    if (size == 0 || size == text.size || !isalpha((unsigned char)text.at[0]))
        return 0;
    if (text.at[size] == '(')
        return size;
    if (text.at[size] != ':' || (size + 1 < text.size && text.at[size + 1] == ':'))
        return 0;
    return size;
}

/* Behind a quoted text that begins at: just behind its last quote, or at if that is missing. */
static size_t skip_quoted(struct span text, size_t at)
{
    const char *end = memchr(text.at + at + 1, text.at[at], text.size - at - 1);

    return end ? (size_t)(end - text.at) + 1 : at;
}

/* True if a quote after that character begins a text, and is no apostrophe in one. */
static bool may_quote_follow(char character)
{
    return character == ',' || character == '(' || character == '{';
}

/* The place in text, from at on, of the first of the characters in wanted that is in no variable,
 * no parentheses and no quotes; text.size if there is none. */
static size_t find_outside(struct span text, size_t at, const char *wanted)
{
    size_t braces = 0;
    size_t parens = 0;
    char last     = ',';

    while (at < text.size) {
        char character = text.at[at];

        if ((character == '\'' || character == '"') && may_quote_follow(last)) {
            size_t end = skip_quoted(text, at);

            last = character;
            at   = end > at ? end : at + 1;
            continue;
        }
        if (braces == 0 && parens == 0 && strchr(wanted, character) && character != '\0')
            return at;
        if (begins_variable(text, at)) {
            braces++;
            at++;
            character = '{';
        } else if (character == '}' && braces > 0) {
            braces--;
        } else if (character == '(') {
            parens++;
        } else if (character == ')' && parens > 0) {
            parens--;
        }
        if (!isspace((unsigned char)character))
            last = character;
        at++;
    }
    return text.size;
}

enum variable_search variable_find(struct span text, struct variable *found)
{
    for (size_t at = 0; at + 1 < text.size; at++) {
        struct span inside;
        size_t end;

        if (!begins_variable(text, at))
            continue;
        inside = (struct span){text.at + at + 2, text.size - at - 2};
        if (source_size(trim(inside)) == 0)
            continue;
        end = find_outside(inside, 0, "}");
        if (end == inside.size)
            return VARIABLE_UNFINISHED;
        found->is_escaped = at > 0 && text.at[at - 1] == '\\';
        found->inside     = (struct span){inside.at, end};
        found->whole      = (struct span){inside.at - 2, end + 3};
        if (found->is_escaped) {
            found->whole.at--;
            found->whole.size++;
        }
        return VARIABLE_FOUND;
    }
    return VARIABLE_NONE;
}

static bool is_word(struct span text)
{
    size_t at = text.size > 0 && text.at[0] == '-';

    if (at == text.size)
        return false;
    if (text.size == 4 && (memcmp(text.at, "true", 4) == 0 || memcmp(text.at, "null", 4) == 0))
        return true;
    if (text.size == 5 && memcmp(text.at, "false", 5) == 0)
        return true;
    while (at < text.size && (isdigit((unsigned char)text.at[at]) || text.at[at] == '.'))
        at++;
    return at == text.size;
}

/* "file(a.yml):b.c" */
static void take_source(struct span text, size_t size, struct candidate *candidate)
{
    struct span rest = {text.at + size, text.size - size};

    candidate->kind   = CANDIDATE_SOURCE;
    candidate->source = (struct span){text.at, size};
    if (rest.at[0] == '(') {
        struct span behind = {rest.at + 1, rest.size - 1};
        size_t end         = find_outside(behind, 0, ")");

        if (end == behind.size) {
            candidate->kind = CANDIDATE_WRONG;
            return;
        }
        candidate->argument = trim((struct span){behind.at, end});
        rest                = (struct span){behind.at + end + 1, behind.size - end - 1};
    }
    if (rest.size > 0 && rest.at[0] == ':')
        candidate->address = trim((struct span){rest.at + 1, rest.size - 1});
    else if (rest.size > 0)
        candidate->kind = CANDIDATE_WRONG;
}

static void classify(struct span text, struct candidate *candidate)
{
    size_t size = source_size(text);

    *candidate = (struct candidate){.kind = CANDIDATE_WRONG, .text = text};
    if (text.size >= 2 && (text.at[0] == '\'' || text.at[0] == '"') &&
        skip_quoted(text, 0) == text.size) {
        candidate->kind = CANDIDATE_QUOTED;
        candidate->text = (struct span){text.at + 1, text.size - 2};
    } else if (begins_variable(text, 0) &&
               find_outside((struct span){text.at + 2, text.size - 2}, 0, "}") + 3 == text.size) {
        candidate->kind = CANDIDATE_VARIABLE;
    } else if (is_word(text)) {
        candidate->kind = CANDIDATE_WORD;
    } else if (size > 0) {
        take_source(text, size, candidate);
    }
}

bool variable_take_candidate(struct span *inside, struct candidate *candidate)
{
    size_t end;

    if (!inside->at)
        return false;
    end = find_outside(*inside, 0, ",");
    classify(trim((struct span){inside->at, end}), candidate);
    if (end < inside->size)
        *inside = (struct span){inside->at + end + 1, inside->size - end - 1};
    else
        *inside = (struct span){NULL, 0};
    return true;
}
