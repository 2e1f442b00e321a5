#include "model/quota.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

#define SECONDS_PER_DAY      86400
#define DAYS_PER_WEEK        7
#define MILLISECONDS_PER_DAY (SECONDS_PER_DAY * INT64_C(1000))

static const struct {
    const char *name;
    const char *text;
    int offset_max;
} periods[] = {
    [QUOTA_DAY]   = {"DAY",   "a day",   0 },
    [QUOTA_WEEK]  = {"WEEK",  "a week",  6 },
    [QUOTA_MONTH] = {"MONTH", "a month", 27},
};

static int64_t month_start(int64_t day, int offset)
{
    time_t seconds = (time_t)(day * SECONDS_PER_DAY);
    struct tm date;

    gmtime_r(&seconds, &date);
    if (date.tm_mday < 1 + offset)
        date.tm_mon--;
    date.tm_mday = 1 + offset;
    return (int64_t)timegm(&date) / SECONDS_PER_DAY;
}

/* The number of its first day, from 1970 on. */
static int64_t first_day(const struct quota *quota, int64_t day)
{
    int64_t weekday = (day + 4) % DAYS_PER_WEEK; /* 1970 began with a Thursday */

    switch (quota->period) {
    case QUOTA_DAY:
        return day;
    case QUOTA_WEEK:
        return day - (weekday - quota->offset + 2 * DAYS_PER_WEEK) % DAYS_PER_WEEK;
    case QUOTA_MONTH:
        return month_start(day, quota->offset);
    }
    return day;
}

int64_t quota_period_start(const struct quota *quota, int64_t now)
{
    int64_t day = now / MILLISECONDS_PER_DAY - (now % MILLISECONDS_PER_DAY < 0);

    return first_day(quota, day) * MILLISECONDS_PER_DAY;
}

bool quota_period_find(const char *name, enum quota_period *period)
{
    for (size_t i = 0; i < ARRAY_SIZE(periods); i++) {
        if (strcmp(periods[i].name, name) != 0)
            continue;
        *period = (enum quota_period)i;
        return true;
    }
    return false;
}

const char *quota_period_name(enum quota_period period)
{
    return periods[period].name;
}

const char *quota_period_text(enum quota_period period)
{
    return periods[period].text;
}

int quota_offset_max(enum quota_period period)
{
    return periods[period].offset_max;
}
