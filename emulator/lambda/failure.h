#pragma once

/* A failed invocation in a few words, for log lines: without the stack, which the handler's own
 * output has. */

#include <stddef.h>

struct invocation;
struct text;

/*
 * Appends "Error: no such room" for {"errorType":"Error","errorMessage":"no such room",…}; one that
 * looks otherwise is appended as it is. What is too long for a line is cut.
 */
void failure_describe_payload(const char *payload, size_t size, struct text *out);

/* The same for what an invocation ended with, or why there was no answer at all. */
void failure_describe(const struct invocation *invocation, struct text *out);
