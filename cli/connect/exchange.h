#pragma once

/* One HTTP request and its answer on a transport, waiting for it with a bound. */

#include <stdbool.h>

struct answer;
struct text;
struct transport;

/*
 * Writes the request and reads the answer's head. What came behind the head stays in received,
 * which must be empty. False if there is no answer; error then says why. The caller releases
 * answer.
 */
bool exchange_head(struct transport *transport, const struct text *request, struct text *received,
                   struct answer *answer, struct text *error);

/* Reads and decodes the body that belongs to the head; received is what has come of it. As much
 * of it as came, if it breaks off. */
void exchange_body(struct transport *transport, struct text *received, const struct answer *answer,
                   struct text *body);
