#pragma once

/* Amazon Resource Names. The caller frees the result. */

#include <stddef.h>

/* What ARNs in the region begin with behind "arn:", and its host names end with; not to be freed.
 */
const char *arn_partition(const char *region);
const char *arn_url_suffix(const char *region);

/* The function's name of *size bytes in "arn:aws:lambda:us-east-1:000000000000:function:NAME",
 * whatever is around it; NULL: there is none. Nothing is made. Where a stage variable is the whole
 * ARN, that is its name. */
const char *arn_find_function(const char *string, size_t *size);

/* "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect" */
char *arn_execute_api(const char *region, const char *account, const char *api_id,
                      const char *stage, const char *route_key);

/* What references to the models of an API begin with; the caller frees it. AWS?: WebSocket APIs
 * have the same form as REST APIs. */
char *arn_models_url(const char *api_id);
