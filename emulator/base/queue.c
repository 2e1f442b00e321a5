#include "base/queue.h"

#include <assert.h>

void queue_push(struct queue *queue, struct queue_link *link)
{
    link->next     = NULL;
    link->previous = queue->last;
    if (queue->last)
        queue->last->next = link;
    else
        queue->first = link;
    queue->last = link;
    queue->count++;
}

void queue_push_first(struct queue *queue, struct queue_link *link)
{
    link->previous = NULL;
    link->next     = queue->first;
    if (queue->first)
        queue->first->previous = link;
    else
        queue->last = link;
    queue->first = link;
    queue->count++;
}

void queue_remove(struct queue *queue, struct queue_link *link)
{
    assert(queue->count > 0);
    if (link->previous)
        link->previous->next = link->next;
    else
        queue->first = link->next;
    if (link->next)
        link->next->previous = link->previous;
    else
        queue->last = link->previous;
    *link = (struct queue_link){0};
    queue->count--;
}

struct queue_link *queue_pop(struct queue *queue)
{
    struct queue_link *link = queue->first;

    if (link)
        queue_remove(queue, link);
    return link;
}

bool queue_is_empty(const struct queue *queue)
{
    return queue->count == 0;
}
