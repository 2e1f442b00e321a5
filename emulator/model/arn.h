#pragma once

/* Amazon Resource Names. The caller frees the result. */

/* "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect" */
char *arn_execute_api(const char *region, const char *account, const char *api_id,
                      const char *stage, const char *route_key);
