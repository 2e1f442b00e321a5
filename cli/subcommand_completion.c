/* postern completion: a script that teaches a shell our command lines. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/completion/completion.h"

int subcommand_completion(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_TEXT script     = {0};
    int status;

    if (!subcommand_read_options("completion", words, &options, &status))
        return status;
    if (strcmp(options.shell, "zsh") == 0)
        completion_append_zsh(&script);
    else
        completion_append_bash(&script);
    fputs(text_string(&script), stdout);
    return EXIT_SUCCESS;
}
