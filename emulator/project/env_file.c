#include "project/env_file.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "model/name_values.h"
#include "project/problems.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* What follows a backslash in double quotes, and what it stands for. */
static const char escaped[]  = "nrt\"\\$";
static const char unescape[] = "\n\r\t\"\\$";

/* A file that is being read. */
struct parse {
    const char *at;
    const char *end;
    unsigned line; /* of at, from 1 */
    const char *label;
    struct problems *problems;
};

static bool is_at(const struct parse *parse, char character)
{
    return parse->at < parse->end && *parse->at == character;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r';
}

static bool is_name_character(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static void skip_blanks(struct parse *parse)
{
    while (parse->at < parse->end && is_blank(*parse->at))
        parse->at++;
}

static void skip_line(struct parse *parse)
{
    const char *end = memchr(parse->at, '\n', (size_t)(parse->end - parse->at));

    parse->at = end ? end + 1 : parse->end;
    parse->line++;
}

static bool is_at_end_of_line(const struct parse *parse)
{
    return parse->at == parse->end || *parse->at == '\n' || *parse->at == '#';
}

/* Steps over "export " where a name follows. */
static void skip_export(struct parse *parse)
{
    static const char word[] = "export";
    const size_t size        = sizeof word - 1;
    struct parse behind      = *parse;

    if ((size_t)(parse->end - parse->at) <= size || memcmp(parse->at, word, size) != 0 ||
        !is_blank(parse->at[size]))
        return;
    behind.at += size;
    skip_blanks(&behind);
    if (!is_at(&behind, '='))
        *parse = behind;
}

/* What stands before '=', without white space. NULL, with a problem, if it is no name. */
static char *read_name(struct parse *parse)
{
    const char *start = parse->at;
    const char *end;
    bool is_name = parse->at < parse->end && !isdigit((unsigned char)*parse->at);

    while (parse->at < parse->end && *parse->at != '=' && *parse->at != '\n')
        parse->at++;
    end = parse->at;
    if (!is_at(parse, '=')) {
        problems_add(parse->problems, false, parse->label, parse->line,
                     "there is no '=': write NAME=value, or # in front of a comment");
        return NULL;
    }
    while (end > start && is_blank(end[-1]))
        end--;
    for (const char *at = start; at < end; at++)
        is_name &= is_name_character(*at);
    if (is_name && end > start) {
        parse->at++;
        return memory_copy(start, (size_t)(end - start));
    }
    problems_add(parse->problems, false, parse->label, parse->line,
                 "\"%.*s\" can't be the name of a variable: use letters, digits and _, and no "
                 "digit first",
                 (int)(end - start < 100 ? end - start : 100), start);
    return NULL;
}

/* The character that a backslash and at stand for between such quotes; NUL if it is no escape. */
static char find_escape(char quote, char at)
{
    const char *found = at ? strchr(escaped, at) : NULL;

    if (quote == '"')
        return found ? unescape[found - escaped] : '\0';
    return at == quote ? quote : '\0';
}

/* From behind the opening quote to behind the closing one. False if that is missing. */
static bool read_quoted(struct parse *parse, char quote, struct text *value)
{
    while (parse->at < parse->end && *parse->at != quote) {
        char character = *parse->at++;
        char escape    = '\0';

        if (character == '\\' && parse->at < parse->end)
            escape = find_escape(quote, *parse->at);
        if (escape)
            parse->at++;
        parse->line += character == '\n';
        text_append_character(value, escape ? escape : character);
    }
    if (parse->at == parse->end)
        return false;
    parse->at++;
    return true;
}

/* A value in quotes, and nothing behind it but a comment. */
static bool take_quoted(struct parse *parse, const char *name, struct text *value)
{
    struct parse start = *parse;
    char quote         = *parse->at++;

    if (!read_quoted(parse, quote, value)) {
        *parse = start;
        problems_add(parse->problems, false, parse->label, parse->line,
                     "%s: there is no %c that ends the value", name, quote);
        return false;
    }
    skip_blanks(parse);
    if (is_at_end_of_line(parse))
        return true;
    problems_add(parse->problems, false, parse->label, parse->line,
                 "%s: only a comment may come behind the closing %c", name, quote);
    return false;
}

/* A value without quotes ends where a comment begins. */
static void take_plain(struct parse *parse, const char *name, struct text *value)
{
    const char *start = parse->at;
    const char *end;

    while (!is_at_end_of_line(parse))
        parse->at++;
    end = parse->at;
    if (is_at(parse, '#') && end > start && !is_blank(end[-1]))
        problems_add(parse->problems, true, parse->label, parse->line,
                     "%s: a comment begins at the #; put the value in quotes if it is part of it",
                     name);
    while (end > start && is_blank(end[-1]))
        end--;
    text_append(value, start, (size_t)(end - start));
}

static void read_variable(struct parse *parse, struct name_values *values)
{
    SCOPED_TEXT value        = {0};
    SCOPED_MEMORY char *name = read_name(parse);
    bool is_fine             = name != NULL;

    if (!name)
        return;
    skip_blanks(parse);
    if (is_at(parse, '"') || is_at(parse, '\'') || is_at(parse, '`'))
        is_fine = take_quoted(parse, name, &value);
    else
        take_plain(parse, name, &value);
    if (is_fine)
        name_values_put(values, name, text_string(&value));
}

void env_file_parse(const char *data, size_t size, const char *label, struct name_values *values,
                    struct problems *problems)
{
    struct parse parse = {data, data + size, 1, label, problems};
    const size_t mark  = sizeof BYTE_ORDER_MARK - 1;

    if (size > ENV_FILE_SIZE_MAX || memchr(data, '\0', size)) {
        problems_add(problems, false, label, 0, "this is no text of NAME=value lines");
        return;
    }
    if (size >= mark && memcmp(data, BYTE_ORDER_MARK, mark) == 0)
        parse.at += mark;
    while (parse.at < parse.end) {
        skip_blanks(&parse);
        if (!is_at_end_of_line(&parse)) {
            skip_export(&parse);
            read_variable(&parse, values);
        }
        skip_line(&parse);
    }
}
