#pragma once

/* Custom domain names, as postern.json says them. */

struct json;
struct reading;

/* Adds the domain name that object describes; its name is object's. APIs are read already. */
void postern_domain_read(struct reading *reading, const struct json *object);
