#pragma once

/*
 * Functions that run elsewhere: an invocation is a POST to an Invoke endpoint (the Runtime
 * Interface Emulator, `sam local start-lambda`, LocalStack, serverless-offline), and its answer the
 * result.
 *
 * AWS: "Invoke" of the Lambda API.
 */

struct lambda_run;
struct pool;

/* Sends the event of a run, which ends with what comes back; run_finish() or run_refuse() is called
 * in a later turn. The pool's function has a url. */
void remote_invoke(struct pool *pool, struct lambda_run *run);
