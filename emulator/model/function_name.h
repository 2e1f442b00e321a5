#pragma once

/*
 * Which function an integration or an authorizer means. Its name may have stage variables in it,
 * and then is another one in each stage: "chat-${stageVariables.color}".
 *
 * AWS: "Use stage variables": a Lambda function's name, its alias, or its whole ARN.
 */

#include <stdbool.h>

struct name_values;

/* True if only a stage can tell which function it is. */
bool function_name_is_variable(const char *name);

/* The name in a stage with these variables; "" if nothing is left of it. AWS: a variable that isn't
 * there is empty. The caller frees it. */
char *function_name_resolve(const char *name, const struct name_values *stage_variables);
