#include "crypto/tls_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/memory.h"
#include "crypto/certificate.h"
#include "crypto/certificates.h"

struct tls_server {
    SSL_CTX *context; /* NULL before the first stream: many never need TLS, nor its memory */
    struct certificates *certificates;
};

struct tls_stream {
    SSL *ssl;
    const char *refusal; /* OpenSSL's reason, static; NULL: none */
    bool has_ended;      /* the peer was told */
};

/* A client that connects to an address asks for no name: it expects that address. */
static void write_own_address(const SSL *ssl, char out[INET6_ADDRSTRLEN])
{
    struct sockaddr_storage own    = {0};
    socklen_t size                 = sizeof own;
    const struct sockaddr_in *four = (const struct sockaddr_in *)&own;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&own;

    snprintf(out, INET6_ADDRSTRLEN, "localhost");
    if (getsockname(SSL_get_fd(ssl), (struct sockaddr *)&own, &size) < 0)
        return;
    if (own.ss_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, out, INET6_ADDRSTRLEN);
    else if (own.ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
    else if (own.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &six->sin6_addr, out, INET6_ADDRSTRLEN);
}

static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *size,
                           const unsigned char *offered, unsigned offered_size, void *unused)
{
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char *common;

    if (SSL_select_next_proto(&common, size, ours, sizeof ours - 1, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = common;
    return SSL_TLSEXT_ERR_OK;
}

/* OpenSSL calls this for clients that name no server too. */
static int choose_certificate(SSL *ssl, int *alert, void *owner)
{
    struct tls_server *server = owner;
    const char *name          = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    char address[INET6_ADDRSTRLEN];
    SSL_CTX *context;

    write_own_address(ssl, address);
    context = certificates_context(server->certificates, name ? name : address);
    if (!context) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_set_SSL_CTX(ssl, context);
    return SSL_TLSEXT_ERR_OK;
}

/*
 * Streams begin with this context, which has no certificate. Sessions aren't kept: memory is dearer
 * here than handshakes. That many clients hang up without TLS's goodbye is no error: HTTP and
 * WebSocket know themselves where a message ends.
 */
static SSL_CTX *make_context(struct tls_server *server)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        SSL_CTX_free(context);
        return certificate_log_error("cannot make a TLS context");
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_tlsext_servername_callback(context, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(context, server);
    return context;
}

struct tls_server *tls_server_new(struct certificates *certificates)
{
    struct tls_server *server = NEW(struct tls_server);

    server->certificates = certificates;
    return server;
}

void tls_server_free(struct tls_server *server)
{
    if (!server)
        return;
    SSL_CTX_free(server->context);
    free(server);
}

struct tls_stream *tls_stream_new(struct tls_server *server, int socket)
{
    SSL *ssl;

    if (!server->context)
        server->context = make_context(server);
    if (!server->context)
        return NULL;
    ssl = SSL_new(server->context);
    if (!ssl || SSL_set_fd(ssl, socket) != 1) {
        SSL_free(ssl);
        return certificate_log_error("cannot begin TLS");
    }
    SSL_set_accept_state(ssl);
    return tls_stream_wrap(ssl);
}

struct tls_stream *tls_stream_wrap(struct ssl_st *ssl)
{
    struct tls_stream *stream = NEW(struct tls_stream);

    stream->ssl = ssl;
    return stream;
}

void tls_stream_free(struct tls_stream *stream)
{
    if (!stream)
        return;
    SSL_free(stream->ssl);
    free(stream);
}

const char *tls_stream_refusal(const struct tls_stream *stream)
{
    long verified = SSL_get_verify_result(stream->ssl);

    if (stream->refusal && verified != X509_V_OK)
        return X509_verify_cert_error_string(verified);
    return stream->refusal;
}

/* What OpenSSL's result means. The queue of errors must have been empty before the call. */
static enum tls_progress judge(struct tls_stream *stream, int result)
{
    int error = SSL_get_error(stream->ssl, result);

    if (error == SSL_ERROR_SSL) {
        stream->refusal = ERR_reason_error_string(ERR_peek_last_error());
        if (!stream->refusal)
            stream->refusal = "unknown reason";
        log_debug(NULL, "TLS was refused: %s", tls_stream_refusal(stream));
    }
    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_NONE:
        return TLS_PROGRESS;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return TLS_BLOCKED;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_ENDED;
    case SSL_ERROR_SSL:
        return TLS_REFUSED;
    default:
        return TLS_BROKEN;
    }
}

enum tls_progress tls_stream_read(struct tls_stream *stream, void *data, size_t size, size_t *done)
{
    ERR_clear_error();
    return judge(stream, SSL_read_ex(stream->ssl, data, size, done));
}

enum tls_progress tls_stream_write(struct tls_stream *stream, const void *data, size_t size,
                                   size_t *done)
{
    ERR_clear_error();
    return judge(stream, SSL_write_ex(stream->ssl, data, size, done));
}

enum tls_progress tls_stream_end(struct tls_stream *stream)
{
    int result;

    if (stream->has_ended || !SSL_is_init_finished(stream->ssl))
        return TLS_PROGRESS;
    ERR_clear_error();
    result = SSL_shutdown(stream->ssl);
    if (result < 0)
        return judge(stream, result);
    stream->has_ended = true; /* 0: the client hasn't answered, which it needn't */
    return TLS_PROGRESS;
}
