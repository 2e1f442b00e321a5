#pragma once

/* Paths of files that have changed, each once, until somebody is told. Pure: looks at no file. */

#include <stdbool.h>
#include <stddef.h>

/* More are not named. */
#define CHANGE_LIST_MAX 64

/* Zeroed: empty. */
struct change_list {
    char *paths[CHANGE_LIST_MAX];
    bool is_new[CHANGE_LIST_MAX]; /* the file wasn't there before */
    size_t count;
    bool is_everything; /* more have changed than are named */
};

/* is_new: the file has come, and nothing was there. */
void change_list_add(struct change_list *list, const char *path, bool is_new);

/* The file has gone. One that is new in the list was a step on the way of writing another: it is
 * taken out, as if nothing had been. */
void change_list_add_gone(struct change_list *list, const char *path);
void change_list_deinit(struct change_list *list);
