#include "cli/command_line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/option.h"
#include "json/nearest.h"

/* One reading of a command line. */
struct reading {
    const struct command_line *line;
    void *settings;
    struct text *errors;
    bool *seen;                 /* for each option of the table */
    const char *given;          /* the last operand */
    const char *given_name;     /* the name of its row */
    const struct operand *next; /* the row of the next operand, or the last one, without a name */
    bool is_help_wanted;
};

static bool is_of(const struct command_line *line, unsigned subcommands)
{
    return (line->subcommand & subcommands) != 0;
}

static const struct option *find_option(const struct command_line *line, const char *name,
                                        size_t size)
{
    for (const struct option *option = line->options; option->name; option++) {
        if (is_of(line, option->subcommands) && strlen(option->name) == size &&
            strncmp(option->name, name, size) == 0)
            return option;
    }
    return NULL;
}

static const struct option *find_letter(const struct command_line *line, char letter)
{
    for (const struct option *option = line->options; option->name; option++) {
        if (is_of(line, option->subcommands) && option->letter == letter)
            return option;
    }
    return NULL;
}

/* shown is how the user said it: "--port", "POSTERN_PORT"; word is NULL if there was none. */
static void complain(const struct option *option, const char *shown, const char *word,
                     struct text *errors)
{
    text_append_format(errors, word ? "%s takes " : "%s needs a value: ", shown);
    option_append_expected(option, errors);
    if (word)
        text_append_format(errors, ", not \"%s\"", word);
    text_append_character(errors, '\n');
}

/* Returns how many words to leave out: with an option that was misspelt goes its argument. */
static size_t complain_unknown(struct reading *reading, char **words)
{
    size_t size              = strcspn(words[0], "=");
    SCOPED_MEMORY char *name = memory_copy(words[0], size);
    struct nearest nearest   = {.wanted = name + strspn(name, "-")};
    const struct option *meant;

    for (const struct option *option = reading->line->options; option->name; option++) {
        if (is_of(reading->line, option->subcommands))
            nearest_consider(&nearest, option->name);
    }
    text_append_format(reading->errors, "unknown option %s", name);
    if (nearest.found)
        text_append_format(reading->errors, ": did you mean --%s?", nearest.found);
    text_append_character(reading->errors, '\n');
    meant = nearest.found ? find_option(reading->line, nearest.found, strlen(nearest.found)) : NULL;
    if (!meant || meant->argument[0] == '\0' || words[0][size] == '=' || !words[1] ||
        words[1][0] == '-')
        return 1;
    return 2;
}

static void note_given(struct reading *reading, const struct option *option)
{
    if (option->given > 0)
        *(bool *)((char *)reading->settings + option->given) = true;
}

/*
 * Takes an option whose value is word, or if that is NULL the word behind it. Returns how many
 * words it took.
 */
static size_t take_value(struct reading *reading, const struct option *option, const char *shown,
                         const char *word, char **words)
{
    size_t count = 1;

    reading->seen[option - reading->line->options] = true;
    if (!word && option->argument[0] == '\0') {
        word = "on";
    } else if (!word && words[1] && strncmp(words[1], "--", 2) != 0) {
        word  = words[1];
        count = 2;
    }
    if (!word || !option_take(option, word, reading->settings))
        complain(option, shown, word, reading->errors);
    note_given(reading, option);
    return count;
}

/* "--name", "--name=value" */
static size_t take_long(struct reading *reading, char **words)
{
    const char *name            = words[0] + 2;
    size_t size                 = strcspn(name, "=");
    const struct option *option = find_option(reading->line, name, size);
    SCOPED_MEMORY char *shown   = memory_format("--%.*s", (int)size, name);

    if (!option)
        return complain_unknown(reading, words);
    return take_value(reading, option, shown, name[size] == '=' ? name + size + 1 : NULL, words);
}

/* "-n", "-nvalue", or the letters of several options, of which only the last has a value. */
static size_t take_letters(struct reading *reading, char **words)
{
    for (const char *at = words[0] + 1; *at; at++) {
        const struct option *option = find_letter(reading->line, *at);
        const char shown[]          = {'-', *at, '\0'};
        bool is_last                = at[1] == '\0';

        if (!option)
            return complain_unknown(reading, words);
        if (is_last || option->argument[0])
            return take_value(reading, option, shown, is_last ? NULL : at + 1, words);
        take_value(reading, option, shown, NULL, words);
    }
    return 1;
}

/* The first row from operand on that is an operand of the subcommand; at worst the last row. */
static const struct operand *operand_from(const struct command_line *line,
                                          const struct operand *operand)
{
    while (operand->name && !is_of(line, operand->subcommands))
        operand++;
    return operand;
}

static void take_operand(struct reading *reading, char *word)
{
    const struct operand *operand = reading->next;

    if (!operand->name || operand->is_command) {
        text_append_format(reading->errors, "\"%s\" is too much: ", word);
        if (reading->given)
            text_append_format(reading->errors, "%s is \"%s\" already\n", reading->given_name,
                               reading->given);
        else
            text_append_string(reading->errors, "only options are taken\n");
        return;
    }
    if (operand->is_fine && !operand->is_fine(word))
        text_append_format(reading->errors, "%s is %s, not \"%s\"\n", operand->name,
                           operand->expected, word);
    *(const char **)(void *)((char *)reading->settings + operand->offset) = word;

    reading->given      = word;
    reading->given_name = operand->name;
    reading->next       = operand_from(reading->line, operand + 1);
}

/* What is behind "--". */
static void take_rest(struct reading *reading, char **words)
{
    for (const struct operand *operand = reading->line->operands; operand->name; operand++) {
        if (operand->is_command && is_of(reading->line, operand->subcommands)) {
            *(char ***)(void *)((char *)reading->settings + operand->offset) =
                words[0] ? words : NULL;
            return;
        }
    }
    while (*words)
        take_operand(reading, *words++);
}

/* "-" is none: it stands for standard input. Neither is what the next operand may look like. */
static bool is_option(const struct reading *reading, const char *word)
{
    return word[0] == '-' && word[1] != '\0' &&
           !(reading->next->is_fine && reading->next->is_fine(word));
}

static void take_words(struct reading *reading, char **words)
{
    while (*words) {
        if (strcmp(*words, "--") == 0) {
            take_rest(reading, words + 1);
            return;
        }
        if (strcmp(*words, "-h") == 0 || strcmp(*words, "--help") == 0) {
            reading->is_help_wanted = true;
            words++;
        } else if (is_option(reading, *words)) {
            words += strncmp(*words, "--", 2) == 0 ? take_long(reading, words)
                                                   : take_letters(reading, words);
        } else {
            take_operand(reading, *words++);
        }
    }
}

/* A value a line; lines without one are left out. */
static void take_lines(struct reading *reading, const struct option *option, const char *name,
                       const char *lines)
{
    while (*lines) {
        size_t size              = strcspn(lines, "\n");
        SCOPED_MEMORY char *line = memory_copy(lines, size);

        if (size > 0 && !option_take(option, line, reading->settings))
            complain(option, name, line, reading->errors);
        lines += size + (lines[size] == '\n');
    }
}

/* The option's variable: --idle-timeout is POSTERN_IDLE_TIMEOUT. The caller frees it. */
static char *name_variable(const struct option *option)
{
    char *name = memory_format("POSTERN_%s", option->name);

    for (char *at = name; *at; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return name;
}

/* What the words have left out: the variable, or the default. */
static void take_twin(struct reading *reading, const struct option *option,
                      char *(*environment)(const char *name))
{
    SCOPED_MEMORY char *name = name_variable(option);
    const char *word         = environment(name);

    if (word && word[0] != '\0')
        note_given(reading, option);
    else
        word = option->otherwise;
    if (word && option->kind == KIND_LIST)
        take_lines(reading, option, name, word);
    else if (word && !option_take(option, word, reading->settings))
        complain(option, name, word, reading->errors);
}

/* Operands that were left out: a default, or a complaint. */
static void fill_operands(struct reading *reading)
{
    const struct operand *operand = reading->next;

    for (; operand->name; operand = operand_from(reading->line, operand + 1)) {
        const char **setting = (const char **)(void *)((char *)reading->settings + operand->offset);

        if (*setting)
            continue;
        *setting = operand->otherwise;
        if (operand->is_needed)
            text_append_format(reading->errors, "lacks %s: %s\n", operand->name, operand->expected);
    }
}

static size_t count_options(const struct option *options)
{
    size_t count = 0;

    while (options[count].name)
        count++;
    return count;
}

bool command_line_read(const struct command_line *line, char **words,
                       char *(*environment)(const char *name), void *settings, bool *is_help_wanted,
                       struct text *errors)
{
    SCOPED_MEMORY bool *seen = memory_new((count_options(line->options) + 1) * sizeof(bool));
    struct reading reading   = {
          .line     = line,
          .settings = settings,
          .errors   = errors,
          .seen     = seen,
          .next     = operand_from(line, line->operands),
    };

    take_words(&reading, words);
    for (size_t i = 0; line->options[i].name; i++) {
        if (!seen[i] && is_of(line, line->options[i].subcommands))
            take_twin(&reading, &line->options[i], environment);
    }
    fill_operands(&reading);
    *is_help_wanted = reading.is_help_wanted;
    return reading.is_help_wanted || errors->size == 0;
}

/* An option of the subcommand, if it can be one of two words; NULL if there is none at all. */
static const struct option *example_option(const struct command_line *line)
{
    const struct option *example = NULL;

    for (const struct option *option = line->options; option->name; option++) {
        if (is_of(line, option->subcommands) && (!example || strchr(option->name, '-')))
            example = option;
    }
    return example;
}

static void append_operand(const struct operand *operand, struct text *out)
{
    text_append_format(out, operand->is_needed ? "%s%s" : "%s[%s]", out->size ? " " : "",
                       operand->name);
}

void command_line_append_usage(const struct command_line *line, struct text *out)
{
    SCOPED_TEXT usage           = {0};
    const struct operand *first = operand_from(line, line->operands);

    for (const struct operand *at = first; at->name; at = operand_from(line, at + 1)) {
        if (!at->is_command)
            append_operand(at, &usage);
    }
    if (example_option(line))
        text_append_string(&usage, usage.size ? " [options]" : "[options]");
    for (const struct operand *at = first; at->name; at = operand_from(line, at + 1)) {
        if (at->is_command)
            text_append_format(&usage, " -- %s [ARG...]", at->name);
    }
    text_append(out, text_string(&usage), usage.size);
}

void command_line_append_options(const struct command_line *line, struct text *out)
{
    const struct option *example = example_option(line);
    SCOPED_MEMORY char *variable = example ? name_variable(example) : NULL;

    if (example)
        text_append_format(out,
                           "Options, which may be environment variables as well "
                           "(%s is --%s):\n",
                           variable, example->name);
    else
        text_append_string(out, "Options:\n");
    for (const struct option *option = line->options; option->name; option++) {
        SCOPED_TEXT usage = {0};

        if (!is_of(line, option->subcommands))
            continue;
        option_append_usage(option, &usage);
        text_append_format(out, "  %-33s %s", text_string(&usage), option->help);
        if (option->otherwise && option->kind != KIND_FLAG)
            text_append_format(out, " [%s]", option->otherwise);
        if (option->kind == KIND_LIST)
            text_append_string(out, "; may be repeated");
        text_append_character(out, '\n');
    }
    text_append_format(out, "  %-33s %s\n", "-h, --help", "print this");
}

void command_line_deinit(const struct command_line *line, void *settings)
{
    for (const struct option *option = line->options; option->name; option++) {
        if (option->kind == KIND_LIST)
            word_list_deinit((void *)((char *)settings + option->offset));
    }
}
