#pragma once

/*
 * What contentHandlingStrategy makes of a request's body, or of an answer's.
 *
 * AWS: "Working with binary media types for WebSocket APIs".
 */

#include <stdbool.h>

#include "model/registry.h"

struct text;

/* Base64 becomes the bytes that it stands for, in place. False, with nothing changed, if it is
 * none; CONTENT_TO_TEXT and CONTENT_AS_IS change nothing. */
bool content_to_binary(enum content_handling handling, struct text *body);

/* Bytes become base64, in place. Text stays as it is, and so does everything with other handlings.
 */
void content_to_text(enum content_handling handling, struct text *body);
