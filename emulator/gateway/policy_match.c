#include "gateway/policy_match.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define ARN_PARTS    6
#define ADDRESS_SIZE 16 /* bytes of an IPv6 address */

/* Beyond the year 9999, and before 1970 as much. */
#define EPOCH_SECONDS_MAX 253402300799.0

static int fold(char character, enum policy_case letters)
{
    return letters == POLICY_CASE_IGNORED ? tolower((unsigned char)character)
                                          : (unsigned char)character;
}

/* Matches the first pattern_size and string_size characters. */
static bool match_sized(const char *pattern, size_t pattern_size, const char *string,
                        size_t string_size, enum policy_case letters)
{
    const char *const pattern_end = pattern + pattern_size;
    const char *const string_end  = string + string_size;
    const char *star              = NULL; /* behind the last '*' */
    const char *again             = NULL; /* where what it stands for ended */

    while (string < string_end) {
        if (pattern < pattern_end && *pattern == '*') {
            star  = ++pattern;
            again = string;
        } else if (pattern < pattern_end &&
                   (*pattern == '?' || fold(*pattern, letters) == fold(*string, letters))) {
            pattern++;
            string++;
        } else if (star) {
            pattern = star;
            string  = ++again;
        } else {
            return false;
        }
    }
    while (pattern < pattern_end && *pattern == '*')
        pattern++;
    return pattern == pattern_end;
}

bool policy_match_wildcards(const char *pattern, const char *string, enum policy_case letters)
{
    return match_sized(pattern, strlen(pattern), string, strlen(string), letters);
}

/* The part in front of the next colon; the last part has all that is left. */
static size_t part_size(const char *arn, int part)
{
    return part < ARN_PARTS - 1 ? strcspn(arn, ":") : strlen(arn);
}

bool policy_match_arn(const char *pattern, const char *arn)
{
    for (int part = 0; part < ARN_PARTS; part++) {
        size_t pattern_size = part_size(pattern, part);
        size_t size         = part_size(arn, part);

        if (!match_sized(pattern, pattern_size, arn, size, POLICY_CASE_EXACT))
            return false;
        if (part == ARN_PARTS - 1)
            break;
        if (pattern[pattern_size] != ':' || arn[size] != ':')
            return false;
        pattern += pattern_size + 1;
        arn += size + 1;
    }
    return true;
}

/* Splits "ADDRESS/BITS"; without bits it is the one address. */
static bool read_range(const char *range, int *family, unsigned char address[ADDRESS_SIZE],
                       unsigned *bits)
{
    char host[INET6_ADDRSTRLEN];
    size_t size   = strcspn(range, "/");
    unsigned most = 0;

    if (size >= sizeof host)
        return false;
    memcpy(host, range, size);
    host[size] = '\0';
    *family    = strchr(host, ':') ? AF_INET6 : AF_INET;
    most       = *family == AF_INET6 ? 128 : 32;
    *bits      = most;
    if (inet_pton(*family, host, address) != 1)
        return false;
    if (range[size] == '\0')
        return true;
    range += size + 1;
    size = strspn(range, "0123456789");
    if (size == 0 || size > 3 || range[size] != '\0')
        return false;
    *bits = (unsigned)strtoul(range, NULL, 10);
    return *bits <= most;
}

bool policy_range_is_wellformed(const char *range)
{
    unsigned char address[ADDRESS_SIZE];
    unsigned bits;
    int family;

    return read_range(range, &family, address, &bits);
}

bool policy_match_range(const char *range, const char *address)
{
    unsigned char network[ADDRESS_SIZE];
    unsigned char host[ADDRESS_SIZE];
    unsigned bits;
    unsigned all;
    int network_family;
    int family;
    unsigned rest;

    if (!read_range(range, &network_family, network, &bits) ||
        !read_range(address, &family, host, &all) || family != network_family)
        return false;
    rest = bits % 8;
    if (memcmp(network, host, bits / 8) != 0)
        return false;
    return rest == 0 || (network[bits / 8] ^ host[bits / 8]) >> (8 - rest) == 0;
}

/* Digits alone, so many of them. */
static bool read_digits(const char **at, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        *number = *number * 10 + (**at - '0');
    }
    return true;
}

static bool read_separated(const char **at, char separator, int count, int *number)
{
    if (**at != separator)
        return false;
    (*at)++;
    return read_digits(at, count, number);
}

/* "Z", "+01:00"; without one it is UTC. */
static bool read_zone(const char *at, int *minutes)
{
    int sign = *at == '-' ? -1 : 1;
    int hour;
    int minute;

    *minutes = 0;
    if (strcasecmp(at, "Z") == 0 || *at == '\0')
        return true;
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!read_digits(&at, 2, &hour) || !read_separated(&at, ':', 2, &minute) || *at != '\0' ||
        hour > 23 || minute > 59)
        return false;
    *minutes = sign * (hour * 60 + minute);
    return true;
}

/* Behind the "T": hours and minutes, then maybe seconds, a fraction and a zone. */
static bool read_time_of_day(const char *at, struct tm *date, int *fraction, int *zone)
{
    if (!read_digits(&at, 2, &date->tm_hour) || !read_separated(&at, ':', 2, &date->tm_min))
        return false;
    if (*at == ':' && !read_separated(&at, ':', 2, &date->tm_sec))
        return false;
    if (*at == '.') {
        size_t digits = strspn(at + 1, "0123456789");

        for (size_t i = 1, scale = 100; i <= digits && scale > 0; i++, scale /= 10)
            *fraction += (at[i] - '0') * (int)scale;
        if (digits == 0)
            return false;
        at += digits + 1;
    }
    return read_zone(at, zone) && date->tm_hour <= 24 && date->tm_min <= 59 && date->tm_sec <= 60;
}

static bool read_calendar_date(const char *string, int64_t *milliseconds)
{
    struct tm date = {.tm_mday = 1};
    const char *at = string;
    int month      = 1;
    int fraction   = 0;
    int zone       = 0;
    int year;

    if (!read_digits(&at, 4, &year))
        return false;
    if (*at == '-' && !read_separated(&at, '-', 2, &month))
        return false;
    if (*at == '-' && !read_separated(&at, '-', 2, &date.tm_mday))
        return false;
    if (month < 1 || month > 12 || date.tm_mday < 1 || date.tm_mday > 31)
        return false;
    if (*at == 'T' ? !read_time_of_day(at + 1, &date, &fraction, &zone) : *at != '\0')
        return false;
    date.tm_year  = year - 1900;
    date.tm_mon   = month - 1;
    *milliseconds = ((int64_t)timegm(&date) - (int64_t)zone * 60) * 1000 + fraction;
    return true;
}

bool policy_read_date(const char *string, int64_t *milliseconds)
{
    double seconds;

    /* Four digits are a year, as ISO 8601 has it, and no second of 1970. */
    if (read_calendar_date(string, milliseconds))
        return true;
    if (!policy_read_number(string, &seconds) || fabs(seconds) > EPOCH_SECONDS_MAX)
        return false;
    *milliseconds = (int64_t)(seconds * 1000);
    return true;
}

bool policy_read_number(const char *string, double *number)
{
    size_t size = strspn(string, "0123456789+-.eE");
    char *end;

    if (size == 0 || string[size] != '\0')
        return false;
    *number = strtod(string, &end);
    return *end == '\0' && isfinite(*number);
}
