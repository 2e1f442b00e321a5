#pragma once

/*
 * A queue of objects that carry their own link. The owner of an object decides how long it lives;
 * the queue only orders it. Every operation takes constant time.
 */

#include <stdbool.h>
#include <stddef.h>

struct queue_link {
    struct queue_link *next;
    struct queue_link *previous;
};

struct queue {
    struct queue_link *first;
    struct queue_link *last;
    size_t count;
};

/* The object that carries the link, or NULL for NULL. */
#define queue_entry(link, type, member)                                                            \
    ({                                                                                             \
        struct queue_link *link_ = (link);                                                         \
        link_ ? container_of(link_, type, member) : NULL;                                          \
    })

void queue_push(struct queue *queue, struct queue_link *link);
void queue_push_first(struct queue *queue, struct queue_link *link);

/* link must be in this queue. Afterwards it is zeroed and may be pushed again. */
void queue_remove(struct queue *queue, struct queue_link *link);

/* Takes the first off the queue; NULL if it is empty. */
struct queue_link *queue_pop(struct queue *queue);

bool queue_is_empty(const struct queue *queue);
