#pragma once

/*
 * Layers that are folders on this machine: handlers find what is in them as they find it in /opt on
 * Lambda. Pure.
 *
 * AWS: "Packaging your layer content", "Layer paths for each Lambda runtime".
 */

struct function;
struct name_values;

/* Puts the folders of the function's layers into the variables by which its runtime finds them. */
void layers_put(struct name_values *values, const struct function *function);
