#include <string.h>

#include "base/text.h"
#include "template/java_string.h"
#include "template/number.h"
#include "template/print.h"
#include "template/run.h"

/* What json-smart writes as \uXXXX. */
static bool is_unicode_escaped(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) ||
           (code_point >= 0x2000 && code_point <= 0x20ff);
}

static void print_escaped(uint32_t code_point, struct text *out)
{
    static const char escaped[] = "\"\\\b\t\n\f\r";
    static const char letters[] = "\"\\btnfr";
    const char *found =
        code_point > 0 && code_point < 0x80 ? strchr(escaped, (int)code_point) : NULL;

    if (found) {
        text_append_character(out, '\\');
        text_append_character(out, letters[found - escaped]);
    } else if (is_unicode_escaped(code_point)) {
        text_append_format(out, "\\u%04X", code_point);
    } else {
        java_append(out, code_point);
    }
}

static bool is_plain(char character, bool escapes_slashes)
{
    unsigned char byte = (unsigned char)character;

    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\' &&
           !(escapes_slashes && byte == '/');
}

static void print_string(const char *data, size_t size, bool escapes_slashes, struct text *out)
{
    text_append_character(out, '"');
    for (size_t at = 0; at < size;) {
        size_t plain = 0;
        uint32_t code_point;

        while (at + plain < size && is_plain(data[at + plain], escapes_slashes))
            plain++;
        text_append(out, data + at, plain);
        at += plain;
        if (at == size)
            break;
        at += java_decode(data + at, size - at, &code_point);
        if (code_point == '/')
            text_append_string(out, "\\/");
        else
            print_escaped(code_point, out);
    }
    text_append_character(out, '"');
}

static void print_list(struct mapping_run *run, const struct list *list, bool escapes_slashes,
                       struct text *out)
{
    text_append_character(out, '[');
    for (size_t i = 0; i < list->count && !run->has_failed; i++) {
        if (i > 0)
            text_append_character(out, ',');
        print_json(run, list->items[i], escapes_slashes, out);
    }
    text_append_character(out, ']');
}

static void print_as_string(struct mapping_run *run, struct value value, bool escapes_slashes,
                            struct text *out)
{
    struct value string = print_to_string(run, value);

    if (string.kind == VALUE_STRING)
        print_string(string.string, string.size, escapes_slashes, out);
}

static void print_map(struct mapping_run *run, const struct object *object, bool escapes_slashes,
                      struct text *out)
{
    const struct object_entry *entry;
    size_t at    = 0;
    bool is_next = false;

    text_append_character(out, '{');
    while (!run->has_failed && (entry = object_next(object, &at))) {
        if (is_next)
            text_append_character(out, ',');
        is_next = true;
        print_as_string(run, entry->key, escapes_slashes, out);
        text_append_character(out, ':');
        print_json(run, entry->value, escapes_slashes, out);
    }
    text_append_character(out, '}');
}

void print_json(struct mapping_run *run, struct value value, bool escapes_slashes, struct text *out)
{
    if (!run_enter(run))
        return;
    if (!run_count(run, 1 + value.size / 64) || !run_check_size(run, out))
        ;
    else if (value.kind == VALUE_NULL || value.kind == VALUE_BOOLEAN || value_is_number(value))
        print_java(run, value, out);
    else if (value.kind == VALUE_STRING)
        print_string(value.string, value.size, escapes_slashes, out);
    else if (value.kind == VALUE_LIST)
        print_list(run, value.list, escapes_slashes, out);
    else if (value.kind == VALUE_MAP)
        print_map(run, value.object, escapes_slashes, out);
    else
        print_as_string(run, value, escapes_slashes, out);
    run_leave(run);
}
