#pragma once

/* The time, and how AWS writes it. */

#include <stdint.h>

#define CLOCK_REQUEST_TIME_SIZE 32
#define CLOCK_ISO_SIZE          32

/* Milliseconds since 1970. */
int64_t clock_milliseconds(void);

/* Microseconds of a clock that never jumps: for durations and deadlines. */
int64_t clock_microseconds(void);

/* "11/Nov/2024:11:35:24 +0000", as requestContext.requestTime has it. */
void clock_format_request_time(int64_t milliseconds, char out[CLOCK_REQUEST_TIME_SIZE]);

/* "2024-11-11T11:35:24.553Z" */
void clock_format_iso(int64_t milliseconds, char out[CLOCK_ISO_SIZE]);
