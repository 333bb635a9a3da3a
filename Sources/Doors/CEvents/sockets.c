#define _GNU_SOURCE
#include "CEventsInternal.h"
#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static int interest_of(short what) { return (what & EV_READ ? CE_READ : 0) | (what & EV_WRITE ? CE_WRITE : 0); }

struct ce_watch {
    struct event *event;
    struct event_base *base;
    int descriptor;
    int interest;
    ce_ready_callback on_ready;
    void *context;
};

static void watch_ready(evutil_socket_t descriptor, short what, void *context) {
    (void)descriptor;
    ce_watch *watch = context;
    watch->on_ready(watch->context, interest_of(what));
}

ce_watch *ce_watch_new(ce_loop *loop, int descriptor, ce_ready_callback on_ready, void *context) {
    ce_watch *watch = calloc(1, sizeof *watch);
    if (!watch) return NULL;
    watch->base = loop->base;
    watch->descriptor = descriptor;
    watch->on_ready = on_ready;
    watch->context = context;
    watch->event = event_new(loop->base, descriptor, EV_PERSIST, watch_ready, watch);
    if (watch->event) return watch;
    free(watch);
    return NULL;
}

int ce_watch_update(ce_watch *watch, int interest) {
    if (interest == watch->interest) return 0;
    if (watch->interest) event_del(watch->event);
    watch->interest = 0;
    if (!interest) return 0;
    short what = EV_PERSIST | (interest & CE_READ ? EV_READ : 0) | (interest & CE_WRITE ? EV_WRITE : 0);
    errno = 0;
    if (event_assign(watch->event, watch->base, watch->descriptor, what, watch_ready, watch) != 0 || event_add(watch->event, NULL) != 0)
        return errno ? errno : EINVAL;
    watch->interest = interest;
    return 0;
}

void ce_watch_free(ce_watch *watch) {
    event_free(watch->event);
    free(watch);
}

struct ce_listener {
    struct evconnlistener *listener;
    ce_accept_callback on_accept;
    ce_error_callback on_accept_failed;
    void *context;
    bool tcp;
};

static void accepted(struct evconnlistener *source, evutil_socket_t descriptor, struct sockaddr *peer, int length, void *context) {
    (void)source;
    (void)peer;
    (void)length;
    ce_listener *listener = context;
    if (listener->tcp) {
        int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    listener->on_accept(listener->context, descriptor);
}

static void accept_failed(struct evconnlistener *source, void *context) {
    int error = EVUTIL_SOCKET_ERROR();
    ce_listener *listener = context;
    evconnlistener_disable(source); // level-triggered: it would fail again at once, for ever
    listener->on_accept_failed(listener->context, error);
}

ce_listener *ce_listener_new(ce_loop *loop, int descriptor, ce_accept_callback on_accept, ce_error_callback on_accept_failed,
                             void *context, int *error) {
    ce_listener *listener = calloc(1, sizeof *listener);
    if (!listener) {
        *error = ENOMEM;
        return NULL;
    }
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    listener->on_accept = on_accept;
    listener->on_accept_failed = on_accept_failed;
    listener->context = context;
    listener->tcp = getsockname(descriptor, (struct sockaddr *)&address, &length) == 0 && address.ss_family != AF_UNIX;
    errno = 0;
    // No backlog: the socket listens already.
    listener->listener = evconnlistener_new(loop->base, accepted, listener, LEV_OPT_CLOSE_ON_EXEC, 0, descriptor);
    if (!listener->listener) {
        *error = errno ? errno : EINVAL;
        free(listener);
        return NULL;
    }
    evconnlistener_set_error_cb(listener->listener, accept_failed);
    return listener;
}

enum { backlog = 4096 };

static int listen_on(const struct sockaddr *address, socklen_t length, bool reuse_address, bool reuse_port, int *error) {
    int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        *error = errno;
        return -1;
    }
    int on = 1;
    if ((reuse_address && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) ||
        (reuse_port && setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        bind(descriptor, address, length) != 0 || listen(descriptor, backlog) != 0) {
        *error = errno;
        close(descriptor);
        return -1;
    }
    return descriptor;
}

int ce_listen_tcp(const char *host, uint16_t port, bool reuse_port, int *error, int *resolver_error) {
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    *error = 0;
    *resolver_error = getaddrinfo(host && *host ? host : NULL, service, &hints, &found);
    if (*resolver_error) {
        if (*resolver_error == EAI_SYSTEM) *error = errno;
        return -1;
    }
    int descriptor = -1;
    for (struct addrinfo *candidate = found; candidate && descriptor < 0; candidate = candidate->ai_next)
        descriptor = listen_on(candidate->ai_addr, candidate->ai_addrlen, true, reuse_port, error);
    freeaddrinfo(found);
    return descriptor;
}

// A socket file that a killed process left behind refuses connections; a live one accepts them and must not be taken away.
static void remove_stale_socket(const struct sockaddr_un *address, socklen_t length) {
    struct stat status;
    if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return;
    if (connect(probe, (const struct sockaddr *)address, length) != 0 && errno == ECONNREFUSED) unlink(address->sun_path);
    close(probe);
}

int ce_listen_unix(const char *path, int *error) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        *error = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    remove_stale_socket(&address, sizeof address);
    return listen_on((struct sockaddr *)&address, sizeof address, false, false, error);
}

int ce_listen_adopt(int descriptor) {
    int value = 0;
    socklen_t length = sizeof value;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &value, &length) != 0) return errno;
    if (value != SOCK_STREAM) return EINVAL;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) != 0) return errno;
    if (!value) return EINVAL;
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) return errno;
    return 0;
}

int ce_socket_name(int descriptor, char *name, size_t room) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return -2;
    if (address.ss_family == AF_UNIX) {
        // An abstract name begins with NUL: it has no path.
        snprintf(name, room, "%s", length > offsetof(struct sockaddr_un, sun_path) ? ((struct sockaddr_un *)&address)->sun_path : "");
        return -1;
    }
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return -2;
    char service[8];
    if (getnameinfo((struct sockaddr *)&address, length, name, (socklen_t)room, service, sizeof service, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return -2;
    return atoi(service);
}

void ce_listener_enable(ce_listener *listener, bool enabled) {
    if (enabled)
        evconnlistener_enable(listener->listener);
    else
        evconnlistener_disable(listener->listener);
}

void ce_listener_free(ce_listener *listener) {
    evconnlistener_free(listener->listener);
    free(listener);
}

static void stream_ready(evutil_socket_t descriptor, short what, void *context) {
    (void)descriptor;
    ce_stream *stream = context;
    if (stream->tls_awaits_room && what & EV_WRITE) {
        stream->tls_awaits_room = false;
        what = EV_READ; // the handshake goes on by reading; room for output is told again
    }
    stream->on_ready(stream->context, interest_of(what));
}

// libevent cannot watch for a peer's end alone: a reset would show as readiness that no event waits for, and spin. Hence an epoll
// of our own, which libevent watches as one descriptor; only streams that are not read are in it.
static void departed(evutil_socket_t descriptor, short what, void *context) {
    (void)what;
    (void)context;
    struct epoll_event event;
    // One by one: whoever is told may free other streams, and a closed descriptor leaves the epoll by itself.
    for (int left = 64; left > 0 && epoll_wait(descriptor, &event, 1, 0) == 1; left--) {
        ce_stream *stream = event.data.ptr;
        stream->ended = true;
        stream->on_ready(stream->context, CE_CLOSED);
    }
}

static bool has_departures(ce_loop *loop) {
    if (loop->departures >= 0) return true;
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) return false;
    struct event *event = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, departed, loop);
    if (!event || event_add(event, NULL) != 0) {
        if (event) event_free(event);
        close(descriptor);
        return false;
    }
    loop->departure_event = event;
    loop->departures = descriptor;
    return true;
}

// At worst the peer's end is noticed when the stream is read again.
static void await_departure(ce_stream *stream, bool needed) {
    needed = needed && !stream->ended;
    if (!needed && !stream->in_departures) return;
    if (!has_departures(stream->loop)) return;
    struct epoll_event event = {.events = needed ? EPOLLRDHUP | EPOLLONESHOT : 0, .data.ptr = stream};
    int operation = !needed ? EPOLL_CTL_DEL : stream->in_departures ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (epoll_ctl(stream->loop->departures, operation, stream->descriptor, &event) == 0) stream->in_departures = needed;
}

ce_stream *ce_stream_new(ce_loop *loop, int descriptor, ce_ready_callback on_ready, void *context) {
    ce_stream *stream = calloc(1, sizeof *stream);
    if (!stream) return NULL;
    stream->loop = loop;
    stream->descriptor = -1; // the caller's until all has succeeded
    stream->on_ready = on_ready;
    stream->context = context;
    stream->read_event = event_new(loop->base, descriptor, EV_READ | EV_PERSIST, stream_ready, stream);
    stream->write_event = event_new(loop->base, descriptor, EV_WRITE | EV_PERSIST, stream_ready, stream);
    stream->output = evbuffer_new();
    if (!stream->read_event || !stream->write_event || !stream->output) {
        ce_stream_free(stream);
        return NULL;
    }
    stream->descriptor = descriptor;
    return stream;
}

void ce_stream_free(ce_stream *stream) {
    if (stream->read_event) event_free(stream->read_event);
    if (stream->write_event) event_free(stream->write_event);
    if (stream->output) evbuffer_free(stream->output);
    await_departure(stream, false);
    ce_tls_end(stream);
    if (stream->descriptor >= 0) close(stream->descriptor);
    free(stream);
}

int ce_stream_reading(ce_stream *stream, bool enabled) {
    if (stream->reading == enabled) return 0;
    errno = 0;
    if ((enabled ? event_add(stream->read_event, NULL) : event_del(stream->read_event)) != 0) return errno ? errno : EINVAL;
    stream->reading = enabled;
    await_departure(stream, !enabled);
    return 0;
}

ptrdiff_t ce_stream_receive(ce_stream *stream, const uint8_t **bytes) {
    if (stream->tls) return ce_tls_receive(stream, bytes);
    *bytes = stream->loop->received;
    for (;;) {
        ssize_t count = recv(stream->descriptor, stream->loop->received, CE_RECEIVE_BYTES, 0);
        if (count == 0) stream->ended = true;
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

int ce_stream_write(ce_stream *stream, const uint8_t *bytes, size_t count) {
    return evbuffer_add(stream->output, bytes, count) == 0 ? 0 : ENOMEM;
}

int ce_stream_await_room(ce_stream *stream, bool needed) {
    if (stream->awaiting_room == needed) return 0;
    errno = 0;
    if ((needed ? event_add(stream->write_event, NULL) : event_del(stream->write_event)) != 0) return errno ? errno : EINVAL;
    stream->awaiting_room = needed;
    return 0;
}

int ce_stream_flush(ce_stream *stream) {
    if (stream->tls) return ce_tls_flush(stream);
    enum { PARTS = 32 };
    while (evbuffer_get_length(stream->output) > 0) {
        struct evbuffer_iovec parts[PARTS];
        int count = evbuffer_peek(stream->output, -1, NULL, parts, PARTS);
        if (count > PARTS) count = PARTS;
        struct iovec vectors[PARTS];
        size_t offered = 0;
        for (int index = 0; index < count; index++) {
            vectors[index] = (struct iovec){.iov_base = parts[index].iov_base, .iov_len = parts[index].iov_len};
            offered += parts[index].iov_len;
        }
        struct msghdr message = {.msg_iov = vectors, .msg_iovlen = (size_t)count};
        ssize_t sent = sendmsg(stream->descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            return errno;
        }
        evbuffer_drain(stream->output, (size_t)sent);
        if ((size_t)sent < offered) break;
    }
    return ce_stream_await_room(stream, evbuffer_get_length(stream->output) > 0);
}

size_t ce_stream_pending(const ce_stream *stream) { return evbuffer_get_length(stream->output); }

int ce_stream_close_sending(ce_stream *stream) {
    if (stream->tls) ce_tls_say_end(stream);
    return shutdown(stream->descriptor, SHUT_WR) == 0 ? 0 : errno;
}

int ce_stream_reset_on_close(ce_stream *stream) {
    stream->resets = true;
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    return setsockopt(stream->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0 ? 0 : errno;
}
