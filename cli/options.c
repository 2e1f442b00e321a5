#include "cli/options.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/nearest.h"

/* How an option's words become a setting. */
enum kind { KIND_STRING, KIND_FLAG, KIND_NUMBER, KIND_SECONDS };

struct option {
    const char *name;
    const char *argument; /* "" for a flag */
    enum kind kind;
    double least;
    double most;
    const char *otherwise; /* the default, as a word; NULL: none */
    void (*set)(struct options *options, const char *word, double number);
    const char *help;
};

#define DAY_SECONDS 86400

static void set_port(struct options *options, const char *word, double number)
{
    options->settings.port = (uint16_t)number;
}

static void set_host(struct options *options, const char *word, double number)
{
    options->settings.host = word;
}

static void set_domain(struct options *options, const char *word, double number)
{
    options->settings.domain = word;
}

static void set_data(struct options *options, const char *word, double number)
{
    options->settings.data = word;
}

static void set_in_memory(struct options *options, const char *word, double number)
{
    options->settings.in_memory = number > 0;
    options->is_in_memory_set   = true;
}

static void set_region(struct options *options, const char *word, double number)
{
    options->settings.region = word;
}

static void set_account(struct options *options, const char *word, double number)
{
    options->settings.account = word;
}

static void set_ready_file(struct options *options, const char *word, double number)
{
    options->settings.ready_file = word;
}

static void set_limits(struct options *options, const char *word, double number)
{
    options->settings.relaxed = strcmp(word, "relaxed") == 0;
}

static void set_idle_timeout(struct options *options, const char *word, double number)
{
    options->settings.idle_timeout_milliseconds = (int64_t)(number * 1000);
}

static void set_max_duration(struct options *options, const char *word, double number)
{
    options->settings.max_duration_milliseconds = (int64_t)(number * 1000);
}

static void set_grace(struct options *options, const char *word, double number)
{
    options->settings.grace_milliseconds = (int64_t)(number * 1000);
}

static void set_keep_warm(struct options *options, const char *word, double number)
{
    options->settings.keep_warm_milliseconds = (int64_t)(number * 1000);
}

static void set_max_processes(struct options *options, const char *word, double number)
{
    options->settings.processes_max = (unsigned)number;
}

static void set_log_level(struct options *options, const char *word, double number)
{
    log_level_from_name(word, &options->log_level);
}

static void set_log_format(struct options *options, const char *word, double number)
{
    options->log_format = strcmp(word, "json") == 0 ? LOG_JSON : LOG_TEXT;
}

static void set_quiet(struct options *options, const char *word, double number)
{
    options->settings.quiet = number > 0;
}

/* clang-format off */
static const struct option table[] = {
    {"port",          "N",        KIND_NUMBER,  0, 65535, "3001",         set_port,          "the one public port; 0 picks a free one"},
    {"host",          "ADDR",     KIND_STRING,  0, 0,     "localhost",    set_host,          "where to listen; both loopback addresses by default"},
    {"domain",        "HOST:PORT",KIND_STRING,  0, 0,     NULL,           set_domain,        "what events carry as domainName (localhost:PORT)"},
    {"data",          "DIR",      KIND_STRING,  0, 0,     NULL,           set_data,          "database, certificates, runtime files (.postern beside the project)"},
    {"in-memory",     "",         KIND_FLAG,    0, 1,     NULL,           set_in_memory,     "keep nothing in the database (always so with `run`)"},
    {"region",        "NAME",     KIND_STRING,  0, 0,     "us-east-1",    set_region,        "for ARNs and the handlers' environment"},
    {"account",       "ID",       KIND_STRING,  0, 0,     "000000000000", set_account,       "12 digits, likewise"},
    {"ready-file",    "FILE",     KIND_STRING,  0, 0,     NULL,           set_ready_file,    "written once everything serves: pid, port, URLs as JSON"},
    {"limits",        "aws|relaxed", KIND_STRING, 0, 0,   "aws",          set_limits,        "enforce AWS's quotas, or accept what the machine holds"},
    {"idle-timeout",  "S",        KIND_SECONDS, 0.001, DAY_SECONDS, "600",  set_idle_timeout,  "seconds until a silent connection is closed"},
    {"max-duration",  "S",        KIND_SECONDS, 0.001, DAY_SECONDS, "7200", set_max_duration,  "seconds until any connection is closed"},
    {"grace",         "S",        KIND_SECONDS, 0, DAY_SECONDS, "5",        set_grace,         "seconds for $disconnect handlers at the end"},
    {"keep-warm",     "S",        KIND_SECONDS, 0.001, DAY_SECONDS, "300",  set_keep_warm,     "seconds until an idle handler process ends"},
    {"max-processes", "N",        KIND_NUMBER,  1, 10000, NULL,           set_max_processes, "handler processes in all (32 a core)"},
    {"log-level",     "LEVEL",    KIND_STRING,  0, 0,     "info",         set_log_level,     "error, warn, info or debug"},
    {"log-format",    "text|json",KIND_STRING,  0, 0,     "text",         set_log_format,    "how log lines look; they go to standard error"},
    {"quiet",         "",         KIND_FLAG,    0, 1,     NULL,           set_quiet,         "no banner: just Ready."},
};
/* clang-format on */

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* What a string option must look like; NULL: it is fine. */
static const char *complaint(const struct option *option, const char *word)
{
    enum log_level level;

    if (strcmp(option->name, "limits") == 0 && !is_one_of(word, "aws", "relaxed"))
        return "is aws or relaxed";
    if (strcmp(option->name, "log-format") == 0 && !is_one_of(word, "text", "json"))
        return "is text or json";
    if (strcmp(option->name, "log-level") == 0 && !log_level_from_name(word, &level))
        return "is error, warn, info or debug";
    if (strcmp(option->name, "account") == 0 &&
        (strlen(word) != 12 || strspn(word, "0123456789") != 12))
        return "has 12 digits";
    if (word[0] == '\0')
        return "must not be empty";
    return NULL;
}

static void take_number(const struct option *option, const char *word, const char *shown,
                        struct options *options, struct text *errors)
{
    char *end;
    double number = strtod(word, &end);

    if (word[0] == '\0' || *end != '\0' || !(number >= option->least && number <= option->most) ||
        (option->kind == KIND_NUMBER && number != floor(number)))
        text_append_format(errors, "%s takes a number from %g to %g, not \"%s\"\n", shown,
                           option->least, option->most, word);
    else
        option->set(options, word, number);
}

static void take_word(const struct option *option, const char *word, const char *shown,
                      struct options *options, struct text *errors)
{
    const char *wrong;

    switch (option->kind) {
    case KIND_FLAG:
        option->set(options, word, !is_one_of(word, "0", "false") && word[0] != '\0');
        break;
    case KIND_NUMBER:
    case KIND_SECONDS:
        take_number(option, word, shown, options, errors);
        break;
    case KIND_STRING:
        wrong = complaint(option, word);
        if (wrong)
            text_append_format(errors, "%s %s, not \"%s\"\n", shown, wrong, word);
        else
            option->set(options, word, 0);
        break;
    }
}

static const struct option *find_option(const char *name, size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (strlen(table[i].name) == size && strncmp(table[i].name, name, size) == 0)
            return &table[i];
    }
    return NULL;
}

static void complain_unknown(const char *word, struct text *errors)
{
    struct nearest nearest = {.wanted = word + strspn(word, "-")};

    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        nearest_consider(&nearest, table[i].name);
    text_append_format(errors, "unknown option %s", word);
    if (nearest.found)
        text_append_format(errors, ": did you mean --%s?", nearest.found);
    text_append_character(errors, '\n');
}

/* One option and its argument; returns how many words it took. */
static size_t take_option(char **words, struct options *options, bool *seen, struct text *errors)
{
    const char *name            = words[0] + 2;
    size_t size                 = strcspn(name, "=");
    const struct option *option = find_option(name, size);
    SCOPED_MEMORY char *shown   = memory_format("--%.*s", (int)size, name);

    if (strcmp(words[0], "-h") == 0 || strcmp(words[0], "--help") == 0) {
        options->is_help_wanted = true;
        return 1;
    }
    if (strncmp(words[0], "--", 2) != 0 || !option) {
        complain_unknown(words[0], errors);
        return 1;
    }
    seen[option - table] = true;
    if (name[size] == '=') {
        take_word(option, name + size + 1, shown, options, errors);
        return 1;
    }
    if (option->kind == KIND_FLAG) {
        option->set(options, "1", 1);
        return 1;
    }
    if (!words[1]) {
        text_append_format(errors, "%s needs a value: %s\n", shown, option->argument);
        return 1;
    }
    take_word(option, words[1], shown, options, errors);
    return 2;
}

static void take_words(char **words, struct options *options, bool *seen, struct text *errors)
{
    while (*words) {
        if (strcmp(*words, "--") == 0) {
            options->command = words + 1;
            return;
        }
        if (words[0][0] == '-' && words[0][1] != '\0') {
            words += take_option(words, options, seen, errors);
            continue;
        }
        if (options->project)
            text_append_format(errors, "one project at a time: %s and %s\n", options->project,
                               *words);
        options->project = *words++;
    }
}

/* "--idle-timeout" is POSTERN_IDLE_TIMEOUT. */
static void take_twin(const struct option *option, char *(*environment)(const char *name),
                      struct options *options, struct text *errors)
{
    SCOPED_MEMORY char *name = memory_format("POSTERN_%s", option->name);
    const char *word;

    for (char *at = name; *at; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    word = environment(name);
    if (word)
        take_word(option, word, name, options, errors);
    else if (option->otherwise)
        take_word(option, option->otherwise, option->name, options, errors);
}

bool options_read(char **words, char *(*environment)(const char *name), struct options *options,
                  struct text *errors)
{
    bool seen[ARRAY_SIZE(table)] = {false};

    *options = (struct options){.log_level = LOG_INFO};
    take_words(words, options, seen, errors);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (!seen[i])
            take_twin(&table[i], environment, options, errors);
    }
    if (!options->project)
        options->project = ".";
    options->settings.project = options->project;
    return errors->size == 0;
}

void options_print(struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        SCOPED_MEMORY char *left = memory_format("--%s %s", table[i].name, table[i].argument);

        text_append_format(out, "  %-24s %s", left, table[i].help);
        if (table[i].otherwise)
            text_append_format(out, " [%s]", table[i].otherwise);
        text_append_character(out, '\n');
    }
}
