#include "model/arn.h"

#include <string.h>

#include "base/memory.h"

#define FUNCTION_PREFIX ":function:"

/* Of the URI of an integration whose ARN each stage says. */
#define VARIABLE_PREFIX "/functions/${stageVariables."
#define VARIABLE_END    "/invocations"

/* AWS: "Amazon Resource Names (ARNs)": China and GovCloud are partitions of their own. */
const char *arn_partition(const char *region)
{
    if (strncmp(region, "cn-", 3) == 0)
        return "aws-cn";
    if (strncmp(region, "us-gov-", 7) == 0)
        return "aws-us-gov";
    return "aws";
}

const char *arn_url_suffix(const char *region)
{
    return strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : "amazonaws.com";
}

const char *arn_find_function(const char *string, size_t *size)
{
    const char *name = strstr(string, FUNCTION_PREFIX);
    const char *path = strstr(string, VARIABLE_PREFIX);
    const char *end  = path ? strstr(path, VARIABLE_END) : NULL;

    if (name) {
        name += strlen(FUNCTION_PREFIX);
        *size = strcspn(name, ":/");
        return name;
    }
    if (!end)
        return NULL;
    path  = strchr(path, '$');
    *size = (size_t)(end - path);
    return path;
}

char *arn_execute_api(const char *region, const char *account, const char *api_id,
                      const char *stage, const char *route_key)
{
    return memory_format("arn:%s:execute-api:%s:%s:%s/%s/%s", arn_partition(region), region,
                         account, api_id, stage, route_key);
}

char *arn_models_url(const char *api_id)
{
    return memory_format("https://apigateway.amazonaws.com/restapis/%s/models/", api_id);
}
