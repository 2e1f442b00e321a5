#pragma once

/* What a function's process is started as. Looks at names only. */

struct function;

#define COMMAND_WORDS_MAX 66

/*
 * Fills words (ending in NULL) with the command of a function; bootstraps lie in runtime_directory.
 * What had to be made is in *made, for the caller to free. The words are borrowed from function and
 * *made.
 */
void command_words(const struct function *function, const char *runtime_directory,
                   const char *words[COMMAND_WORDS_MAX], char **made);

/* How to get the command of that runtime, for a log line: "apt-get install nodejs"; NULL if nobody
 * knows. */
const char *command_hint(const struct function *function);
