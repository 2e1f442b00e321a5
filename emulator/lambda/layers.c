#include "lambda/layers.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/name_values.h"
#include "model/registry.h"

/* Tells the bootstrap of Node.js that NODE_PATH has layers in it; it takes the variable away. */
#define LAYERS_MARK "POSTERN_LAYERS"

/*
 * A folder of each layer that belongs into a variable; {v} is the runtime's version, as in
 * "python3.12". Of one layer the first row comes first. AWS: the order of /opt's folders in these
 * variables.
 */
static const struct {
    const char *runtime; /* what it begins with; "": all */
    const char *variable;
    const char *folder;
} rows[] = {
    {"nodejs", "NODE_PATH",       "/nodejs/node{v}/node_modules"       },
    {"nodejs", "NODE_PATH",       "/nodejs/node_modules"               },
    {"python", "PYTHONPATH",      "/python/lib/python{v}/site-packages"},
    {"python", "PYTHONPATH",      "/python"                            },
    {"ruby",   "GEM_PATH",        "/ruby/gems/{v}.0"                   },
    {"ruby",   "RUBYLIB",         "/ruby/lib"                          },
    {"",       "PATH",            "/bin"                               },
    {"",       "LD_LIBRARY_PATH", "/lib"                               },
};

/* AWS: PATH ends with /opt/bin, LD_LIBRARY_PATH with /opt/lib: what is there already wins. */
static bool comes_last(const char *variable)
{
    return strcmp(variable, "PATH") == 0 || strcmp(variable, "LD_LIBRARY_PATH") == 0;
}

/* "3.12" of "python3.12", "20" of "nodejs20.x". */
static void append_version(const char *runtime, struct text *out)
{
    const char *version = runtime + strcspn(runtime, "0123456789");

    for (; *version && strcmp(version, ".x") != 0; version++)
        text_append_character(out, *version);
}

static void append_folder(const char *layer, const char *folder, const char *runtime,
                          struct text *out)
{
    const char *version = strstr(folder, "{v}");

    text_append_format(out, "%s%s", out->size > 0 ? ":" : "", layer);
    if (!version) {
        text_append_string(out, folder);
        return;
    }
    text_append(out, folder, (size_t)(version - folder));
    append_version(runtime, out);
    text_append_string(out, version + 3);
}

static bool is_for(size_t row, const char *runtime, const char *variable)
{
    return strcmp(rows[row].variable, variable) == 0 && text_behind(runtime, rows[row].runtime);
}

/* AWS: later layers overwrite the files of earlier ones, so they are looked into first. */
static void put_variable(struct name_values *values, const struct function *function,
                         const char *variable)
{
    const char *runtime = function->runtime ? function->runtime : "";
    const char *before  = name_values_find(values, variable);
    SCOPED_TEXT folders = {0};
    SCOPED_TEXT all     = {0};
    bool is_last        = comes_last(variable);

    for (size_t i = function->layer_count; i > 0; i--) {
        for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
            if (is_for(row, runtime, variable))
                append_folder(function->layers[i - 1], rows[row].folder, runtime, &folders);
        }
    }
    if (folders.size == 0)
        return;
    before = before ? before : "";
    text_append_format(&all, "%s%s%s", is_last ? before : text_string(&folders), *before ? ":" : "",
                       is_last ? text_string(&folders) : before);
    name_values_put(values, variable, text_string(&all));
}

void layers_put(struct name_values *values, const struct function *function)
{
    if (function->layer_count > 0)
        name_values_put(values, LAYERS_MARK, "1");
    for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
        if (row == 0 || strcmp(rows[row].variable, rows[row - 1].variable) != 0)
            put_variable(values, function, rows[row].variable);
    }
}
