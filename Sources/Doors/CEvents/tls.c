#define _GNU_SOURCE
#include "CEventsInternal.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { RECORD_BYTES = 16 * 1024 }; // the most that one TLS record carries

struct ce_tls {
    SSL_CTX *context;
    int64_t not_after;
};

// MARK: Certificates

// An encrypted key would otherwise have OpenSSL ask for its passphrase at the terminal.
static int no_passphrase(char *buffer, int room, int writing, void *context) {
    (void)buffer;
    (void)room;
    (void)writing;
    (void)context;
    return -1;
}

// HTTP/1.1 is all that is spoken here; a client that offers other protocols only is told so.
static int choose_protocol(SSL *tls, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned count,
                           void *context) {
    (void)tls;
    (void)context;
    static const unsigned char spoken[] = "\x08http/1.1";
    int result = SSL_select_next_proto((unsigned char **)chosen, length, spoken, sizeof spoken - 1, offered, count);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static ce_tls *refused(SSL_CTX *context, const char *what, const char *file, char *error, size_t room) {
    // The first error is the cause; those after it only say who passed it on.
    unsigned long code = ERR_get_error();
    const char *reason = ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);
    snprintf(error, room, "the %s %s cannot be used: %s", what, file, reason ? reason : "not known why");
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

static int64_t end_of_validity(SSL_CTX *context) {
    struct tm end;
    if (!ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context)), &end)) return 0;
    return timegm(&end);
}

ce_tls *ce_tls_new(const char *certificate, const char *key, const char *client_ca, char *error, size_t room) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    ce_tls *tls = calloc(1, sizeof *tls);
    if (!context || !tls) {
        free(tls);
        return refused(context, "certificate", certificate, error, room);
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"understudy", 10);
    const char *what = NULL, *file = NULL;
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        what = "certificate", file = certificate;
    } else if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1) {
        what = "key", file = key;
    } else if (client_ca) {
        STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_ca);
        if (!names || SSL_CTX_load_verify_file(context, client_ca) != 1) {
            sk_X509_NAME_pop_free(names, X509_NAME_free);
            what = "clients' CA", file = client_ca;
        } else {
            SSL_CTX_set_client_CA_list(context, names);
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        }
    }
    if (what) {
        free(tls);
        return refused(context, what, file, error, room);
    }
    tls->context = context;
    tls->not_after = end_of_validity(context);
    return tls;
}

int64_t ce_tls_not_after(const ce_tls *tls) { return tls->not_after; }

void ce_tls_free(ce_tls *tls) {
    SSL_CTX_free(tls->context); // connections hold it further on
    free(tls);
}

// MARK: The socket below TLS
// OpenSSL's own would write without MSG_NOSIGNAL.

static int socket_write(BIO *bio, const char *bytes, int count) {
    ce_stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(stream->descriptor, bytes, (size_t)count, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return (int)sent;
}

static int socket_read(BIO *bio, char *bytes, int count) {
    ce_stream *stream = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t received = recv(stream->descriptor, bytes, (size_t)count, 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return (int)received;
}

static long socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *socket_methods;

static void make_socket_methods(void) {
    socket_methods = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
    if (!socket_methods) return;
    BIO_meth_set_write(socket_methods, socket_write);
    BIO_meth_set_read(socket_methods, socket_read);
    BIO_meth_set_ctrl(socket_methods, socket_control);
}

int ce_stream_accept_tls(ce_stream *stream, const ce_tls *tls) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_socket_methods);
    SSL *connection = SSL_new(tls->context);
    BIO *bio = socket_methods ? BIO_new(socket_methods) : NULL;
    if (!connection || !bio) {
        SSL_free(connection);
        BIO_free(bio);
        return ENOMEM;
    }
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    SSL_set_bio(connection, bio, bio);
    SSL_set_accept_state(connection);
    stream->tls = connection;
    return 0;
}

bool ce_stream_is_handshaking(const ce_stream *stream) { return stream->tls && !SSL_is_init_finished(stream->tls); }

// MARK: Bytes

// What a call that did not succeed means: 0 for the peer's end, else -errno.
static ptrdiff_t outcome(ce_stream *stream, int result) {
    int system_error = errno;
    switch (SSL_get_error(stream->tls, result)) {
    case SSL_ERROR_WANT_READ: return -EAGAIN;
    case SSL_ERROR_WANT_WRITE:
        stream->tls_awaits_room = true;
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_SYSCALL:
        stream->tls_failed = true;
        return system_error ? -system_error : 0;
    default:
        // An alert that says why has been sent.
        stream->tls_failed = true;
        return -EPROTO;
    }
}

ptrdiff_t ce_tls_receive(ce_stream *stream, const uint8_t **bytes) {
    uint8_t *buffer = stream->loop->received;
    *bytes = buffer;
    size_t total = 0;
    // Room for a whole record each time: nothing then stays decrypted inside OpenSSL, where no event would tell of it.
    while (CE_RECEIVE_BYTES - total >= RECORD_BYTES) {
        size_t count = 0;
        ERR_clear_error();
        errno = 0;
        int result = SSL_read_ex(stream->tls, buffer + total, CE_RECEIVE_BYTES - total, &count);
        total += count;
        if (result == 1) continue;
        ptrdiff_t end = outcome(stream, result);
        if (stream->tls_awaits_room) ce_stream_await_room(stream, true);
        if (end == -EAGAIN && SSL_is_init_finished(stream->tls) && evbuffer_get_length(stream->output) > 0) ce_stream_flush(stream);
        if (total == 0) {
            if (end == 0) stream->ended = true;
            return end;
        }
        // Told at the next call, which must come even if the socket has nothing more to say.
        if (end != -EAGAIN) event_active(stream->read_event, EV_READ, 1);
        break;
    }
    return (ptrdiff_t)total;
}

int ce_tls_flush(ce_stream *stream) {
    bool needs_room = false;
    for (;;) {
        size_t length = evbuffer_get_length(stream->output);
        if (length == 0) break;
        // Heads, chunk sizes and small bodies share a record. After a refusal the same bytes come first again, as OpenSSL asks.
        size_t piece = length < RECORD_BYTES ? length : RECORD_BYTES;
        const unsigned char *bytes = evbuffer_pullup(stream->output, (ev_ssize_t)piece);
        if (!bytes) return ENOMEM;
        size_t sent = 0;
        ERR_clear_error();
        errno = 0;
        int result = SSL_write_ex(stream->tls, bytes, piece, &sent);
        if (result != 1) {
            ptrdiff_t end = outcome(stream, result);
            if (end != -EAGAIN) return end == 0 ? EPIPE : (int)-end;
            needs_room = stream->tls_awaits_room;
            stream->tls_awaits_room = false;
            break; // else a handshake waits for the peer; `ce_tls_receive` goes on
        }
        evbuffer_drain(stream->output, sent);
    }
    return ce_stream_await_room(stream, needs_room);
}

void ce_tls_say_end(ce_stream *stream) {
    if (stream->tls_failed || !SSL_is_init_finished(stream->tls)) return;
    ERR_clear_error();
    SSL_shutdown(stream->tls); // ours only; nobody waits for the peer's
}

void ce_tls_end(ce_stream *stream) {
    if (!stream->tls) return;
    if (!stream->resets) ce_tls_say_end(stream);
    // What the peer had sent before it heard of a failure would make the kernel answer by a reset, which overtakes the alert.
    for (int turns = 0; stream->tls_failed && turns < 4; turns++) {
        if (recv(stream->descriptor, stream->loop->received, CE_RECEIVE_BYTES, MSG_DONTWAIT) <= 0) break;
    }
    SSL_free(stream->tls);
    stream->tls = NULL;
    ERR_clear_error();
}
