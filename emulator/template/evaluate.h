#pragma once

/* Evaluating what has been compiled. Failures are the run's (run.h): what fails gives null. */

#include <stdbool.h>

#include "template/value.h"

struct block;
struct node;
struct text;

/* Appends what the block prints. */
void evaluate_block(struct mapping_run *run, const struct block *block, struct text *out);

/* Null only where arithmetic has no result; a reference without a value is the empty text. */
struct value evaluate_value(struct mapping_run *run, const struct node *node);
bool evaluate_condition(struct mapping_run *run, const struct node *node);

struct value evaluate_reference(struct mapping_run *run, const struct node *node);

/* #set: what is to be assigned to doesn't exist, or takes no value, is ignored. */
void evaluate_assignment(struct mapping_run *run, const struct node *target, struct value value);

/* What the reference's value is as text. */
void evaluate_print(struct mapping_run *run, const struct node *node, struct text *out);
