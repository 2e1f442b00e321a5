#include "template/value_path.h"

#include "template/run.h"
#include "template/value_path_state.h"

/* Why a walk goes on or not. JsonPath throws what is not found, and [*] on an array catches it. */
enum outcome { GOES_ON, NOT_FOUND, FAILED };

struct search {
    struct mapping_run *run;
    struct value root;
    struct list *found; /* NULL in a definite path */
    struct value value;
    bool has_value;
};

static enum outcome walk(struct search *search, const struct path_step *step, struct value value,
                         bool is_definite);

static enum outcome take_names(struct search *search, const struct path_step *step,
                               struct value value, bool is_definite)
{
    struct object_entry *entry;
    struct object *picked;

    if (value.kind != VALUE_MAP)
        return NOT_FOUND;
    if (!step->names->next) {
        entry = object_find(search->run, value.object, step->names->name);
        if (entry)
            return walk(search, step->next, entry->value, is_definite);
        return step->next && is_definite ? NOT_FOUND : GOES_ON;
    }
    picked = object_new(search->run);
    for (const struct path_name *name = step->names; picked && name; name = name->next) {
        entry = object_find(search->run, value.object, name->name);
        if (entry)
            object_put(search->run, picked, name->name, entry->value);
    }
    return picked ? walk(search, step->next, value_map(picked), is_definite) : FAILED;
}

static enum outcome take_each(struct search *search, const struct path_step *step,
                              struct value value)
{
    const struct object_entry *entry;
    size_t at = 0;

    if (value.kind == VALUE_LIST) {
        for (size_t i = 0; i < value.list->count; i++) {
            if (walk(search, step->next, value.list->items[i], false) == FAILED)
                return FAILED;
        }
    }
    if (value.kind != VALUE_MAP)
        return GOES_ON;
    while ((entry = object_next(value.object, &at))) {
        enum outcome outcome = walk(search, step->next, entry->value, false);

        if (outcome != GOES_ON)
            return outcome;
    }
    return GOES_ON;
}

static enum outcome fail(struct search *search, const char *what)
{
    run_fail(search->run, "JSONPath: %s", what);
    return FAILED;
}

static enum outcome take_indexes(struct search *search, const struct path_step *step,
                                 struct value value, bool is_definite)
{
    if (value.kind == VALUE_NULL)
        return NOT_FOUND;
    if (value.kind != VALUE_LIST)
        return fail(search, "an index is for arrays only");
    for (const struct path_index *index = step->indexes; index; index = index->next) {
        enum outcome outcome;

        /* AWS?: from version 2.1 on, negative ones count from the end. */
        if (index->index < 0 || index->index >= (long)value.list->count)
            continue;
        outcome = walk(search, step->next, value.list->items[index->index],
                       is_definite && !step->indexes->next);
        if (outcome != GOES_ON)
            return outcome;
    }
    return GOES_ON;
}

static long clamp(long index, long count)
{
    if (index < 0)
        index += count;
    return index < 0 ? 0 : index > count ? count : index;
}

static enum outcome take_slice(struct search *search, const struct path_step *step,
                               struct value value)
{
    long count;
    long to;

    if (value.kind == VALUE_NULL)
        return NOT_FOUND;
    if (value.kind != VALUE_LIST)
        return fail(search, "a slice is for arrays only");
    count = (long)value.list->count;
    to    = step->has_to ? clamp(step->to, count) : count;
    for (long i = step->has_from ? clamp(step->from, count) : 0; i < to; i++) {
        enum outcome outcome = walk(search, step->next, value.list->items[i], false);

        if (outcome != GOES_ON)
            return outcome;
    }
    return GOES_ON;
}

static enum outcome take_filter(struct search *search, const struct path_step *step,
                                struct value value)
{
    if (value.kind == VALUE_MAP)
        return path_accepts(search->run, step->condition, search->root, value)
                   ? walk(search, step->next, value, false)
                   : GOES_ON;
    if (value.kind != VALUE_LIST)
        return fail(search, "a filter is for arrays and objects only");
    for (size_t i = 0; i < value.list->count && !search->run->has_failed; i++) {
        struct value item = value.list->items[i];
        enum outcome outcome;

        if (!path_accepts(search->run, step->condition, search->root, item))
            continue;
        outcome = walk(search, step->next, item, false);
        if (outcome != GOES_ON)
            return outcome;
    }
    return search->run->has_failed ? FAILED : GOES_ON;
}

/* Whether the step behind ".." can be taken at value. */
static bool can_take(struct search *search, const struct path_step *step, struct value value)
{
    switch (step->kind) {
    case PATH_NAMES:
        return value.kind == VALUE_MAP && object_find(search->run, value.object, step->names->name);
    case PATH_INDEXES:
    case PATH_SLICE:
        return value.kind == VALUE_LIST;
    case PATH_FILTER:
        return value.kind == VALUE_MAP &&
               path_accepts(search->run, step->condition, search->root, value);
    case PATH_EACH:
    case PATH_DEEP:
        break;
    }
    return true;
}

static enum outcome take_deep(struct search *search, const struct path_step *step,
                              struct value value)
{
    enum outcome outcome = GOES_ON;
    const struct object_entry *entry;
    size_t at = 0;

    if (value.kind != VALUE_MAP && value.kind != VALUE_LIST)
        return GOES_ON;
    if (!run_enter(search->run))
        return FAILED;
    if (can_take(search, step->next, value))
        outcome = walk(search, step->next, value, false);
    for (size_t i = 0; value.kind == VALUE_LIST && outcome == GOES_ON && i < value.list->count; i++)
        outcome = take_deep(search, step, value.list->items[i]);
    while (value.kind == VALUE_MAP && outcome == GOES_ON &&
           (entry = object_next(value.object, &at)))
        outcome = take_deep(search, step, entry->value);
    run_leave(search->run);
    return outcome;
}

/* is_definite: all steps up to here were. */
static enum outcome walk(struct search *search, const struct path_step *step, struct value value,
                         bool is_definite)
{
    if (!run_count(search->run, 1))
        return FAILED;
    if (!step) {
        search->value     = value;
        search->has_value = true;
        return search->found && !list_add(search->run, search->found, value) ? FAILED : GOES_ON;
    }
    switch (step->kind) {
    case PATH_NAMES:
        return take_names(search, step, value, is_definite);
    case PATH_EACH:
        return take_each(search, step, value);
    case PATH_DEEP:
        return take_deep(search, step, value);
    case PATH_INDEXES:
        return take_indexes(search, step, value, is_definite);
    case PATH_SLICE:
        return take_slice(search, step, value);
    case PATH_FILTER:
        return take_filter(search, step, value);
    }
    return FAILED;
}

enum value_path_result value_path_find(struct mapping_run *run, const struct value_path *path,
                                       struct value document, struct value *found)
{
    struct search search = {.run = run, .root = document};
    enum outcome outcome = FAILED;

    if (!run_enter(run))
        return VALUE_PATH_FAILED;
    if (!path->is_definite)
        search.found = list_new(run, LIST_JSON, 0);
    outcome = walk(&search, path->steps, document, true);
    run_leave(run);
    if (run->has_failed || outcome == FAILED)
        return VALUE_PATH_FAILED;
    if (outcome == NOT_FOUND || (path->is_definite && !search.has_value))
        return VALUE_PATH_NOTHING;
    *found = path->is_definite ? search.value : value_list(search.found);
    return VALUE_PATH_FOUND;
}
