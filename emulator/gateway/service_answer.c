#include "gateway/service_answer.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"

/* Strings are borrowed from the document. */
struct element {
    const char *name;
    size_t name_size;
    const char *content; /* between its tags */
    size_t content_size;
    struct element *parent;
    struct element *first;
    struct element *last;
    struct element *next;
    size_t index;         /* among its siblings */
    struct element *same; /* the next sibling of its name */
    bool is_repeated;     /* an earlier sibling has its name */
};

struct reading {
    const char *at;
    const char *end;
    struct arena arena;
    struct element *open; /* the innermost */
    unsigned depth;
};

static bool begins(const struct reading *reading, const char *word)
{
    size_t size = strlen(word);

    return (size_t)(reading->end - reading->at) >= size && memcmp(reading->at, word, size) == 0;
}

/* Goes behind the next occurrence of word. */
static bool skip_behind(struct reading *reading, const char *word)
{
    const char *found =
        memmem(reading->at, (size_t)(reading->end - reading->at), word, strlen(word));

    if (!found)
        return false;
    reading->at = found + strlen(word);
    return true;
}

static bool is_name(char character)
{
    return isalnum((unsigned char)character) || (character && strchr("_-.:", character));
}

static size_t name_size(const struct reading *reading)
{
    const char *at = reading->at;

    while (at < reading->end && is_name(*at))
        at++;
    return (size_t)(at - reading->at);
}

/* The prefix of a namespace is no part of the name. */
static void set_name(struct element *element, const char *name, size_t size)
{
    const char *colon = memchr(name, ':', size);

    element->name      = colon ? colon + 1 : name;
    element->name_size = size - (size_t)(element->name - name);
}

static bool is_same_name(const struct element *a, const struct element *b)
{
    return a->name_size == b->name_size && memcmp(a->name, b->name, a->name_size) == 0;
}

static void add_child(struct element *parent, struct element *child)
{
    child->parent = parent;
    if (parent->last) {
        child->index       = parent->last->index + 1;
        parent->last->next = child;
    } else {
        parent->first = child;
    }
    parent->last = child;
}

/* Behind '<' and a name: attributes, then '>' or "/>". Quoted values may hold either. */
static bool skip_attributes(struct reading *reading, bool *is_closed)
{
    char quote = '\0';

    for (; reading->at < reading->end; reading->at++) {
        if (quote) {
            quote = *reading->at == quote ? '\0' : quote;
        } else if (*reading->at == '"' || *reading->at == '\'') {
            quote = *reading->at;
        } else if (*reading->at == '>') {
            *is_closed = reading->at[-1] == '/';
            reading->at++;
            return true;
        }
    }
    return false;
}

static bool read_opening(struct reading *reading)
{
    size_t size = name_size(reading);
    struct element *element;
    bool is_closed;

    if (size == 0 || reading->depth == SERVICE_ANSWER_DEPTH_MAX)
        return false;
    element = arena_new(&reading->arena, sizeof *element);
    set_name(element, reading->at, size);
    reading->at += size;
    if (!skip_attributes(reading, &is_closed))
        return false;
    add_child(reading->open, element);
    element->content = reading->at;
    if (!is_closed) {
        reading->open = element;
        reading->depth++;
    }
    return true;
}

static bool read_closing(struct reading *reading)
{
    struct element *open  = reading->open;
    struct element closes = {0};
    size_t size           = name_size(reading);

    set_name(&closes, reading->at, size);
    if (!open->parent || !is_same_name(open, &closes))
        return false;
    open->content_size = (size_t)(reading->at - 2 - open->content);
    reading->open      = open->parent;
    reading->depth--;
    reading->at += size;
    return skip_behind(reading, ">");
}

/* Behind '<'. */
static bool read_tag(struct reading *reading)
{
    if (begins(reading, "?"))
        return skip_behind(reading, "?>");
    if (begins(reading, "!--"))
        return skip_behind(reading, "-->");
    if (begins(reading, "!")) /* no service sends types or CDATA */
        return false;
    if (!begins(reading, "/"))
        return read_opening(reading);
    reading->at++;
    return read_closing(reading);
}

static bool read_all(struct reading *reading)
{
    while (reading->at < reading->end) {
        if (*reading->at++ == '<' && !read_tag(reading))
            return false;
    }
    return !reading->open->parent && reading->open->first;
}

/* "lt;" behind '&'; 0 if it is none that XML knows. */
static size_t append_entity(const char *at, size_t size, struct text *out)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {
        {"lt;",   '<' },
        {"gt;",   '>' },
        {"amp;",  '&' },
        {"quot;", '"' },
        {"apos;", '\''}
    };
    unsigned long code;
    char *end;

    for (size_t i = 0; i < ARRAY_SIZE(entities); i++) {
        size_t length = strlen(entities[i].name);

        if (size >= length && memcmp(at, entities[i].name, length) == 0) {
            text_append_character(out, entities[i].character);
            return length;
        }
    }
    if (size < 3 || at[0] != '#' || !memchr(at, ';', size))
        return 0;
    code = at[1] == 'x' ? strtoul(at + 2, &end, 16) : strtoul(at + 1, &end, 10);
    if (*end != ';' || code == 0 || code > 0x7f) /* services write the rest as it is */
        return 0;
    text_append_character(out, (char)code);
    return (size_t)(end + 1 - at);
}

static void append_content(const struct element *element, struct text *json)
{
    const char *at  = element->content;
    const char *end = at + element->content_size;
    SCOPED_TEXT out = {0};

    while (at < end) {
        size_t size = 0;

        if (*at == '&')
            size = append_entity(at + 1, (size_t)(end - at - 1), &out);
        if (size == 0)
            text_append_character(&out, *at++);
        else
            at += size + 1;
    }
    text_append_json(json, text_string(&out), out.size);
}

static bool is_named(const struct element *element, const char *name)
{
    return element->name_size == strlen(name) &&
           memcmp(element->name, name, element->name_size) == 0;
}

/* By their names, those of one name in the order in which they stand. */
static int compare(const void *left, const void *right)
{
    const struct element *a = *(struct element *const *)left;
    const struct element *b = *(struct element *const *)right;
    size_t size             = a->name_size < b->name_size ? a->name_size : b->name_size;
    int order               = memcmp(a->name, b->name, size);

    if (order == 0 && a->name_size != b->name_size)
        order = a->name_size < b->name_size ? -1 : 1;
    if (order == 0)
        order = a->index < b->index ? -1 : 1;
    return order;
}

/* Chains the children of one name, wherever they stand: there are more of them than fit a loop over
 * all for each. */
static void chain_children(const struct element *element)
{
    size_t count                          = element->last->index + 1;
    SCOPED_MEMORY struct element **sorted = memory_new(count * sizeof(struct element *));
    struct element *child                 = element->first;

    for (size_t i = 0; i < count; i++, child = child->next)
        sorted[i] = child;
    qsort(sorted, count, sizeof(struct element *), compare);
    for (size_t i = 1; i < count; i++) {
        if (is_same_name(sorted[i - 1], sorted[i])) {
            sorted[i - 1]->same    = sorted[i];
            sorted[i]->is_repeated = true;
        }
    }
}

static void append_value(const struct element *element, struct text *json);

static void append_list(const struct element *first, struct text *json)
{
    text_append_character(json, '[');
    for (const struct element *element = first; element; element = element->same) {
        if (element != first)
            text_append_character(json, ',');
        append_value(element, json);
    }
    text_append_character(json, ']');
}

static void append_members(const struct element *element, struct text *json)
{
    text_append_character(json, '{');
    for (const struct element *child = element->first; child; child = child->next) {
        if (child->is_repeated)
            continue;
        if (child != element->first)
            text_append_character(json, ',');
        text_append_json(json, child->name, child->name_size);
        text_append_character(json, ':');
        if (child->same)
            append_list(child, json);
        else
            append_value(child, json);
    }
    text_append_character(json, '}');
}

/* One that consists of <member> elements. */
static bool is_list(const struct element *element)
{
    for (const struct element *child = element->first; child; child = child->next) {
        if (!is_named(child, "member"))
            return false;
    }
    return element->first;
}

/* AWS: members that are absent are null. */
static void append_value(const struct element *element, struct text *json)
{
    if (element->first)
        chain_children(element);
    if (is_list(element))
        append_list(element->first, json);
    else if (element->first)
        append_members(element, json);
    else if (element->content_size == 0)
        text_append_string(json, "null");
    else
        append_content(element, json);
}

/* AWS?: an error is what <ErrorResponse> holds, without that name. */
static void append_root(const struct element *document, struct text *json)
{
    const struct element *root = document->first;
    bool is_error              = is_named(root, "ErrorResponse") && root->first;

    if (is_error)
        chain_children(root);
    append_members(is_error ? root : document, json);
}

bool service_answer_from_xml(const char *xml, size_t size, struct text *json)
{
    struct element document = {0};
    struct reading reading  = {.at = xml, .end = xml + size, .open = &document};
    bool is_well_formed     = read_all(&reading) && !document.first->next;

    if (is_well_formed)
        append_root(&document, json);
    arena_deinit(&reading.arena);
    return is_well_formed;
}
