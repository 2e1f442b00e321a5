#include "template/decimal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "template/limits.h"
#include "template/run.h"

/* An exponent beyond this is no number that anybody means. */
#define EXPONENT_MAX 100000

static bool make_digits(struct mapping_run *run, size_t size, struct decimal *decimal)
{
    if (size > 2 * NUMBER_DIGITS_MAX)
        return run_fail(run, "a number has more than %d digits", NUMBER_DIGITS_MAX);
    decimal->digits = run_allocate(run, size + 1);
    decimal->size   = size;
    return decimal->digits && run_count(run, 1 + size / 8);
}

/* Without zeros in front, and within the bound. */
static bool normalise(struct mapping_run *run, struct decimal *decimal)
{
    while (decimal->size > 0 && *decimal->digits == '0') {
        decimal->digits++;
        decimal->size--;
    }
    if (decimal->size == 0)
        decimal->is_negative = false;
    if (decimal->size > NUMBER_DIGITS_MAX)
        return run_fail(run, "a number has more than %d digits", NUMBER_DIGITS_MAX);
    return true;
}

bool decimal_parse(struct mapping_run *run, const char *spelling, size_t size,
                   struct decimal *decimal)
{
    size_t digits    = 0;
    bool is_fraction = false;

    *decimal = (struct decimal){.is_negative = size > 0 && *spelling == '-'};
    if (!make_digits(run, size, decimal))
        return false;
    for (size_t i = decimal->is_negative; i < size; i++) {
        if (spelling[i] == '.') {
            is_fraction = true;
        } else if (spelling[i] >= '0' && spelling[i] <= '9') {
            decimal->digits[digits++] = spelling[i];
            decimal->scale += is_fraction;
        } else { /* an exponent; a NUL is somewhere behind it */
            long exponent = strtol(spelling + i + 1, NULL, 10);

            if (exponent > EXPONENT_MAX || exponent < -EXPONENT_MAX)
                return run_fail(run, "a number's exponent is beyond %d", EXPONENT_MAX);
            decimal->scale -= exponent;
            break;
        }
    }
    decimal->size = digits;
    return normalise(run, decimal);
}

/* The same number with a scale that isn't smaller. */
static bool rescale(struct mapping_run *run, const struct decimal *decimal, long scale,
                    struct decimal *result)
{
    size_t zeros = (size_t)(scale - decimal->scale);

    *result       = *decimal;
    result->scale = scale;
    if (zeros == 0 || decimal->size == 0)
        return true;
    if (!make_digits(run, decimal->size + zeros, result))
        return false;
    memcpy(result->digits, decimal->digits, decimal->size);
    memset(result->digits + decimal->size, '0', zeros);
    return true;
}

static int compare_digits(const struct decimal *a, const struct decimal *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->size > 0 ? memcmp(a->digits, b->digits, a->size) : 0;
}

/* The digit at the place that counts from the end. */
static int digit_at(const struct decimal *decimal, size_t place)
{
    return place < decimal->size ? decimal->digits[decimal->size - 1 - place] - '0' : 0;
}

/* a + sign * b of the digits alone, where b isn't more than a if sign is -1. */
static bool combine(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                    int sign, struct decimal *result)
{
    size_t size = (a->size > b->size ? a->size : b->size) + 1;
    int carry   = 0;

    if (!make_digits(run, size, result))
        return false;
    assert(result->digits);
    for (size_t i = 0; i < size; i++) {
        int digit = digit_at(a, i) + sign * digit_at(b, i) + carry;

        carry                        = digit < 0 ? -1 : digit / 10;
        result->digits[size - 1 - i] = (char)('0' + digit - 10 * carry);
    }
    return normalise(run, result);
}

bool decimal_add(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                 struct decimal *sum)
{
    long scale = a->scale > b->scale ? a->scale : b->scale;
    struct decimal left;
    struct decimal right;

    if (!rescale(run, a, scale, &left) || !rescale(run, b, scale, &right))
        return false;
    *sum = (struct decimal){.scale = scale, .is_negative = left.is_negative};
    if (left.is_negative == right.is_negative)
        return combine(run, &left, &right, 1, sum);
    if (compare_digits(&left, &right) >= 0)
        return combine(run, &left, &right, -1, sum);
    sum->is_negative = right.is_negative;
    return combine(run, &right, &left, -1, sum);
}

bool decimal_multiply(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                      struct decimal *product)
{
    *product = (struct decimal){.scale       = a->scale + b->scale,
                                .is_negative = a->is_negative != b->is_negative};
    if (!make_digits(run, a->size + b->size, product) || !run_count(run, a->size * b->size / 16))
        return false;
    memset(product->digits, '0', product->size);
    for (size_t i = 0; i < b->size; i++) {
        int carry = 0;

        for (size_t j = 0; j < a->size || carry > 0; j++) {
            char *place = product->digits + product->size - 1 - i - j;
            int digit   = *place - '0' + digit_at(a, j) * digit_at(b, i) + carry;

            carry  = digit / 10;
            *place = (char)('0' + digit % 10);
        }
    }
    return normalise(run, product);
}

/* a / b of the digits alone; what is left over goes to *rest. */
static bool divide_digits(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                          struct decimal *quotient, struct decimal *rest)
{
    struct decimal room = {0};

    if (!make_digits(run, a->size, quotient) || !make_digits(run, a->size + 1, &room) ||
        !run_count(run, a->size * b->size / 4))
        return false;
    assert(room.digits);
    *rest = (struct decimal){.digits = room.digits};
    for (size_t i = 0; i < a->size; i++) {
        int times = 0;

        if (rest->size > 0 || a->digits[i] != '0')
            rest->digits[rest->size++] = a->digits[i];
        for (; compare_digits(rest, b) >= 0; times++) {
            int carry = 0;

            for (size_t j = 0; j < rest->size; j++) {
                char *place = rest->digits + rest->size - 1 - j;
                int digit   = *place - '0' - digit_at(b, j) + carry;

                carry  = digit < 0 ? -1 : 0;
                *place = (char)('0' + digit - 10 * carry);
            }
            while (rest->size > 0 && *rest->digits == '0')
                memmove(rest->digits, rest->digits + 1, --rest->size);
        }
        quotient->digits[i] = (char)('0' + times);
    }
    return normalise(run, quotient);
}

bool decimal_divide(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                    bool is_rounded, struct decimal *quotient)
{
    static char one[]   = "1";
    struct decimal unit = {.digits = one, .size = 1};
    struct decimal dividend;
    struct decimal divisor;
    struct decimal rest;
    struct decimal twice;
    struct decimal rounded;

    if (!rescale(run, a, a->scale + (b->scale > 0 ? b->scale : 0), &dividend) ||
        !rescale(run, b, b->scale < 0 ? 0 : b->scale, &divisor))
        return false;
    *quotient = (struct decimal){.is_negative = a->is_negative != b->is_negative};
    if (!divide_digits(run, &dividend, &divisor, quotient, &rest))
        return false;
    if (is_rounded) {
        twice   = (struct decimal){0};
        rounded = (struct decimal){.is_negative = a->is_negative != b->is_negative};
        if (!combine(run, &rest, &rest, 1, &twice))
            return false;
        if (compare_digits(&twice, &divisor) > 0) {
            if (!combine(run, quotient, &unit, 1, &rounded))
                return false;
            *quotient = rounded;
        }
    }
    quotient->scale = a->scale;
    return true;
}

int decimal_compare(struct mapping_run *run, const struct decimal *a, const struct decimal *b)
{
    long scale = a->scale > b->scale ? a->scale : b->scale;
    struct decimal left;
    struct decimal right;
    int order;

    if (a->size == 0 || b->size == 0 || a->is_negative != b->is_negative) {
        int left_sign  = a->size == 0 ? 0 : a->is_negative ? -1 : 1;
        int right_sign = b->size == 0 ? 0 : b->is_negative ? -1 : 1;

        return left_sign < right_sign ? -1 : left_sign > right_sign;
    }
    if (!rescale(run, a, scale, &left) || !rescale(run, b, scale, &right))
        return 2;
    order = compare_digits(&left, &right);
    order = order < 0 ? -1 : order > 0;
    return left.is_negative ? -order : order;
}

void decimal_print(const struct decimal *decimal, struct text *out)
{
    const char *digits = decimal->size > 0 ? decimal->digits : "0";
    size_t size        = decimal->size > 0 ? decimal->size : 1;
    long exponent      = (long)size - 1 - decimal->scale;

    if (decimal->is_negative)
        text_append_character(out, '-');
    if (decimal->scale < 0 || exponent < -6) {
        text_append(out, digits, 1);
        if (size > 1) {
            text_append_character(out, '.');
            text_append(out, digits + 1, size - 1);
        }
        if (exponent != 0)
            text_append_format(out, "E%+ld", exponent);
    } else if ((long)size > decimal->scale) {
        text_append(out, digits, size - (size_t)decimal->scale);
        if (decimal->scale > 0) {
            text_append_character(out, '.');
            text_append(out, digits + size - decimal->scale, (size_t)decimal->scale);
        }
    } else {
        text_append_string(out, "0.");
        for (long i = (long)size; i < decimal->scale; i++)
            text_append_character(out, '0');
        text_append(out, digits, size);
    }
}
