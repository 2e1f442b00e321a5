#include "model/function_proposal.h"

#include "base/text.h"
#include "model/registry.h"
#include "json/nearest.h"

/* Names that are listed where none is like the one that is wanted. */
#define LISTED_MAX 10

void function_proposal_append(const struct registry *registry, const char *wanted, struct text *out)
{
    struct nearest nearest = {.wanted = wanted};

    for (size_t i = 0; i < registry->function_count; i++) {
        nearest_consider(&nearest, registry->functions[i].name);
        if (registry->functions[i].logical_id)
            nearest_consider(&nearest, registry->functions[i].logical_id);
    }
    if (nearest.found) {
        text_append_format(out, ": did you mean %s?", nearest.found);
        return;
    }
    for (size_t i = 0; i < registry->function_count && i < LISTED_MAX; i++)
        text_append_format(out, "%s %s", i == 0 ? ": there is" : ",", registry->functions[i].name);
    if (registry->function_count > LISTED_MAX)
        text_append_format(out, " and %zu more", registry->function_count - LISTED_MAX);
}
