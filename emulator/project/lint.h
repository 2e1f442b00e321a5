#pragma once

/*
 * What AWS takes, and what surprises people nevertheless: `check` warns of it. Nothing here is
 * wrong enough to be told at each start.
 */

struct reading;

/* Warns of what is in the document, which was read without errors. Handlers' sources are looked
 * into. */
void lint(struct reading *reading);
