#pragma once

/* The bootstraps: what runs a handler in a language that needs an interpreter; and the library that
 * the others load (preload/). They are part of the binary and are written where programs can read
 * them. */

/* Writes them to directory, replacing what is there. Returns 0 or a negative errno. */
int bootstraps_write(const char *directory);

/* Writes those again that somebody has deleted, after logging that. Failures are logged, too. */
void bootstraps_keep(const char *directory);
