#include "project/yaml.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "project/yaml_scalar.h"
#include "json/build.h"
#include "json/json.h"

#define STANDARD_TAG "tag:yaml.org,2002:"
#define MERGE_KEY    "<<"

/* What an alias can stand for. */
struct anchor {
    const struct json *value;
    unsigned height; /* levels below it */
    size_t weight;   /* values in it, itself included */
};

struct composer {
    yaml_parser_t parser;
    yaml_event_t event; /* the one that is looked at */
    struct arena *arena;
    enum yaml_schema schema;
    struct map anchors; /* names to struct anchor */
    size_t weight;      /* values so far */
    struct json_error *error;
};

static bool compose(struct composer *composer, unsigned depth, struct json **value,
                    unsigned *height);

/* Says what is wrong at the event that is looked at. */
static bool fail(struct composer *composer, const char *message)
{
    composer->error->line    = (unsigned)composer->event.start_mark.line + 1;
    composer->error->column  = (unsigned)composer->event.start_mark.column + 1;
    composer->error->message = message;
    return false;
}

/* libyaml's own words, and where it was when it found them. */
static bool fail_parsing(struct composer *composer)
{
    const yaml_parser_t *parser = &composer->parser;
    const char *problem         = parser->problem ? parser->problem : "it can't be read";

    composer->error->line   = (unsigned)parser->problem_mark.line + 1;
    composer->error->column = (unsigned)parser->problem_mark.column + 1;
    composer->error->message =
        parser->context ? arena_format(composer->arena, "%s %s (which began in line %zu)", problem,
                                       parser->context, parser->context_mark.line + 1)
                        : arena_copy_string(composer->arena, problem);
    return false;
}

static bool advance(struct composer *composer)
{
    yaml_event_delete(&composer->event);
    return yaml_parser_parse(&composer->parser, &composer->event) ? true : fail_parsing(composer);
}

static bool weigh(struct composer *composer, size_t weight)
{
    composer->weight += weight;
    return composer->weight <= YAML_VALUES_MAX
               ? true
               : fail(composer, "the document has too many values, those of aliases included");
}

static struct json *new_value(struct composer *composer, enum json_kind kind)
{
    struct json *value = build_value(composer->arena, kind, NULL);

    value->line   = (unsigned)composer->event.start_mark.line + 1;
    value->column = (unsigned)composer->event.start_mark.column + 1;
    return value;
}

/* {"Fn::Sub": value} for the tag !Sub. */
static struct json *wrap(struct composer *composer, const char *tag, struct json *value)
{
    struct json *wrapped = build_value(composer->arena, JSON_OBJECT, value);
    const char *dot;

    if (strcmp(tag, "!GetAtt") == 0 && value->kind == JSON_STRING &&
        (dot = strchr(value->string, '.'))) {
        struct json *pair = build_value(composer->arena, JSON_ARRAY, value);
        size_t size       = (size_t)(dot - value->string);

        build_add(pair, NULL, build_string(composer->arena, value->string, size, value));
        build_add(pair, NULL,
                  build_string(composer->arena, dot + 1, value->size - size - 1, value));
        value = pair;
    }
    build_add(wrapped,
              strcmp(tag, "!Ref") == 0 || strcmp(tag, "!Condition") == 0
                  ? arena_copy_string(composer->arena, tag + 1)
                  : arena_format(composer->arena, "Fn::%s", tag + 1),
              value);
    return wrapped;
}

static bool compose_scalar(struct composer *composer, struct json **value)
{
    const yaml_event_t *event = &composer->event;
    const char *text          = (const char *)event->data.scalar.value;
    const char *tag           = (const char *)event->data.scalar.tag;
    size_t size               = event->data.scalar.length;
    bool is_plain             = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    bool is_resolved          = is_plain && !tag;

    if (tag && text_behind(tag, STANDARD_TAG)) {
        const char *type = tag + strlen(STANDARD_TAG);

        is_resolved = strcmp(type, "int") == 0 || strcmp(type, "float") == 0 ||
                      strcmp(type, "bool") == 0 || strcmp(type, "null") == 0;
        if (!is_resolved && strcmp(type, "str") != 0)
            return fail(composer, "this tag is none of CloudFormation's: remove it");
    }
    *value = new_value(composer, JSON_STRING);
    if (is_resolved) {
        yaml_scalar_read(composer->arena, composer->schema, text, size, *value);
        return true;
    }
    (*value)->string = arena_copy(composer->arena, text, size);
    (*value)->size   = size;
    return true;
}

static bool compose_alias(struct composer *composer, unsigned depth, struct json **value,
                          unsigned *height)
{
    const char *name            = (const char *)composer->event.data.alias.anchor;
    const struct anchor *anchor = map_find(&composer->anchors, name);

    if (!anchor)
        return fail(composer, arena_format(composer->arena,
                                           "there is no anchor &%s before this alias", name));
    if (depth + anchor->height > JSON_DEPTH_MAX)
        return fail(composer, "nested too deep by aliases");
    if (!weigh(composer, anchor->weight))
        return false;
    *value  = build_copy(composer->arena, anchor->value);
    *height = anchor->height;
    return advance(composer);
}

static bool compose_sequence(struct composer *composer, unsigned depth, struct json **value,
                             unsigned *height)
{
    *value = new_value(composer, JSON_ARRAY);
    if (!advance(composer))
        return false;
    while (composer->event.type != YAML_SEQUENCE_END_EVENT) {
        struct json *element;
        unsigned below;

        if (!compose(composer, depth + 1, &element, &below))
            return false;
        build_add(*value, NULL, element);
        *height = below + 1 > *height ? below + 1 : *height;
    }
    return true;
}

/* The name of a member, which is any scalar; what it is marked with is where the value stands. */
static bool compose_name(struct composer *composer, const char **name, struct json *mark)
{
    const yaml_event_t *event = &composer->event;

    if (event->type != YAML_SCALAR_EVENT)
        return fail(composer, "a key must be a text");
    if (strlen((const char *)event->data.scalar.value) != event->data.scalar.length)
        return fail(composer, "a key must not contain a NUL character");
    *name        = arena_copy(composer->arena, event->data.scalar.value, event->data.scalar.length);
    mark->line   = (unsigned)event->start_mark.line + 1;
    mark->column = (unsigned)event->start_mark.column + 1;
    return advance(composer);
}

/* The members of a mapping, of each mapping of a sequence, that object hasn't yet. */
static void merge(struct composer *composer, struct json *object, struct map *names,
                  const struct json *source)
{
    for (const struct json *child = source->first; child; child = child->next) {
        struct json *copy;

        if (source->kind == JSON_ARRAY)
            merge(composer, object, names, child);
        if (source->kind == JSON_ARRAY || map_find(names, child->name))
            continue;
        copy = build_copy(composer->arena, child);
        build_add(object, child->name, copy);
        map_put(names, child->name, copy);
    }
}

/* Takes the merge keys, which are in sources, into object. */
static void merge_all(struct composer *composer, struct json *object, const struct json *sources)
{
    struct map names = {0};

    for (struct json *member = object->first; member; member = member->next)
        map_put(&names, member->name, member);
    merge(composer, object, &names, sources);
    map_deinit(&names);
}

static bool check_names_differ(struct composer *composer, const struct json *object)
{
    const struct json *first;
    const struct json *second = build_find_twin(composer->arena, object, &first);

    if (!second)
        return true;
    fail(composer,
         arena_format(composer->arena,
                      "\"%s\" is given twice (first in line %u): one of them would be ignored",
                      second->name, first->line));
    composer->error->line   = second->line;
    composer->error->column = second->column;
    return false;
}

static bool compose_mapping(struct composer *composer, unsigned depth, struct json **value,
                            unsigned *height)
{
    struct json *sources = build_value(composer->arena, JSON_ARRAY, NULL);

    *value = new_value(composer, JSON_OBJECT);
    if (!advance(composer))
        return false;
    while (composer->event.type != YAML_MAPPING_END_EVENT) {
        struct json mark = {0};
        struct json *member;
        const char *name;
        unsigned below;

        if (!compose_name(composer, &name, &mark) || !compose(composer, depth + 1, &member, &below))
            return false;
        member->line   = mark.line;
        member->column = mark.column;
        *height        = below + 1 > *height ? below + 1 : *height;
        if (strcmp(name, MERGE_KEY) == 0)
            build_add(sources, NULL, member);
        else
            build_add(*value, name, member);
    }
    if (!check_names_differ(composer, *value))
        return false;
    if (sources->count > 0)
        merge_all(composer, *value, sources);
    return true;
}

static bool compose_contents(struct composer *composer, unsigned depth, struct json **value,
                             unsigned *height)
{
    switch ((int)composer->event.type) {
    case YAML_SCALAR_EVENT:
        return compose_scalar(composer, value);
    case YAML_SEQUENCE_START_EVENT:
        return compose_sequence(composer, depth, value, height);
    default:
        assert(composer->event.type == YAML_MAPPING_START_EVENT);
        return compose_mapping(composer, depth, value, height);
    }
}

/* Anchor and tag of the event, copied; NULL: none, or a tag of YAML's own. */
static void read_properties(struct composer *composer, const char **anchor, const char **tag)
{
    const yaml_event_t *event = &composer->event;
    const char *found         = NULL;

    *anchor = NULL;
    *tag    = NULL;
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT:
        *anchor = (const char *)event->data.scalar.anchor;
        found   = (const char *)event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        *anchor = (const char *)event->data.sequence_start.anchor;
        found   = (const char *)event->data.sequence_start.tag;
        break;
    default:
        *anchor = (const char *)event->data.mapping_start.anchor;
        found   = (const char *)event->data.mapping_start.tag;
        break;
    }
    if (*anchor)
        *anchor = arena_copy_string(composer->arena, *anchor);
    if (found && found[0] == '!' && found[1] != '\0')
        *tag = arena_copy_string(composer->arena, found);
}

static void remember(struct composer *composer, const char *name, const struct json *value,
                     unsigned height, size_t weight)
{
    struct anchor *anchor = arena_new(composer->arena, sizeof *anchor);

    *anchor = (struct anchor){build_copy(composer->arena, value), height, weight};
    map_put(&composer->anchors, name, anchor);
}

/* Builds the value that begins with the event; afterwards the one behind it is looked at. depth is
 * the number of collections around it, so the recursion is bounded; *height is that of those in it.
 */
static bool compose(struct composer *composer, unsigned depth, struct json **value,
                    unsigned *height)
{
    size_t weight = composer->weight;
    const char *anchor;
    const char *tag;

    *height = 0;
    if (depth > JSON_DEPTH_MAX)
        return fail(composer,
                    arena_format(composer->arena, "nested too deep: %d levels are allowed",
                                 JSON_DEPTH_MAX));
    if (composer->event.type == YAML_ALIAS_EVENT)
        return compose_alias(composer, depth, value, height);
    read_properties(composer, &anchor, &tag);
    if (!weigh(composer, tag ? 4 : 1) || !compose_contents(composer, depth + !!tag, value, height))
        return false;
    if (tag) {
        *value = wrap(composer, tag, *value);
        *height += 2;
    }
    if (anchor)
        remember(composer, anchor, *value, *height, composer->weight - weight);
    return advance(composer);
}

static bool compose_document(struct composer *composer, struct json **document)
{
    unsigned height;

    if (!advance(composer)) /* the stream begins */
        return false;
    if (!advance(composer)) /* the document begins */
        return false;
    if (composer->event.type != YAML_DOCUMENT_START_EVENT)
        return fail(composer, "there is nothing in it");
    if (!advance(composer) || !compose(composer, 0, document, &height) || !advance(composer))
        return false;
    if (composer->event.type != YAML_STREAM_END_EVENT)
        return fail(composer, "a second document begins here: one is all that is read");
    return true;
}

static struct json *parse(struct arena *arena, enum yaml_schema schema, const char *data,
                          size_t size, struct json_error *error)
{
    struct composer composer = {.arena = arena, .schema = schema, .error = error};
    struct json *document    = NULL;

    if (!yaml_parser_initialize(&composer.parser)) {
        *error = (struct json_error){.message = "there is no memory to read it"};
        return NULL;
    }
    yaml_parser_set_input_string(&composer.parser, (const unsigned char *)data, size);
    if (!compose_document(&composer, &document))
        document = NULL;
    yaml_event_delete(&composer.event);
    yaml_parser_delete(&composer.parser);
    map_deinit(&composer.anchors);
    return document;
}

struct json *yaml_parse(struct arena *arena, const char *data, size_t size,
                        struct json_error *error)
{
    return parse(arena, YAML_1_1, data, size, error);
}

struct json *yaml_parse_core(struct arena *arena, const char *data, size_t size,
                             struct json_error *error)
{
    return parse(arena, YAML_CORE, data, size, error);
}
