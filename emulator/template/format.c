#include "template/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "template/java_string.h"
#include "template/number.h"
#include "template/print.h"
#include "template/run.h"

#define WIDTH_MAX 1000

struct directive {
    bool is_left;
    bool has_zeros;
    bool has_plus;
    int width;
    int precision; /* -1: none */
    char conversion;
};

static int parse_size(const char **at, const char *end)
{
    int size = 0;

    while (*at < end && **at >= '0' && **at <= '9' && size <= WIDTH_MAX)
        size = size * 10 + (*(*at)++ - '0');
    return size;
}

/* Behind '%'. */
static bool parse(const char **at, const char *end, struct directive *directive)
{
    *directive = (struct directive){.precision = -1};
    for (; *at < end && strchr("-0+", **at) && **at != '\0'; (*at)++) {
        directive->is_left   = directive->is_left || **at == '-';
        directive->has_zeros = directive->has_zeros || **at == '0';
        directive->has_plus  = directive->has_plus || **at == '+';
    }
    directive->width = parse_size(at, end);
    if (*at < end && **at == '.') {
        (*at)++;
        directive->precision = parse_size(at, end);
    }
    if (*at == end || directive->width > WIDTH_MAX || directive->precision > WIDTH_MAX)
        return false;
    directive->conversion = *(*at)++;
    return true;
}

static bool append_number(struct mapping_run *run, const struct directive *directive,
                          struct value value, struct text *out)
{
    const char *sign = directive->has_plus ? "+" : "";
    char format[16];

    if (!value_is_number(value))
        return run_fail(run, "format: %%%c needs a number", directive->conversion);
    if (directive->conversion == 'f') {
        snprintf(format, sizeof format, "%%%s.*f", sign);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        text_append_format(out, format, directive->precision < 0 ? 6 : directive->precision,
                           number_as_double(value));
#pragma GCC diagnostic pop
    } else if (value.kind == VALUE_DOUBLE || value.kind == VALUE_BIG_DECIMAL) {
        return run_fail(run, "format: %%%c needs a whole number", directive->conversion);
    } else if (directive->conversion == 'd') {
        if (*sign != '\0' && number_as_double(value) >= 0)
            text_append_string(out, sign);
        number_print(value, out);
    } else if (value.kind == VALUE_INTEGER) {
        text_append_format(out, directive->conversion == 'x' ? "%x" : "%X",
                           (unsigned)value.integer);
    } else {
        text_append_format(out, directive->conversion == 'x' ? "%llx" : "%llX",
                           (unsigned long long)number_as_long(run, value));
    }
    return true;
}

static bool append_converted(struct mapping_run *run, const struct directive *directive,
                             struct value value, struct text *out)
{
    switch (directive->conversion) {
    case 'd':
    case 'f':
    case 'x':
    case 'X':
        return append_number(run, directive, value, out);
    case 's':
    case 'S':
    case 'c':
        value = print_to_string(run, value);
        break;
    case 'b':
        value = value_literal(value.kind == VALUE_BOOLEAN ? value.boolean ? "true" : "false"
                              : value.kind == VALUE_NULL  ? "false"
                                                          : "true");
        break;
    default:
        return run_fail(run, "format: %%%c isn't supported", directive->conversion);
    }
    if (run->has_failed)
        return false;
    if (directive->conversion == 'S')
        java_change_case(value.string, value.size, true, out);
    else if (directive->precision >= 0)
        text_append(out, value.string,
                    java_offset(value.string, value.size, (size_t)directive->precision));
    else
        text_append(out, value.string, value.size);
    return true;
}

static void append_padded(const struct directive *directive, const struct text *text,
                          struct text *out)
{
    size_t length = java_length(text_string(text), text->size);
    size_t blanks = (size_t)directive->width > length ? (size_t)directive->width - length : 0;
    size_t sign   = directive->has_zeros && text->size > 0 && strchr("+-", *text->data) ? 1 : 0;

    text_append(out, text_string(text), sign);
    for (size_t i = 0; i < blanks && !directive->is_left; i++)
        text_append_character(out, directive->has_zeros ? '0' : ' ');
    text_append(out, text_string(text) + sign, text->size - sign);
    for (size_t i = 0; i < blanks && directive->is_left; i++)
        text_append_character(out, ' ');
}

struct value format_string(struct mapping_run *run, const struct value *arguments, size_t count)
{
    SCOPED_TEXT out   = {0};
    SCOPED_TEXT piece = {0};
    size_t next       = 1;
    const char *at;
    const char *end;

    if (arguments[0].kind != VALUE_STRING)
        return value_null();
    at  = arguments[0].string;
    end = at + arguments[0].size;
    while (at < end && run_count(run, 1) && run_check_size(run, &out)) {
        struct directive directive;

        if (*at != '%') {
            text_append_character(&out, *at++);
            continue;
        }
        at++;
        if (!parse(&at, end, &directive)) {
            run_fail(run, "format: a malformed '%%'");
        } else if (directive.conversion == '%' || directive.conversion == 'n') {
            text_append_character(&out, directive.conversion == '%' ? '%' : '\n');
        } else if (next >= count) {
            run_fail(run, "format: an argument is missing");
        } else {
            text_clear(&piece);
            if (append_converted(run, &directive, arguments[next++], &piece))
                append_padded(&directive, &piece, &out);
        }
    }
    return value_copy(run, text_string(&out), out.size);
}
