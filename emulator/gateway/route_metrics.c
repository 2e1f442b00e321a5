#include "gateway/route_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "gateway/snapshot.h"

struct route_metrics *route_metrics_of(struct live_stage *stage, const char *route_key)
{
    struct route_metrics **at = &stage->metrics;

    while (*at && strcmp((*at)->route_key, route_key) != 0)
        at = &(*at)->next;
    if (!*at) {
        *at              = NEW(struct route_metrics);
        (*at)->route_key = memory_copy_string(route_key);
    }
    return *at;
}

void route_metrics_free(struct live_stage *stage)
{
    struct route_metrics *metrics;

    while ((metrics = stage->metrics)) {
        stage->metrics = metrics->next;
        free(metrics->route_key);
        free(metrics);
    }
}
