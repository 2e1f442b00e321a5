/*
 * Each line of the input is a word of a command line, or a variable if it begins with "POSTERN_";
 * the first byte picks the subcommand. What is accepted is complete and within bounds, what isn't
 * is complained about.
 */

#include <assert.h>

#include "base/text.h"
#include "cli/options.h"
#include "fuzz_input.h"

#define WORDS_MAX   64
#define SUBCOMMANDS 15

static char *variables[WORDS_MAX];
static size_t variable_count;

static char *find_variable(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < variable_count; i++) {
        if (strncmp(variables[i], name, size) == 0 && variables[i][size] == '=')
            return variables[i] + size + 1;
    }
    return NULL;
}

static void check_accepted(const struct options *options, enum options_of subcommand)
{
    const struct emulator_settings *settings = &options->settings;

    if (options->is_help_wanted)
        return;
    if (subcommand == OPTIONS_OF_RUN)
        assert(options->command && options->command[0]);
    if (subcommand != OPTIONS_OF_START && subcommand != OPTIONS_OF_RUN)
        return;
    assert(settings->project && settings->host && *settings->host);
    assert(settings->region && settings->account && strlen(settings->account) == 12);
    assert(settings->idle_timeout_milliseconds > 0 && settings->max_duration_milliseconds > 0);
    assert(settings->grace_milliseconds >= 0 && settings->keep_warm_milliseconds > 0);
    assert(settings->processes_max <= 100000);
    assert(options->log_level >= 0 && options->log_level <= 3);
    assert(options->limits == 0 || options->limits == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input    = {(const char *)data, size};
    char *words[WORDS_MAX + 1] = {NULL};
    char *kept[WORDS_MAX];
    struct options options;
    SCOPED_TEXT errors = {0};
    SCOPED_TEXT usage  = {0};
    size_t count       = 0;
    size_t lines       = 0;
    enum options_of subcommand;
    struct command_line line;

    if (size == 0)
        return 0;
    subcommand = (enum options_of)(1 << data[0] % SUBCOMMANDS);
    input.data++;
    input.size--;
    variable_count = 0;
    while (lines < WORDS_MAX && input.size > 0) {
        char *word = fuzz_take(&input, '\n');

        kept[lines++] = word;
        if (strncmp(word, "POSTERN_", 8) == 0)
            variables[variable_count++] = word;
        else
            words[count++] = word;
    }
    if (options_read(subcommand, words, find_variable, &options, &errors))
        check_accepted(&options, subcommand);
    else
        assert(errors.size > 0 && errors.data[errors.size - 1] == '\n');
    options_deinit(&options);
    line = options_of(subcommand);
    command_line_append_usage(&line, &usage);
    while (lines > 0)
        free(kept[--lines]);
    return 0;
}
