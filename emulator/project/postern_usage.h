#pragma once

/* Usage plans, as postern.json says them. API keys and APIs are read already. */

struct json;
struct reading;

/* Adds the usage plan that object describes; its name is object's. */
void postern_usage_plan_read(struct reading *reading, const struct json *object);

/* Warns of stages that ask for keys, and are in none of the plans that there are. */
void postern_usage_check(struct reading *reading);
