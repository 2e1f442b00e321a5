#include "lambda/keeper_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/queue.h"
#include "lambda/descendants.h"
#include "lambda/keeper.h"

/* How long the end may take: what can't be killed by then hangs in the kernel. */
#define END_MILLISECONDS_MAX 5000

/* How often, and how soon again, we look at a child that has no environment: it is most likely just
 * becoming another program. */
#define LOOKS_MAX         5
#define LOOK_MILLISECONDS 20

/* What tells whose a process is that has left its group: it is another for each handler. */
static const char mark[] = "AWS_LAMBDA_LOG_STREAM_NAME=";

struct kept_process {
    struct queue_link link;
    uint64_t token;
    pid_t pid;
    char *mark; /* the value of that variable; NULL: none */
};

/* A report that waits until the socket takes it: the keeper never waits for its reader. */
struct kept_report {
    struct queue_link link;
    struct keeper_report report;
};

struct keeper_child {
    int socket;
    int children; /* a signalfd for SIGCHLD */
    struct queue processes;
    struct queue reports;
    int looks; /* for strays, that are still to be taken */
};

/* What a spawn request asks for, as the new process needs it. */
struct spawn_request {
    const char *directory;
    char **arguments;
    char **environment;
    int output;
    int error;
};

/* What a new process says when it can't become the handler. */
struct spawn_failure {
    enum keeper_step step;
    int error;
};

static void report(struct keeper_child *keeper, struct keeper_report content)
{
    struct kept_report *kept = NEW(struct kept_report);

    kept->report = content;
    queue_push(&keeper->reports, &kept->link);
}

static void send_reports(struct keeper_child *keeper)
{
    while (keeper->reports.first) {
        struct kept_report *kept = queue_entry(keeper->reports.first, struct kept_report, link);

        if (send(keeper->socket, &kept->report, sizeof kept->report, MSG_NOSIGNAL | MSG_DONTWAIT) <
            0)
            return; /* no room: later; nobody there: the socket will say so */
        queue_pop(&keeper->reports);
        free(kept);
    }
}

static struct kept_process *find_process(struct keeper_child *keeper, uint64_t token)
{
    for (struct queue_link *link = keeper->processes.first; link; link = link->next) {
        struct kept_process *process = queue_entry(link, struct kept_process, link);

        if (process->token == token)
            return process;
    }
    return NULL;
}

static struct kept_process *find_process_by_pid(struct keeper_child *keeper, pid_t pid)
{
    for (struct queue_link *link = keeper->processes.first; link; link = link->next) {
        struct kept_process *process = queue_entry(link, struct kept_process, link);

        if (process->pid == pid)
            return process;
    }
    return NULL;
}

/* Everything that an ignoring or blocking caller of ours would hand down to a handler. */
static void restore_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL); /* fails for the few that can't be changed */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/*
 * Puts the handler's streams in place and closes all else but *failure, which moves to the first
 * descriptor after them and closes itself when the handler's program takes over.
 */
static void arrange_descriptors(const struct spawn_request *request, int *failure)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    /* Above the streams first, so that none of them is overwritten before it was copied. */
    int output = fcntl(request->output, F_DUPFD, STDERR_FILENO + 1);
    int error  = fcntl(request->error, F_DUPFD, STDERR_FILENO + 1);
    int moved  = fcntl(*failure, F_DUPFD, STDERR_FILENO + 1);

    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(error, STDERR_FILENO);
    dup3(moved, STDERR_FILENO + 1, O_CLOEXEC);
    if (moved == STDERR_FILENO + 1)
        fcntl(moved, F_SETFD, FD_CLOEXEC);
    *failure = STDERR_FILENO + 1;
    close_range(STDERR_FILENO + 2, ~0u, 0);
}

/* Runs in the new process. Returns only to tell what went wrong. */
static struct spawn_failure become_handler(const struct spawn_request *request)
{
    const char *command = request->arguments[0];

    if (chdir(request->directory) < 0)
        return (struct spawn_failure){KEEPER_STEP_DIRECTORY, errno};

    /* execvp() would give a file that is no program to a shell, which AWS doesn't. */
    environ = request->environment;
    if (strchr(command, '/'))
        execve(command, request->arguments, request->environment);
    else
        execvp(command, request->arguments);
    return (struct spawn_failure){KEEPER_STEP_EXECUTE, errno};
}

static void run_handler(const struct spawn_request *request, int failure, pid_t keeper)
    __attribute__((noreturn));

static void run_handler(const struct spawn_request *request, int failure, pid_t keeper)
{
    struct spawn_failure what;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* for the case that somebody kills the keeper itself */
    if (getppid() != keeper)
        _exit(EXIT_FAILURE);
    restore_signals();
    arrange_descriptors(request, &failure);
    what = become_handler(request);
    if (write(failure, &what, sizeof what) < 0)
        _exit(EXIT_FAILURE);
    _exit(127);
}

/* True if the new process could not become the handler; it has exited then, or will at once. */
static bool read_failure(int pipe, struct spawn_failure *failure)
{
    ssize_t size;

    do
        size = read(pipe, failure, sizeof *failure);
    while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof *failure;
}

/* The process's pid, or -1 with what went wrong. */
static pid_t spawn(const struct spawn_request *request, struct spawn_failure *failure)
{
    pid_t keeper = getpid();
    int pipes[2];
    pid_t pid;

    *failure = (struct spawn_failure){KEEPER_STEP_FORK, 0};
    if (pipe2(pipes, O_CLOEXEC) < 0) {
        failure->error = errno;
        return -1;
    }
    pid = fork();
    if (pid == 0)
        run_handler(request, pipes[1], keeper);
    failure->error = errno;
    close(pipes[1]);
    if (pid > 0) {
        setpgid(pid, pid); /* here as well, so that a kill that follows at once finds the group */
        if (read_failure(pipes[0], failure)) {
            waitpid(pid, NULL, 0);
            pid = -1;
        }
    }
    close(pipes[0]);
    return pid;
}

/* count strings that follow one another from *at on, as a list that ends in NULL. The caller frees
 * the list. NULL if they don't end before end. */
static char **take_strings(char **at, const char *end, size_t count)
{
    char **list;

    if (count > KEEPER_STRINGS_SIZE_MAX)
        return NULL;
    list = memory_new((count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        if (*at >= end) {
            free(list);
            return NULL;
        }
        list[i] = *at;
        *at += strlen(*at) + 1;
    }
    return list;
}

static char *copy_mark(char **environment)
{
    for (; *environment; environment++) {
        if (strncmp(*environment, mark, sizeof mark - 1) == 0)
            return memory_copy_string(*environment + sizeof mark - 1);
    }
    return NULL;
}

static void report_failure(struct keeper_child *keeper, uint64_t token, enum keeper_step step,
                           int error)
{
    report(keeper, (struct keeper_report){
                       .kind = KEEPER_FAILED, .token = token, .step = step, .error = error});
}

static void start_process(struct keeper_child *keeper, uint64_t token,
                          const struct spawn_request *request)
{
    struct spawn_failure failure;
    struct kept_process *process;
    pid_t pid = spawn(request, &failure);

    if (pid < 0) {
        report_failure(keeper, token, failure.step, failure.error);
        return;
    }
    process        = NEW(struct kept_process);
    process->token = token;
    process->pid   = pid;
    process->mark  = copy_mark(request->environment);
    queue_push(&keeper->processes, &process->link);
    report(keeper, (struct keeper_report){.kind = KEEPER_STARTED, .token = token, .pid = pid});
}

/* The bytes of a memory file with a NUL behind them, which the caller frees; or NULL. */
static char *read_memory_file(int file, uint64_t size)
{
    SCOPED_MEMORY char *data = NULL;

    if (size > KEEPER_STRINGS_SIZE_MAX)
        return NULL;
    data = memory_new((size_t)size + 1);
    if (pread(file, data, (size_t)size, 0) != (ssize_t)size)
        return NULL;
    return memory_take(&data);
}

static void handle_spawn(struct keeper_child *keeper, const struct keeper_request *request,
                         const int *descriptors)
{
    SCOPED_MEMORY char *strings      = NULL;
    SCOPED_MEMORY char **arguments   = NULL;
    SCOPED_MEMORY char **environment = NULL;
    const char *end;
    char *at;

    strings = read_memory_file(descriptors[KEEPER_STRINGS], request->strings_size);
    if (strings) {
        end         = strings + request->strings_size;
        at          = strings + strlen(strings) + 1;
        arguments   = take_strings(&at, end, (size_t)request->argument_count);
        environment = take_strings(&at, end, (size_t)request->environment_count);
    }
    if (!arguments || !environment) {
        report_failure(keeper, request->token, KEEPER_STEP_FORK, EPROTO);
        return;
    }
    start_process(keeper, request->token,
                  &(struct spawn_request){.directory   = strings,
                                          .arguments   = arguments,
                                          .environment = environment,
                                          .output      = descriptors[KEEPER_OUTPUT],
                                          .error       = descriptors[KEEPER_ERROR]});
}

static void handle_kill(struct keeper_child *keeper, const struct keeper_request *request)
{
    struct kept_process *process = find_process(keeper, request->token);

    if (process)
        kill(-process->pid, request->signal);
}

/* The descriptors that came with a message; returns how many. */
static size_t take_descriptors(struct msghdr *message, int descriptors[KEEPER_DESCRIPTORS])
{
    struct cmsghdr *rights = CMSG_FIRSTHDR(message);
    size_t count;

    if (!rights || rights->cmsg_type != SCM_RIGHTS)
        return 0;
    count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(descriptors, CMSG_DATA(rights), count * sizeof(int));
    return count;
}

/* Handles one request. False if there will be no more. */
static bool read_request(struct keeper_child *keeper)
{
    char control[CMSG_SPACE(KEEPER_DESCRIPTORS * sizeof(int))];
    int descriptors[KEEPER_DESCRIPTORS];
    struct keeper_request request;
    struct iovec data     = {.iov_base = &request, .iov_len = sizeof request};
    struct msghdr message = {.msg_iov        = &data,
                             .msg_iovlen     = 1,
                             .msg_control    = control,
                             .msg_controllen = sizeof control};
    ssize_t size          = recvmsg(keeper->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    size_t count;

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size == 0)
        return false;
    count = take_descriptors(&message, descriptors);
    if (size == (ssize_t)sizeof request) {
        switch (request.kind) {
        case KEEPER_SPAWN:
            if (count == KEEPER_DESCRIPTORS)
                handle_spawn(keeper, &request, descriptors);
            break;
        case KEEPER_KILL:
            handle_kill(keeper, &request);
            break;
        }
    }
    for (size_t i = 0; i < count; i++)
        close(descriptors[i]);
    return true;
}

static bool is_of_living_handler(void *owner, const char *value)
{
    const struct keeper_child *keeper = owner;

    for (struct queue_link *link = keeper->processes.first; link; link = link->next) {
        const struct kept_process *process = queue_entry(link, struct kept_process, link);

        if (process->mark && strcmp(process->mark, value) == 0)
            return true;
    }
    return false;
}

/* Collects the dead: handlers, and orphans that handlers have left. */
static void reap(struct keeper_child *keeper)
{
    for (;;) {
        siginfo_t dead = {0};
        struct kept_process *process;
        int status = 0;

        if (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) < 0 || dead.si_pid == 0)
            return;
        process = find_process_by_pid(keeper, dead.si_pid);

        /* What a handler started doesn't outlive it. Its pid, and so the group's, is ours until we
         * have waited for it. */
        if (process)
            kill(-process->pid, SIGKILL);
        waitpid(dead.si_pid, &status, WNOHANG);
        if (!process)
            continue;
        report(keeper, (struct keeper_report){.kind   = KEEPER_EXITED,
                                              .token  = process->token,
                                              .pid    = process->pid,
                                              .status = status});
        queue_remove(&keeper->processes, &process->link);
        free(process->mark);
        free(process);
    }
}

static void on_child(struct keeper_child *keeper)
{
    struct signalfd_siginfo information;

    while (read(keeper->children, &information, sizeof information) > 0)
        continue;
    reap(keeper);
    keeper->looks = LOOKS_MAX;
}

/* Whoever lost its parent with the one that has died is a child of ours by now. */
static void look_for_strays(struct keeper_child *keeper)
{
    if (keeper->looks == 0)
        return;
    keeper->looks--;
    if (descendants_end_strays(mark, is_of_living_handler, keeper))
        keeper->looks = 0;
}

static void end_all(struct keeper_child *keeper)
{
    for (struct queue_link *link = keeper->processes.first; link; link = link->next)
        kill(-queue_entry(link, struct kept_process, link)->pid, SIGKILL);
    descendants_end(END_MILLISECONDS_MAX);
}

/* Leaves the terminal and lets go of all that was open but the socket and standard error. */
static void settle(struct keeper_child *keeper)
{
    sigset_t blocked;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_NAME, KEEPER_NAME);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setsid(); /* so neither Ctrl-C nor a kill of the emulator's group gets here or to a handler */

    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    keeper->socket =
        dup3(keeper->socket, STDERR_FILENO + 1, O_CLOEXEC) < 0 ? keeper->socket : STDERR_FILENO + 1;
    close_range((unsigned)keeper->socket + 1, ~0u, 0);

    signal(SIGCHLD, SIG_DFL); /* a caller that ignores it would have our children vanish */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGQUIT);
    sigprocmask(SIG_SETMASK, &blocked, NULL);

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    keeper->children = signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
}

void keeper_child_run(int socket)
{
    struct keeper_child keeper = {.socket = socket};

    settle(&keeper);
    for (;;) {
        struct pollfd polled[] = {
            {.fd = keeper.socket,   .events = POLLIN | (keeper.reports.first ? POLLOUT : 0)},
            {.fd = keeper.children, .events = POLLIN                                       },
        };

        if (poll(polled, ARRAY_SIZE(polled), keeper.looks > 0 ? LOOK_MILLISECONDS : -1) < 0 &&
            errno != EINTR)
            break;
        if (polled[1].revents)
            on_child(&keeper);
        if ((polled[0].revents & (POLLIN | POLLHUP | POLLERR)) && !read_request(&keeper))
            break;
        send_reports(&keeper);
        look_for_strays(&keeper);
    }
    end_all(&keeper);
    _exit(EXIT_SUCCESS);
}
