/* postern's command line: finds the subcommand and runs it. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/subcommand.h"

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

int main(int argc, char **argv)
{
    const struct subcommand *subcommand;
    SCOPED_TEXT help = {0};

    if (argc < 2) {
        subcommand_describe_all(&help);
        fputs(text_string(&help), stderr);
        return EXIT_BAD_USAGE;
    }
    if (is_one_of(argv[1], "-h", "--help"))
        return subcommand_help(argv + 2);
    if (strcmp(argv[1], "--version") == 0)
        return subcommand_version(argv + 2);
    subcommand = subcommand_find(argv[1]);
    return subcommand ? subcommand->run(argv + 2) : subcommand_complain(argv[1]);
}
