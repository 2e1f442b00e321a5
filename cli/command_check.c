#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "emulator/emulator.h"

int command_check(char **words)
{
    SCOPED_TEXT out    = {0};
    SCOPED_TEXT errors = {0};
    int status;

    if (words[0] && (strcmp(words[0], "-h") == 0 || strcmp(words[0], "--help") == 0)) {
        command_print_help("check");
        return EXIT_FINE;
    }
    if (words[0] && (words[0][0] == '-' || words[1])) {
        fputs("`check` takes one PROJECT. See `postern help check`.\n", stderr);
        return EXIT_BAD_USAGE;
    }
    status = emulator_check(words[0] ? words[0] : ".", &out, &errors);
    fputs(text_string(&errors), stderr);
    fputs(text_string(&out), stdout);
    return status;
}
