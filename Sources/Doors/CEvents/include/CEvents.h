// The event loop's door: libevent behind opaque types.
//
// libevent's own headers define _GNU_SOURCE, which changes glibc types that Swift has already seen, so they are included by
// the .c files only. All of this belongs to the thread that runs the loop, except ce_loop_wake.
// Errors are returned as errno values (0 = none) or, where a function returns a pointer, as NULL with *error set.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CE_READ = 1, CE_WRITE = 2, CE_CLOSED = 4 };

// The loop, with one eventfd by which other threads wake it.
typedef struct ce_loop ce_loop;
typedef void (*ce_callback)(void *context);

ce_loop *ce_loop_new(ce_callback on_wake, void *context);
void ce_loop_free(ce_loop *loop);
// Waits for events (or only looks, if !wait) and runs the callbacks of those that are there. 0, or an errno.
int ce_loop_turn(ce_loop *loop, bool wait);
// From any thread: on_wake will run. Many calls may end in one on_wake.
void ce_loop_wake(ce_loop *loop);

// A one-shot timer. Never early; late by the kernel's coarse tick (1 to 4 ms) plus the loop's own work.
typedef struct ce_timer ce_timer;
ce_timer *ce_timer_new(ce_loop *loop, ce_callback on_fire, void *context);
void ce_timer_start(ce_timer *timer, uint64_t nanoseconds); // also restarts
void ce_timer_stop(ce_timer *timer);
void ce_timer_free(ce_timer *timer);

// Level-triggered readiness of a descriptor that somebody else owns.
typedef struct ce_watch ce_watch;
typedef void (*ce_ready_callback)(void *context, int interest);
ce_watch *ce_watch_new(ce_loop *loop, int descriptor, ce_ready_callback on_ready, void *context);
int ce_watch_update(ce_watch *watch, int interest); // 0 = none; returns an errno
void ce_watch_free(ce_watch *watch);

// A signal. libevent lets one loop in a process receive signals.
typedef struct ce_signal ce_signal;
ce_signal *ce_signal_new(ce_loop *loop, int number, ce_callback on_signal, void *context);
void ce_signal_free(ce_signal *signal);

// Listening sockets, non-blocking and close-on-exec; the caller's to close. -1 with *error set.
// host NULL or "" listens on every address. *resolver_error is getaddrinfo's, if that is what failed.
int ce_listen_tcp(const char *host, uint16_t port, bool reuse_port, int *error, int *resolver_error);
int ce_listen_unix(const char *path, int *error);
// Makes a descriptor that another process opened one of ours: 0, or an errno (EBADF, ENOTSOCK; EINVAL where it is no stream socket that
// listens).
int ce_listen_adopt(int descriptor);
// What a socket is bound to: a numeric host and its port, or a Unix socket's path in `name` and -1. -2 where it is neither.
int ce_socket_name(int descriptor, char *name, size_t room);

// Accepts from a listening socket that somebody else owns. on_accept owns the descriptor it is given (non-blocking, close-on-exec).
// on_accept_failed gets the errno of accept (EMFILE and the like); the listener has then been disabled.
typedef struct ce_listener ce_listener;
typedef void (*ce_accept_callback)(void *context, int descriptor);
typedef void (*ce_error_callback)(void *context, int error);
ce_listener *ce_listener_new(ce_loop *loop, int descriptor, ce_accept_callback on_accept, ce_error_callback on_accept_failed,
                             void *context, int *error);
void ce_listener_enable(ce_listener *listener, bool enabled);
void ce_listener_free(ce_listener *listener);

// A connected socket with buffered output. Owns its descriptor.
typedef struct ce_stream ce_stream;
ce_stream *ce_stream_new(ce_loop *loop, int descriptor, ce_ready_callback on_ready, void *context);
void ce_stream_free(ce_stream *stream); // closes; also from inside on_ready
// While reading is off, the peer's end or reset is told once by CE_CLOSED, before which there may be bytes nobody has read.
int ce_stream_reading(ce_stream *stream, bool enabled);
// Reads once into the loop's own buffer, valid until the next receive on this loop. > 0 bytes, 0 end of input, -errno otherwise.
ptrdiff_t ce_stream_receive(ce_stream *stream, const uint8_t **bytes);
// Appends to the output without sending.
int ce_stream_write(ce_stream *stream, const uint8_t *bytes, size_t count);
// Sends what the socket takes; asks for CE_WRITE while something is left. 0, or an errno other than EAGAIN.
int ce_stream_flush(ce_stream *stream);
size_t ce_stream_pending(const ce_stream *stream);
int ce_stream_close_sending(ce_stream *stream); // shutdown(SHUT_WR): end of output, once all of it is flushed
// Has the stream speak TLS as a server from its first byte on: receive and flush then carry what is inside. 0, or ENOMEM.
typedef struct ce_tls ce_tls;
int ce_stream_accept_tls(ce_stream *stream, const ce_tls *tls);
bool ce_stream_is_handshaking(const ce_stream *stream); // TLS that is not agreed on yet
int ce_stream_reset_on_close(ce_stream *stream); // ce_stream_free then sends RST

// A server's certificate chain and key (PEM files) and, where clients must show a certificate, the CAs that they may be of; else NULL.
// NULL with a line in `error` where something cannot be used. May be freed while streams use it; used by any thread.
ce_tls *ce_tls_new(const char *certificate, const char *key, const char *client_ca, char *error, size_t room);
int64_t ce_tls_not_after(const ce_tls *tls); // the certificate's end, in seconds since 1970
void ce_tls_free(ce_tls *tls);

// The kernel's name of the calling thread, cut to 15 bytes.
void ce_thread_name(const char *name);
