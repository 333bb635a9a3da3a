#pragma once
#include "CEvents.h"

struct event_base;
struct event;
struct evbuffer;
struct ssl_st;

enum { CE_RECEIVE_BYTES = 64 * 1024 };

struct ce_loop {
    struct event_base *base;
    struct event *wake_event;
    int wake_descriptor;
    int departures; // an epoll of the streams that are not read, for their peers' end; -1 before the first of them
    struct event *departure_event;
    ce_callback on_wake;
    void *context;
    uint8_t received[CE_RECEIVE_BYTES];
};

// libevent's bufferevent reads 4 KiB at a time, asks FIONREAD before each read, and sends only after another trip through epoll.
// Here a read goes straight into the loop's buffer, where it is parsed in place, and output (an evbuffer) is sent directly when
// the loop's turn ends; epoll is asked to watch for room only when the socket took less than all.
struct ce_stream {
    ce_loop *loop;
    int descriptor;
    bool reading;
    bool awaiting_room;
    bool ended;           // the peer's end has been read or told
    bool in_departures;
    bool resets;          // the connection ends by a reset
    bool tls_failed;      // no further word of TLS can be said
    bool tls_awaits_room; // OpenSSL waits for room, though nothing is to be sent
    struct event *read_event;
    struct event *write_event;
    struct evbuffer *output;
    struct ssl_st *tls;   // NULL on a plain socket
    ce_ready_callback on_ready;
    void *context;
};

int ce_stream_await_room(ce_stream *stream, bool needed);

// TLS's part of a stream; see tls.c.
ptrdiff_t ce_tls_receive(ce_stream *stream, const uint8_t **bytes);
int ce_tls_flush(ce_stream *stream);
void ce_tls_say_end(ce_stream *stream);
void ce_tls_end(ce_stream *stream);
