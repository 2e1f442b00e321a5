#include "project/cdk.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/limits.h"
#include "project/cdk_assembly.h"
#include "project/cdk_merge.h"
#include "project/cdk_state.h"
#include "project/cloudformation.h"
#include "project/problems.h"
#include "project/project.h"
#include "project/reading.h"
#include "json/json.h"

/* The file of the assembly, as the user would name it. */
static const char *label_of(struct cdk *cdk, const char *path)
{
    const char *label = cdk->project->label;
    const char *slash = strrchr(label, '/');

    return arena_format(cdk->arena, "%.*s%s", slash ? (int)(slash - label + 1) : 0, label, path);
}

/* The document that a line is of; NULL: none. */
static const struct cdk_document *find_document(const struct cdk *cdk, unsigned line)
{
    const struct cdk_document *found = NULL;

    for (size_t i = 0; i < cdk->document_count && line > 0; i++) {
        if (cdk->documents[i].value && cdk->documents[i].first_line <= line)
            found = &cdk->documents[i];
    }
    return found;
}

void cdk_error(struct cdk *cdk, const struct json *where, const char *format, ...)
{
    const struct cdk_document *document = where ? find_document(cdk, where->line) : NULL;
    SCOPED_TEXT message                 = {0};
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    if (document)
        problems_add(cdk->problems, false, label_of(cdk, document->path),
                     where->line - document->first_line + 1, "%s", text_string(&message));
    else
        problems_add(cdk->problems, false, cdk->project->label, 0, "%s", text_string(&message));
}

const char *cdk_join(struct cdk *cdk, const char *folder, const char *path)
{
    size_t size = strlen(folder);

    if (path[0] == '/')
        return path;
    while (strncmp(path, "../", 3) == 0 && size > 0 && strcmp(folder, "../") != 0) {
        path += 3;
        size--;
        while (size > 0 && folder[size - 1] != '/')
            size--;
    }
    return arena_format(cdk->arena, "%.*s%s", (int)size, folder, path);
}

/* Moves the lines of a value and of all in it; returns the last one of them. */
static unsigned move_lines(struct json *value, unsigned by)
{
    unsigned last = value->line += by;

    for (struct json *child = value->first; child; child = child->next) {
        unsigned line = move_lines(child, by);

        last = line > last ? line : last;
    }
    return last;
}

struct json *cdk_open(struct cdk *cdk, const char *path, const struct json *where)
{
    struct cdk_document *document = map_find(&cdk->by_path, path);
    const char *message           = NULL;
    unsigned line                 = 0;

    if (document)
        return document->value;
    if (cdk->document_count == CDK_DOCUMENTS_MAX) {
        cdk_error(cdk, where, "the assembly has more than %d files", CDK_DOCUMENTS_MAX);
        return NULL;
    }
    document       = &cdk->documents[cdk->document_count++];
    document->path = path;
    map_put(&cdk->by_path, path, document);
    document->value = cdk->files->read(cdk->files->owner, cdk->arena, path, &line, &message);
    if (!document->value) {
        problems_add(cdk->problems, false, label_of(cdk, path), line, "%s", message);
        return NULL;
    }
    document->first_line = cdk->next_line;
    cdk->next_line       = move_lines(document->value, cdk->next_line - 1) + 1;
    return document->value;
}

/* Parameters that the app gives to its stack, "KEY=VALUE" each. */
static char *const *find_parameters(struct cdk *cdk, const struct cdk_stack *stack)
{
    const struct json *given = json_find(json_find(stack->artifact, "properties"), "parameters");
    char **list  = arena_new(cdk->arena, ((given ? given->count : 0) + 1) * sizeof *list);
    size_t count = 0;

    for (const struct json *value = reading_members(given); value; value = value->next) {
        if (value->kind == JSON_STRING)
            list[count++] = arena_format(cdk->arena, "%s=%s", value->name, value->string);
    }
    return list;
}

/* Problems of the one template are about the files that it was made of. */
static void name_files(struct cdk *cdk, size_t from)
{
    for (size_t i = from; i < cdk->problems->count; i++) {
        struct problem *problem             = &cdk->problems->items[i];
        const struct cdk_document *document = find_document(cdk, problem->line);

        if (!document || strcmp(problem->file, cdk->project->label) != 0)
            continue;
        free(problem->file);
        problem->file = memory_copy_string(label_of(cdk, document->path));
        problem->line -= document->first_line - 1;
    }
}

static void read_stack(struct cdk *cdk, const struct cdk_assembly *assembly,
                       const struct cdk_stack *stack, struct registry *registry)
{
    struct project_options options = *cdk->options;
    size_t errors                  = cdk->problems->errors;
    const struct json *document    = cdk_merge(cdk, assembly, stack);
    size_t from                    = cdk->problems->count;

    options.overrides  = find_parameters(cdk, stack);
    options.stack_name = stack->name;
    if (cdk->problems->errors > errors)
        return;
    cloudformation_read_document(cdk->project, &options, cdk->arena, document, registry,
                                 cdk->problems);
    name_files(cdk, from);
}

void cdk_read(const struct project *project, const struct project_options *options,
              const struct cdk_files *files, struct registry *registry, struct problems *problems)
{
    struct arena arena            = {0};
    struct cdk *cdk               = arena_new(&arena, sizeof *cdk);
    struct cdk_assembly *assembly = arena_new(&arena, sizeof *assembly);
    size_t errors                 = problems->errors;
    const struct cdk_stack *stack = NULL;

    cdk->arena     = &arena;
    cdk->project   = project;
    cdk->options   = options;
    cdk->files     = files;
    cdk->problems  = problems;
    cdk->next_line = 1;
    cdk_assembly_read(cdk, assembly);
    if (problems->errors == errors)
        stack = cdk_assembly_choose(cdk, assembly);
    if (stack && problems->errors == errors)
        read_stack(cdk, assembly, stack, registry);
    map_deinit(&cdk->by_path);
    arena_deinit(&arena);
}

static struct json *read_file(void *owner, struct arena *arena, const char *path, unsigned *line,
                              const char **message)
{
    const struct project *project = owner;
    const char *slash             = strrchr(project->file, '/');
    SCOPED_MEMORY char *whole =
        path[0] == '/'
            ? memory_copy_string(path)
            : memory_format("%.*s/%s", (int)(slash - project->file), project->file, path);
    SCOPED_TEXT contents    = {0};
    struct json_error error = {0};
    int result              = file_read(whole, PROJECT_FILE_SIZE_MAX, &contents);
    struct json *value;

    *line = 0;
    if (result < 0 || contents.size > PROJECT_FILE_SIZE_MAX) {
        *message =
            result < 0
                ? arena_format(arena, "can't be read: %s: run `cdk synth` again", strerror(-result))
                : arena_format(arena, "is larger than %d bytes", PROJECT_FILE_SIZE_MAX);
        return NULL;
    }
    value = json_parse(arena, text_string(&contents), contents.size, &error);
    *line = error.line;
    *message =
        value ? NULL : arena_format(arena, "not JSON: %s (column %u)", error.message, error.column);
    return value;
}

void cdk_load(const struct project *project, const struct project_options *options,
              struct registry *registry, struct problems *problems)
{
    struct project copy          = *project; /* an owner isn't const */
    const struct cdk_files files = {.read = read_file, .owner = &copy};

    cdk_read(project, options, &files, registry, problems);
}
