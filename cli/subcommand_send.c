/* postern send: a message to a connection, as a backend posts it. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/input.h"

/* Far more than AWS takes, so that it is the emulator that refuses it; but not any device. */
#define DATA_SIZE_MAX ((size_t)16 * 1024 * 1024)

/* False if it has said what is wrong and *status is to be returned. */
static bool read_data(const struct remote_settings *settings, struct text *data, int *status)
{
    const char *word = settings->message ? settings->message : "-";
    const char *path = settings->file ? settings->file : word + (word[0] == '@');
    bool is_file     = settings->file || word[0] == '@' || strcmp(word, "-") == 0;
    int result;

    if (settings->message && settings->file) {
        fputs("postern send: either DATA or --file, not both\n", stderr);
        *status = EXIT_BAD_USAGE;
        return false;
    }
    if (!settings->message && !settings->file && isatty(STDIN_FILENO)) {
        fputs("postern send: lacks DATA: a text, @FILE, or - for standard input\n", stderr);
        *status = EXIT_BAD_USAGE;
        return false;
    }
    if (!is_file) {
        text_append_string(data, word);
        return true;
    }
    result = input_read(path, DATA_SIZE_MAX, data);
    if (result == 0)
        return true;
    fprintf(stderr, "postern send: cannot read %s: %s\n",
            strcmp(path, "-") == 0 ? "standard input" : path, strerror(-result));
    *status = EXIT_FAILURE;
    return false;
}

int subcommand_send(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_REMOTE remote   = {0};
    SCOPED_TEXT data       = {0};
    SCOPED_TEXT answer     = {0};
    int status;

    if (!subcommand_read_options("send", words, &options, &status) ||
        !read_data(&options.remote, &data, &status) ||
        !remote_init(&remote, "send", &options.remote, &status))
        return status;
    return remote_ask_connection(&remote, "POST", options.remote.connection_id, &data, &answer)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
