#include "template/method_regex.h"

#include "base/text.h"
#include "template/java_string.h"
#include "template/regex.h"
#include "template/run.h"

static struct regex *open(const struct call *call)
{
    if (!argument_is_string(call, 0))
        return NULL;
    return regex_new(call->run, call->arguments[0].string, call->arguments[0].size, false);
}

struct value method_matches(const struct call *call)
{
    struct regex *regex = open(call);
    struct value result;

    if (!regex)
        return value_null();
    result = value_boolean(regex_matches(call->run, regex, call->on.string, call->on.size));
    regex_free(regex);
    return result;
}

/* "$1": as many digits as make a group that there is. False, after failing the run, if there is
 * none. */
static bool append_group(const struct call *call, const struct regex *regex, const char **at,
                         const char *end, struct text *out)
{
    struct regex_match group;
    size_t number = 0;
    bool is_found = false;

    while (*at < end && **at >= '0' && **at <= '9' &&
           regex_group(regex, number * 10 + (size_t)(**at - '0'), &group)) {
        number   = number * 10 + (size_t)(*(*at)++ - '0');
        is_found = true;
    }
    if (!is_found)
        return run_fail(call->run, "a replacement's '$' without the number of a group");
    regex_group(regex, number, &group);
    text_append(out, call->on.string + group.begin, group.end - group.begin);
    return true;
}

static bool append_replacement(const struct call *call, const struct regex *regex, struct text *out)
{
    const char *at  = call->arguments[1].string;
    const char *end = at + call->arguments[1].size;

    while (at < end) {
        char character = *at++;

        if (character == '$') {
            if (!append_group(call, regex, &at, end, out))
                return false;
            continue;
        }
        if (character == '\\') {
            if (at == end)
                return run_fail(call->run, "a replacement can't end with a backslash");
            character = *at++;
        }
        text_append_character(out, character);
    }
    return run_check_size(call->run, out);
}

/* The size of the character at at, and 0 at the end. */
static size_t character_size(struct value string, size_t at)
{
    uint32_t ignored;

    return at < string.size ? java_decode(string.string + at, string.size - at, &ignored) : 0;
}

static struct value replace(const struct call *call, bool only_first)
{
    struct regex *regex = argument_is_string(call, 1) ? open(call) : NULL;
    struct value string = call->on;
    SCOPED_TEXT text    = {0};
    struct regex_match match;
    size_t copied = 0;
    size_t at     = 0;
    bool is_done  = false;

    if (!regex)
        return value_null();
    while (!is_done && at <= string.size &&
           regex_find(call->run, regex, string.string, string.size, at, &match)) {
        text_append(&text, string.string + copied, match.begin - copied);
        copied = match.end;
        at     = match.end;
        if (match.end == match.begin) {
            size_t used = character_size(string, at);

            is_done = used == 0;
            at += used;
        }
        is_done = !append_replacement(call, regex, &text) || only_first || is_done;
    }
    regex_free(regex);
    text_append(&text, string.string + copied, string.size - copied);
    return value_copy(call->run, text_string(&text), text.size);
}

struct value method_replace_all(const struct call *call)
{
    return replace(call, false);
}

struct value method_replace_first(const struct call *call)
{
    return replace(call, true);
}

static struct value part(struct value string, size_t begin, size_t end)
{
    return value_string(string.string + begin, end - begin);
}

/* An empty match at the very beginning splits nothing off; without a limit, empty parts at the end
 * are dropped. */
struct value method_split(const struct call *call)
{
    struct regex *regex = open(call);
    struct value string = call->on;
    struct list *parts  = list_new(call->run, LIST_ARRAY, 4);
    struct regex_match match;
    size_t begin = 0;
    size_t at    = 0;
    long limit   = 0;

    if (!regex || !parts || (call->count == 2 && !argument_integer(call, 1, &limit))) {
        regex_free(regex);
        return value_null();
    }
    while (at < string.size && (limit <= 0 || (long)parts->count < limit - 1) &&
           regex_find(call->run, regex, string.string, string.size, at, &match)) {
        at = match.end > match.begin ? match.end : match.end + character_size(string, match.end);
        if (match.end == 0 || match.begin == string.size)
            continue;
        list_add(call->run, parts, part(string, begin, match.begin));
        begin = match.end;
    }
    regex_free(regex);
    list_add(call->run, parts, part(string, begin, string.size));
    while (limit == 0 && begin > 0 && parts->count > 0 && parts->items[parts->count - 1].size == 0)
        parts->count--;
    return value_list(parts);
}
