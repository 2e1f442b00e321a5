#include "lambda/keeper.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "lambda/keeper_child.h"

/* Sending waits only when hundreds of requests are unread; then the keeper has this long. */
#define SEND_MILLISECONDS_MAX 1000

int keeper_start(struct keeper *keeper)
{
    int sockets[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return log_errno(errno, "cannot make a socket pair for the keeper");
    pid = fork();
    if (pid == 0) {
        close(sockets[0]);
        keeper_child_run(sockets[1]);
    }
    close(sockets[1]);
    if (pid < 0) {
        close(sockets[0]);
        return log_errno(errno, "cannot fork the keeper");
    }
    keeper->socket     = sockets[0];
    keeper->pid        = pid;
    keeper->last_token = 0;
    return 0;
}

void keeper_stop(struct keeper *keeper)
{
    if (keeper->pid <= 0)
        return;
    close(keeper->socket);
    keeper->socket = -1;
    while (waitpid(keeper->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    keeper->pid = 0;
}

/* Sends one packet, waiting for room if there is none. */
static int send_packet(int socket, const struct msghdr *message)
{
    for (;;) {
        struct pollfd room = {.fd = socket, .events = POLLOUT};

        if (sendmsg(socket, message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return 0;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN || poll(&room, 1, SEND_MILLISECONDS_MAX) == 0)
            return log_errno(errno, "cannot reach the keeper");
    }
}

static int send_request(struct keeper *keeper, const struct keeper_request *request,
                        const int *descriptors, size_t count)
{
    char control[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))] = {0};
    struct keeper_request copy                                 = *request;
    struct iovec data     = {.iov_base = &copy, .iov_len = sizeof copy};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    if (count > 0) {
        struct cmsghdr *rights;

        message.msg_control    = control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        rights                 = CMSG_FIRSTHDR(&message);
        rights->cmsg_level     = SOL_SOCKET;
        rights->cmsg_type      = SCM_RIGHTS;
        rights->cmsg_len       = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    }
    return send_packet(keeper->socket, &message);
}

static size_t append_strings(struct text *strings, const char *const *list)
{
    size_t count = 0;

    for (; list[count]; count++)
        text_append(strings, list[count], strlen(list[count]) + 1);
    return count;
}

/* A memory file with those bytes, or a negative errno. */
static int make_memory_file(const struct text *bytes)
{
    int file       = memfd_create("postern-spawn", MFD_CLOEXEC);
    size_t written = 0;

    if (file < 0)
        return log_errno(errno, "cannot make a memory file");
    while (written < bytes->size) {
        ssize_t size = write(file, bytes->data + written, bytes->size - written);

        if (size < 0) {
            int number = errno;

            close(file);
            return log_errno(number, "cannot write to a memory file");
        }
        written += (size_t)size;
    }
    return file;
}

int keeper_spawn(struct keeper *keeper, const struct keeper_spawn *spawn)
{
    struct keeper_request request = {.kind = KEEPER_SPAWN, .token = spawn->token};
    int descriptors[KEEPER_DESCRIPTORS];
    SCOPED_TEXT strings = {0};
    int result;

    if (keeper->socket < 0)
        return -EPIPE;
    text_append(&strings, spawn->directory, strlen(spawn->directory) + 1);
    request.argument_count    = append_strings(&strings, spawn->arguments);
    request.environment_count = append_strings(&strings, spawn->environment);
    request.strings_size      = strings.size;
    assert(request.argument_count > 0);
    if (strings.size > KEEPER_STRINGS_SIZE_MAX)
        return log_errno(E2BIG, "cannot start %s", spawn->arguments[0]);

    descriptors[KEEPER_STRINGS] = make_memory_file(&strings);
    descriptors[KEEPER_OUTPUT]  = spawn->output;
    descriptors[KEEPER_ERROR]   = spawn->error;
    if (descriptors[KEEPER_STRINGS] < 0)
        return descriptors[KEEPER_STRINGS];
    result = send_request(keeper, &request, descriptors, KEEPER_DESCRIPTORS);
    close(descriptors[KEEPER_STRINGS]);
    return result;
}

int keeper_kill(struct keeper *keeper, uint64_t token, int signal)
{
    struct keeper_request request = {.kind = KEEPER_KILL, .token = token, .signal = signal};

    if (keeper->socket < 0)
        return -EPIPE;
    return send_request(keeper, &request, NULL, 0);
}

int keeper_receive(struct keeper *keeper, struct keeper_report *report)
{
    ssize_t size;

    if (keeper->socket < 0)
        return -EPIPE;
    do
        size = recv(keeper->socket, report, sizeof *report, MSG_DONTWAIT);
    while (size < 0 && errno == EINTR);

    if (size == (ssize_t)sizeof *report)
        return 1;
    if (size < 0 && errno == EAGAIN)
        return 0;
    return size < 0 && errno != ECONNRESET ? log_errno(errno, "cannot hear the keeper") : -EPIPE;
}
