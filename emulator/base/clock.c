#include "base/clock.h"

#include <stdio.h>
#include <time.h>

/* strftime's %b follows the locale; AWS writes English. */
static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t read_clock(clockid_t id, int64_t units_per_second)
{
    struct timespec now;

    clock_gettime(id, &now);
    return now.tv_sec * units_per_second + now.tv_nsec / (1000000000 / units_per_second);
}

int64_t clock_milliseconds(void)
{
    return read_clock(CLOCK_REALTIME, 1000);
}

int64_t clock_microseconds(void)
{
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

static struct tm broken_down(int64_t milliseconds)
{
    time_t seconds = milliseconds / 1000;
    struct tm utc;

    gmtime_r(&seconds, &utc);
    return utc;
}

void clock_format_request_time(int64_t milliseconds, char out[CLOCK_REQUEST_TIME_SIZE])
{
    struct tm utc = broken_down(milliseconds);

    snprintf(out, CLOCK_REQUEST_TIME_SIZE, "%02u/%s/%04u:%02u:%02u:%02u +0000",
             (unsigned)utc.tm_mday % 100u, months[(unsigned)utc.tm_mon % 12u],
             (unsigned)(utc.tm_year + 1900) % 10000u, (unsigned)utc.tm_hour % 100u,
             (unsigned)utc.tm_min % 100u, (unsigned)utc.tm_sec % 100u);
}

void clock_format_iso(int64_t milliseconds, char out[CLOCK_ISO_SIZE])
{
    struct tm utc = broken_down(milliseconds);

    snprintf(out, CLOCK_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
             (unsigned)(utc.tm_year + 1900) % 10000u, (unsigned)(utc.tm_mon + 1) % 100u,
             (unsigned)utc.tm_mday % 100u, (unsigned)utc.tm_hour % 100u,
             (unsigned)utc.tm_min % 100u, (unsigned)utc.tm_sec % 100u,
             (unsigned)(milliseconds % 1000));
}
