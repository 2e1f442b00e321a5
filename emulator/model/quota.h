#pragma once

/*
 * A usage plan's quota: so many requests in each day, week or month of UTC.
 *
 * AWS: API Gateway API reference, QuotaSettings. AWS?: periods are those of UTC; "offset", which
 * AWS describes in two ways, is the day of the week (0: Sunday) or of the month (0: the first) that
 * a period begins with.
 */

#include <stdbool.h>
#include <stdint.h>

enum quota_period { QUOTA_DAY, QUOTA_WEEK, QUOTA_MONTH };

struct quota {
    int64_t limit; /* 0: there is none */
    enum quota_period period;
    int offset;
};

/* When the period began that now is in; both in ms since 1970, which now may precede. */
int64_t quota_period_start(const struct quota *quota, int64_t now);

/* "DAY", "WEEK" or "MONTH"; false if name is none of them. */
bool quota_period_find(const char *name, enum quota_period *period);

/* "DAY", "WEEK" or "MONTH" */
const char *quota_period_name(enum quota_period period);

/* "a day", "a week", "a month" */
const char *quota_period_text(enum quota_period period);

/* AWS: the highest offset of a period. */
int quota_offset_max(enum quota_period period);
