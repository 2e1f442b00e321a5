#pragma once

/* .name without parentheses: what the getters of Java's classes give, and the keys of maps. */

#include "template/value.h"

struct value property_get(struct mapping_run *run, struct value on, struct value name);
