#include "json/nearest.h"

#include <string.h>

/* Longer names are compared with nothing. */
#define NAME_SIZE_MAX 64

/* A shorter beginning says too little about what was meant. */
#define PREFIX_SIZE_MIN 3

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Insertions, removals, replacements and swaps of neighbours that make a into b, whatever their
 * case; the optimal string alignment distance, by rows.
 */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][NAME_SIZE_MAX + 1];
    size_t *before_last = rows[0];
    size_t *last        = rows[1];
    size_t *row         = rows[2];

    for (size_t j = 0; j <= b_size; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *free_row = before_last;

        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t replaced = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));

            row[j] = smaller(replaced, smaller(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = smaller(row[j], before_last[j - 2] + 1);
        }
        before_last = last;
        last        = row;
        row         = free_row;
    }
    return last[b_size];
}

void nearest_consider(struct nearest *nearest, const char *candidate)
{
    size_t wanted_size    = strlen(nearest->wanted);
    size_t candidate_size = strlen(candidate);
    size_t shorter        = smaller(wanted_size, candidate_size);
    size_t near_enough    = (wanted_size + candidate_size - shorter + 2) / 3;
    size_t distance;

    if (shorter == 0 || wanted_size > NAME_SIZE_MAX || candidate_size > NAME_SIZE_MAX)
        return;
    distance = edit_distance(nearest->wanted, wanted_size, candidate, candidate_size);
    if (shorter >= PREFIX_SIZE_MIN && strncasecmp(nearest->wanted, candidate, shorter) == 0)
        distance = smaller(distance, near_enough);
    if (distance > near_enough || (nearest->found && distance >= nearest->distance))
        return;
    nearest->found    = candidate;
    nearest->distance = distance;
}
