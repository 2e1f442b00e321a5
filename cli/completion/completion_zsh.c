#include "cli/completion/completion.h"

#include <stddef.h>
#include <string.h>

#include "base/embedded.h"
#include "base/text.h"
#include "cli/option.h"
#include "cli/subcommand.h"

/* What completes them: functions of completion.zsh and of zsh itself. */
static const char *const actions[] = {
    [COMPLETION_ANYTHING]    = " ",
    [COMPLETION_WORDS]       = "",
    [COMPLETION_FILES]       = "_files",
    [COMPLETION_FOLDERS]     = "_files -/",
    [COMPLETION_DATA]        = "_postern_data",
    [COMPLETION_CONNECTIONS] = "_postern_ids",
    [COMPLETION_SUBCOMMANDS] = "_postern_subcommands",
    [COMPLETION_COMMAND]     = "_normal",
};

/* A text inside the single quotes of a word, in which special has a meaning. */
static void append_quoted(struct text *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (*text == '\'')
            text_append_string(out, "'\\'");
        else if (strchr(special, *text))
            text_append_character(out, '\\');
        text_append_character(out, *text);
    }
}

/* ":LIMITS:(aws relaxed)" */
static void append_value(struct text *out, const char *name, struct completion_value value)
{
    text_append_character(out, ':');
    append_quoted(out, name, "\\:");
    text_append_character(out, ':');
    if (value.kind != COMPLETION_WORDS) {
        text_append_string(out, actions[value.kind]);
        return;
    }
    text_append_character(out, '(');
    for (const char *at = value.words; *at; at++)
        text_append_character(out, *at == '|' ? ' ' : *at);
    text_append_character(out, ')');
}

/* One of the names of an option: with what it excludes and how its value follows. */
static void append_option(struct text *out, const struct option *option, bool is_letter)
{
    bool has_value = option->argument[0] != '\0';

    text_append_string(out, " \\\n        '");
    if (option->kind == KIND_LIST)
        text_append_character(out, '*');
    else if (option->letter)
        text_append_format(out, "(-%c --%s)", option->letter, option->name);
    if (is_letter)
        text_append_format(out, has_value ? "-%c+[" : "-%c[", option->letter);
    else
        text_append_format(out, has_value ? "--%s=[" : "--%s[", option->name);
    append_quoted(out, option->help, "\\[]:");
    text_append_character(out, ']');
    if (has_value)
        append_value(out, option->argument, completion_of_option(option));
    text_append_character(out, '\'');
}

static void append_operand(struct text *out, const struct operand *operand)
{
    text_append_string(out, operand->is_needed ? " \\\n        '" : " \\\n        ':");
    append_value(out, operand->name, completion_of_operand(operand));
    text_append_character(out, '\'');
}

static void append_function(struct text *out, const struct subcommand *subcommand)
{
    struct command_line line = options_of(subcommand->bit);

    text_append_format(out, "\n_postern-%s() {\n", subcommand->name);
    for (const struct operand *operand = line.operands; operand->name; operand++) {
        if (operand->subcommands & line.subcommand && operand->is_command)
            text_append_string(out, "    _postern_command && return\n");
    }
    text_append_string(out, "    _arguments -s -S");
    for (const struct option *option = line.options; option->name; option++) {
        if (!(option->subcommands & line.subcommand))
            continue;
        append_option(out, option, false);
        if (option->letter)
            append_option(out, option, true);
    }
    for (const struct operand *operand = line.operands; operand->name; operand++) {
        if (operand->subcommands & line.subcommand && !operand->is_command)
            append_operand(out, operand);
    }
    text_append_string(out, " \\\n        '(- *)'{-h,--help}'[print this]'\n}\n");
}

void completion_append_zsh(struct text *out)
{
    const struct embedded_file *fixed = embedded_find("cli/completion/completion.zsh");

    text_append(out, fixed->data, fixed->size);
    text_append_string(out, "\n_postern_subcommands() {\n    local -a subcommands=(\n");
    for (size_t i = 0; subcommand_at(i); i++) {
        text_append_format(out, "        '%s:", subcommand_at(i)->name);
        append_quoted(out, subcommand_at(i)->summary, "\\:");
        text_append_string(out, "'\n");
    }
    text_append_string(out, "    )\n    _describe -t commands command subcommands\n}\n");
    for (size_t i = 0; subcommand_at(i); i++)
        append_function(out, subcommand_at(i));
    text_append_string(out, "\n# Loaded by its name from a folder of fpath, or sourced.\n"
                            "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
                            "    _postern \"$@\"\n"
                            "else\n"
                            "    compdef _postern postern\n"
                            "fi\n");
}
