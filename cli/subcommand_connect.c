/* postern connect: a WebSocket client. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/client.h"
#include "cli/connect/client_command.h"
#include "cli/connect/client_handshake.h"
#include "cli/connect/stages.h"
#include "cli/connect/target.h"

static const char *const nothing[] = {NULL};

static const char *const *words_of(const struct word_list *list)
{
    return list->words ? (const char *const *)list->words : nothing;
}

static const char *find_variable(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] ? value : NULL;
}

/* Files that say whom to trust beside the system's roots; those that don't exist do no harm. */
static void collect_ca_files(const struct options_connect *connect, const char *data_folder,
                             struct word_list *files)
{
    static const char *const variables[] = {"NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE",
                                            "SSL_CERT_FILE"};
    SCOPED_MEMORY char *ours             = memory_format("%s/ca.pem", data_folder);

    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *file = find_variable(variables[i]);

        if (file)
            word_list_append(files, file, strlen(file));
    }
    for (size_t i = 0; i < connect->ca_files.count; i++)
        word_list_append(files, connect->ca_files.words[i], strlen(connect->ca_files.words[i]));
    word_list_append(files, ours, strlen(ours));
}

/* Where the lines that somebody types are kept; NULL: nowhere. The caller frees it. */
static char *find_history_file(void)
{
    const char *state = find_variable("XDG_STATE_HOME");
    const char *home  = find_variable("HOME");

    if (state) {
        mkdir(state, 0700); /* as its specification says; if it can't be made, nothing is kept */
        return memory_format("%s/postern_history", state);
    }
    return home ? memory_format("%s/.postern_history", home) : NULL;
}

static int64_t wait_milliseconds(const char *word)
{
    if (strcmp(word, "-1") == 0 || strcmp(word, "inf") == 0)
        return -1;
    return (int64_t)(strtod(word, NULL) * 1000);
}

/* False, having said so, if an -x is a command and wrong: nothing is to be sent then. */
static bool check_executes(const struct options_connect *connect)
{
    bool is_fine = true;

    for (size_t i = 0; i < connect->executes.count; i++) {
        const char *word    = connect->executes.words[i];
        SCOPED_TEXT message = {0};

        if (client_command_read(word, strlen(word), &message).kind == CLIENT_COMMAND_WRONG) {
            fprintf(stderr, "postern connect: --execute %s: %s\n", word, text_string(&message));
            is_fine = false;
        }
    }
    return is_fine;
}

static bool check_origin(const struct options_connect *connect)
{
    SCOPED_MEMORY char *line = memory_format("Origin: %s", connect->origin ? connect->origin : "");
    SCOPED_TEXT error        = {0};

    if (client_handshake_check_header(line, &error))
        return true;
    fprintf(stderr, "postern connect: %s\n", text_string(&error));
    return false;
}

/* The emulator's only stage as target. Returns how to exit: 0 if there is one. */
static int choose_stage(const char *endpoint, const struct transport_settings *transport,
                        struct target *target)
{
    struct stages stages = {0};
    SCOPED_TEXT error    = {0};
    SCOPED_TEXT list     = {0};
    int status           = EXIT_FAILURE;

    if (!stages_ask(endpoint, transport, &stages, &error))
        fprintf(stderr, "postern connect: no emulator at %s: %s\n", endpoint, text_string(&error));
    else if (stages.count == 0)
        fprintf(stderr, "postern connect: the emulator at %s serves no stage\n", endpoint);
    else if (stages.count > 1)
        status = EXIT_BAD_USAGE;
    else if (!target_read(stages.items[0].ws, endpoint, target, &error))
        fprintf(stderr, "postern connect: %s\n", text_string(&error));
    else
        status = EXIT_SUCCESS;
    if (status == EXIT_BAD_USAGE) {
        stages_list(&stages, &list);
        fprintf(stderr, "postern connect: there are several stages: choose one\n%s",
                text_string(&list));
    }
    stages_deinit(&stages);
    return status;
}

/* endpoint is NULL if the URL needs none. */
static int find_target(const char *url, const char *endpoint,
                       const struct transport_settings *transport, struct target *target)
{
    SCOPED_TEXT error = {0};

    if (!url)
        return choose_stage(endpoint, transport, target);
    if (target_read(url, endpoint ? endpoint : "", target, &error))
        return EXIT_SUCCESS;
    fprintf(stderr, "postern connect: %s\n", text_string(&error));
    return EXIT_BAD_USAGE;
}

static int run(const struct options *options, const char *endpoint,
               const struct transport_settings *transport)
{
    const struct options_connect *connect = &options->connect;
    SCOPED_MEMORY char *history_file      = find_history_file();
    struct target target                  = {0};
    int status                            = find_target(connect->url, endpoint, transport, &target);
    const struct client_settings settings = {
        .target            = &target,
        .endpoint          = endpoint,
        .transport         = *transport,
        .headers           = words_of(&options->headers),
        .protocols         = words_of(&connect->subprotocols),
        .executes          = words_of(&connect->executes),
        .origin            = connect->origin,
        .history_file      = history_file,
        .wait_milliseconds = wait_milliseconds(connect->wait),
        .shows_pings       = connect->shows_pings,
        .is_json           = connect->json,
        .no_colours        = connect->no_color || find_variable("NO_COLOR"),
    };

    if (status == EXIT_SUCCESS) {
        if (connect->user) {
            free(target.user);
            target.user = memory_copy_string(connect->user);
        }
        status = client_run(&settings);
    }
    target_deinit(&target);
    return status;
}

int subcommand_connect(char **words)
{
    SCOPED_OPTIONS options       = {0};
    SCOPED_MEMORY char *endpoint = NULL;
    struct word_list ca_files    = {0};
    struct transport_settings transport;
    int status;

    if (!subcommand_read_options("connect", words, &options, &status))
        return status;
    if (!check_executes(&options.connect) || !check_origin(&options.connect))
        return EXIT_BAD_USAGE;
    if (!options.connect.url || target_is_on_endpoint(options.connect.url)) {
        endpoint = remote_find_endpoint("connect", &options.remote);
        if (!endpoint)
            return EXIT_BAD_USAGE;
    }
    collect_ca_files(&options.connect, options.remote.data_folder, &ca_files);
    transport = (struct transport_settings){.no_check = options.connect.no_check,
                                            .ca_files = words_of(&ca_files)};
    status    = run(&options, endpoint, &transport);
    word_list_deinit(&ca_files);
    return status;
}
