/*
 * Variables of serverless.yml in any document: what has no problem has no variable left that counts
 * as one, and every problem has its place. The document is the file that it includes, too.
 */

#include <assert.h>

#include "base/arena.h"
#include "base/text.h"
#include "fuzz_input.h"
#include "project/variables.h"
#include "project/yaml.h"
#include "json/json.h"

struct input {
    struct arena arena;
    const struct json *document;
    unsigned lines;
};

static const char *find_environment(void *owner, const char *name)
{
    return name[0] == 'A' ? "a" : NULL;
}

static const struct json *read_file(void *owner, const char *path, const char **problem)
{
    const struct input *input = owner;

    if (path[0] == 'x')
        *problem = "it is broken";
    return path[0] == 'a' ? input->document : NULL;
}

static void report(void *owner, const struct json *where, const char *message)
{
    const struct input *input = owner;

    assert(*message && where->line <= input->lines);
}

static size_t depth_of(const struct json *value)
{
    size_t most = 0;

    for (const struct json *child = value->first; child; child = child->next) {
        size_t depth = depth_of(child);

        most = depth > most ? depth : most;
    }
    return most + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char option[]                     = "stage=dev";
    static char *const options[]             = {option, NULL};
    struct input input                       = {.lines = 2};
    struct json_error error                  = {0};
    const struct variables_settings settings = {
        .arena            = &input.arena,
        .options          = options,
        .find_environment = find_environment,
        .read_file        = read_file,
        .report           = report,
        .owner            = &input,
    };

    for (size_t i = 0; i < size; i++)
        input.lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
    input.document = yaml_parse(&input.arena, (const char *)data, size, &error);
    if (input.document && input.document->kind == JSON_OBJECT) {
        struct variables_settings whole = settings;
        struct variables *variables;

        whole.document = input.document;
        variables      = variables_new(&whole);
        assert(depth_of(variables_resolve(variables, input.document)) <= VARIABLES_DEPTH_MAX + 2);
        variables_try(variables, input.document);
        assert(*variables_stage(variables) || variables_failures(variables) < SIZE_MAX);
    }
    arena_deinit(&input.arena);
    return 0;
}
