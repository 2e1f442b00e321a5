#include "crypto/certificate.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#define SECONDS_PER_DAY    (24L * 60 * 60)
#define AUTHORITY_DAYS     3653 /* ten years */
#define SERVER_DAYS        397  /* the longest that browsers accept */
#define CLOCK_SKEW_SECONDS SECONDS_PER_DAY
#define SERIAL_SIZE        19 /* bytes: RFC 5280 allows 20, and the first bit must be 0 */
#define COMMON_NAME_MAX    64
#define LABEL_MAX          63
#define VERSION_3          2 /* counted from 0 */

#define LOOPBACK_NAMES "DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1"

void certificate_free_scoped(X509 **certificate)
{
    X509_free(*certificate);
}

void certificate_free_key_scoped(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

void *certificate_log_error(const char *format, ...)
{
    SCOPED_TEXT message = {0};
    const char *reason  = ERR_reason_error_string(ERR_peek_last_error());
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    log_error(NULL, "%s: %s", text_string(&message), reason ? reason : "unknown error");
    ERR_clear_error();
    return NULL;
}

EVP_PKEY *certificate_new_key(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");

    return key ? key : certificate_log_error("cannot make a key");
}

static bool is_address(const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

static bool is_dns_name(const char *name)
{
    size_t label_size = 0;
    size_t size       = 0;

    for (; name[size]; size++) {
        unsigned char character = (unsigned char)name[size];

        if (character == '.' && label_size == 0)
            return false;
        if (character != '.' && character != '-' && character != '_' &&
            !(isascii(character) && isalnum(character)))
            return false;
        label_size = character == '.' ? 0 : label_size + 1;
        if (label_size > LABEL_MAX || size >= CERTIFICATE_NAME_MAX)
            return false;
    }
    return label_size > 0;
}

bool certificate_name_is_sane(const char *name)
{
    return is_address(name) || is_dns_name(name);
}

static bool set_random_serial(X509 *certificate)
{
    unsigned char bytes[SERIAL_SIZE];
    BIGNUM *number;
    bool is_set;

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    number = BN_bin2bn(bytes, sizeof bytes, NULL);
    is_set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return is_set;
}

static bool set_times(X509 *certificate, int days)
{
    return X509_gmtime_adj(X509_getm_notBefore(certificate), -CLOCK_SKEW_SECONDS) &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), days * SECONDS_PER_DAY);
}

static bool set_subject(X509 *certificate, const char *common_name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                      (const unsigned char *)common_name, -1, -1, 0) == 1;
}

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value)
{
    X509_EXTENSION *extension;
    X509V3_CTX context;
    bool is_added;

    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    is_added  = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

/* All that an authority and a server's certificate have in common. NULL without a word. */
static X509 *new_certificate(const char *common_name, EVP_PKEY *key, int days)
{
    SCOPED_CERTIFICATE X509 *certificate = X509_new();

    if (!certificate || X509_set_version(certificate, VERSION_3) != 1 ||
        X509_set_pubkey(certificate, key) != 1)
        return NULL;
    if (!set_random_serial(certificate) || !set_times(certificate, days) ||
        !set_subject(certificate, common_name))
        return NULL;
    return memory_take(&certificate);
}

X509 *certificate_new_authority(const char *common_name, EVP_PKEY *key)
{
    SCOPED_CERTIFICATE X509 *authority = new_certificate(common_name, key, AUTHORITY_DAYS);

    if (!authority || X509_set_issuer_name(authority, X509_get_subject_name(authority)) != 1)
        return certificate_log_error("cannot make a certificate authority");
    if (!add_extension(authority, authority, NID_basic_constraints, "critical,CA:TRUE") ||
        !add_extension(authority, authority, NID_key_usage, "critical,keyCertSign") ||
        !add_extension(authority, authority, NID_subject_key_identifier, "hash"))
        return certificate_log_error("cannot describe the certificate authority");
    if (X509_sign(authority, key, EVP_sha256()) == 0)
        return certificate_log_error("cannot sign the certificate authority");
    return memory_take(&authority);
}

static void append_alternative_names(struct text *names, const char *name)
{
    if (is_address(name))
        text_append_format(names, "IP:%s," LOOPBACK_NAMES, name);
    else if (strcasecmp(name, "localhost") == 0)
        text_append_string(names, LOOPBACK_NAMES);
    else
        text_append_format(names, "DNS:%s", name);
}

static bool describe_server(X509 *server, const char *name, X509 *authority)
{
    SCOPED_TEXT names = {0};

    append_alternative_names(&names, name);
    return add_extension(server, authority, NID_subject_alt_name, text_string(&names)) &&
           add_extension(server, authority, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(server, authority, NID_key_usage, "critical,digitalSignature") &&
           add_extension(server, authority, NID_ext_key_usage, "serverAuth") &&
           add_extension(server, authority, NID_subject_key_identifier, "hash") &&
           add_extension(server, authority, NID_authority_key_identifier, "keyid");
}

X509 *certificate_new_server(const char *name, EVP_PKEY *key, X509 *authority,
                             EVP_PKEY *authority_key)
{
    /* Nobody looks at the common name where there are alternative ones, but it must fit. */
    const char *common_name         = strlen(name) <= COMMON_NAME_MAX ? name : "postern";
    SCOPED_CERTIFICATE X509 *server = new_certificate(common_name, key, SERVER_DAYS);

    if (!server || X509_set_issuer_name(server, X509_get_subject_name(authority)) != 1 ||
        !describe_server(server, name, authority) ||
        X509_sign(server, authority_key, EVP_sha256()) == 0)
        return certificate_log_error("cannot make a certificate for %s", name);
    return memory_take(&server);
}
