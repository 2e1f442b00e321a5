#pragma once

/* The methods of strings that take regular expressions. */

#include "template/method.h"

struct value method_matches(const struct call *call);
struct value method_replace_all(const struct call *call);
struct value method_replace_first(const struct call *call);
struct value method_split(const struct call *call);
