#include "json/draft4_keywords.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "json/json.h"

/* Of one list of messages. */
#define PROBLEMS_SIZE_MAX 4096

void draft4_problem(struct check *check, const char *format, ...)
{
    struct report *report = check->report;
    va_list arguments;

    report->count++;
    if (!report->out || report->out->size > PROBLEMS_SIZE_MAX)
        return;
    if (report->count > 1)
        text_append_string(report->out, ", ");
    va_start(arguments, format);
    text_append_format_list(report->out, format, arguments);
    va_end(arguments);
}

void draft4_print(const struct json *value, struct text *out)
{
    json_print(value, out);
    text_cut(out, PROBLEMS_SIZE_MAX / 4);
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void draft4_append_names(const char **names, size_t count, struct text *out)
{
    qsort(names, count, sizeof *names, compare_strings);
    text_append_character(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_append_character(out, ',');
        text_append_json_string(out, names[i]);
    }
    text_append_character(out, ']');
}
