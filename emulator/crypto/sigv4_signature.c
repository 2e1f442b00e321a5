#include "crypto/sigv4_signature.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/sigv4_canonical.h"

#define CREDENTIAL_PARTS 5

#define SECONDS_A_WEEK 604800

/* What a signature consists of, in the order of AWS's complaints. */
enum piece { PIECE_CREDENTIAL, PIECE_SIGNATURE, PIECE_SIGNED_HEADERS, PIECES };

static const char *const header_names[] = {"Credential", "Signature", "SignedHeaders"};

static const char *find_parameter(const struct url_parameter *parameters, size_t count,
                                  const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameters[i].name, name) == 0)
            return parameters[i].value;
    }
    return NULL;
}

static size_t read_query(const struct sigv4_request *request, struct arena *arena,
                         struct url_parameter **parameters)
{
    const char *query = strchr(request->target, '?');

    return url_parse_query(arena, query ? query + 1 : NULL, parameters);
}

enum sigv4_form sigv4_form_of(const struct sigv4_request *request)
{
    struct arena arena = {0};
    struct url_parameter *parameters;
    size_t count   = read_query(request, &arena, &parameters);
    bool in_query  = find_parameter(parameters, count, "X-Amz-Algorithm") != NULL;
    bool in_header = sigv4_find_header(request, "Authorization") != NULL;

    arena_deinit(&arena);
    if (in_query && in_header)
        return SIGV4_FORM_BOTH;
    if (in_query)
        return SIGV4_FORM_QUERY;
    return in_header ? SIGV4_FORM_HEADER : SIGV4_FORM_NONE;
}

const char *sigv4_signature_token(const struct sigv4_request *request, struct arena *arena,
                                  enum sigv4_form form)
{
    struct url_parameter *parameters;
    size_t count;

    if (form == SIGV4_FORM_HEADER)
        return sigv4_find_header(request, "X-Amz-Security-Token");
    count = read_query(request, arena, &parameters);
    return find_parameter(parameters, count, "X-Amz-Security-Token");
}

void sigv4_write_date(int64_t time, char date[SIGV4_DATE_SIZE])
{
    time_t seconds = (time_t)time;
    struct tm parts;

    if (!gmtime_r(&seconds, &parts) ||
        strftime(date, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &parts) == 0)
        date[0] = '\0';
}

static bool read_time(const char *date, const char *format, int64_t *time)
{
    struct tm parts = {0};
    const char *end = strptime(date, format, &parts);

    if (!end || *end)
        return false;
    *time = timegm(&parts);
    return true;
}

/* The date as its own ISO form, whichever header it stood in. */
static bool read_date(struct arena *arena, const char *amz_date, const char *http_date,
                      struct sigv4_signature *signature, struct text *problem)
{
    char date[SIGV4_DATE_SIZE];

    if (amz_date ? !read_time(amz_date, "%Y%m%dT%H%M%SZ", &signature->time)
                 : !read_time(http_date, "%a, %d %b %Y %H:%M:%S GMT", &signature->time)) {
        text_append_format(problem,
                           "Date must be in ISO-8601 'basic format'. Got '%s'. See "
                           "http://en.wikipedia.org/wiki/ISO_8601",
                           amz_date ? amz_date : http_date);
        return false;
    }
    sigv4_write_date(signature->time, date);
    signature->date = amz_date ? amz_date : arena_copy_string(arena, date);
    return true;
}

static bool read_credential(struct arena *arena, const char *credential,
                            struct sigv4_signature *signature, struct text *problem)
{
    const char *parts[CREDENTIAL_PARTS] = {NULL};
    char *rest                          = arena_copy_string(arena, credential);
    size_t count                        = 0;

    for (char *part = rest; part; count++) {
        char *slash = strchr(part, '/');

        if (slash)
            *slash = '\0';
        if (count < CREDENTIAL_PARTS)
            parts[count] = part;
        part = slash ? slash + 1 : NULL;
    }
    if (count != CREDENTIAL_PARTS) {
        text_append_format(problem,
                           "Credential must have exactly 5 slash-delimited elements, e.g. "
                           "keyid/date/region/service/term, got '%s'",
                           credential);
        return false;
    }
    signature->access_key = parts[0];
    signature->scope_date = parts[1];
    signature->region     = parts[2];
    signature->service    = parts[3];
    signature->terminator = parts[4];
    return true;
}

static char *trim(char *word)
{
    size_t size;

    word += strspn(word, " \t");
    size = strlen(word);
    while (size > 0 && (word[size - 1] == ' ' || word[size - 1] == '\t'))
        word[--size] = '\0';
    return word;
}

/* "Credential=…, SignedHeaders=…, Signature=…", in any order. */
static bool read_pairs(struct arena *arena, const char *list, const char *header,
                       const char *pieces[PIECES], struct text *problem)
{
    char *rest = arena_copy_string(arena, list);

    while (*rest) {
        size_t size = strcspn(rest, ",");
        char *next  = rest + size + (rest[size] ? 1 : 0);
        char *word;
        char *value;

        rest[size] = '\0';
        word       = trim(rest);
        value      = strchr(word, '=');
        if (!value) {
            text_append_format(problem,
                               "'%s' not a valid key=value pair (missing equal-sign) in "
                               "Authorization header: '%s'.",
                               word, header);
            return false;
        }
        *value++ = '\0';
        for (size_t i = 0; i < PIECES; i++) {
            if (strcmp(word, header_names[i]) == 0)
                pieces[i] = value;
        }
        rest = next;
    }
    return true;
}

static bool read_header(const struct sigv4_request *request, struct arena *arena,
                        struct sigv4_signature *signature, struct text *problem)
{
    const char *header         = sigv4_find_header(request, "Authorization");
    const char *amz_date       = sigv4_find_header(request, "X-Amz-Date");
    const char *http_date      = sigv4_find_header(request, "Date");
    const char *pieces[PIECES] = {NULL};
    size_t size                = strcspn(header, " ");

    signature->algorithm = arena_copy(arena, header, size);
    if (!read_pairs(arena, header + size, header, pieces, problem))
        return false;
    for (size_t i = 0; i < PIECES; i++) {
        if (!pieces[i] || pieces[i][0] == '\0')
            text_append_format(problem, "Authorization header requires '%s' parameter. ",
                               header_names[i]);
    }
    if (!amz_date && !http_date)
        text_append_string(problem, "Authorization header requires existence of either a "
                                    "'X-Amz-Date' or a 'Date' header. ");
    if (problem->size > 0) {
        text_append_format(problem, "Authorization=%s", header);
        return false;
    }
    signature->signature      = pieces[PIECE_SIGNATURE];
    signature->signed_headers = pieces[PIECE_SIGNED_HEADERS];
    return read_date(arena, amz_date, http_date, signature, problem) &&
           read_credential(arena, pieces[PIECE_CREDENTIAL], signature, problem);
}

static bool read_presigned(const struct sigv4_request *request, struct arena *arena,
                           struct sigv4_signature *signature, struct text *problem)
{
    static const char *const names[] = {"X-Amz-Algorithm", "X-Amz-Credential",
                                        "X-Amz-Signature", "X-Amz-SignedHeaders",
                                        "X-Amz-Date",      "X-Amz-Expires"};
    const char *values[ARRAY_SIZE(names)];
    struct url_parameter *parameters;
    size_t count = read_query(request, arena, &parameters);
    char *end;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        values[i] = find_parameter(parameters, count, names[i]);
        if (!values[i] || values[i][0] == '\0')
            text_append_format(problem, "AWS query-string parameters must include '%s'. ",
                               names[i]);
    }
    if (problem->size > 0) {
        text_append_string(problem, "Re-examine the query-string parameters.");
        return false;
    }
    signature->algorithm      = values[0];
    signature->signature      = values[2];
    signature->signed_headers = values[3];
    signature->expires        = strtoll(values[5], &end, 10);
    if (*end || signature->expires < 1 || signature->expires > SECONDS_A_WEEK) {
        text_append_format(problem, "X-Amz-Expires must be from 1 to %d, not '%s'", SECONDS_A_WEEK,
                           values[5]);
        return false;
    }
    return read_date(arena, values[4], NULL, signature, problem) &&
           read_credential(arena, values[1], signature, problem);
}

bool sigv4_signature_read(const struct sigv4_request *request, struct arena *arena,
                          struct sigv4_signature *signature, struct text *problem)
{
    *signature = (struct sigv4_signature){.form = sigv4_form_of(request)};
    return signature->form == SIGV4_FORM_HEADER
               ? read_header(request, arena, signature, problem)
               : read_presigned(request, arena, signature, problem);
}
