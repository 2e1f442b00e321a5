#pragma once

/*
 * Properties that AWS knows of the resources that are run here. What it doesn't know it refuses to
 * deploy, so a misspelt one gets a warning. Values are not looked at.
 *
 * AWS: "Resource and property types reference"; SAM: "AWS SAM resources and properties".
 */

struct json;
struct template;

/* Warns of what is unknown in the resources of the template. */
void template_properties_check(struct template *template);

/* The first of the object's members, from member on, that none of the names (which end with NULL)
 * is; NULL: there is none. In *nearest the name that may be meant, NULL: none. */
const struct json *template_properties_find_unknown(const struct json *member,
                                                    const char *const *names, const char **nearest);
