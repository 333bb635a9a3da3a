#pragma once
#include "CEvents.h"

struct event_base;
struct event;

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
