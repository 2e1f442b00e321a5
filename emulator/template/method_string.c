/* java.lang.String. Places are UTF-16's, as in Java. */

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "template/format.h"
#include "template/java_string.h"
#include "template/method.h"
#include "template/method_regex.h"
#include "template/print.h"
#include "template/run.h"

static long length_of(struct value string)
{
    return (long)java_length(string.string, string.size);
}

/* What has been put into text, which is emptied. */
static struct value take(struct mapping_run *run, struct text *text)
{
    return value_copy(run, text_string(text), text->size);
}

static struct value char_at(const struct call *call)
{
    SCOPED_TEXT text = {0};
    struct value value;
    long index;

    if (!argument_integer(call, 0, &index))
        return value_null();
    if (index < 0 || index >= length_of(call->on)) {
        run_fail(call->run, "charAt: index %ld is outside of the text", index);
        return value_null();
    }
    java_substring(call->on.string, call->on.size, (size_t)index, (size_t)index + 1, &text);
    value      = take(call->run, &text);
    value.kind = value.kind == VALUE_STRING ? VALUE_CHARACTER : VALUE_NULL;
    return value;
}

static struct value compare_to(const struct call *call)
{
    struct value other = call->arguments[0];

    if (other.kind != VALUE_STRING)
        return value_null();
    return value_integer(java_compare(call->on.string, call->on.size, other.string, other.size));
}

static struct value compare_to_ignoring_case(const struct call *call)
{
    SCOPED_TEXT mine   = {0};
    SCOPED_TEXT others = {0};

    if (!argument_is_string(call, 0))
        return value_null();
    java_change_case(call->on.string, call->on.size, false, &mine);
    java_change_case(call->arguments[0].string, call->arguments[0].size, false, &others);
    return value_integer(
        java_compare(text_string(&mine), mine.size, text_string(&others), others.size));
}

static struct value concat(const struct call *call)
{
    SCOPED_TEXT text = {0};

    if (!argument_is_string(call, 0))
        return value_null();
    text_append(&text, call->on.string, call->on.size);
    text_append(&text, call->arguments[0].string, call->arguments[0].size);
    return run_check_size(call->run, &text) ? take(call->run, &text) : value_null();
}

static struct value contains(const struct call *call)
{
    struct value wanted = call->arguments[0];

    if (wanted.kind != VALUE_STRING)
        return value_null();
    run_count(call->run, call->on.size / 64);
    return value_boolean(wanted.size == 0 || memmem(call->on.string, call->on.size, wanted.string,
                                                    wanted.size) != NULL);
}

static struct value ends_with(const struct call *call)
{
    struct value end = call->arguments[0];

    if (end.kind != VALUE_STRING)
        return value_null();
    return value_boolean(end.size <= call->on.size &&
                         memcmp(call->on.string + call->on.size - end.size, end.string, end.size) ==
                             0);
}

static struct value equals_ignoring_case(const struct call *call)
{
    struct value other = call->arguments[0];

    return value_boolean(
        other.kind == VALUE_STRING &&
        java_equals_ignoring_case(call->on.string, call->on.size, other.string, other.size));
}

static struct value format(const struct call *call)
{
    return format_string(call->run, call->arguments, call->count);
}

/* A string, or the code of a character. */
static bool wanted_text(const struct call *call, struct text *text)
{
    struct value wanted = call->arguments[0];

    if (wanted.kind == VALUE_STRING || wanted.kind == VALUE_CHARACTER)
        text_append(text, wanted.string, wanted.size);
    else if (wanted.kind == VALUE_INTEGER && wanted.integer > 0 && wanted.integer < 0x110000)
        java_append(text, (uint32_t)wanted.integer);
    else
        return false;
    return true;
}

static struct value index_of(const struct call *call)
{
    SCOPED_TEXT wanted = {0};
    const char *string = call->on.string;
    const char *found;
    long from = 0;
    size_t start;

    if (!wanted_text(call, &wanted) || (call->count == 2 && !argument_integer(call, 1, &from)))
        return value_null();
    run_count(call->run, call->on.size / 16);
    start = java_offset(string, call->on.size, from > 0 ? (size_t)from : 0);
    found = wanted.size == 0
                ? string + start
                : memmem(string + start, call->on.size - start, wanted.data, wanted.size);
    return value_integer(found ? (int32_t)java_length(string, (size_t)(found - string)) : -1);
}

static bool is_blank_character(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r') ||
           (character >= 0x1c && character <= 0x1f);
}

static struct value is_blank(const struct call *call)
{
    for (size_t i = 0; i < call->on.size; i++) {
        if (!is_blank_character(call->on.string[i]))
            return value_boolean(false);
    }
    return value_boolean(true);
}

static struct value is_empty(const struct call *call)
{
    return value_boolean(call->on.size == 0);
}

static struct value last_index_of(const struct call *call)
{
    SCOPED_TEXT wanted = {0};
    const char *string = call->on.string;
    long from          = length_of(call->on);
    size_t start;

    if (!wanted_text(call, &wanted) || (call->count == 2 && !argument_integer(call, 1, &from)))
        return value_null();
    if (from < 0 || wanted.size > call->on.size ||
        !run_count(call->run, call->on.size * (1 + wanted.size / 64) / 16))
        return value_integer(-1);
    start = java_offset(string, call->on.size, (size_t)from);
    if (start > call->on.size - wanted.size)
        start = call->on.size - wanted.size;
    for (size_t at = start + 1; at-- > 0;) {
        if (memcmp(string + at, text_string(&wanted), wanted.size) == 0)
            return value_integer((int32_t)java_length(string, at));
    }
    return value_integer(-1);
}

static struct value length(const struct call *call)
{
    run_count(call->run, call->on.size / 64);
    return value_integer((int32_t)length_of(call->on));
}

static struct value region_matches(const struct call *call)
{
    SCOPED_TEXT mine   = {0};
    SCOPED_TEXT others = {0};
    bool ignores_case  = call->count == 5;
    size_t first       = ignores_case ? 1 : 0;
    struct value other;
    long mine_at;
    long others_at;
    long size;

    if ((ignores_case && call->arguments[0].kind != VALUE_BOOLEAN) ||
        !argument_integer(call, first, &mine_at) || !argument_is_string(call, first + 1) ||
        !argument_integer(call, first + 2, &others_at) || !argument_integer(call, first + 3, &size))
        return value_null();
    other        = call->arguments[first + 1];
    ignores_case = ignores_case && call->arguments[0].boolean;
    if (mine_at < 0 || others_at < 0 || mine_at > length_of(call->on) - size ||
        others_at > length_of(other) - size)
        return value_boolean(false);
    if (size <= 0)
        return value_boolean(true);
    java_substring(call->on.string, call->on.size, (size_t)mine_at, (size_t)(mine_at + size),
                   &mine);
    java_substring(other.string, other.size, (size_t)others_at, (size_t)(others_at + size),
                   &others);
    return value_boolean(ignores_case ? java_equals_ignoring_case(text_string(&mine), mine.size,
                                                                  text_string(&others), others.size)
                                      : text_equals(&mine, text_string(&others)));
}

static struct value repeat(const struct call *call)
{
    SCOPED_TEXT text = {0};
    long count;

    if (!argument_integer(call, 0, &count))
        return value_null();
    if (count < 0)
        run_fail(call->run, "repeat: %ld is negative", count);
    for (long i = 0; i < count && call->on.size > 0 && run_check_size(call->run, &text) &&
                     run_count(call->run, 1);
         i++)
        text_append(&text, call->on.string, call->on.size);
    return run_check_size(call->run, &text) ? take(call->run, &text) : value_null();
}

static bool is_textual(struct value value)
{
    return value.kind == VALUE_STRING || value.kind == VALUE_CHARACTER;
}

/* All occurrences; of an empty text those between all characters. */
static struct value replace(const struct call *call)
{
    SCOPED_TEXT text  = {0};
    struct value from = call->arguments[0];
    struct value to   = call->arguments[1];
    const char *at    = call->on.string;
    const char *end   = at + call->on.size;
    const char *found;

    if (!is_textual(from) || !is_textual(to))
        return value_null();
    while (run_count(call->run, 1 + to.size / 64) && run_check_size(call->run, &text)) {
        uint32_t ignored;

        if (from.size == 0)
            found = at;
        else
            found = at < end ? memmem(at, (size_t)(end - at), from.string, from.size) : NULL;
        if (!found)
            break;
        text_append(&text, at, (size_t)(found - at));
        text_append(&text, to.string, to.size);
        at = found + from.size;
        if (from.size == 0) {
            size_t used = at < end ? java_decode(at, (size_t)(end - at), &ignored) : 0;

            text_append(&text, at, used);
            at += used;
            if (used == 0)
                break;
        }
    }
    text_append(&text, at, (size_t)(end - at));
    run_count(call->run, call->on.size / 64);
    return run_check_size(call->run, &text) ? take(call->run, &text) : value_null();
}

static struct value starts_with(const struct call *call)
{
    struct value start = call->arguments[0];
    long from          = 0;
    size_t at;

    if (start.kind != VALUE_STRING || (call->count == 2 && !argument_integer(call, 1, &from)))
        return value_null();
    if (from < 0 || from > length_of(call->on))
        return value_boolean(false);
    at = java_offset(call->on.string, call->on.size, (size_t)from);
    return value_boolean(start.size <= call->on.size - at &&
                         memcmp(call->on.string + at, start.string, start.size) == 0);
}

static struct value substring(const struct call *call)
{
    SCOPED_TEXT text = {0};
    long begin;
    long size = length_of(call->on);
    long end  = size;

    if (!argument_integer(call, 0, &begin) ||
        (call->count == 2 && !argument_integer(call, 1, &end)))
        return value_null();
    if (begin < 0 || end > size || begin > end) {
        run_fail(call->run, "substring: from %ld to %ld is outside of a text of %ld", begin, end,
                 size);
        return value_null();
    }
    run_count(call->run, call->on.size / 64);
    if ((size_t)size == call->on.size) /* plain ASCII: nothing is copied */
        return value_string(call->on.string + begin, (size_t)(end - begin));
    java_substring(call->on.string, call->on.size, (size_t)begin, (size_t)end, &text);
    return take(call->run, &text);
}

static struct value change_case(const struct call *call, bool to_upper)
{
    SCOPED_TEXT text = {0};

    run_count(call->run, call->on.size / 16);
    java_change_case(call->on.string, call->on.size, to_upper, &text);
    return take(call->run, &text);
}

static struct value to_lower_case(const struct call *call)
{
    return change_case(call, false);
}

static struct value to_upper_case(const struct call *call)
{
    return change_case(call, true);
}

static struct value to_char_array(const struct call *call)
{
    struct list *list = list_new(call->run, LIST_ARRAY, call->on.size);

    for (size_t at = 0; list && at < call->on.size;) {
        uint32_t ignored;
        size_t used         = java_decode(call->on.string + at, call->on.size - at, &ignored);
        struct value letter = value_string(call->on.string + at, used);

        letter.kind = VALUE_CHARACTER;
        list_add(call->run, list, letter);
        at += used;
    }
    return list ? value_list(list) : value_null();
}

/* Without what is up to a space in code at both ends. */
static struct value trim(const struct call *call)
{
    const char *start = call->on.string;
    const char *end   = start + call->on.size;

    while (start < end && (unsigned char)*start <= ' ')
        start++;
    while (end > start && (unsigned char)end[-1] <= ' ')
        end--;
    return value_string(start, (size_t)(end - start));
}

static struct value value_of(const struct call *call)
{
    return print_to_string(call->run, call->arguments[0]);
}

static const struct method methods[] = {
    {"charAt",              1, 1,  char_at                 },
    {"compareTo",           1, 1,  compare_to              },
    {"compareToIgnoreCase", 1, 1,  compare_to_ignoring_case},
    {"concat",              1, 1,  concat                  },
    {"contains",            1, 1,  contains                },
    {"endsWith",            1, 1,  ends_with               },
    {"equalsIgnoreCase",    1, 1,  equals_ignoring_case    },
    {"format",              1, 16, format                  },
    {"indexOf",             1, 2,  index_of                },
    {"isBlank",             0, 0,  is_blank                },
    {"isEmpty",             0, 0,  is_empty                },
    {"lastIndexOf",         1, 2,  last_index_of           },
    {"length",              0, 0,  length                  },
    {"matches",             1, 1,  method_matches          },
    {"regionMatches",       4, 5,  region_matches          },
    {"repeat",              1, 1,  repeat                  },
    {"replace",             2, 2,  replace                 },
    {"replaceAll",          2, 2,  method_replace_all      },
    {"replaceFirst",        2, 2,  method_replace_first    },
    {"split",               1, 2,  method_split            },
    {"startsWith",          1, 2,  starts_with             },
    {"strip",               0, 0,  trim                    },
    {"substring",           1, 2,  substring               },
    {"toCharArray",         0, 0,  to_char_array           },
    {"toLowerCase",         0, 0,  to_lower_case           },
    {"toUpperCase",         0, 0,  to_upper_case           },
    {"trim",                0, 0,  trim                    },
    {"valueOf",             1, 1,  value_of                },
};

const struct method_table methods_of_strings = {methods, ARRAY_SIZE(methods)};
