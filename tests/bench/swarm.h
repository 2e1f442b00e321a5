#pragma once

/* Many WebSocket clients: opened in bounded steps, read when something comes, closed together. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

struct swarm {
    int epoll;
    uint16_t port;
    const char *path; /* of the upgrade; borrowed */
    struct stream **streams;
    size_t count;
    size_t open;   /* that have had their 101 */
    size_t lost;   /* refused or closed by the server */
    size_t frames; /* received */

    /* Called for each text frame; NULL: they are counted only. */
    void (*on_frame)(void *owner, size_t index, const char *text, size_t size);
    void *owner;
};

/* At most count_max clients. */
bool swarm_init(struct swarm *swarm, uint16_t port, const char *path, size_t count_max);

/* Opens more until there are count; false if that isn't so in time. */
bool swarm_open(struct swarm *swarm, size_t count);

/* Reads what has come, waiting for up to so many milliseconds for something. */
void swarm_pump(struct swarm *swarm, int milliseconds);

/* Pumps until it has received so many frames; false if that takes seconds too long. */
bool swarm_await_frames(struct swarm *swarm, size_t frames);

bool swarm_send(struct swarm *swarm, size_t index, const char *text, size_t size);

void swarm_deinit(struct swarm *swarm);
