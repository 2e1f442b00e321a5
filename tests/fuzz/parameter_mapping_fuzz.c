/* Destinations and sources of parameter mappings, and URIs of services, whatever they are. */

#include <assert.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "model/parameter_mapping.h"
#include "model/service_uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *source            = memory_copy(data, size);
    struct arena arena      = {0};
    SCOPED_TEXT problem     = {0};
    SCOPED_TEXT uri_problem = {0};
    struct parameter_mapping mapping;
    struct service_uri uri;

    if (parameter_mapping_read("integration.request.header.a", source, &arena, &mapping, &problem))
        assert(problem.size == 0);
    else
        assert(problem.size > 0);
    text_clear(&problem);
    if (parameter_mapping_read_response("method.response.header.a", source, &arena, &mapping,
                                        &problem))
        assert(problem.size == 0);
    else
        assert(problem.size > 0);
    if (service_uri_read(source, &arena, &uri, &uri_problem))
        assert(*uri.region && *uri.service_name);
    else
        assert(uri_problem.size > 0);
    arena_deinit(&arena);
    free(source);
    return 0;
}
