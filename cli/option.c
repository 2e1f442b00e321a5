#include "cli/option.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define DIGITS "0123456789"

/* A decimal number in thousandths; -1 if it is none, or too large to be one here. */
static long long read_thousandths(const char *word)
{
    size_t whole       = strspn(word, DIGITS);
    const char *rest   = word + whole;
    size_t digits      = *rest == '.' ? strspn(rest + 1, DIGITS) : 0;
    long long fraction = 0;

    if (whole + digits == 0 || whole > 12 || rest[*rest == '.' ? digits + 1 : 0] != '\0')
        return -1;
    for (size_t i = 0; i < 3; i++)
        fraction = fraction * 10 + (i < digits ? rest[1 + i] - '0' : 0);
    return strtoll(word, NULL, 10) * 1000 + fraction;
}

/* False if the word is no number from least to most. */
static bool read_number(const struct option *option, const char *word, long long *number)
{
    long long thousandths = read_thousandths(word);

    if (option->kind != KIND_SECONDS) {
        if (thousandths < 0 || strchr(word, '.'))
            return false;
        thousandths /= 1000;
    }
    *number = thousandths;
    return thousandths >= option->least && thousandths <= option->most;
}

static bool read_flag(const char *word, bool *flag)
{
    static const char *const on[]  = {"on", "true", "yes", "1"};
    static const char *const off[] = {"off", "false", "no", "0"};

    for (size_t i = 0; i < ARRAY_SIZE(on); i++) {
        bool is_on = strcmp(word, on[i]) == 0;

        if (is_on || strcmp(word, off[i]) == 0) {
            *flag = is_on;
            return true;
        }
    }
    return false;
}

/* Which of the words between the bars of choices; -1 if it is none of them. */
static int read_choice(const char *choices, const char *word)
{
    for (int i = 0;; i++) {
        size_t size = strcspn(choices, "|");

        if (strlen(word) == size && strncmp(word, choices, size) == 0)
            return i;
        if (choices[size] == '\0')
            return -1;
        choices += size + 1;
    }
}

static bool is_fine_text(const struct option *option, const char *word)
{
    return option->is_fine ? option->is_fine(word) : word[0] != '\0';
}

bool option_take(const struct option *option, const char *word, void *settings)
{
    void *setting    = (char *)settings + option->offset;
    long long number = 0;

    switch (option->kind) {
    case KIND_FLAG:
        return read_flag(word, setting);
    case KIND_TEXT:
        *(const char **)setting = word;
        return is_fine_text(option, word);
    case KIND_CHOICE:
        *(int *)setting = read_choice(option->argument, word);
        return *(int *)setting >= 0;
    case KIND_PORT:
        if (!read_number(option, word, &number))
            return false;
        *(uint16_t *)setting = (uint16_t)number;
        return true;
    case KIND_COUNT:
        if (!read_number(option, word, &number))
            return false;
        *(unsigned *)setting = (unsigned)number;
        return true;
    case KIND_SECONDS:
        if (!read_number(option, word, &number))
            return false;
        *(int64_t *)setting = number;
        return true;
    case KIND_LIST:
        if (!is_fine_text(option, word))
            return false;
        word_list_append(setting, word, strlen(word));
        return true;
    }
    return false;
}

static void append_seconds(long long milliseconds, struct text *out)
{
    text_append_format(out, milliseconds % 1000 ? "%lld.%03lld" : "%lld", milliseconds / 1000,
                       milliseconds % 1000);
}

static void append_choices(const char *choices, struct text *out)
{
    for (;;) {
        size_t size = strcspn(choices, "|");

        text_append(out, choices, size);
        if (choices[size] == '\0')
            return;
        choices += size + 1;
        text_append_string(out, strchr(choices, '|') ? ", " : " or ");
    }
}

void option_append_expected(const struct option *option, struct text *out)
{
    switch (option->kind) {
    case KIND_FLAG:
        text_append_string(out, "on or off");
        break;
    case KIND_TEXT:
    case KIND_LIST:
        if (option->expected)
            text_append_string(out, option->expected);
        else
            text_append_format(out, strchr("AEIO", option->argument[0]) ? "an %s" : "a %s",
                               option->argument);
        break;
    case KIND_CHOICE:
        append_choices(option->argument, out);
        break;
    case KIND_PORT:
    case KIND_COUNT:
        text_append_format(out, "a whole number from %lld to %lld", option->least, option->most);
        break;
    case KIND_SECONDS:
        text_append_string(out, "a number of seconds from ");
        append_seconds(option->least, out);
        text_append_string(out, " to ");
        append_seconds(option->most, out);
        break;
    }
}

void option_append_usage(const struct option *option, struct text *out)
{
    if (option->letter)
        text_append_format(out, "-%c, ", option->letter);
    text_append_format(out, "--%s", option->name);
    if (option->argument[0])
        text_append_format(out, " %s", option->argument);
}

void word_list_append(struct word_list *list, const char *word, size_t size)
{
    list->words                = memory_resize(list->words, (list->count + 2) * sizeof(char *));
    list->words[list->count++] = memory_copy(word, size);
    list->words[list->count]   = NULL;
}

void word_list_deinit(struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->words[i]);
    free(list->words);
    *list = (struct word_list){0};
}
