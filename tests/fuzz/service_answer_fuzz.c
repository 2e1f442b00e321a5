/* Whatever a service answers becomes well-formed JSON, or nothing. */

#include <assert.h>
#include <stdbool.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "gateway/service_answer.h"
#include "json/scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *xml        = fuzz_copy(data, size);
    SCOPED_TEXT json = {0};

    if (service_answer_from_xml(xml, size, &json))
        assert(json_is_valid(text_string(&json), json.size));
    else
        assert(json.size == 0);
    free(xml);
    return 0;
}
