#include "crypto/sigv4_sign.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/sigv4_canonical.h"

static void sign(const struct sigv4_seal *seal, const char *string_to_sign,
                 char signature[DIGEST_HEX_SIZE])
{
    SCOPED_MEMORY char *first = memory_format("AWS4%s", seal->secret);
    unsigned char key[DIGEST_SIZE];

    digest_hmac(first, strlen(first), seal->scope_date, key);
    digest_hmac(key, sizeof key, seal->region, key);
    digest_hmac(key, sizeof key, seal->service, key);
    digest_hmac(key, sizeof key, SIGV4_TERMINATOR, key);
    digest_hmac(key, sizeof key, string_to_sign, key);
    digest_write_hex(key, signature);
}

void sigv4_compute(const struct sigv4_request *request, const struct sigv4_seal *seal,
                   struct text *canonical, struct text *string_to_sign,
                   char signature[DIGEST_HEX_SIZE])
{
    char hash[DIGEST_HEX_SIZE];

    sigv4_write_canonical(request, seal->signed_headers, seal->payload_hash, canonical);
    digest_hex(text_string(canonical), canonical->size, hash);
    text_append_format(string_to_sign, SIGV4_ALGORITHM "\n%s\n%s/%s/%s/" SIGV4_TERMINATOR "\n%s",
                       seal->date, seal->scope_date, seal->region, seal->service, hash);
    sign(seal, text_string(string_to_sign), signature);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "host;x-amz-date": every name once, in lower case, in order. */
static void append_signed_headers(const struct sigv4_request *request, struct text *out)
{
    char **names            = memory_new((request->header_count + 1) * sizeof *names);
    const char *separator   = "";
    const char *name_before = "";

    for (size_t i = 0; i < request->header_count; i++) {
        names[i] = memory_copy_string(request->headers[i].name);
        for (char *at = names[i]; *at; at++)
            *at = (char)tolower((unsigned char)*at);
    }
    qsort(names, request->header_count, sizeof *names, compare_names);
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcmp(names[i], name_before) != 0) {
            text_append_format(out, "%s%s", separator, names[i]);
            separator   = ";";
            name_before = names[i];
        }
    }
    for (size_t i = 0; i < request->header_count; i++)
        free(names[i]);
    free(names);
}

void sigv4_write_authorization(const struct sigv4_request *request,
                               const struct sigv4_credentials *credentials, const char *date,
                               const char *region, const char *service, const char *payload_hash,
                               struct text *out)
{
    SCOPED_TEXT signed_headers     = {0};
    SCOPED_TEXT canonical          = {0};
    SCOPED_TEXT string_to_sign     = {0};
    SCOPED_MEMORY char *scope_date = memory_copy(date, strnlen(date, 8));
    char signature[DIGEST_HEX_SIZE];
    struct sigv4_seal seal;

    append_signed_headers(request, &signed_headers);
    seal =
        (struct sigv4_seal){credentials->secret,          date,        scope_date, region, service,
                            text_string(&signed_headers), payload_hash};
    sigv4_compute(request, &seal, &canonical, &string_to_sign, signature);
    text_append_format(out,
                       SIGV4_ALGORITHM " Credential=%s/%s/%s/%s/" SIGV4_TERMINATOR
                                       ", SignedHeaders=%s, Signature=%s",
                       credentials->access_key, scope_date, region, service, seal.signed_headers,
                       signature);
}
