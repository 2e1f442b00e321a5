#pragma once

/*
 * GET /_postern/metrics: all that is counted, as Prometheus reads it. AWS's metrics have AWS's
 * names in snake case, its dimensions as labels and its units; what is ours begins with "postern_".
 */

struct admin;
struct text;

/* Appends the whole page. */
void metrics_write(const struct admin *admin, struct text *out);
