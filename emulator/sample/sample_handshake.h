#pragma once

/* The handshake that a sample event's connection began with: what wscat sends, and what the user
 * wants in it. */

#include <stdbool.h>
#include <stddef.h>

struct request_head;
struct text;

struct sample_handshake {
    const char *domain;
    const char *stage;
    char *const *headers; /* "Name: value"; each replaces ours */
    size_t header_count;
    char *const *queries; /* "name=value" */
    size_t query_count;
};

/*
 * Makes the head, which the caller deinitializes. False if the gateway would refuse it, or a header
 * is none; errors then says why, a line each.
 */
bool sample_handshake_make(const struct sample_handshake *handshake, struct request_head *head,
                           struct text *errors);
