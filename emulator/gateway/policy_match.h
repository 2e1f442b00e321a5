#pragma once

/*
 * How the values of a policy are compared: wildcards, ARNs, addresses, dates and numbers. Takes
 * strings, gives answers; knows nothing of statements and conditions.
 *
 * AWS: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */

#include <stdbool.h>
#include <stdint.h>

enum policy_case { POLICY_CASE_EXACT, POLICY_CASE_IGNORED };

/* '*' stands for any characters, '/' and ':' among them, '?' for exactly one. */
bool policy_match_wildcards(const char *pattern, const char *string, enum policy_case letters);

/* Each of the six parts of an ARN is compared alone, with wildcards. */
bool policy_match_arn(const char *pattern, const char *arn);

/* Whether range is an IPv4 or IPv6 address, with or without "/BITS". */
bool policy_range_is_wellformed(const char *range);

/* Whether address is within range; an IPv4 address within no range of IPv6. */
bool policy_match_range(const char *range, const char *address);

/*
 * Reads a date as IAM takes it: "2026-11-24", "2026-11-24T20:36Z", "2026-11-24T20:36:18.5+01:00",
 * or seconds since 1970. False if string is none.
 */
bool policy_read_date(const char *string, int64_t *milliseconds);

bool policy_read_number(const char *string, double *number);
