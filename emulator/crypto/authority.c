#include "crypto/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "crypto/certificate.h"

#define CERTIFICATE_FILE "ca.pem"
#define KEY_FILE         "ca-key.pem"
#define BUNDLE_FILE      "ca-bundle.pem"

/* A certificate near its end is made anew, or it would expire while the emulator runs. */
#define RENEWAL_SECONDS (30L * 24 * 60 * 60)

/* Far more than any system has; of a pipe or device no more is read. */
#define FILE_SIZE_MAX ((size_t)16 * 1024 * 1024)

#define HOSTNAME_MAX 40 /* so that the common name stays below its 64 characters */

#define SCOPED_BIO __attribute__((cleanup(free_bio))) BIO

static void free_bio(BIO **bio)
{
    BIO_free_all(*bio);
}

/* Appends a file's bytes. Returns 0 or a negative errno, without a word. */
static int read_file(const char *path, struct text *contents)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size;

    if (file < 0)
        return -errno;
    do {
        size = read(file, text_reserve(contents, BUFSIZ), BUFSIZ);
        if (size > 0)
            text_grow(contents, (size_t)size);
    } while (size > 0 && contents->size <= FILE_SIZE_MAX);
    close(file);
    if (size < 0)
        return -errno;
    return contents->size > FILE_SIZE_MAX ? -EFBIG : 0;
}

static int append_pem(struct text *pem, X509 *certificate, EVP_PKEY *key)
{
    SCOPED_BIO *memory = BIO_new(BIO_s_mem());
    const char *data;
    long size;

    if (!memory || (certificate && PEM_write_bio_X509(memory, certificate) != 1) ||
        (key && PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) != 1)) {
        certificate_log_error("cannot write the certificate authority as PEM");
        return -EIO;
    }
    size = BIO_get_mem_data(memory, &data);
    text_append(pem, data, (size_t)size);
    return 0;
}

/* OpenSSL asks the terminal for a password if nobody else knows one. */
static int no_password(char *password, int size, int is_writing, void *unused)
{
    return 0;
}

static X509 *parse_certificate(const struct text *pem)
{
    SCOPED_BIO *memory = BIO_new_mem_buf(text_string(pem), (int)pem->size);

    return memory ? PEM_read_bio_X509(memory, NULL, no_password, NULL) : NULL;
}

static EVP_PKEY *parse_key(const struct text *pem)
{
    SCOPED_BIO *memory = BIO_new_mem_buf(text_string(pem), (int)pem->size);

    return memory ? PEM_read_bio_PrivateKey(memory, NULL, no_password, NULL) : NULL;
}

static int log_broken(const char *path, const char *what, const char *directory)
{
    ERR_clear_error();
    log_error(NULL,
              "%s %s: delete " CERTIFICATE_FILE " and " KEY_FILE
              " in %s, and a new certificate authority is made",
              path, what, directory);
    return -EINVAL;
}

/* -ENOENT: there is none yet. */
static int load(struct authority *authority, const char *directory, const char *key_file)
{
    SCOPED_TEXT certificate_pem = {0};
    SCOPED_TEXT key_pem         = {0};
    int result                  = read_file(authority->file, &certificate_pem);

    if (result == -ENOENT)
        return result;
    if (result < 0)
        return log_errno(-result, "cannot read %s", authority->file);
    authority->certificate = parse_certificate(&certificate_pem);
    if (!authority->certificate || X509_check_ca(authority->certificate) != 1)
        return log_broken(authority->file, "is not a certificate authority", directory);

    result = read_file(key_file, &key_pem);
    if (result == -ENOENT)
        return log_broken(key_file, "is missing", directory);
    if (result < 0)
        return log_errno(-result, "cannot read %s", key_file);
    authority->key = parse_key(&key_pem);
    if (!authority->key)
        return log_broken(key_file, "is not a key", directory);
    if (X509_check_private_key(authority->certificate, authority->key) != 1)
        return log_broken(key_file, "does not belong to " CERTIFICATE_FILE, directory);
    return 0;
}

static bool is_near_its_end(const struct authority *authority)
{
    time_t then = time(NULL) + RENEWAL_SECONDS;

    return X509_cmp_time(X509_get0_notAfter(authority->certificate), &then) < 0;
}

static void forget(struct authority *authority)
{
    X509_free(authority->certificate);
    EVP_PKEY_free(authority->key);
    authority->certificate = NULL;
    authority->key         = NULL;
}

/* Names the machine, so that people recognise the authority in a list of trusted ones. */
static char *new_common_name(void)
{
    char host[HOSTNAME_MAX + 1] = "";

    if (gethostname(host, sizeof host - 1) < 0 && errno != ENAMETOOLONG)
        host[0] = '\0';
    host[sizeof host - 1] = '\0';
    if (!certificate_name_is_sane(host))
        id_random_name(host, 9);
    return memory_format("postern local CA (%s)", host);
}

/* The key goes first: without its certificate it means nothing, and the next start makes both. */
static int make(struct authority *authority, const char *key_file)
{
    SCOPED_MEMORY char *common_name = new_common_name();
    SCOPED_TEXT certificate_pem     = {0};
    SCOPED_TEXT key_pem             = {0};
    int result;

    authority->key = certificate_new_key();
    if (authority->key)
        authority->certificate = certificate_new_authority(common_name, authority->key);
    if (!authority->certificate)
        return -EIO;
    result = append_pem(&certificate_pem, authority->certificate, NULL);
    if (result == 0)
        result = append_pem(&key_pem, NULL, authority->key);
    if (result == 0)
        result = file_replace(key_file, 0600, key_pem.data, key_pem.size);
    if (result == 0)
        result = file_replace(authority->file, 0644, certificate_pem.data, certificate_pem.size);
    return result;
}

static int load_or_make(struct authority *authority, const char *directory)
{
    SCOPED_MEMORY char *key_file = memory_format("%s/%s", directory, KEY_FILE);
    int result                   = load(authority, directory, key_file);

    if (result == -ENOENT)
        return make(authority, key_file);
    if (result == 0 && is_near_its_end(authority)) {
        log_info(NULL, "the certificate authority in %s has expired or soon will: making another",
                 authority->file);
        forget(authority);
        result = make(authority, key_file);
    }
    return result;
}

/* The first of the usual places that has anything; a system without roots is no error. */
static void append_system_roots(struct text *bundle)
{
    const char *const paths[] = {getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt",
                                 X509_get_default_cert_file()};

    for (size_t i = 0; i < ARRAY_SIZE(paths) && bundle->size == 0; i++) {
        if (paths[i] && read_file(paths[i], bundle) < 0)
            text_clear(bundle);
    }
    if (bundle->size > 0 && bundle->data[bundle->size - 1] != '\n')
        text_append_character(bundle, '\n');
}

/* Who else the caller trusts, by the variable that Node has for it; handlers are told of the bundle
 * instead. */
static void append_extra(struct text *bundle)
{
    const char *path  = getenv("NODE_EXTRA_CA_CERTS");
    SCOPED_TEXT extra = {0};

    if (!path || !*path)
        return;
    if (read_file(path, &extra) < 0) {
        log_warn(NULL,
                 "cannot read %s, which NODE_EXTRA_CA_CERTS names: its authorities aren't trusted",
                 path);
        return;
    }
    if (extra.size == 0 || strstr(text_string(bundle), text_string(&extra)))
        return;
    text_append(bundle, extra.data, extra.size);
    if (extra.data[extra.size - 1] != '\n')
        text_append_character(bundle, '\n');
}

static int update_bundle(const struct authority *authority)
{
    SCOPED_TEXT current = {0};
    SCOPED_TEXT ours    = {0};
    SCOPED_TEXT bundle  = {0};
    int result          = append_pem(&ours, authority->certificate, NULL);

    if (result < 0)
        return result;
    append_system_roots(&bundle);
    append_extra(&bundle);
    /* Started from a handler or by `run`, the roots that we are told of have ours in them. */
    if (!strstr(text_string(&bundle), text_string(&ours)))
        text_append(&bundle, ours.data, ours.size);
    if (read_file(authority->bundle_file, &current) == 0 &&
        text_equals(&current, text_string(&bundle)))
        return 0;
    return file_replace(authority->bundle_file, 0644, bundle.data, bundle.size);
}

int authority_init(struct authority *authority, const char *directory)
{
    int result;

    *authority             = (struct authority){0};
    authority->file        = memory_format("%s/%s", directory, CERTIFICATE_FILE);
    authority->bundle_file = memory_format("%s/%s", directory, BUNDLE_FILE);
    result                 = load_or_make(authority, directory);
    if (result == 0)
        result = update_bundle(authority);
    if (result < 0)
        authority_deinit(authority);
    return result;
}

void authority_deinit(struct authority *authority)
{
    forget(authority);
    free(authority->file);
    free(authority->bundle_file);
    *authority = (struct authority){0};
}
