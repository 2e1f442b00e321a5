#include "template/lenient_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "template/java_string.h"
#include "template/number.h"
#include "template/run.h"

/* json-smart keeps decimals of more characters than this exactly. */
#define EXACT_DECIMAL_SIZE 18

struct reader {
    struct mapping_run *run;
    const char *start;
    const char *at;
    const char *end;
};

static struct value read_value(struct reader *reader, const char *stops);

static struct value fail(struct reader *reader, const char *what)
{
    run_fail(reader->run, "the text is no JSON: %s at byte %zu", what,
             (size_t)(reader->at - reader->start) + 1);
    return value_null();
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && is_space(*reader->at))
        reader->at++;
}

static bool is_next(const struct reader *reader, char character)
{
    return reader->at < reader->end && *reader->at == character;
}

/* True at the end, and at one of the characters that end a value there. */
static bool is_at_stop(const struct reader *reader, const char *stops)
{
    return reader->at == reader->end || (*reader->at != '\0' && strchr(stops, *reader->at));
}

static struct value trimmed(const char *start, const char *end)
{
    while (start < end && is_space(*start))
        start++;
    while (end > start && is_space(end[-1]))
        end--;
    return value_string(start, (size_t)(end - start));
}

/* A text without quotes, which began at start. */
static struct value read_plain(struct reader *reader, const char *start, const char *stops)
{
    while (!is_at_stop(reader, stops))
        reader->at++;
    return trimmed(start, reader->at);
}

static bool read_hex(struct reader *reader, uint32_t *number)
{
    *number = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found =
            reader->at < reader->end && *reader->at != '\0'
                ? strchr(*reader->at >= 'A' && *reader->at <= 'F' ? digits + 16 : digits,
                         *reader->at)
                : NULL;

        if (!found)
            return false;
        *number = *number * 16 + (uint32_t)((found - digits) % 16);
        reader->at++;
    }
    return true;
}

/* Behind "\u". Half a pair is U+FFFD. */
static bool read_unicode(struct reader *reader, struct text *out)
{
    uint32_t first;
    uint32_t second;

    if (!read_hex(reader, &first))
        return false;
    if (first >= 0xd800 && first < 0xdc00 && reader->end - reader->at >= 6 &&
        reader->at[0] == '\\' && reader->at[1] == 'u') {
        const char *behind = reader->at;

        reader->at += 2;
        if (!read_hex(reader, &second))
            return false;
        if (second >= 0xdc00 && second < 0xe000) {
            java_append(out, 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
            return true;
        }
        reader->at = behind;
    }
    java_append(out, first >= 0xd800 && first < 0xe000 ? 0xfffd : first);
    return true;
}

static bool read_escape(struct reader *reader, struct text *out)
{
    static const char letters[]    = "\"'\\/bfnrt";
    static const char characters[] = "\"'\\/\b\f\n\r\t";
    char letter                    = reader->at < reader->end ? *reader->at++ : '\0';
    const char *found              = letter != '\0' ? strchr(letters, letter) : NULL;

    if (letter == 'u')
        return read_unicode(reader, out);
    if (found)
        text_append_character(out, characters[found - letters]);
    return found != NULL;
}

/* The rest of a string in which a backslash has come up; control characters get lost, as in
 * json-smart. */
static struct value read_escaped(struct reader *reader, char quote, const char *start)
{
    SCOPED_TEXT text = {0};

    for (reader->at = start; reader->at < reader->end && *reader->at != quote;) {
        char character = *reader->at++;

        if (character == '\\') {
            if (!read_escape(reader, &text))
                return fail(reader, "an unknown escape");
        } else if ((unsigned char)character >= 0x20) {
            text_append_character(&text, character);
        }
    }
    if (reader->at == reader->end)
        return fail(reader, "a string without its end");
    reader->at++;
    return value_copy(reader->run, text_string(&text), text.size);
}

/* At a quote. */
static struct value read_string(struct reader *reader)
{
    char quote        = *reader->at++;
    const char *start = reader->at;

    for (; reader->at < reader->end; reader->at++) {
        if (*reader->at == '\\')
            return read_escaped(reader, quote, start);
        if (*reader->at == quote) {
            reader->at++;
            return value_string(start, (size_t)(reader->at - 1 - start));
        }
    }
    return fail(reader, "a string without its end");
}

static void skip_digits(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
}

/* What begins like a number and isn't one is a text without quotes. */
static struct value read_number(struct reader *reader, const char *stops)
{
    const char *start = reader->at++;
    const char *number_end;
    bool is_whole = true;

    skip_digits(reader);
    if (is_next(reader, '.')) {
        is_whole = false;
        reader->at++;
        skip_digits(reader);
    }
    if (is_next(reader, 'e') || is_next(reader, 'E')) {
        is_whole = false;
        reader->at++;
        if (!is_next(reader, '+') && !is_next(reader, '-') &&
            !(reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9'))
            return read_plain(reader, start, stops);
        reader->at++;
        skip_digits(reader);
    }
    number_end = reader->at;
    skip_space(reader);
    if (!is_at_stop(reader, stops))
        return read_plain(reader, start, stops);
    if (is_whole)
        return number_parse_whole(reader->run, start, (size_t)(number_end - start));
    return number_parse_decimal(reader->run, start, (size_t)(number_end - start),
                                number_end - start > EXACT_DECIMAL_SIZE);
}

static struct value read_word(struct reader *reader, const char *stops)
{
    struct value text = read_plain(reader, reader->at, stops);

    if (value_is_text(text, "true"))
        return value_boolean(true);
    if (value_is_text(text, "false"))
        return value_boolean(false);
    if (value_is_text(text, "null"))
        return value_null();
    return value_is_text(text, "NaN") ? value_double(NAN) : text;
}

/* At '['. */
static struct value read_array(struct reader *reader)
{
    struct list *list = list_new(reader->run, LIST_JSON, 0);

    reader->at++;
    while (list && !reader->run->has_failed) {
        skip_space(reader);
        if (reader->at == reader->end)
            return fail(reader, "an array without its ']'");
        if (is_next(reader, ']')) {
            reader->at++;
            return value_list(list);
        }
        if (is_next(reader, ','))
            reader->at++;
        else if (is_next(reader, ':') || is_next(reader, '}'))
            return fail(reader, "an unexpected character");
        else
            list_add(reader->run, list, read_value(reader, ",]"));
    }
    return value_null();
}

static bool read_member(struct reader *reader, struct object *object)
{
    struct value name = is_next(reader, '"') || is_next(reader, '\'')
                            ? read_string(reader)
                            : read_plain(reader, reader->at, ":");

    skip_space(reader);
    if (reader->run->has_failed)
        return false;
    if (!is_next(reader, ':')) {
        fail(reader, "a name without ':'");
        return false;
    }
    reader->at++;
    object_put(reader->run, object, name, read_value(reader, ",}"));
    skip_space(reader);
    if (!reader->run->has_failed && !is_next(reader, ',') && !is_next(reader, '}'))
        fail(reader,
             reader->at == reader->end ? "an object without its '}'" : "an unexpected character");
    return !reader->run->has_failed;
}

/* At '{'. */
static struct value read_object(struct reader *reader)
{
    struct object *object = object_new(reader->run);

    reader->at++;
    while (object) {
        skip_space(reader);
        if (reader->at == reader->end)
            return fail(reader, "an object without its '}'");
        if (is_next(reader, '}')) {
            reader->at++;
            return value_map(object);
        }
        if (is_next(reader, ','))
            reader->at++;
        else if (strchr(":][{", *reader->at) && *reader->at != '\0')
            return fail(reader, "an unexpected character");
        else if (!read_member(reader, object))
            return value_null();
    }
    return value_null();
}

static struct value read_by_character(struct reader *reader, const char *stops)
{
    switch (*reader->at) {
    case '{':
        return read_object(reader);
    case '[':
        return read_array(reader);
    case '"':
    case '\'':
        return read_string(reader);
    case ':':
    case '}':
    case ']':
        return fail(reader, "an unexpected character");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(reader, stops);
    default:
        return read_word(reader, stops);
    }
}

static struct value read_value(struct reader *reader, const char *stops)
{
    struct value value = value_null();

    skip_space(reader);
    if (!run_enter(reader->run))
        return value;
    if (run_count(reader->run, 1)) {
        if (reader->at < reader->end)
            value = read_by_character(reader, stops);
        else if (*stops == '\0')
            value = value_literal("");
        else
            fail(reader, "a value is missing");
    }
    run_leave(reader->run);
    return value;
}

struct value lenient_json_parse(struct mapping_run *run, const char *data, size_t size)
{
    struct reader reader = {.run = run, .start = data, .at = data, .end = data + size};

    run_count(run, size / 64);
    return read_value(&reader, "");
}
