#pragma once

/*
 * One invocation from lambda_invoke() to its answer:
 *
 *     QUEUED --> RUNNING --> ANSWERED
 *        |                      ^
 *        +----------------------+   refused, timed out or failed before a process took it
 *
 * The caller may stop waiting at any time; what runs runs on, and its answer is dropped.
 */

#include <stddef.h>

#include "lambda/lambda.h"

struct lambda;
struct lambda_run;
struct pool;

/* A run for the invocation, whose event it takes; its caller's timeout begins. pool may be NULL. */
struct lambda_run *run_new(struct lambda *lambda, struct pool *pool, struct invocation *invocation);

/* Answers in the next turn: it was refused before it began. */
void run_refuse(struct lambda *lambda, struct lambda_run *run, enum invocation_outcome outcome);

/* Ends it with a result or an error document; the payload is copied. */
void run_finish(struct lambda *lambda, struct lambda_run *run, enum invocation_outcome outcome,
                const char *payload, size_t size);

/* Ends it with {"errorType":…,"errorMessage":…}, Lambda's own shape. */
void run_fail(struct lambda *lambda, struct lambda_run *run, const char *type, const char *message);
