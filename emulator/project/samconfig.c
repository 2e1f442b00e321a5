#include "project/samconfig.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

/* AWS: a template has at most 200. */
#define PARAMETERS_MAX 200

#define SPACE "\x20\t\r\n"
#define BLANK "\x20\t"

/* The sections of the environment "default" that count; what an earlier one says wins. */
static const char *const sections[] = {"default.local_start_api.parameters",
                                       "default.deploy.parameters", "default.global.parameters"};

struct parser {
    struct arena *arena;
    const char *at;
    struct samconfig *config;
};

static void add_parameter(struct parser *parser, const char *name, size_t name_size,
                          const char *value, size_t value_size)
{
    struct samconfig *config = parser->config;

    if (!config->parameters)
        config->parameters =
            arena_new(parser->arena, (PARAMETERS_MAX + 1) * sizeof *config->parameters);
    if (config->parameter_count == PARAMETERS_MAX)
        return;
    config->parameters[config->parameter_count++] =
        arena_format(parser->arena, "%.*s=%.*s", (int)name_size, name, (int)value_size, value);
}

/* The size of a word, in which quotes hold spaces together. */
static size_t word_size(const char *word)
{
    char quote  = '\0';
    size_t size = 0;

    for (; word[size] != '\0' && (quote || !strchr(SPACE, word[size])); size++) {
        if (quote == word[size])
            quote = '\0';
        else if (!quote && (word[size] == '"' || word[size] == '\''))
            quote = word[size];
    }
    return size;
}

/* Without the quotes around it. */
static void add_quoted(struct parser *parser, const char *name, size_t name_size, const char *value,
                       size_t size)
{
    if (size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0])
        add_parameter(parser, name, name_size, value + 1, size - 2);
    else
        add_parameter(parser, name, name_size, value, size);
}

/* "Stage=prod", or "ParameterKey=Stage,ParameterValue=prod". */
static void add_word(struct parser *parser, const char *word, size_t size)
{
    static const char key[]   = "ParameterKey=";
    static const char value[] = ",ParameterValue=";
    const char *equals        = memchr(word, '=', size);
    const char *second        = memmem(word, size, value, strlen(value));

    if (!equals)
        return;
    if (second && strncmp(word, key, strlen(key)) == 0) {
        word += strlen(key);
        size -= strlen(key);
        equals = second + strlen(value) - 1;
        add_quoted(parser, word, (size_t)(second - word), equals + 1,
                   size - (size_t)(equals + 1 - word));
        return;
    }
    add_quoted(parser, word, (size_t)(equals - word), equals + 1,
               size - (size_t)(equals + 1 - word));
}

static void add_words(struct parser *parser, const char *words)
{
    for (words += strspn(words, SPACE); *words; words += strspn(words, SPACE)) {
        size_t size = word_size(words);

        add_word(parser, words, size);
        words += size;
    }
}

static void skip_line(struct parser *parser)
{
    parser->at += strcspn(parser->at, "\n");
    parser->at += *parser->at == '\n';
}

/* Where the string that begins at start ends; its escapes are with a backslash in double quotes. */
static const char *find_end(const char *start, const char *ending, bool has_escapes)
{
    const char *at = start;

    while (*at && strncmp(at, ending, strlen(ending)) != 0)
        at += has_escapes && at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    return at;
}

/* Takes a string of any of TOML's kinds; NULL if none is there. */
static char *take_string(struct parser *parser)
{
    char quote         = *parser->at;
    const char mark[]  = {quote, quote, quote, '\0'};
    bool is_long       = strncmp(parser->at, mark, 3) == 0;
    const char *ending = is_long ? mark : mark + 2;
    const char *start  = parser->at + strlen(ending);
    const char *end;
    char *string;
    size_t size = 0;

    if (quote != '"' && quote != '\'')
        return NULL;
    end        = find_end(start, ending, quote == '"');
    string     = arena_new(parser->arena, (size_t)(end - start) + 1);
    parser->at = end + (*end ? strlen(ending) : 0);
    for (; start < end; start++) {
        if (quote == '"' && start[0] == '\\' && start + 1 < end)
            start++;
        string[size++] = *start;
    }
    return string;
}

/* Strings in a list, of which each is one parameter; or one string of many. */
static void read_overrides(struct parser *parser)
{
    char *string;

    if (*parser->at != '[') {
        string = take_string(parser);
        if (string)
            add_words(parser, string);
        return;
    }
    parser->at++;
    for (;;) {
        parser->at += strspn(parser->at, SPACE ",");
        if (*parser->at == '#') {
            skip_line(parser);
            continue;
        }
        string = take_string(parser);
        if (!string)
            return;
        add_word(parser, string, strlen(string));
    }
}

static bool is_section(const struct parser *parser, const char *section)
{
    size_t size = strlen(section);

    return strncmp(parser->at + 1, section, size) == 0 && parser->at[1 + size] == ']';
}

/* True if the line sets the key; then its value comes next. */
static bool take_key(struct parser *parser, const char *key)
{
    size_t size    = strlen(key);
    const char *at = parser->at + size;

    if (strncmp(parser->at, key, size) != 0)
        return false;
    at += strspn(at, BLANK);
    if (*at != '=')
        return false;
    parser->at = at + 1 + strspn(at + 1, BLANK);
    return true;
}

static void take_unless_said(struct parser *parser, const char **value)
{
    const char *string = take_string(parser);

    *value = *value ? *value : string;
}

static void parse_section(struct parser *parser, const char *section)
{
    struct samconfig *config = parser->config;
    bool counts              = false;

    while (*parser->at) {
        parser->at += strspn(parser->at, SPACE);
        if (*parser->at == '[')
            counts = is_section(parser, section);
        else if (counts && take_key(parser, "parameter_overrides"))
            read_overrides(parser);
        else if (counts && take_key(parser, "stack_name"))
            take_unless_said(parser, &config->stack_name);
        else if (counts && take_key(parser, "region"))
            take_unless_said(parser, &config->region);
        else if (counts && take_key(parser, "env_vars"))
            take_unless_said(parser, &config->env_vars);
        skip_line(parser);
    }
}

void samconfig_parse(struct arena *arena, const char *data, size_t size, struct samconfig *config)
{
    if (memchr(data, '\0', size))
        return;
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
        struct parser parser = {.arena = arena, .at = data, .config = config};

        parse_section(&parser, sections[i]);
    }
}
