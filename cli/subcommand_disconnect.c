/* postern disconnect: closes a connection, as a backend does. */

#include "cli/subcommand.h"

#include <stdlib.h>

#include "base/text.h"

int subcommand_disconnect(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_REMOTE remote   = {0};
    SCOPED_TEXT answer     = {0};
    int status;

    if (!subcommand_read_options("disconnect", words, &options, &status) ||
        !remote_init(&remote, "disconnect", &options.remote, &status))
        return status;
    return remote_ask_connection(&remote, "DELETE", options.remote.connection_id, NULL, &answer)
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
