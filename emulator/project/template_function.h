#pragma once

/* The resources AWS::Lambda::Function of a template as the "functions" of a postern.json. */

struct json;
struct map;
struct template;

/*
 * Adds the functions to document. Those that can't run here are a problem if their name is in used,
 * and left out with a warning otherwise.
 */
void template_function_write(struct template *template, struct json *document,
                             const struct map *used);
