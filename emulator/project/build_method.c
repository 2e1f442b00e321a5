#include "project/build_method.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "json/build.h"
#include "json/json.h"

#define ESBUILD "esbuild"

/* Those that change what a bundle does, not how large it is or where it lies: as the bootstrap
 * takes them, but for the first letter. */
static const char *const options[] = {
    "Alias",
    "Banner",
    "Conditions",
    "Define",
    "External",
    "Footer",
    "Format",
    "Inject",
    "Jsx",
    "Loader",
    "MainFields",
    "KeepNames",
    "ResolveExtensions",
    "Target",
    "Tsconfig",
};

/* The values of these are maps; SAM writes them as lists of NAME=VALUE. */
static const char *const maps[] = {"Alias", "Banner", "Define", "Footer", "Loader"};

static const struct json *find_properties(const struct json *metadata)
{
    const char *method = json_find_string(metadata, "BuildMethod");

    if (!method || strcmp(method, ESBUILD) != 0)
        return NULL;
    return json_find(metadata, "BuildProperties");
}

static bool is_map(const char *option)
{
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        if (strcmp(maps[i], option) == 0)
            return true;
    }
    return false;
}

/* [".png=file"] as {".png": "file"} */
static struct json *read_map(struct arena *arena, const struct json *list)
{
    struct json *map = build_value(arena, JSON_OBJECT, list);

    for (const struct json *pair = list->first; pair; pair = pair->next) {
        const char *equals = pair->kind == JSON_STRING ? strchr(pair->string, '=') : NULL;
        const char *name;

        if (!equals)
            continue;
        name = arena_copy(arena, pair->string, (size_t)(equals - pair->string));
        if (!json_find(map, name))
            build_add(map, name, build_string(arena, equals + 1, strlen(equals + 1), pair));
    }
    return map;
}

/* AWS: a text where a list is meant is one of its elements, separated by commas. */
static struct json *read_list(struct arena *arena, const struct json *text)
{
    struct json *list = build_value(arena, JSON_ARRAY, text);

    for (const char *at = text->string; *at; at += strspn(at, ",")) {
        size_t size = strcspn(at, ",");

        build_add(list, NULL, build_string(arena, arena_copy(arena, at, size), size, text));
        at += size;
    }
    return list;
}

static bool is_list(const char *option)
{
    static const char *const lists[] = {"Conditions", "External", "Inject", "MainFields",
                                        "ResolveExtensions"};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        if (strcmp(lists[i], option) == 0)
            return true;
    }
    return false;
}

struct json *build_method_options(struct arena *arena, const struct json *metadata)
{
    const char *method            = json_find_string(metadata, "BuildMethod");
    const struct json *properties = find_properties(metadata);
    struct json *out;

    if (!method || strcmp(method, ESBUILD) != 0)
        return NULL;
    out = build_value(arena, JSON_OBJECT, metadata);
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const struct json *value = json_find(properties, options[i]);
        char *name               = arena_copy(arena, options[i], strlen(options[i]));

        name[0] = (char)tolower((unsigned char)name[0]);
        if (!value)
            continue;
        if (value->kind == JSON_ARRAY && is_map(options[i]))
            build_add(out, name, read_map(arena, value));
        else if (value->kind == JSON_STRING && is_list(options[i]))
            build_add(out, name, read_list(arena, value));
        else if (value->kind != JSON_NULL)
            build_add(out, name, build_copy(arena, value));
    }
    return out;
}

static size_t size_of_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? (size_t)(slash - path) + 1 : 0;
}

static const char *without_dot(const char *path)
{
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    return path;
}

/* What esbuild cuts off the front of all entry points: their lowest common folder. */
static size_t size_of_base(const struct json *points)
{
    const char *first = NULL;
    size_t size       = 0;

    for (const struct json *point = points->first; point; point = point->next) {
        const char *path = point->kind == JSON_STRING ? without_dot(point->string) : NULL;
        size_t same      = 0;

        if (!path)
            continue;
        if (!first) {
            first = path;
            size  = size_of_folder(path);
        }
        while (same < size && path[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        size = same;
    }
    return size;
}

/* "src/app" of "src/app.ts", whose file it is in. */
static size_t size_of_module(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && !strchr(dot, '/') ? (size_t)(dot - path) : strlen(path);
}

const char *build_method_handler(struct arena *arena, const struct json *metadata,
                                 const char *handler)
{
    const struct json *points = json_find(find_properties(metadata), "EntryPoints");
    size_t folder             = size_of_folder(handler);
    size_t module             = folder + strcspn(handler + folder, ".");
    size_t base;

    if (!points || points->kind != JSON_ARRAY)
        return handler;
    base = size_of_base(points);
    for (const struct json *point = points->first; point; point = point->next) {
        const char *path = point->kind == JSON_STRING ? without_dot(point->string) : "";
        size_t size      = size_of_module(path);

        if (size == base + module && strncmp(path + base, handler, module) == 0)
            return arena_format(arena, "%.*s%s", (int)size, path, handler + module);
    }
    return handler;
}
