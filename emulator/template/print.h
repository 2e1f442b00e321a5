#pragma once

/* Values as text: as Java's toString() shows them, and as json-smart writes JSON. */

#include "template/value.h"

struct text;

/* Appends toString(); null is "null". What is shown in text is shown so, but for null. */
void print_java(struct mapping_run *run, struct value value, struct text *out);

/* Appends JSON without spaces. A slash is escaped if escapes_slashes. */
void print_json(struct mapping_run *run, struct value value, bool escapes_slashes,
                struct text *out);

/* toString() as a value: strings are what they are. */
struct value print_to_string(struct mapping_run *run, struct value value);
