#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "json/draft4_internal.h"
#include "json/json.h"

/* What an expression of a URI template is made of. */
#define EXPRESSION "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.,*:%"

/* AWS?: formats are checked, and those that aren't in the table below fit everything. */

static bool are_digits(const char **at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)(*at)[i]))
            return false;
    }
    *at += count;
    return true;
}

static bool is_character(const char **at, const char *allowed)
{
    if (**at == '\0' || !strchr(allowed, **at))
        return false;
    ++*at;
    return true;
}

/* "2026-11-24T18:00:00.5+01:00" */
static bool is_date_time(const char *at)
{
    size_t fraction;

    if (!are_digits(&at, 4) || !is_character(&at, "-") || !are_digits(&at, 2) ||
        !is_character(&at, "-") || !are_digits(&at, 2) || !is_character(&at, "T") ||
        !are_digits(&at, 2) || !is_character(&at, ":") || !are_digits(&at, 2) ||
        !is_character(&at, ":") || !are_digits(&at, 2))
        return false;
    if (is_character(&at, ".")) {
        fraction = strspn(at, "0123456789");
        if (fraction < 1 || fraction > 12)
            return false;
        at += fraction;
    }
    if (is_character(&at, "Z"))
        return *at == '\0';
    if (!is_character(&at, "+-") || !are_digits(&at, 2))
        return false;
    is_character(&at, ":");
    return are_digits(&at, 2) && *at == '\0';
}

static bool is_hostname(const char *at)
{
    size_t size = strlen(at);

    if (size == 0 || size > 253)
        return false;
    for (;;) {
        size_t label = strcspn(at, ".");

        if (label == 0 || label > 63 || at[0] == '-' || at[label - 1] == '-')
            return false;
        for (size_t i = 0; i < label; i++) {
            if (!isalnum((unsigned char)at[i]) && at[i] != '-')
                return false;
        }
        if (at[label] == '\0')
            return true;
        at += label + 1;
    }
}

static bool is_email(const char *string)
{
    const char *at = strrchr(string, '@');

    if (!at || at == string || at - string > 64 || string[0] == '.' || at[-1] == '.' ||
        strstr(string, ".."))
        return false;
    for (const char *character = string; character < at; character++) {
        if (!isgraph((unsigned char)*character) || strchr("\"(),:;<>@[\\]", *character))
            return false;
    }
    return is_hostname(at + 1);
}

static bool is_ipv4(const char *at)
{
    for (unsigned i = 0; i < 4; i++) {
        size_t size     = strspn(at, "0123456789");
        unsigned number = 0;

        if (size < 1 || size > 3 || (size > 1 && at[0] == '0'))
            return false;
        for (size_t j = 0; j < size; j++)
            number = number * 10 + (unsigned)(at[j] - '0');
        at += size;
        if (number > 255 || *at != (i < 3 ? '.' : '\0'))
            return false;
        at += i < 3;
    }
    return true;
}

/* Groups of hexadecimal digits, one "::" for as many as are missing, an IPv4 address at the end. */
static bool is_ipv6(const char *at)
{
    unsigned groups = 0;
    bool has_gap    = strncmp(at, "::", 2) == 0;

    if (has_gap)
        at += 2;
    while (*at) {
        size_t size = strspn(at, "0123456789abcdefABCDEF");

        if (at[size] == '.') {
            groups += 2;
            return is_ipv4(at) && (has_gap ? groups < 8 : groups == 8);
        }
        if (size < 1 || size > 4 || ++groups > 8)
            return false;
        at += size;
        if (*at == '\0')
            break;
        if (*at++ != ':')
            return false;
        if (*at == ':' && has_gap)
            return false;
        if (*at == ':') {
            has_gap = true;
            at++;
        } else if (*at == '\0') {
            return false;
        }
    }
    return has_gap ? groups < 8 : groups == 8;
}

/* Of RFC 3986 the characters, and that a scheme begins with a letter; relative ones are URIs, too,
 * as they are for Java. */
static bool is_uri(const char *string)
{
    size_t scheme = strcspn(string, ":/?#");

    if (string[scheme] == ':' && (scheme == 0 || !isalpha((unsigned char)string[0])))
        return false;
    for (const char *at = string; *at; at++) {
        if (*at == '%' && (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2])))
            return false;
        if ((unsigned char)*at <= ' ' || strchr("\"<>\\^`{|}", *at))
            return false;
    }
    return true;
}

static bool is_base64(const char *string)
{
    size_t size = strlen(string);
    size_t digits =
        strspn(string, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    return size % 4 == 0 && size - digits <= 2 && strspn(string + digits, "=") == size - digits;
}

/* Hexadecimal digits, as many as groups says, with a separator of separators between the groups. */
static bool are_hex_groups(const char *at, const unsigned char *groups, const char *separators)
{
    for (size_t i = 0; groups[i]; i++) {
        if (strspn(at, "0123456789abcdefABCDEF") < groups[i])
            return false;
        at += groups[i];
        if (groups[i + 1] && !is_character(&at, separators))
            return false;
    }
    return *at == '\0';
}

static bool is_mac(const char *string)
{
    static const unsigned char groups[] = {2, 2, 2, 2, 2, 2, 0};

    return are_hex_groups(string, groups, ":");
}

static bool is_uuid(const char *string)
{
    static const unsigned char groups[] = {8, 4, 4, 4, 12, 0};

    return are_hex_groups(string, groups, "-");
}

static bool is_md5(const char *string)
{
    static const unsigned char groups[] = {32, 0};

    return are_hex_groups(string, groups, "");
}

static bool is_sha1(const char *string)
{
    static const unsigned char groups[] = {40, 0};

    return are_hex_groups(string, groups, "");
}

static bool is_sha256(const char *string)
{
    static const unsigned char groups[] = {64, 0};

    return are_hex_groups(string, groups, "");
}

static bool is_sha512(const char *string)
{
    static const unsigned char groups[] = {128, 0};

    return are_hex_groups(string, groups, "");
}

/* Empty, or parts behind slashes in which a tilde is followed by 0 or 1. */
static bool is_json_pointer(const char *string)
{
    if (*string && *string != '/')
        return false;
    for (const char *at = string; (at = strchr(at, '~')); at++) {
        if (at[1] != '0' && at[1] != '1')
            return false;
    }
    return true;
}

/* A URI in which expressions stand in braces: "/rooms/{room}{?page,size*}". */
static bool is_uri_template(const char *string)
{
    for (const char *at = string; *at; at++) {
        size_t size = *at == '{' ? strcspn(at + 1, "{}") : 0;

        if (*at == '}' || strchr(" \"'<>\\^`|", *at) || (*at == '{' && at[size + 1] != '}'))
            return false;
        if (*at == '{' && strspn(at + 1 + (strchr("+#./;?&", at[1]) != NULL), EXPRESSION) == 0)
            return false;
        at += *at == '{' ? size + 1 : 0;
    }
    return true;
}

/* AWS?: the texts of those behind uri aren't established; that the validator has them is. */
static const struct {
    const char *name;
    bool (*is)(const char *string);
    const char *message; /* behind the string in quotes */
} formats[] = {
    {"date-time",    is_date_time,
     "is invalid against requested date format(s) "
     "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"                      },
    {"email",        is_email,               "is not a valid email address"              },
    {"hostname",     is_hostname,            "is not a valid hostname"                   },
    {"ipv4",         is_ipv4,                "is not a valid IPv4 address"               },
    {"ipv6",         is_ipv6,                "is not a valid IPv6 address"               },
    {"regex",        schema_pattern_is_ecma, "is not a valid ECMA 262 regular expression"},
    {"uri",          is_uri,                 "is not a valid URI"                        },
    {"base64",       is_base64,              "is not valid base64"                       },
    {"json-pointer", is_json_pointer,        "is not a valid JSON Pointer"               },
    {"mac",          is_mac,                 "is not a valid MAC address"                },
    {"md5",          is_md5,                 "is not a valid MD5 digest"                 },
    {"sha1",         is_sha1,                "is not a valid SHA-1 digest"               },
    {"sha256",       is_sha256,              "is not a valid SHA-256 digest"             },
    {"sha512",       is_sha512,              "is not a valid SHA-512 digest"             },
    {"uri-template", is_uri_template,        "is not a valid URI template"               },
    {"uuid",         is_uuid,                "is not a valid UUID"                       },
};

#define SHOWN_SIZE_MAX 1024

bool draft4_check_format(const char *format, const struct json *string, struct text *message)
{
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (strcmp(formats[i].name, format) != 0)
            continue;
        if (strlen(string->string) == string->size && formats[i].is(string->string))
            return true;
        text_append_string(message, "string ");
        json_print(string, message);
        text_cut(message, SHOWN_SIZE_MAX);
        text_append_format(message, " %s", formats[i].message);
        return false;
    }
    return true;
}
