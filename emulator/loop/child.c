#include "loop/child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "loop/loop.h"

struct child {
    uv_process_t process;
    bool has_exited;
    bool is_forgotten;
    void (*on_exit)(void *owner, int status);
    void *owner;
};

static void on_closed(uv_handle_t *handle)
{
    free(container_of((uv_process_t *)handle, struct child, process));
}

static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
    struct child *child = container_of(process, struct child, process);

    child->has_exited = true;
    if (!child->is_forgotten)
        child->on_exit(child->owner, signal ? 128 + signal : (int)status);
}

struct child *child_start(struct loop *loop, char *const *command, const char *const *environment,
                          void (*on_exit)(void *owner, int status), void *owner, int *status)
{
    struct child *child          = NEW(struct child);
    uv_stdio_container_t stdio[] = {
        {.flags = UV_INHERIT_FD, .data.fd = 0},
        {.flags = UV_INHERIT_FD, .data.fd = 1},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
    };
    const uv_process_options_t options = {
        .exit_cb     = on_process_exit,
        .file        = command[0],
        .args        = (char **)(uintptr_t)command,
        .env         = (char **)(uintptr_t)environment,
        .stdio       = stdio,
        .stdio_count = (int)ARRAY_SIZE(stdio),
    };
    int result;

    child->on_exit = on_exit;
    child->owner   = owner;
    result         = uv_spawn(&loop->uv, &child->process, &options);
    if (result == 0)
        return child;
    log_errno(-result, "cannot run %s", command[0]);
    *status = result == -ENOENT ? 127 : 126;
    uv_close((uv_handle_t *)&child->process, on_closed);
    return NULL;
}

void child_signal(struct child *child, int number)
{
    if (!child->has_exited)
        uv_process_kill(&child->process, number);
}

void child_free(struct child *child)
{
    if (!child)
        return;
    child->is_forgotten = true;
    uv_close((uv_handle_t *)&child->process, on_closed);
}
