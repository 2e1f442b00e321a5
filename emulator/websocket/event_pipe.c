#include "websocket/event_pipe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

static bool is_event_descriptor(int descriptor)
{
    char path[32];
    char target[64] = "";

    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return readlink(path, target, sizeof target - 1) > 0 &&
           strcmp(target, "anon_inode:[eventfd]") == 0;
}

void event_pipe_expect(struct event_pipe *pipe)
{
    *pipe = (struct event_pipe){.descriptor = -1};
    for (int i = 0; i < EVENT_PIPE_DESCRIPTORS; i++)
        pipe->was_open[i] = is_open(i);
}

void event_pipe_find(struct event_pipe *pipe)
{
    for (int i = 0; i < EVENT_PIPE_DESCRIPTORS && pipe->descriptor < 0; i++) {
        if (!pipe->was_open[i] && is_event_descriptor(i))
            pipe->descriptor = i;
    }
}

/* A socket of our own takes the number: its inode tells it from whatever else may have it later. */
void event_pipe_hold(struct event_pipe *pipe)
{
    struct stat status;
    int holder;
    int copy;

    if (pipe->descriptor < 0 || is_open(pipe->descriptor))
        return;
    holder = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (holder < 0 || fstat(holder, &status) < 0)
        return;
    pipe->holder = status.st_ino;
    if (holder == pipe->descriptor)
        return;
    copy = fcntl(holder, F_DUPFD_CLOEXEC, pipe->descriptor); /* that, or the next free one */
    close(holder);
    if (copy >= 0 && copy != pipe->descriptor)
        close(copy);
}

/* A libwebsockets that closes it once has left it to us. */
void event_pipe_release(struct event_pipe *pipe)
{
    struct stat status;

    if (pipe->holder && fstat(pipe->descriptor, &status) == 0 && status.st_ino == pipe->holder)
        close(pipe->descriptor);
}
