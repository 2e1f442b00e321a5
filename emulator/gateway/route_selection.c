#include "gateway/route_selection.h"

#include <string.h>

#include "base/text.h"
#include "gateway/snapshot.h"
#include "model/selection_expression.h"

/* AWS?: a message that names $connect or $disconnect must not run those handlers; it is treated as
 * unknown. */
static bool is_reserved(const char *key)
{
    return strcmp(key, "$connect") == 0 || strcmp(key, "$disconnect") == 0;
}

struct snapshot_route *route_select(const struct snapshot *snapshot, const char *message,
                                    size_t size, struct text *key)
{
    struct snapshot_route *route = NULL;

    switch (selection_expression_select(snapshot->selection_expression, message, size, key)) {
    case SELECTION_KEY:
        if (!is_reserved(text_string(key)) && strlen(text_string(key)) == key->size)
            route = snapshot_find_route(snapshot, text_string(key));
        break;
    case SELECTION_NOT_JSON:
    case SELECTION_EMPTY:
        break;
    }
    return route ? route : snapshot_find_route(snapshot, "$default");
}
