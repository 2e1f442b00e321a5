#pragma once

/* The resources AWS::Lambda::Function of a template as the "functions" of a postern.json. */

struct json;
struct map;
struct registry;
struct template;

/*
 * Adds the functions to document. Those that can't run here are a problem if their name is in used,
 * and left out with a warning otherwise.
 */
void template_function_write(struct template *template, struct json *document,
                             const struct map *used);

/* Notes in the functions that came of it what the template calls them. */
void template_function_note_ids(struct template *template, struct registry *registry);
