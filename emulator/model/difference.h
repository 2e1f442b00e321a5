#pragma once

/* What distinguishes two sets of resources, in words. */

struct registry;
struct text;

/* Appends what has changed: "function chat changed, route hello added". Nothing if there is no
 * difference; of many only the first are named. Ids that are made anew each time don't count. */
void difference_describe(const struct registry *before, const struct registry *after,
                         struct text *out);
