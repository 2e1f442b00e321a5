#include "crypto/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "base/memory.h"
#include "crypto/certificate.h"
#include "crypto/tls_stream.h"

struct tls_client {
    SSL_CTX *context;
};

struct tls_client *tls_client_new(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    struct tls_client *client;

    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(context);
        return certificate_log_error("cannot make a TLS context");
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    client          = NEW(struct tls_client);
    client->context = context;
    return client;
}

void tls_client_free(struct tls_client *client)
{
    if (!client)
        return;
    SSL_CTX_free(client->context);
    free(client);
}

void tls_client_trust_system(struct tls_client *client)
{
    SSL_CTX_set_default_verify_paths(client->context);
    ERR_clear_error();
}

bool tls_client_trust_file(struct tls_client *client, const char *path)
{
    bool is_read = SSL_CTX_load_verify_file(client->context, path) == 1;

    ERR_clear_error();
    return is_read;
}

void tls_client_trust_all(struct tls_client *client)
{
    SSL_CTX_set_verify(client->context, SSL_VERIFY_NONE, NULL);
}

static bool is_address(const char *host)
{
    struct in6_addr address;

    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

/* An address is no name to ask for, but stands in the certificate. */
static bool expect_host(SSL *ssl, const char *host)
{
    SCOPED_MEMORY char *name = memory_copy_string(host); /* OpenSSL's macro wants no const */

    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    return SSL_set_tlsext_host_name(ssl, name) == 1 && SSL_set1_host(ssl, host) == 1;
}

struct tls_stream *tls_client_connect(struct tls_client *client, int socket, const char *host)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    SSL *ssl                               = SSL_new(client->context);

    if (!ssl || SSL_set_fd(ssl, socket) != 1 || !expect_host(ssl, host) ||
        SSL_set_alpn_protos(ssl, protocols, sizeof protocols - 1) != 0) {
        SSL_free(ssl);
        return certificate_log_error("cannot begin TLS with %s", host);
    }
    SSL_set_connect_state(ssl);
    return tls_stream_wrap(ssl);
}
