#pragma once

/*
 * What a failed invocation looks like to whoever invoked it, where no runtime has said it: the
 * payloads that Lambda itself makes.
 *
 * AWS: observed, except for the words behind Runtime.InvalidEntrypoint and Runtime.NoResponse.
 */

#include <stdint.h>

struct text;

void function_error_timed_out(struct text *payload, const char *request_id, int64_t milliseconds);

/* "Runtime exited with error: exit status 1"; status is what waitpid() gave. */
void function_error_describe_exit(struct text *out, int status);
void function_error_exited(struct text *payload, const char *request_id, int status);

/* The process could not be started. */
void function_error_no_entrypoint(struct text *payload, const char *request_id,
                                  const char *problem);

/* The runtime went on to the next event without an answer to this one. */
void function_error_no_response(struct text *payload, const char *request_id);

void function_error_too_large(struct text *payload);

/* A runtime that posts a failure with nothing in it. */
void function_error_empty(struct text *payload, const char *type);
