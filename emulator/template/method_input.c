/*
 * $input.
 *
 * AWS: "$input variables". What isn't found is "" as JSON (two quotes) and nothing as a value:
 * observed.
 */

#include "base/memory.h"
#include "base/text.h"
#include "template/method.h"
#include "template/print.h"
#include "template/run.h"
#include "template/value_path.h"

/* What the first argument leads to. */
static enum value_path_result find(const struct call *call, struct value *found)
{
    const struct value_path *path = call->path;
    const char *problem           = "";
    struct value document;

    if (!path)
        path = value_path_new(&call->run->arena, call->arguments[0].string, call->arguments[0].size,
                              &problem);
    if (!path) {
        run_fail(call->run, "JSONPath \"%.*s\": %s",
                 (int)(call->arguments[0].size < 80 ? call->arguments[0].size : 80),
                 call->arguments[0].string, problem);
        return VALUE_PATH_FAILED;
    }
    document = run_document(call->run);
    return call->run->has_failed ? VALUE_PATH_FAILED
                                 : value_path_find(call->run, path, document, found);
}

static struct value json(const struct call *call)
{
    size_t start = call->run->scratch.size;
    struct value found;
    struct value text;

    if (!argument_is_string(call, 0))
        return value_null();
    if (find(call, &found) != VALUE_PATH_FOUND)
        return call->run->has_failed ? value_null() : value_literal("\"\"");
    print_json(call->run, found, false, &call->run->scratch);
    text                    = value_copy(call->run, text_string(&call->run->scratch) + start,
                                         call->run->scratch.size - start);
    call->run->scratch.size = start;
    return text;
}

static struct value path(const struct call *call)
{
    struct value found = value_null();

    if (argument_is_string(call, 0) && find(call, &found) == VALUE_PATH_FOUND)
        return found;
    return value_null();
}

static struct value params(const struct call *call)
{
    static const char *const places[] = {"path", "querystring", "header"};
    const struct object *all          = run_params(call->run);

    if (call->count == 0)
        return value_map(run_params(call->run));
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct value map = object_get_text(call->run, all, places[i]);
        const struct object_entry *entry =
            map.kind == VALUE_MAP ? object_find(call->run, map.object, call->arguments[0]) : NULL;

        if (entry)
            return entry->value;
    }
    return value_literal("");
}

static struct value get_body(const struct call *call)
{
    return value_string(call->run->body, call->run->body_size);
}

static const struct method methods[] = {
    {"getBody", 0, 0, get_body},
    {"json",    1, 1, json    },
    {"params",  0, 1, params  },
    {"path",    1, 1, path    },
};

const struct method_table methods_of_input = {methods, ARRAY_SIZE(methods)};
