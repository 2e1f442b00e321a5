#pragma once

/*
 * What a process and its Runtime API say to each other: it asks for an event, gets one, answers it,
 * and asks again. Which states that leads through is process.h's.
 *
 * AWS: "Lambda runtime API".
 */

#include <stddef.h>

#include "http/operation.h"
#include "lambda/lambda.h"

struct call;
struct lambda_run;
struct process;

/* Hands an event to an IDLE process. */
void conversation_take(struct process *process, struct lambda_run *run);

/* It asks for its next event: a run that waits is handed over at once. */
enum outcome conversation_ask(struct process *process, struct call *call);

/* It has answered its event; the payload is copied. */
void conversation_answer(struct process *process, enum invocation_outcome outcome,
                         const char *payload, size_t size);
