#define _GNU_SOURCE
#include "CEventsInternal.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static void woken(evutil_socket_t descriptor, short what, void *context) {
    (void)what;
    ce_loop *loop = context;
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {}
    loop->on_wake(loop->context);
}

ce_loop *ce_loop_new(ce_callback on_wake, void *context) {
    ce_loop *loop = calloc(1, sizeof *loop);
    if (!loop) return NULL;
    loop->on_wake = on_wake;
    loop->context = context;
    loop->departures = -1;
    loop->wake_descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct event_config *config = event_config_new();
    if (config) {
        // No locks inside libevent: every call but the write to the eventfd comes from the loop's thread.
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
        loop->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    if (loop->base && loop->wake_descriptor >= 0)
        loop->wake_event = event_new(loop->base, loop->wake_descriptor, EV_READ | EV_PERSIST, woken, loop);
    if (!loop->wake_event || event_add(loop->wake_event, NULL) != 0) {
        ce_loop_free(loop);
        return NULL;
    }
    return loop;
}

void ce_loop_free(ce_loop *loop) {
    if (loop->wake_event) event_free(loop->wake_event);
    if (loop->departure_event) event_free(loop->departure_event);
    if (loop->departures >= 0) close(loop->departures);
    if (loop->base) event_base_free(loop->base);
    if (loop->wake_descriptor >= 0) close(loop->wake_descriptor);
    free(loop);
}

int ce_loop_turn(ce_loop *loop, bool wait) {
    errno = 0;
    int result = event_base_loop(loop->base, wait ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
    return result < 0 ? (errno ? errno : EIO) : 0;
}

void ce_loop_wake(ce_loop *loop) {
    uint64_t one = 1;
    while (write(loop->wake_descriptor, &one, sizeof one) < 0 && errno == EINTR) {}
}

void ce_thread_name(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

struct ce_timer {
    struct event *event;
    uint64_t due; // CLOCK_MONOTONIC nanoseconds
    ce_callback on_fire;
    void *context;
};

static uint64_t now_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void arm(ce_timer *timer, uint64_t nanoseconds) {
    uint64_t microseconds = nanoseconds / 1000 + (nanoseconds % 1000 != 0);
    struct timeval after = {.tv_sec = (time_t)(microseconds / 1000000), .tv_usec = (suseconds_t)(microseconds % 1000000)};
    event_add(timer->event, &after);
}

// libevent counts on CLOCK_MONOTONIC_COARSE, which runs up to a tick behind, so a timer may come early: it is then armed anew.
static void timer_due(evutil_socket_t descriptor, short what, void *context) {
    (void)descriptor;
    (void)what;
    ce_timer *timer = context;
    uint64_t now = now_nanoseconds();
    if (now < timer->due) {
        arm(timer, timer->due - now);
        return;
    }
    timer->on_fire(timer->context);
}

ce_timer *ce_timer_new(ce_loop *loop, ce_callback on_fire, void *context) {
    ce_timer *timer = calloc(1, sizeof *timer);
    if (!timer) return NULL;
    timer->on_fire = on_fire;
    timer->context = context;
    timer->event = event_new(loop->base, -1, 0, timer_due, timer);
    if (timer->event) return timer;
    free(timer);
    return NULL;
}

void ce_timer_start(ce_timer *timer, uint64_t nanoseconds) {
    const uint64_t year = 31536000ull * 1000000000u; // keeps the sum below overflow; nobody waits longer
    if (nanoseconds > year) nanoseconds = year;
    timer->due = now_nanoseconds() + nanoseconds;
    arm(timer, nanoseconds);
}

void ce_timer_stop(ce_timer *timer) { event_del(timer->event); }

void ce_timer_free(ce_timer *timer) {
    event_free(timer->event);
    free(timer);
}

struct ce_signal {
    struct event *event;
    ce_callback on_signal;
    void *context;
};

static void signalled(evutil_socket_t number, short what, void *context) {
    (void)number;
    (void)what;
    ce_signal *signal = context;
    signal->on_signal(signal->context);
}

ce_signal *ce_signal_new(ce_loop *loop, int number, ce_callback on_signal, void *context) {
    ce_signal *signal = calloc(1, sizeof *signal);
    if (!signal) return NULL;
    signal->on_signal = on_signal;
    signal->context = context;
    signal->event = evsignal_new(loop->base, number, signalled, signal);
    if (signal->event && event_add(signal->event, NULL) == 0) return signal;
    if (signal->event) event_free(signal->event);
    free(signal);
    return NULL;
}

void ce_signal_free(ce_signal *signal) {
    event_free(signal->event);
    free(signal);
}
