#include "lambda/command.h"

#include <stddef.h>
#include <string.h>

#include "base/memory.h"
#include "model/registry.h"

/* clang-format off */
static const struct {
    const char *prefix;
    const char *command;   /* NULL: the executable "bootstrap" of the code */
    const char *option;    /* NULL: none */
    const char *bootstrap;
    const char *hint;
} runtimes[] = {
    {"nodejs",   "node",    NULL, "bootstrap.mjs", "install Node.js: apt-get install -y nodejs"},
    {"python",   "python3", "-u", "bootstrap.py",  "install Python: apt-get install -y python3"},
    {"ruby",     "ruby",    NULL, "bootstrap.rb",  "install Ruby: apt-get install -y ruby"},
    {"provided", NULL,      NULL, NULL,            "build the executable \"bootstrap\" in the function's codeUri and chmod +x it"},
    {"go1.x",    NULL,      NULL, NULL,            "build the executable \"bootstrap\" in the function's codeUri and chmod +x it"},
};
/* clang-format on */

static size_t find_runtime(const struct function *function)
{
    size_t i = 0;

    while (i < ARRAY_SIZE(runtimes) &&
           (!function->runtime ||
            strncmp(function->runtime, runtimes[i].prefix, strlen(runtimes[i].prefix)) != 0))
        i++;
    return i;
}

void command_words(const struct function *function, const char *runtime_directory,
                   const char *words[COMMAND_WORDS_MAX], char **made)
{
    size_t runtime = find_runtime(function);
    size_t count   = 0;

    *made = NULL;
    if (function->command) {
        while (function->command[count] && count < COMMAND_WORDS_MAX - 1) {
            words[count] = function->command[count];
            count++;
        }
    } else if (runtime < ARRAY_SIZE(runtimes) && runtimes[runtime].command) {
        *made          = memory_format("%s/%s", runtime_directory, runtimes[runtime].bootstrap);
        words[count++] = runtimes[runtime].command;
        if (runtimes[runtime].option)
            words[count++] = runtimes[runtime].option;
        words[count++] = *made;
    } else {
        words[count++] = "./bootstrap";
    }
    words[count] = NULL;
}

const char *command_hint(const struct function *function)
{
    size_t runtime = find_runtime(function);

    if (function->command || runtime == ARRAY_SIZE(runtimes))
        return NULL;
    return runtimes[runtime].hint;
}
