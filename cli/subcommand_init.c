/* postern init: a small project to begin with. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/init.h"

int subcommand_init(char **words)
{
    static const char *const runtimes[] = {"nodejs", "python", "ruby",
                                           "custom"}; /* INIT_RUNTIMES */
    SCOPED_OPTIONS options              = {0};
    SCOPED_TEXT out                     = {0};
    SCOPED_TEXT errors                  = {0};
    const char *folder;
    int status;

    if (!subcommand_read_options("init", words, &options, &status))
        return status;
    folder = options.folder;
    if (init_write(folder, runtimes[options.runtime], options.template_kind == 1, &out, &errors) <
        0) {
        fputs(text_string(&errors), stderr);
        return EXIT_FAILURE;
    }
    fputs(text_string(&out), stdout);
    if (strcmp(folder, ".") == 0)
        puts("\nServe it with `postern start`; README.md says what else to type.");
    else
        printf("\nServe it with `postern start %s`; its README.md says what else to type.\n",
               folder);
    return EXIT_SUCCESS;
}
