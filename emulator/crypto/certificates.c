#include "crypto/certificates.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/queue.h"
#include "crypto/authority.h"
#include "crypto/certificate.h"

/* Names whose certificates are kept. A client can ask for any number of them. */
#define CERTIFICATES_MAX 256

struct certificates {
    struct authority authority;
    EVP_PKEY *key; /* of every server certificate, made with the first one */
    struct map by_name;
    struct queue by_age; /* the oldest first */
};

struct certificate_entry {
    struct queue_link link;
    char *name;
    SSL_CTX *context;
};

struct certificates *certificates_open(const char *directory)
{
    struct certificates *certificates = NEW(struct certificates);

    if (authority_init(&certificates->authority, directory) == 0)
        return certificates;
    certificates_close(certificates);
    return NULL;
}

static void forget_oldest(struct certificates *certificates)
{
    struct certificate_entry *entry =
        queue_entry(queue_pop(&certificates->by_age), struct certificate_entry, link);

    map_remove(&certificates->by_name, entry->name);
    SSL_CTX_free(entry->context);
    free(entry->name);
    free(entry);
}

void certificates_close(struct certificates *certificates)
{
    if (!certificates)
        return;
    while (!queue_is_empty(&certificates->by_age))
        forget_oldest(certificates);
    map_deinit(&certificates->by_name);
    EVP_PKEY_free(certificates->key);
    authority_deinit(&certificates->authority);
    free(certificates);
}

const char *certificates_ca_file(const struct certificates *certificates)
{
    return certificates->authority.file;
}

const char *certificates_bundle_file(const struct certificates *certificates)
{
    return certificates->authority.bundle_file;
}

static X509 *new_certificate(struct certificates *certificates, const char *name)
{
    if (!certificates->key)
        certificates->key = certificate_new_key();
    if (!certificates->key)
        return NULL;
    return certificate_new_server(name, certificates->key, certificates->authority.certificate,
                                  certificates->authority.key);
}

static SSL_CTX *new_context(struct certificates *certificates, const char *name)
{
    SCOPED_CERTIFICATE X509 *certificate = new_certificate(certificates, name);
    SSL_CTX *context                     = certificate ? SSL_CTX_new(TLS_server_method()) : NULL;

    if (!context)
        return certificate ? certificate_log_error("cannot make a TLS context") : NULL;
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_use_certificate(context, certificate) == 1 &&
        SSL_CTX_use_PrivateKey(context, certificates->key) == 1)
        return context;
    SSL_CTX_free(context);
    return certificate_log_error("cannot use the certificate for %s", name);
}

static void copy_lower(char *out, const char *name)
{
    for (; *name; name++)
        *out++ = (char)tolower((unsigned char)*name);
    *out = '\0';
}

SSL_CTX *certificates_context(struct certificates *certificates, const char *name)
{
    char key[CERTIFICATE_NAME_MAX + 1] = "localhost";
    struct certificate_entry *entry;
    SSL_CTX *context;

    if (name && !certificate_name_is_sane(name))
        return NULL;
    if (name)
        copy_lower(key, name);
    entry = map_find(&certificates->by_name, key);
    if (entry)
        return entry->context;

    context = new_context(certificates, key);
    if (!context)
        return NULL;
    if (certificates->by_age.count == CERTIFICATES_MAX)
        forget_oldest(certificates);
    entry          = NEW(struct certificate_entry);
    entry->name    = memory_copy_string(key);
    entry->context = context;
    map_put(&certificates->by_name, entry->name, entry);
    queue_push(&certificates->by_age, &entry->link);
    return context;
}
