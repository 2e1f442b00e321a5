/*
 * Mapping templates: the input up to the first NUL is a template, the rest a body. What doesn't
 * parse or fails says why and at a place in the template; a failure prints nothing.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "template/mapping_template.h"

static const char context[] =
    "{\"connectionId\":\"abc=\",\"identity\":{\"sourceIp\":\"127.0.0.1\"},\"connectedAt\":1}";
static const char params[] =
    "{\"path\":{},\"querystring\":{\"a\":\"b\"},\"header\":{\"Host\":\"localhost\"}}";

static void fill(struct mapping_run *run, struct object *object, void *owner)
{
    mapping_put_json(run, object, owner, strlen(owner));
}

static void check_error(const struct mapping_error *error)
{
    assert(error->line > 0 && error->column > 0 && error->message[0] != '\0');
}

static void evaluate(const struct mapping_template *template, const char *body, size_t size)
{
    struct mapping_input input = {
        .context         = {fill, (char *)(uintptr_t)context},
        .stage_variables = {fill, (char *)(uintptr_t)context},
        .params          = {fill, (char *)(uintptr_t)params },
    };
    struct mapping_run *run    = mapping_run_new(&input);
    struct mapping_error error = {0};
    SCOPED_TEXT first          = {0};
    SCOPED_TEXT second         = {0};

    if (!mapping_run_evaluate(run, template, body, size, &first, &error)) {
        check_error(&error);
        assert(first.size == 0);
    }
    mapping_run_evaluate(run, template, body, size, &second, &error);
    mapping_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end                = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t source_size                = end ? (size_t)(end - data) : size;
    size_t used                       = end ? source_size + 1 : size;
    char *source                      = fuzz_copy(data, source_size);
    char *body                        = fuzz_copy(data + used, size - used);
    struct mapping_error error        = {0};
    struct mapping_template *template = mapping_template_new(source, source_size, &error);

    free(source);
    if (template)
        evaluate(template, body, size - used);
    else
        check_error(&error);
    mapping_template_free(template);
    free(body);
    return 0;
}
