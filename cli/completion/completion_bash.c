#include "cli/completion/completion.h"

#include <stddef.h>

#include "base/embedded.h"
#include "base/text.h"
#include "cli/option.h"
#include "cli/subcommand.h"

/* As completion.bash calls them. */
static const char *const kinds[] = {
    [COMPLETION_ANYTHING]    = "anything",
    [COMPLETION_WORDS]       = "words:",
    [COMPLETION_FILES]       = "files",
    [COMPLETION_FOLDERS]     = "folders",
    [COMPLETION_DATA]        = "data",
    [COMPLETION_CONNECTIONS] = "connections",
    [COMPLETION_SUBCOMMANDS] = "subcommands",
    [COMPLETION_COMMAND]     = "command",
};

/* "words:a|b", "files" */
static void append_value(struct text *out, struct completion_value value)
{
    text_append_string(out, kinds[value.kind]);
    if (value.kind == COMPLETION_WORDS)
        text_append_string(out, value.words);
}

/* "--limits -l": what options may be called. */
static void append_options(struct text *out, const struct command_line *line)
{
    for (const struct option *option = line->options; option->name; option++) {
        if (!(option->subcommands & line->subcommand))
            continue;
        text_append_format(out, "--%s ", option->name);
        if (option->letter)
            text_append_format(out, "-%c ", option->letter);
    }
    text_append_string(out, "--help -h");
}

/* "--limits=words:aws|relaxed -l=words:aws|relaxed": options that take a value, and which. */
static void append_values(struct text *out, const struct command_line *line)
{
    for (const struct option *option = line->options; option->name; option++) {
        SCOPED_TEXT value = {0};

        if (!(option->subcommands & line->subcommand) || option->argument[0] == '\0')
            continue;
        append_value(&value, completion_of_option(option));
        text_append_format(out, "--%s=%s ", option->name, text_string(&value));
        if (option->letter)
            text_append_format(out, "-%c=%s ", option->letter, text_string(&value));
    }
}

static void append_operands(struct text *out, const struct command_line *line)
{
    for (const struct operand *operand = line->operands; operand->name; operand++) {
        if (!(operand->subcommands & line->subcommand))
            continue;
        append_value(out, completion_of_operand(operand));
        text_append_character(out, ' ');
    }
}

static void append_description(struct text *out, const struct subcommand *subcommand)
{
    struct command_line line = options_of(subcommand->bit);

    text_append_format(out, "    %s)\n        options='", subcommand->name);
    append_options(out, &line);
    text_append_string(out, "'\n        values='");
    append_values(out, &line);
    text_append_string(out, "'\n        operands='");
    append_operands(out, &line);
    text_append_string(out, "'\n        ;;\n");
}

void completion_append_bash(struct text *out)
{
    const struct embedded_file *fixed = embedded_find("cli/completion/completion.bash");

    text_append(out, fixed->data, fixed->size);
    text_append_string(out, "\n_postern_subcommands='");
    for (size_t i = 0; subcommand_at(i); i++)
        text_append_format(out, i > 0 ? " %s" : "%s", subcommand_at(i)->name);
    text_append_string(out, "'\n\n_postern_describe() {\n    case $1 in\n");
    for (size_t i = 0; subcommand_at(i); i++)
        append_description(out, subcommand_at(i));
    text_append_string(out, "    esac\n}\n\ncomplete -F _postern postern\n");
}
