#pragma once

/*
 * Functions whose code, and layers whose contents, are in an archive (.zip, .jar): they run from
 * folders of the data directory, one for each content.
 */

#include <stdbool.h>
#include <stddef.h>

struct registry;
struct text;

/*
 * Unpacks what isn't there yet below directory, which exists, and has the functions start in those
 * folders; they keep the archives' names. What can't be unpacked is appended to problems, a line
 * each, and left as it is. On any thread. False if there was any.
 */
bool packages_unpack(struct registry *registry, const char *directory, struct text *problems);

/* Removes the folders of code below directory that no function of the registry starts in, or has as
 * a layer. For a start: nothing may run in them. */
void packages_prune(const struct registry *registry, const char *directory);
