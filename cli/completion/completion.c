#include "cli/completion/completion.h"

#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "cli/option.h"

/* What the names that help gives to values and operands mean to a shell. */
static const struct {
    const char *name;
    enum completion_kind kind;
} names[] = {
    {"FILE",          COMPLETION_FILES      },
    {"KIND|FILE",     COMPLETION_FILES      },
    {"PROJECT",       COMPLETION_FILES      },
    {"DIR",           COMPLETION_FOLDERS    },
    {"DATA",          COMPLETION_DATA       },
    {"TEXT|@FILE",    COMPLETION_DATA       },
    {"JSON|@FILE",    COMPLETION_DATA       },
    {"CONNECTION_ID", COMPLETION_CONNECTIONS},
    {"COMMAND",       COMPLETION_SUBCOMMANDS},
};

static struct completion_value find_name(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcmp(names[i].name, name) == 0)
            return (struct completion_value){names[i].kind, NULL};
    }
    return (struct completion_value){COMPLETION_ANYTHING, NULL};
}

struct completion_value completion_of_option(const struct option *option)
{
    if (option->kind == KIND_CHOICE)
        return (struct completion_value){COMPLETION_WORDS, option->argument};
    return find_name(option->argument);
}

struct completion_value completion_of_operand(const struct operand *operand)
{
    if (operand->is_command)
        return (struct completion_value){COMPLETION_COMMAND, NULL};
    if (operand->choices)
        return (struct completion_value){COMPLETION_WORDS, operand->choices};
    return find_name(operand->name);
}
