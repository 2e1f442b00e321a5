#include "crypto/certificates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/memory.h"
#include "crypto/certificate.h"

/* One more than certificates keeps. */
#define MANY_NAMES 256

struct folder {
    char path[64];
    char authority[96];
    char key[96];
    char bundle[96];
    char roots[96];
};

static int make_folder(void **state)
{
    struct folder *folder = NEW(struct folder);

    snprintf(folder->path, sizeof folder->path, "/tmp/certificates-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->authority, sizeof folder->authority, "%s/ca.pem", folder->path);
    snprintf(folder->key, sizeof folder->key, "%s/ca-key.pem", folder->path);
    snprintf(folder->bundle, sizeof folder->bundle, "%s/ca-bundle.pem", folder->path);
    snprintf(folder->roots, sizeof folder->roots, "%s/roots.pem", folder->path);
    setenv("SSL_CERT_FILE", folder->roots, 1);
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;

    unlink(folder->authority);
    unlink(folder->key);
    unlink(folder->bundle);
    unlink(folder->roots);
    assert_int_equal(rmdir(folder->path), 0);
    unsetenv("SSL_CERT_FILE");
    free(folder);
    return 0;
}

static void write_file(const char *path, const char *contents)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(contents, file);
    fclose(file);
}

static char *read_file(const char *path)
{
    char *contents = memory_new(64 * 1024);
    FILE *file     = fopen(path, "r");

    assert_non_null(file);
    fread(contents, 1, 64 * 1024 - 1, file);
    fclose(file);
    return contents;
}

static X509 *read_certificate(const char *path)
{
    FILE *file = fopen(path, "r");
    X509 *certificate;

    assert_non_null(file);
    certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    assert_non_null(certificate);
    return certificate;
}

/* What a client does that trusts the authority in folder and calls the server host. */
static int is_trusted(const struct folder *folder, SSL_CTX *context, const char *host)
{
    X509 *authority         = read_certificate(folder->authority);
    X509_STORE *store       = X509_STORE_new();
    X509_STORE_CTX *check   = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *wish = X509_STORE_get0_param(store);
    int result;

    X509_STORE_add_cert(store, authority);
    X509_VERIFY_PARAM_set_purpose(wish, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_flags(wish, X509_V_FLAG_X509_STRICT);
    if (X509_VERIFY_PARAM_set1_ip_asc(wish, host) != 1)
        X509_VERIFY_PARAM_set1_host(wish, host, 0);
    X509_STORE_CTX_init(check, store, SSL_CTX_get0_certificate(context), NULL);
    result = X509_verify_cert(check);
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    X509_free(authority);
    return result == 1;
}

static void certificates_open_makes_an_authority_that_is_kept(void **state)
{
    struct folder *folder             = *state;
    struct certificates *certificates = certificates_open(folder->path);
    struct stat status;
    char *first;
    char *second;

    assert_non_null(certificates);
    assert_string_equal(certificates_ca_file(certificates), folder->authority);
    assert_string_equal(certificates_bundle_file(certificates), folder->bundle);
    assert_int_equal(stat(folder->key, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    first = read_file(folder->authority);
    certificates_close(certificates);

    certificates = certificates_open(folder->path);
    assert_non_null(certificates);
    second = read_file(folder->authority);
    assert_string_equal(first, second);
    assert_true(is_trusted(folder, certificates_context(certificates, NULL), "localhost"));
    certificates_close(certificates);
    free(first);
    free(second);
}

static void the_authority_may_sign_certificates_for_ten_years(void **state)
{
    struct folder *folder             = *state;
    struct certificates *certificates = certificates_open(folder->path);
    X509 *authority                   = read_certificate(folder->authority);
    char name[128];
    int days;
    int seconds;

    X509_NAME_get_text_by_NID(X509_get_subject_name(authority), NID_commonName, name, sizeof name);
    assert_memory_equal(name, "postern local CA (", strlen("postern local CA ("));
    assert_int_equal(X509_check_ca(authority), 1);
    assert_int_equal(X509_get_key_usage(authority), KU_KEY_CERT_SIGN);
    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(authority));
    assert_in_range(days, 3650, 3653);
    X509_free(authority);
    certificates_close(certificates);
}

static void the_bundle_is_the_roots_and_our_authority(void **state)
{
    struct folder *folder = *state;
    struct certificates *certificates;
    char *authority;
    char *expected;
    char *bundle;

    unsetenv("NODE_EXTRA_CA_CERTS"); /* the caller's own would be in it, too */
    write_file(folder->roots, "some root");
    certificates = certificates_open(folder->path);
    authority    = read_file(folder->authority);
    expected     = memory_format("some root\n%s", authority);
    bundle       = read_file(folder->bundle);
    assert_string_equal(bundle, expected);
    certificates_close(certificates);
    free(bundle);

    /* As in a process that a handler starts. */
    setenv("SSL_CERT_FILE", folder->bundle, 1);
    certificates_close(certificates_open(folder->path));
    bundle = read_file(folder->bundle);
    assert_string_equal(bundle, expected);
    free(bundle);

    setenv("SSL_CERT_FILE", folder->roots, 1);
    write_file(folder->roots, "another root\n");
    certificates_close(certificates_open(folder->path));
    bundle = read_file(folder->bundle);
    assert_memory_equal(bundle, "another root\n-----BEGIN", strlen("another root\n-----BEGIN"));
    free(bundle);
    free(authority);
    free(expected);
}

static void a_certificate_is_valid_for_the_name_that_was_asked_for(void **state)
{
    static const struct {
        const char *asked;
        const char *host;
        int is_trusted;
    } cases[] = {
        {NULL,                                                                            "localhost",                               1},
        {NULL,                                                                            "127.0.0.1",                               1},
        {NULL,                                                                            "::1",                                     1},
        {NULL,                                                                            "example.com",                             0},
        {"localhost",                                                                     "127.0.0.1",                               1},
        {"abc.execute-api.eu-west-1.amazonaws.com",                                       "abc.execute-api.eu-west-1.amazonaws.com", 1},
        {"ABC.Example.com",                                                               "abc.example.com",                         1},
        {"abc.example.com",                                                               "abd.example.com",                         0},
        {"abc.example.com",                                                               "localhost",                               0},
        {"a_b.example.com",                                                               "a_b.example.com",                         1},
        {"192.168.1.5",                                                                   "192.168.1.5",                             1},
        {"192.168.1.5",                                                                   "127.0.0.1",                               1},
        {"fd00::5",                                                                       "fd00::5",                                 1},
        {"a-name-so-long-that-no-common-name.could.hold-it.since-that-has-64-characters",
         "a-name-so-long-that-no-common-name.could.hold-it.since-that-has-64-characters",                                            1},
    };
    struct folder *folder             = *state;
    struct certificates *certificates = certificates_open(folder->path);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SSL_CTX *context = certificates_context(certificates, cases[i].asked);

        assert_non_null(context);
        if (is_trusted(folder, context, cases[i].host) != cases[i].is_trusted)
            fail_msg("asked for %s, called %s", cases[i].asked, cases[i].host);
    }
    certificates_close(certificates);
}

static void names_that_no_server_has_get_no_certificate(void **state)
{
    static const char *const names[] = {
        "",    ".",         "a..b",
        ".a",  "a.",        "*.example.com",
        "a b", "a,DNS:b",   "a\n",
        "a:b", "ä.example", "a-label-of-sixty-four-characters-is-one-too-many-for-rfc-1035-aa",
    };
    struct folder *folder             = *state;
    struct certificates *certificates = certificates_open(folder->path);
    char longest[300];

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (certificates_context(certificates, names[i]))
            fail_msg("a certificate for \"%s\"", names[i]);
    }
    for (size_t i = 0; i < sizeof longest - 1; i++)
        longest[i] = i % 2 ? '.' : 'a';
    longest[255] = '\0';
    assert_null(certificates_context(certificates, longest));
    longest[253] = '\0';
    assert_non_null(certificates_context(certificates, longest));
    certificates_close(certificates);
}

static void certificates_are_kept_until_many_others_were_asked_for(void **state)
{
    struct folder *folder             = *state;
    struct certificates *certificates = certificates_open(folder->path);
    SSL_CTX *first                    = certificates_context(certificates, "first.example.com");
    char name[32];

    SSL_CTX_up_ref(first); /* so that its address isn't used again */
    for (int i = 0; i < MANY_NAMES - 1; i++) {
        snprintf(name, sizeof name, "n%d.example.com", i);
        assert_non_null(certificates_context(certificates, name));
    }
    assert_ptr_equal(certificates_context(certificates, "FIRST.example.com"), first);
    assert_non_null(certificates_context(certificates, "one-more.example.com"));
    assert_ptr_not_equal(certificates_context(certificates, "first.example.com"), first);
    SSL_CTX_free(first);
    certificates_close(certificates);
}

/* Writes an authority that ends that many days from now. */
static void write_authority(const struct folder *folder, int days)
{
    EVP_PKEY *key       = certificate_new_key();
    X509 *authority     = certificate_new_authority("old", key);
    FILE *key_file      = fopen(folder->key, "w");
    FILE *authority_pem = fopen(folder->authority, "w");

    X509_gmtime_adj(X509_getm_notAfter(authority), days * 24L * 60 * 60);
    X509_sign(authority, key, EVP_sha256());
    PEM_write_PKCS8PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL);
    PEM_write_X509(authority_pem, authority);
    fclose(key_file);
    fclose(authority_pem);
    X509_free(authority);
    EVP_PKEY_free(key);
}

static void an_authority_that_has_expired_or_soon_will_is_made_anew(void **state)
{
    static const struct {
        int days;
        int is_kept;
    } cases[] = {
        {-1, 0},
        {20, 0},
        {40, 1}
    };
    struct folder *folder = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct certificates *certificates;
        X509 *authority;
        char name[128];

        write_authority(folder, cases[i].days);
        certificates = certificates_open(folder->path);
        assert_non_null(certificates);
        authority = read_certificate(folder->authority);
        X509_NAME_get_text_by_NID(X509_get_subject_name(authority), NID_commonName, name,
                                  sizeof name);
        assert_int_equal(strcmp(name, "old") == 0, cases[i].is_kept);
        assert_true(is_trusted(folder, certificates_context(certificates, NULL), "localhost"));
        X509_free(authority);
        certificates_close(certificates);
    }
}

static void a_broken_authority_is_left_alone_and_refused(void **state)
{
    struct folder *folder = *state;
    char *other_key;
    char *contents;

    write_file(folder->authority, "no certificate");
    assert_null(certificates_open(folder->path));
    contents = read_file(folder->authority);
    assert_string_equal(contents, "no certificate");
    free(contents);

    write_authority(folder, 1000);
    write_file(folder->key, "no key");
    assert_null(certificates_open(folder->path));
    unlink(folder->key);
    assert_null(certificates_open(folder->path));
    assert_int_equal(access(folder->key, F_OK), -1);

    write_authority(folder, 1000);
    other_key = read_file(folder->key);
    write_authority(folder, 1000);
    write_file(folder->key, other_key);
    assert_null(certificates_open(folder->path));
    free(other_key);
}

static void a_folder_that_is_not_there_is_refused(void **state)
{
    assert_null(certificates_open("/nonexistent/folder"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(certificates_open_makes_an_authority_that_is_kept),
        IN_FOLDER(the_authority_may_sign_certificates_for_ten_years),
        IN_FOLDER(the_bundle_is_the_roots_and_our_authority),
        IN_FOLDER(a_certificate_is_valid_for_the_name_that_was_asked_for),
        IN_FOLDER(names_that_no_server_has_get_no_certificate),
        IN_FOLDER(certificates_are_kept_until_many_others_were_asked_for),
        IN_FOLDER(an_authority_that_has_expired_or_soon_will_is_made_anew),
        IN_FOLDER(a_broken_authority_is_left_alone_and_refused),
        cmocka_unit_test(a_folder_that_is_not_there_is_refused),
    };

    return cmocka_run_group_tests_name("certificates", tests, NULL, NULL);
}
