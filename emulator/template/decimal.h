#pragma once

/*
 * Decimal numbers of any size up to NUMBER_DIGITS_MAX digits: digits * 10^-scale. Slow and simple,
 * since next to no template meets one.
 */

#include <stdbool.h>
#include <stddef.h>

struct mapping_run;
struct text;

struct decimal {
    bool is_negative; /* not of zero */
    char *digits;     /* '0' to '9', without leading zeros; zero has none */
    size_t size;
    long scale;
};

/* False if the number has too many digits, which fails the run; everything is in its memory. */
bool decimal_parse(struct mapping_run *run, const char *spelling, size_t size,
                   struct decimal *decimal);
bool decimal_add(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                 struct decimal *sum);
bool decimal_multiply(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                      struct decimal *product);

/* What of a / b has the scale of a: cut off, or rounded half down. b isn't zero. */
bool decimal_divide(struct mapping_run *run, const struct decimal *a, const struct decimal *b,
                    bool is_rounded, struct decimal *quotient);

/* -1, 0 or 1; 2 if that would take too many digits, which fails the run. */
int decimal_compare(struct mapping_run *run, const struct decimal *a, const struct decimal *b);

/* As BigDecimal.toString(): 0.10, 1.5E+30. */
void decimal_print(const struct decimal *decimal, struct text *out);
