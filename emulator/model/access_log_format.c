#include "model/access_log_format.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define PREFIX "$context."
#define BRACED "${context."

/* The end of ".name" or ".name.name"; at itself if there is none. */
static const char *skip_path(const char *at)
{
    const char *end = at;

    while (*end == '.') {
        const char *name = end + 1;
        const char *next = name;

        while (isalnum((unsigned char)*next) || *next == '_')
            next++;
        if (next == name)
            break;
        end = next;
    }
    return end;
}

/* AWS?: ${context.name} is taken as well. */
static bool read_variable(const char *at, struct access_log_piece *piece)
{
    bool is_braced     = text_behind(at, BRACED);
    size_t prefix_size = is_braced ? strlen(BRACED) : strlen(PREFIX);
    const char *end;

    if (!is_braced && !text_behind(at, PREFIX))
        return false;
    end = skip_path(at + prefix_size - 1);
    if (end < at + prefix_size || (is_braced && *end != '}'))
        return false;
    context_refer(at + prefix_size, (size_t)(end - at) - prefix_size, CONTEXT_FOR_LOGS,
                  &piece->reference);
    piece->text        = at;
    piece->size        = (size_t)(end - at) + is_braced;
    piece->is_variable = true;
    return true;
}

bool access_log_format_next(const char **at, struct access_log_piece *piece)
{
    struct access_log_piece variable;
    const char *end = *at;

    if (*end == '\0')
        return false;
    if (read_variable(*at, piece)) {
        *at += piece->size;
        return true;
    }
    do
        end += 1 + strcspn(end + 1, "$");
    while (*end && !read_variable(end, &variable));
    *piece = (struct access_log_piece){.text = *at, .size = (size_t)(end - *at)};
    *at    = end;
    return true;
}

const char *access_log_format_problem(const char *format)
{
    struct access_log_piece piece;

    if (strlen(format) > ACCESS_LOG_FORMAT_SIZE_MAX)
        return "is longer than the 3 KB that AWS allows";
    while (access_log_format_next(&format, &piece)) {
        if (piece.is_variable && (piece.reference.variable == CONTEXT_REQUEST_ID ||
                                  piece.reference.variable == CONTEXT_EXTENDED_REQUEST_ID))
            return NULL;
    }
    return "must contain $context.requestId, or AWS refuses it";
}

void access_log_format_unknown(const char *format, struct text *names)
{
    struct access_log_piece piece;

    while (access_log_format_next(&format, &piece)) {
        if (!piece.is_variable || piece.reference.variable != CONTEXT_UNKNOWN)
            continue;
        text_append_string(names, names->size > 0 ? ", " : "");
        text_append(names, piece.text, piece.size);
    }
}
