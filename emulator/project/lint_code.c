#include "project/lint_code.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define WILDCARDS "/*/*"
#define BODY      "body"
#define STATUS    "statusCode"

/* How far a result's status may be from its body. */
#define RESULT_SIZE_MAX 300

static unsigned line_of(const char *source, const char *at)
{
    unsigned line = 1;

    for (; source < at; source++)
        line += *source == '\n';
    return line;
}

unsigned lint_code_find_wildcards(const char *source)
{
    for (const char *at = strstr(source, WILDCARDS); at; at = strstr(at + 1, WILDCARDS)) {
        char behind = at[strlen(WILDCARDS)];

        if (behind != '\0' && strchr("'\"`", behind)) /* of a text, no comment */
            return line_of(source, at);
    }
    return 0;
}

/* What is between the name and its value: `body: `, `"body": `, `'body' => `. NULL: no value. */
static const char *find_value(const char *at)
{
    at += strlen(BODY);
    at += *at == '"' || *at == '\'';
    at += strspn(at, " \t");
    if (at[0] == '=' && at[1] == '>')
        at++;
    else if (*at != ':')
        return NULL;
    at++;
    return at + strspn(at, " \t\r\n");
}

static bool is_empty(const char *value)
{
    return value[0] == '\0' || (strchr("'\"`", value[0]) && value[1] == value[0]) ||
           strncmp(value, "null", 4) == 0 || strncmp(value, "None", 4) == 0 ||
           strncmp(value, "nil", 3) == 0 || strncmp(value, "undefined", 9) == 0;
}

static bool is_beside_status(const char *source, const char *at)
{
    const char *from = at - source > RESULT_SIZE_MAX ? at - RESULT_SIZE_MAX : source;
    size_t size      = (size_t)(at - from) + strnlen(at, RESULT_SIZE_MAX);

    return memmem(from, size, STATUS, strlen(STATUS)) != NULL;
}

unsigned lint_code_find_body(const char *source)
{
    for (const char *at = strstr(source, BODY); at; at = strstr(at + 1, BODY)) {
        bool is_name = at == source || !(isalnum((unsigned char)at[-1]) || strchr("_.$", at[-1]));
        const char *value = is_name ? find_value(at) : NULL;

        if (value && !is_empty(value) && is_beside_status(source, at))
            return line_of(source, at);
    }
    return 0;
}

bool lint_code_mentions(const char *source, const char *word)
{
    return strcasestr(source, word) != NULL;
}
