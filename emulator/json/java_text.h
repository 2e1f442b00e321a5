#pragma once

/*
 * JSON values as Java's toString() shows them, which is how AWS turns what it takes out of a body
 * into text: [a, b] and {k=v, k2=v2}, strings without quotes.
 *
 * AWS: "WebSocket selection expressions in API Gateway" shows an array of two as [item1, item2].
 * AWS? (the rest): objects as maps, as $context shows them; numbers in their own spelling.
 */

struct json_span;
struct text;

/* Appends the value, which must come from a scan that succeeded; null is "null". */
void java_text_print(const struct json_span *value, struct text *out);
