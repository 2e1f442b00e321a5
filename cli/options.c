#include "cli/options.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/id.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/client_handshake.h"
#include "cli/endpoint.h"
#include "cli/option.h"
#include "http/request_head.h"

#define START       OPTIONS_OF_START
#define RUN         OPTIONS_OF_RUN
#define CHECK       OPTIONS_OF_CHECK
#define HELP        OPTIONS_OF_HELP
#define EVENT       OPTIONS_OF_EVENT
#define INVOKE      OPTIONS_OF_INVOKE
#define INIT        OPTIONS_OF_INIT
#define GET         OPTIONS_OF_GET
#define SEND        OPTIONS_OF_SEND
#define DISCONNECT  OPTIONS_OF_DISCONNECT
#define CONNECTIONS OPTIONS_OF_CONNECTIONS
#define RESET       OPTIONS_OF_RESET
#define CONNECT     OPTIONS_OF_CONNECT
#define COMPLETION  OPTIONS_OF_COMPLETION
#define TEMPLATE    OPTIONS_OF_TEMPLATE
#define EXPORT      OPTIONS_OF_EXPORT
#define EMULATE     (START | RUN)
#define SAMPLE      (EVENT | INVOKE)
#define CONNECTION  (GET | SEND | DISCONNECT)
#define REMOTE      (CONNECTION | CONNECTIONS | RESET)

#define MONTH_MILLISECONDS (30ll * 24 * 3600 * 1000)

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

/* Nothing as well. */
static bool is_anything(const char *word)
{
    return true;
}

static bool is_account(const char *word)
{
    return strlen(word) == 12 && consists_of(word, DIGITS);
}

/* Seconds, or for ever. */
static bool is_wait(const char *word)
{
    size_t whole = strspn(word, DIGITS);

    if (strcmp(word, "-1") == 0 || strcmp(word, "inf") == 0)
        return true;
    return whole > 0 && whole < 8 &&
           (word[whole] == '\0' || (word[whole] == '.' && consists_of(word + whole + 1, DIGITS)));
}

static bool is_access_key(const char *word)
{
    const char *equals = strchr(word, '=');

    return equals && equals > word && equals[1] != '\0';
}

static bool is_parameter(const char *word)
{
    const char *equals = strchr(word, '=');

    return equals && equals > word;
}

static bool is_header(const char *word)
{
    SCOPED_TEXT ignored = {0};

    return client_handshake_check_header(word, &ignored);
}

static bool is_subprotocol(const char *word)
{
    return request_head_is_token(word);
}

/* What it looks like is the emulator's to judge, but what begins with a dash may be an option. */
static bool is_connection_id(const char *word)
{
    return word[0] == '-' ? id_is_connection(word) : word[0] != '\0';
}

static bool is_shell(const char *word)
{
    return strcmp(word, "bash") == 0 || strcmp(word, "zsh") == 0;
}

/* What a row says besides its name, its bits and its help. */
#define AT(member)            .offset = offsetof(struct options, member)
#define FLAG(member)          .kind = KIND_FLAG, .argument = "", AT(member)
#define TEXT(name, member)    .kind = KIND_TEXT, .argument = (name), AT(member)
#define CHOICE(words, member) .kind = KIND_CHOICE, .argument = (words), AT(member)
#define PORT(name, member)    .kind = KIND_PORT, .argument = (name), AT(member), .most = 65535
#define LIST(name, member)    .kind = KIND_LIST, .argument = (name), AT(member)
#define COUNT(name, member, from, to)                                                              \
    .kind = KIND_COUNT, .argument = (name), AT(member), .least = (from), .most = (to)
#define SECONDS(name, member, from)                                                                \
    .kind = KIND_SECONDS, .argument = (name), AT(member), .least = (from),                         \
    .most = MONTH_MILLISECONDS
#define GIVEN(member)        .given = offsetof(struct options, settings.given.member)
#define RULE(function, text) .is_fine = (function), .expected = (text)

/* clang-format off */
static const struct option table[] = {
    {"port", .subcommands = EMULATE, PORT("N", settings.port), GIVEN(port), .otherwise = "3001",
     .help = "the one public port; 0 picks a free one"},
    {"host", .subcommands = EMULATE, TEXT("ADDR", settings.host), GIVEN(host), .otherwise = "localhost",
     RULE(is_host, "a host name or an address"),
     .help = "the address to listen on; localhost means IPv4 and IPv6"},
    {"domain", .subcommands = EMULATE | SAMPLE, TEXT("HOST:PORT", settings.domain),
     RULE(is_domain, "a host and perhaps a port, like localhost:3001"),
     .help = "what events carry as domainName [localhost:PORT]"},
    {"data", .subcommands = EMULATE, TEXT("DIR", settings.data),
     .help = "database, certificates, runtime files [.postern beside the project]"},
    {"data", .subcommands = INVOKE, TEXT("DIR", settings.data),
     .help = "whose certificates handlers trust [.postern beside the project]"},
    {"env-file", .subcommands = EMULATE | CHECK | INVOKE, TEXT("FILE", settings.env_file),
     .help = "more environment for handlers, like dotenv's [.env beside the project]"},
    {"env-vars", .subcommands = EMULATE | CHECK | EXPORT | INVOKE, TEXT("FILE", settings.env_vars),
     .help = "SAM's env.json: values of variables that functions declare"},
    {"function", .subcommands = EMULATE | CHECK | EXPORT | INVOKE, LIST("NAME=URL", functions), RULE(is_parameter, "a function and its Invoke endpoint, like chat=http://127.0.0.1:9000/2015-03-31/functions/function/invocations"),
     .help = "run this function elsewhere: an Invoke endpoint"},
    {"inspect", .subcommands = EMULATE | CHECK, LIST("NAME[=PORT]", inspect),
     .help = "a debugger's port for the function; suspends its timeouts"},
    {"in-memory", .subcommands = START, FLAG(settings.in_memory), .otherwise = "off",
     .help = "keep nothing in the database"},
    {"in-memory", .subcommands = RUN, FLAG(settings.in_memory), .otherwise = "on",
     .help = "keep nothing in the database; --in-memory=off keeps it"},
    {"parameter", .subcommands = EMULATE | CHECK | EXPORT | SAMPLE, LIST("KEY=VALUE", parameters),
     RULE(is_parameter, "a parameter and its value, like Stage=dev"),
     .help = "a parameter of the template, an option of serverless.yml"},
    {"stack", .subcommands = EMULATE | CHECK | EXPORT | SAMPLE, TEXT("NAME", settings.stack),
     .help = "which stack of the CDK's output [the only one with a WebSocket API]"},
    {"region", .subcommands = EMULATE | CHECK | EXPORT | SAMPLE, TEXT("NAME", settings.region), GIVEN(region), .otherwise = "us-east-1",
     RULE(is_region, "the name of a region, like eu-central-1"),
     .help = "for ARNs and the handlers' environment"},
    {"account", .subcommands = EMULATE | CHECK | EXPORT | SAMPLE, TEXT("ID", settings.account), .otherwise = "000000000000",
     RULE(is_account, "12 digits"),
     .help = "for ARNs, 12 digits"},
    {"ready-file", .subcommands = EMULATE, TEXT("FILE", settings.ready_file),
     .help = "written after \"Ready.\": pid, port and URLs as JSON"},
    {"idle-timeout", .subcommands = EMULATE, SECONDS("S", settings.idle_timeout_milliseconds, 1), GIVEN(idle_timeout), .otherwise = "600",
     .help = "seconds until a silent connection is closed"},
    {"max-duration", .subcommands = EMULATE, SECONDS("S", settings.max_duration_milliseconds, 1), GIVEN(max_duration), .otherwise = "7200",
     .help = "seconds until any connection is closed"},
    {"limits", .subcommands = EMULATE, CHOICE("aws|relaxed", limits), .otherwise = "aws",
     .help = "enforce AWS's quotas, or accept what this machine can hold"},
    {"signatures", .subcommands = EMULATE, CHOICE("ignore|verify", signatures), .otherwise = "ignore",
     .help = "SigV4 of @connections and AWS_IAM routes"},
    {"access-key", .subcommands = EMULATE, LIST("ID=SECRET", access_keys), RULE(is_access_key, "an access key and its secret, like AKID=SECRET"),
     .help = "accepted by `verify` [the environment's]"},
    {"grace", .subcommands = EMULATE, SECONDS("S", settings.grace_milliseconds, 0), .otherwise = "5",
     .help = "seconds for $disconnect handlers when stopping"},
    {"keep-warm", .subcommands = EMULATE, SECONDS("S", settings.keep_warm_milliseconds, 1), .otherwise = "300",
     .help = "seconds that an idle handler process is kept"},
    {"max-processes", .subcommands = EMULATE, COUNT("N", settings.processes_max, 1, 100000),
     .help = "handler processes at once, of all functions [32 a core]"},
    {"no-watch", .subcommands = EMULATE, FLAG(settings.no_watch), .otherwise = "off",
     .help = "don't reload handlers and the project file when they change"},
    {"log-level", .subcommands = EMULATE | INVOKE, CHOICE("error|warn|info|debug", log_level), .otherwise = "info",
     .help = "how much is logged, to standard error"},
    {"log-format", .subcommands = EMULATE | INVOKE, CHOICE("text|json", log_format), .otherwise = "text",
     .help = "how log lines look"},
    {"quiet", .subcommands = EMULATE, FLAG(settings.quiet), .otherwise = "off",
     .help = "no banner, just \"Ready.\""},
    {"event", .subcommands = INVOKE, TEXT("KIND|FILE", event), .letter = 'e',
     .help = "a kind (connect, message, disconnect, authorizer), a file of JSON, or -"},
    {"api", .subcommands = SAMPLE, TEXT("ID|NAME", sample.api),
     .help = "which API the event is of [the first]"},
    {"stage", .subcommands = SAMPLE, TEXT("NAME", sample.stage),
     .help = "which stage [the API's first; dev]"},
    {"route", .subcommands = SAMPLE, TEXT("KEY", sample.route),
     .help = "the route that the message takes [what the body selects]"},
    {"connection", .subcommands = SAMPLE, TEXT("ID", sample.connection_id),
     .help = "the connection's id [a new one]"},
    {"body", .subcommands = SAMPLE | TEMPLATE, TEXT("TEXT|@FILE", body), .letter = 'b', .is_fine = is_anything,
     .help = "the message"},
    {"context", .subcommands = TEMPLATE, TEXT("JSON|@FILE", template.context), .letter = 'c',
     .help = "$context: an object, like {\"connectionId\":\"abc=\"}"},
    {"stage-variables", .subcommands = TEMPLATE, TEXT("JSON|@FILE", template.stage_variables), .letter = 's',
     .help = "$stageVariables: an object of texts"},
    {"params", .subcommands = TEMPLATE, TEXT("JSON|@FILE", template.params), .letter = 'p',
     .help = "$input.params(): objects named path, querystring, header"},
    {"header", .subcommands = SAMPLE, LIST("'Name: value'", headers), .letter = 'H',
     .help = "a header of the handshake"},
    {"query", .subcommands = SAMPLE, LIST("NAME=VALUE", queries), .letter = 'q',
     .help = "a parameter of the URL that was connected to"},
    {"code", .subcommands = SAMPLE, COUNT("N", sample.code, 1000, 4999),
     .help = "what the connection was closed with [1005]"},
    {"reason", .subcommands = SAMPLE, TEXT("TEXT", sample.reason), .is_fine = is_anything,
     .help = "the reason beside it"},
    {"compact", .subcommands = EVENT, FLAG(is_compact), .otherwise = "off",
     .help = "on one line, as handlers get it, on a terminal too"},
    {"runtime", .subcommands = INIT, CHOICE(INIT_RUNTIMES, runtime), .otherwise = "nodejs",
     .help = "what the handlers are written in"},
    {"template", .subcommands = INIT, CHOICE(INIT_TEMPLATES, template_kind), .otherwise = "postern",
     .help = "what describes it: a postern.json, or a template.yaml of SAM"},
    {"header", 'H', .subcommands = CONNECT, LIST("'NAME: VALUE'", headers),
     RULE(is_header, "'Name: value', and none of the handshake's own headers (see --subprotocol)"),
     .help = "a header of the handshake"},
    {"subprotocol", 's', .subcommands = CONNECT, LIST("NAME", connect.subprotocols),
     RULE(is_subprotocol, "a subprotocol's name, without spaces and commas"),
     .help = "a subprotocol to offer"},
    {"origin", 'o', .subcommands = CONNECT, TEXT("URL", connect.origin),
     .help = "the Origin header, as browsers send it"},
    {"auth", .subcommands = CONNECT, TEXT("NAME:PASSWORD", connect.user),
     .help = "a Basic Authorization header"},
    {"execute", 'x', .subcommands = CONNECT, LIST("TEXT", connect.executes),
     .help = "send this, or do it if it is a command like /ping; then wait and close"},
    {"wait", 'w', .subcommands = CONNECT, TEXT("S", connect.wait), .otherwise = "2",
     RULE(is_wait, "a number of seconds, or -1 or inf for ever"),
     .help = "seconds to listen after the last message sent; -1: for ever"},
    {"show-ping-pong", 'P', .subcommands = CONNECT, FLAG(connect.shows_pings), .otherwise = "off",
     .help = "say so when a ping or a pong comes"},
    {"json", .subcommands = CONNECT, FLAG(connect.json), .otherwise = "off",
     .help = "one JSON object a line for everything that happens"},
    {"no-color", .subcommands = CONNECT, FLAG(connect.no_color), .otherwise = "off",
     .help = "no colours, like the variable NO_COLOR"},
    {"no-check", 'n', .subcommands = CONNECT, FLAG(connect.no_check), .otherwise = "off",
     .help = "trust any certificate of a wss server"},
    {"ca", .subcommands = CONNECT, LIST("FILE", connect.ca_files),
     .help = "trust these authorities of wss servers too"},
    {"data", .subcommands = REMOTE | CONNECT, TEXT("DIR", remote.data_folder), .otherwise = ".postern",
     .help = "the emulator's data folder: its authority is trusted"},
    {"connect", 'c', .subcommands = CONNECT, FLAG(connect.is_wscat), .otherwise = "off",
     .help = "says nothing: wscat wants it before the URL"},
    {"endpoint", .subcommands = REMOTE | CONNECT, TEXT("URL", remote.endpoint),
     RULE(is_endpoint, "a URL like http://localhost:3001"),
     .help = "where the emulator is [POSTERN_HTTP, or http://localhost:3001]"},
    {"timeout", .subcommands = REMOTE, SECONDS("S", remote.timeout_milliseconds, 1), .otherwise = "30",
     .help = "seconds to wait for an answer"},
    {"file", .subcommands = SEND, TEXT("FILE", remote.file),
     .help = "send a file's contents"},
    {"api", .subcommands = CONNECTIONS, TEXT("ID", remote.api),
     .help = "only those of this API"},
    {"stage", .subcommands = CONNECTIONS, TEXT("NAME", remote.stage),
     .help = "only those of this stage"},
    {"json", .subcommands = GET | CONNECTIONS, FLAG(remote.json), .otherwise = "off",
     .help = "print JSON"},
    {0},
};

static const struct operand operands[] = {
    {"KIND", .subcommands = EVENT, .is_needed = true, AT(sample.kind),
     .expected = "connect, message, disconnect or authorizer",
     .choices = "connect|message|disconnect|authorizer"},
    {"FUNCTION", .subcommands = INVOKE, .is_needed = true, AT(function),
     .expected = "the name of a function of the project"},
    {"DIR", .subcommands = INIT, AT(folder), .otherwise = ".",
     .expected = "the folder to write to"},
    {"PROJECT", .subcommands = START | RUN | CHECK | EXPORT | SAMPLE, AT(settings.project), .otherwise = ".",
     .expected = "a postern.json or template.yaml, or the folder that has one"},
    {"CMD", .subcommands = RUN, .is_needed = true, .is_command = true, AT(command),
     .expected = "the command to run, for example `postern run -- npm test`"},
    {"FILE", .subcommands = TEMPLATE, .is_needed = true, AT(template.file),
     .expected = "a mapping template, or - for standard input"},
    {"URL", .subcommands = CONNECT, AT(connect.url),
     .expected = "where to connect to, like ws://localhost:3001/dev or just the stage: dev"},
    {"CONNECTION_ID", .subcommands = CONNECTION, .is_needed = true, AT(remote.connection_id),
     .is_fine = is_connection_id, .expected = "one of those that `postern connections` lists"},
    {"DATA", .subcommands = SEND, AT(remote.message),
     .expected = "a text, @FILE, or - for standard input"},
    {"SHELL", .subcommands = COMPLETION, .is_needed = true, AT(shell), .is_fine = is_shell,
     .expected = "bash or zsh", .choices = "bash|zsh"},
    {"COMMAND", .subcommands = HELP, AT(help),
     .expected = "a command of postern"},
    {0},
};
/* clang-format on */

struct command_line options_of(enum options_of subcommand)
{
    return (struct command_line){table, operands, subcommand};
}

bool options_read(enum options_of subcommand, char **words, char *(*environment)(const char *name),
                  struct options *options, struct text *errors)
{
    struct command_line line = options_of(subcommand);
    bool is_fine;

    *options = (struct options){0};
    is_fine =
        command_line_read(&line, words, environment, options, &options->is_help_wanted, errors);

    options->settings.relaxed           = options->limits == 1;
    options->settings.verify_signatures = options->signatures == 1;
    options->settings.access_keys       = options->access_keys.words;
    options->settings.parameters        = options->parameters.words;
    options->settings.functions         = options->functions.words;
    options->settings.inspect           = options->inspect.words;
    return is_fine;
}

void options_deinit(struct options *options)
{
    struct command_line every = options_of(0);

    command_line_deinit(&every, options);
}
