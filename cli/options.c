#include "cli/options.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/nearest.h"

#define START OPTIONS_OF_START
#define RUN   OPTIONS_OF_RUN
#define BOTH  (OPTIONS_OF_START | OPTIONS_OF_RUN)

#define MONTH_MILLISECONDS (30ll * 24 * 3600 * 1000)

/* How an option's word becomes a setting. */
enum kind {
    KIND_FLAG,    /* bool */
    KIND_TEXT,    /* const char * */
    KIND_CHOICE,  /* int: which of the words of "argument" */
    KIND_PORT,    /* uint16_t */
    KIND_COUNT,   /* unsigned */
    KIND_SECONDS, /* int64_t, in milliseconds */
};

struct option {
    const char *name;
    const char *argument; /* "": none is needed */
    enum kind kind;
    unsigned subcommands; /* bits of enum options_of */
    size_t offset;        /* of the setting in struct options */
    long long least;      /* of a number; of seconds in milliseconds */
    long long most;
    const char *otherwise;             /* the default, as a word; NULL: none */
    bool (*is_fine)(const char *word); /* NULL: any text is */
    const char *help;
};

static bool is_host(const char *word);
static bool is_domain(const char *word);
static bool is_region(const char *word);
static bool is_account(const char *word);

#define AT(member) offsetof(struct options, member)

/* clang-format off */
static const struct option table[] = {
    {"port",          "N",           KIND_PORT,    BOTH,  AT(settings.port), 0, 65535, "3001", NULL,
     "the one public port; 0 picks a free one"},
    {"host",          "ADDR",        KIND_TEXT,    BOTH,  AT(settings.host), 0, 0, "localhost", is_host,
     "the address to listen on; localhost means IPv4 and IPv6"},
    {"domain",        "HOST:PORT",   KIND_TEXT,    BOTH,  AT(settings.domain), 0, 0, NULL, is_domain,
     "what events carry as domainName [localhost:PORT]"},
    {"data",          "DIR",         KIND_TEXT,    BOTH,  AT(settings.data), 0, 0, NULL, NULL,
     "database, certificates, runtime files [.postern beside the project]"},
    {"in-memory",     "",            KIND_FLAG,    START, AT(settings.in_memory), 0, 0, "off", NULL,
     "keep nothing in the database"},
    {"in-memory",     "",            KIND_FLAG,    RUN,   AT(settings.in_memory), 0, 0, "on", NULL,
     "keep nothing in the database; --in-memory=off keeps it"},
    {"region",        "NAME",        KIND_TEXT,    BOTH,  AT(settings.region), 0, 0, "us-east-1", is_region,
     "for ARNs and the handlers' environment"},
    {"account",       "ID",          KIND_TEXT,    BOTH,  AT(settings.account), 0, 0, "000000000000", is_account,
     "for ARNs, 12 digits"},
    {"ready-file",    "FILE",        KIND_TEXT,    BOTH,  AT(settings.ready_file), 0, 0, NULL, NULL,
     "written after \"Ready.\": pid, port and URLs as JSON"},
    {"idle-timeout",  "S",           KIND_SECONDS, BOTH,  AT(settings.idle_timeout_milliseconds), 1, MONTH_MILLISECONDS, "600", NULL,
     "seconds until a silent connection is closed"},
    {"max-duration",  "S",           KIND_SECONDS, BOTH,  AT(settings.max_duration_milliseconds), 1, MONTH_MILLISECONDS, "7200", NULL,
     "seconds until any connection is closed"},
    {"limits",        "aws|relaxed", KIND_CHOICE,  BOTH,  AT(limits), 0, 0, "aws", NULL,
     "enforce AWS's quotas, or accept what this machine can hold"},
    {"grace",         "S",           KIND_SECONDS, BOTH,  AT(settings.grace_milliseconds), 0, MONTH_MILLISECONDS, "5", NULL,
     "seconds for $disconnect handlers when stopping"},
    {"keep-warm",     "S",           KIND_SECONDS, BOTH,  AT(settings.keep_warm_milliseconds), 1, MONTH_MILLISECONDS, "300", NULL,
     "seconds that an idle handler process is kept"},
    {"max-processes", "N",           KIND_COUNT,   BOTH,  AT(settings.processes_max), 1, 100000, NULL, NULL,
     "handler processes at once, of all functions [32 a core]"},
    {"log-level",     "error|warn|info|debug", KIND_CHOICE, BOTH,  AT(log_level), 0, 0, "info", NULL,
     "how much is logged, to standard error"},
    {"log-format",    "text|json",   KIND_CHOICE,  BOTH,  AT(log_format), 0, 0, "text", NULL,
     "how log lines look"},
    {"quiet",         "",            KIND_FLAG,    BOTH,  AT(settings.quiet), 0, 0, "off", NULL,
     "no banner, just \"Ready.\""},
};

/* What the texts that have rules must look like. */
static const struct {
    bool (*is_fine)(const char *word);
    const char *expected;
} rules[] = {
    {is_host,    "a host name or an address"},
    {is_domain,  "a host and perhaps a port, like localhost:3001"},
    {is_region,  "the name of a region, like eu-central-1"},
    {is_account, "12 digits"},
};
/* clang-format on */

#define LOWER   "abcdefghijklmnopqrstuvwxyz"
#define UPPER   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"
#define LETTERS LOWER UPPER DIGITS

static bool consists_of(const char *word, const char *allowed)
{
    return word[0] != '\0' && word[strspn(word, allowed)] == '\0';
}

static bool is_host(const char *word)
{
    return consists_of(word, LETTERS "-._:[]%");
}

static bool is_domain(const char *word)
{
    return consists_of(word, LETTERS "-.:[]");
}

/* Like "eu-central-1" or "us-gov-west-1". */
static bool is_region(const char *word)
{
    const char *number = strrchr(word, '-');

    return number && strchr(word, '-') != number && islower((unsigned char)word[0]) &&
           consists_of(word, LOWER DIGITS "-") && consists_of(number + 1, DIGITS) &&
           !strstr(word, "--") && strlen(word) < 32;
}

static bool is_account(const char *word)
{
    return strlen(word) == 12 && consists_of(word, DIGITS);
}

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

/* Makes a setting of the word; false if the word won't do. */
static bool take_word(const struct option *option, const char *word, struct options *options)
{
    char *setting    = (char *)options + option->offset;
    long long number = 0;

    switch (option->kind) {
    case KIND_FLAG:
        return read_flag(word, (bool *)(void *)setting);
    case KIND_TEXT:
        *(const char **)(void *)setting = word;
        return word[0] != '\0' && (!option->is_fine || option->is_fine(word));
    case KIND_CHOICE:
        *(int *)(void *)setting = read_choice(option->argument, word);
        return *(int *)(void *)setting >= 0;
    case KIND_PORT:
        if (!read_number(option, word, &number))
            return false;
        *(uint16_t *)(void *)setting = (uint16_t)number;
        return true;
    case KIND_COUNT:
        if (!read_number(option, word, &number))
            return false;
        *(unsigned *)(void *)setting = (unsigned)number;
        return true;
    case KIND_SECONDS:
        if (!read_number(option, word, &number))
            return false;
        *(int64_t *)(void *)setting = number;
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

static void append_expected_text(const struct option *option, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        if (option->is_fine == rules[i].is_fine) {
            text_append_string(out, rules[i].expected);
            return;
        }
    }
    text_append_format(out, "a %s", option->argument);
}

/* "a whole number from 0 to 65535" */
static void append_expected(const struct option *option, struct text *out)
{
    switch (option->kind) {
    case KIND_FLAG:
        text_append_string(out, "on or off");
        break;
    case KIND_TEXT:
        append_expected_text(option, out);
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

/* shown is how the user said it: "--port", "POSTERN_PORT"; word is NULL if there was none. */
static void complain(const struct option *option, const char *shown, const char *word,
                     struct text *errors)
{
    text_append_format(errors, word ? "%s takes " : "%s needs a value: ", shown);
    append_expected(option, errors);
    if (word)
        text_append_format(errors, ", not \"%s\"", word);
    text_append_character(errors, '\n');
}

/* One reading of a command line. */
struct reading {
    enum options_of subcommand;
    struct options *options;
    struct text *errors;
    bool seen[ARRAY_SIZE(table)];
};

static const struct option *find_option(const struct reading *reading, const char *name,
                                        size_t size)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].subcommands & reading->subcommand && strlen(table[i].name) == size &&
            strncmp(table[i].name, name, size) == 0)
            return &table[i];
    }
    return NULL;
}

/* Returns how many words to leave out: with an option that was misspelt goes its argument. */
static size_t complain_unknown(struct reading *reading, char **words)
{
    size_t size              = strcspn(words[0], "=");
    SCOPED_MEMORY char *name = memory_copy(words[0], size);
    struct nearest nearest   = {.wanted = name + strspn(name, "-")};
    const struct option *meant;

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (table[i].subcommands & reading->subcommand)
            nearest_consider(&nearest, table[i].name);
    }
    text_append_format(reading->errors, "unknown option %s", name);
    if (nearest.found)
        text_append_format(reading->errors, ": did you mean --%s?", nearest.found);
    text_append_character(reading->errors, '\n');
    meant = nearest.found ? find_option(reading, nearest.found, strlen(nearest.found)) : NULL;
    if (!meant || meant->argument[0] == '\0' || words[0][size] == '=' || !words[1] ||
        words[1][0] == '-')
        return 1;
    return 2;
}

/* An option, and its argument if it is a word of its own. Returns how many words it took. */
static size_t take_option(struct reading *reading, char **words)
{
    bool is_long                = strncmp(words[0], "--", 2) == 0;
    const char *name            = words[0] + (is_long ? 2 : 1);
    size_t size                 = strcspn(name, "=");
    const struct option *option = is_long ? find_option(reading, name, size) : NULL;
    SCOPED_MEMORY char *shown   = memory_format("--%.*s", (int)size, name);
    const char *word            = name[size] == '=' ? name + size + 1 : NULL;
    size_t count                = 1;

    if (!option)
        return complain_unknown(reading, words);
    reading->seen[option - table] = true;
    if (!word && option->argument[0] == '\0') {
        word = "on";
    } else if (!word && words[1] && strncmp(words[1], "--", 2) != 0) {
        word  = words[1];
        count = 2;
    }
    if (!word || !take_word(option, word, reading->options))
        complain(option, shown, word, reading->errors);
    return count;
}

static void take_words(struct reading *reading, char **words)
{
    struct options *options = reading->options;

    while (*words) {
        if (strcmp(*words, "--") == 0) {
            options->command = words + 1;
            return;
        }
        if (strcmp(*words, "-h") == 0 || strcmp(*words, "--help") == 0) {
            options->is_help_wanted = true;
            words++;
        } else if (words[0][0] == '-' && words[0][1] != '\0') {
            words += take_option(reading, words);
        } else {
            if (options->settings.project)
                text_append_format(reading->errors, "one project at a time: %s or %s\n",
                                   options->settings.project, *words);
            options->settings.project = *words++;
        }
    }
}

/* What the words have left out: the variable (--idle-timeout is POSTERN_IDLE_TIMEOUT), or the
 * default. */
static void take_twin(struct reading *reading, const struct option *option,
                      char *(*environment)(const char *name))
{
    SCOPED_MEMORY char *name = memory_format("POSTERN_%s", option->name);
    const char *word;

    for (char *at = name; *at; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    word = environment(name);
    if (!word || word[0] == '\0')
        word = option->otherwise;
    if (word && !take_word(option, word, reading->options))
        complain(option, name, word, reading->errors);
}

bool options_read(enum options_of subcommand, char **words, char *(*environment)(const char *name),
                  struct options *options, struct text *errors)
{
    struct reading reading = {subcommand, options, errors, {false}};

    *options = (struct options){0};
    take_words(&reading, words);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (!reading.seen[i] && table[i].subcommands & subcommand)
            take_twin(&reading, &table[i], environment);
    }
    if (!options->settings.project)
        options->settings.project = ".";
    options->settings.relaxed = options->limits == 1;
    return options->is_help_wanted || errors->size == 0;
}

void options_print(enum options_of subcommand, struct text *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const struct option *option = &table[i];
        SCOPED_MEMORY char *left    = memory_format("--%s %s", option->name, option->argument);

        if (!(option->subcommands & subcommand))
            continue;
        text_append_format(out, "  %-33s %s", left, option->help);
        if (option->otherwise && option->kind != KIND_FLAG)
            text_append_format(out, " [%s]", option->otherwise);
        text_append_character(out, '\n');
    }
    text_append_format(out, "  %-33s %s\n", "-h, --help", "print this");
}
