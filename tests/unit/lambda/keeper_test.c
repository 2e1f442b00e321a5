#include "lambda/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "lambda/keeper_child.h"

#define PATIENCE_MILLISECONDS 10000

static const char *const no_environment[] = {"PATH=/usr/bin:/bin", NULL};

static uint64_t last_token;

static void make_pipe(int ends[2])
{
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
}

/* Asks for a process and returns its token; *output is the read end of its output. */
static uint64_t start(struct keeper *keeper, const char *directory, const char *const *arguments,
                      const char *const *environment, int *output)
{
    int pipes[2];
    struct keeper_spawn spawn = {.token       = ++last_token,
                                 .directory   = directory,
                                 .arguments   = arguments,
                                 .environment = environment};

    make_pipe(pipes);
    spawn.output = pipes[1];
    spawn.error  = pipes[1];
    assert_int_equal(keeper_spawn(keeper, &spawn), 0);
    close(pipes[1]);
    *output = pipes[0];
    return spawn.token;
}

static uint64_t start_shell(struct keeper *keeper, const char *script, int *output)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};

    return start(keeper, "/", arguments, no_environment, output);
}

static void wait_readable(int descriptor)
{
    struct pollfd polled = {.fd = descriptor, .events = POLLIN};

    assert_int_equal(poll(&polled, 1, PATIENCE_MILLISECONDS), 1);
}

static struct keeper_report next_report(struct keeper *keeper)
{
    struct keeper_report report;

    wait_readable(keeper->socket);
    assert_int_equal(keeper_receive(keeper, &report), 1);
    return report;
}

static struct keeper_report expect_report(struct keeper *keeper, uint64_t token,
                                          enum keeper_report_kind kind)
{
    struct keeper_report report = next_report(keeper);

    assert_int_equal(report.kind, kind);
    assert_int_equal(report.token, token);
    return report;
}

/* Everything up to the end; the pipe is closed. */
static void read_all(int pipe, struct text *all)
{
    ssize_t size;

    do {
        wait_readable(pipe);
        size = read(pipe, text_reserve(all, 4096), 4096);
        assert_true(size >= 0);
        text_grow(all, (size_t)size);
    } while (size > 0);
    close(pipe);
}

static void read_line(int pipe, struct text *line)
{
    char character = 0;

    for (;;) {
        wait_readable(pipe);
        assert_int_equal(read(pipe, &character, 1), 1);
        if (character == '\n')
            return;
        text_append_character(line, character);
    }
}

static pid_t read_pid(int pipe)
{
    SCOPED_TEXT line = {0};

    read_line(pipe, &line);
    return (pid_t)strtol(text_string(&line), NULL, 10);
}

/* Something to wait on for the end of a process that isn't our child. */
static int watch_process(pid_t pid)
{
    int watch = (int)syscall(SYS_pidfd_open, pid, 0);

    assert_true(watch >= 0);
    return watch;
}

static void expect_end(int watch)
{
    wait_readable(watch);
    close(watch);
}

static void check_output(struct keeper *keeper, const char *script, const char *expected)
{
    SCOPED_TEXT output = {0};
    int pipe;
    uint64_t token = start_shell(keeper, script, &pipe);

    read_all(pipe, &output);
    assert_string_equal(text_string(&output), expected);
    expect_report(keeper, token, KEEPER_STARTED);
    expect_report(keeper, token, KEEPER_EXITED);
}

static void a_process_runs_and_its_exit_is_reported(void **state)
{
    struct keeper *keeper = *state;
    SCOPED_TEXT output    = {0};
    int pipe;
    uint64_t token = start_shell(keeper, "echo out; echo error >&2; exit 7", &pipe);
    struct keeper_report report;

    read_all(pipe, &output);
    assert_string_equal(text_string(&output), "out\nerror\n");
    report = expect_report(keeper, token, KEEPER_STARTED);
    assert_true(report.pid > 0);
    report = expect_report(keeper, token, KEEPER_EXITED);
    assert_true(WIFEXITED(report.status));
    assert_int_equal(WEXITSTATUS(report.status), 7);
}

static void a_process_has_its_directory_and_environment_and_no_input(void **state)
{
    struct keeper *keeper           = *state;
    SCOPED_TEXT output              = {0};
    const char *const arguments[]   = {"sh", "-c", "pwd; echo $COLOR; cat; env | wc -l", NULL};
    const char *const environment[] = {"PATH=/usr/bin:/bin", "COLOR=blue green", NULL};
    int pipe;
    uint64_t token = start(keeper, "/usr", arguments, environment, &pipe);

    read_all(pipe, &output);
    assert_string_equal(text_string(&output), "/usr\nblue green\n3\n"); /* and PWD */
    expect_report(keeper, token, KEEPER_STARTED);
    expect_report(keeper, token, KEEPER_EXITED);
}

static void a_large_environment_arrives_whole(void **state)
{
    struct keeper *keeper         = *state;
    SCOPED_TEXT output            = {0};
    SCOPED_MEMORY char *large     = memory_new(120001);
    SCOPED_MEMORY char *variable  = NULL;
    const char *const arguments[] = {"sh", "-c", "echo ${#LARGE}", NULL};
    const char *environment[]     = {"PATH=/usr/bin:/bin", NULL, NULL};
    int pipe;
    uint64_t token;

    memset(large, 'x', 120000);
    variable       = memory_format("LARGE=%s", large);
    environment[1] = variable;
    token          = start(keeper, "/", arguments, environment, &pipe);
    read_all(pipe, &output);
    assert_string_equal(text_string(&output), "120000\n");
    expect_report(keeper, token, KEEPER_STARTED);
    expect_report(keeper, token, KEEPER_EXITED);
}

static void what_cannot_start_is_reported_with_its_reason(void **state)
{
    struct keeper *keeper = *state;
    static const struct {
        const char *what;
        const char *directory;
        const char *command;
        enum keeper_step step;
        int error;
    } cases[] = {
        {"no such command",   "/",           "no-such-command", KEEPER_STEP_EXECUTE,   ENOENT },
        {"no such file",      "/",           "./no-such-file",  KEEPER_STEP_EXECUTE,   ENOENT },
        {"not executable",    "/etc",        "./passwd",        KEEPER_STEP_EXECUTE,   EACCES },
        {"a directory",       "/",           "./etc",           KEEPER_STEP_EXECUTE,   EACCES },
        {"no such directory", "/no/such",    "sh",              KEEPER_STEP_DIRECTORY, ENOENT },
        {"not a directory",   "/etc/passwd", "sh",              KEEPER_STEP_DIRECTORY, ENOTDIR},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *const arguments[] = {cases[i].command, NULL};
        int pipe;
        uint64_t token = start(keeper, cases[i].directory, arguments, no_environment, &pipe);
        struct keeper_report report = expect_report(keeper, token, KEEPER_FAILED);

        print_message("  %s\n", cases[i].what);
        assert_int_equal(report.step, cases[i].step);
        assert_int_equal(report.error, cases[i].error);
        close(pipe);
    }
}

static void a_script_without_interpreter_is_no_program(void **state)
{
    struct keeper *keeper   = *state;
    char path[]             = "/tmp/keeper_test.XXXXXX";
    int file                = mkstemp(path);
    const char *arguments[] = {path, NULL};
    int pipe;
    uint64_t token;

    assert_true(write(file, "echo hello\n", 11) == 11 && fchmod(file, 0700) == 0);
    close(file);
    token = start(keeper, "/", arguments, no_environment, &pipe);
    assert_int_equal(expect_report(keeper, token, KEEPER_FAILED).error, ENOEXEC);
    close(pipe);
    unlink(path);
}

static void a_process_gets_no_descriptor_of_ours(void **state)
{
    int leaked = dup(STDERR_FILENO); /* not closed by exec */

    check_output(*state, "ls /proc/$$/fd; true", "0\n1\n2\n");
    close(leaked);
}

static void a_process_has_the_descriptor_limit_that_we_were_started_with(void **state)
{
    struct rlimit original;
    struct rlimit ours;
    char expected[32];

    getrlimit(RLIMIT_NOFILE, &original);
    snprintf(expected, sizeof expected, "%llu\n", (unsigned long long)original.rlim_cur);
    ours          = original;
    ours.rlim_cur = original.rlim_cur / 2;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &ours), 0);
    check_output(*state, "ulimit -n", expected);
    setrlimit(RLIMIT_NOFILE, &original);
}

/* The C library keeps signals 32 and 33 to itself: nobody can set them, and they stay as inherited.
 */
static void a_process_has_no_signal_blocked_or_ignored(void **state)
{
    check_output(*state,
                 "grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t\\n' | "
                 "sed 's/Ign:0000000180/Ign:0000000000/'",
                 "SigBlk:0000000000000000SigIgn:0000000000000000");
}

static void a_kill_reaches_the_whole_group(void **state)
{
    struct keeper *keeper = *state;
    SCOPED_TEXT rest      = {0};
    int pipe;
    uint64_t token = start_shell(keeper, "sleep 1000 & echo $!; wait", &pipe);
    int watch      = watch_process(read_pid(pipe));
    struct keeper_report report;

    expect_report(keeper, token, KEEPER_STARTED);
    assert_int_equal(keeper_kill(keeper, token, SIGKILL), 0);
    report = expect_report(keeper, token, KEEPER_EXITED);
    assert_true(WIFSIGNALED(report.status));
    assert_int_equal(WTERMSIG(report.status), SIGKILL);
    expect_end(watch);
    read_all(pipe, &rest); /* nobody holds the other end any more */
}

static void what_a_process_leaves_behind_in_its_group_ends_with_it(void **state)
{
    struct keeper *keeper = *state;
    int pipe;
    uint64_t token   = start_shell(keeper, "sleep 1000 & echo $!", &pipe);
    pid_t child      = read_pid(pipe);
    SCOPED_TEXT rest = {0};

    assert_true(child > 0);
    expect_report(keeper, token, KEEPER_STARTED);
    expect_report(keeper, token, KEEPER_EXITED);
    read_all(pipe, &rest);
}

/* A process that starts a daemon, tells its pid, and then does the rest. */
static uint64_t start_daemon(struct keeper *keeper, const char *mark, const char *rest, int *output)
{
    const char *const environment[] = {no_environment[0], mark, NULL};
    SCOPED_MEMORY char *script =
        memory_format("setsid sh -c 'sleep 1000 & echo $!' & wait; %s", rest);
    const char *const arguments[] = {"sh", "-c", script, NULL};

    return start(keeper, "/", arguments, environment, output);
}

static void a_daemon_ends_with_the_process_that_started_it_and_no_sooner(void **state)
{
    struct keeper *keeper = *state;
    int pipes[2];
    uint64_t lasting =
        start_daemon(keeper, "AWS_LAMBDA_LOG_STREAM_NAME=one", "exec sleep 1000", &pipes[0]);
    int kept         = watch_process(read_pid(pipes[0]));
    SCOPED_TEXT rest = {0};
    uint64_t ending;

    expect_report(keeper, lasting, KEEPER_STARTED);
    ending = start_daemon(keeper, "AWS_LAMBDA_LOG_STREAM_NAME=other", "exit 0", &pipes[1]);
    expect_report(keeper, ending, KEEPER_STARTED);
    expect_report(keeper, ending, KEEPER_EXITED);
    read_all(pipes[1], &rest); /* its daemon held the pipe */
    assert_int_equal(poll(&(struct pollfd){.fd = kept, .events = POLLIN}, 1, 0), 0);

    assert_int_equal(keeper_kill(keeper, lasting, SIGKILL), 0);
    expect_report(keeper, lasting, KEEPER_EXITED);
    expect_end(kept);
    close(pipes[0]);
}

static void killing_what_has_exited_is_nothing(void **state)
{
    struct keeper *keeper = *state;
    int pipe;
    uint64_t token = start_shell(keeper, "true", &pipe);

    expect_report(keeper, token, KEEPER_STARTED);
    expect_report(keeper, token, KEEPER_EXITED);
    assert_int_equal(keeper_kill(keeper, token, SIGKILL), 0);
    check_output(keeper, "echo still here", "still here\n");
    close(pipe);
}

static void stopping_the_keeper_ends_handlers_and_what_they_have_started(void **state)
{
    static const char script[] = "sleep 1000 & echo $!;"
                                 "setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' & wait";
    struct keeper keeper       = {.socket = -1};
    int watches[4];
    int pipe;
    uint64_t token;

    assert_int_equal(keeper_start(&keeper), 0);
    token      = start_shell(&keeper, script, &pipe);
    watches[0] = watch_process(expect_report(&keeper, token, KEEPER_STARTED).pid);
    for (size_t i = 1; i < ARRAY_SIZE(watches); i++)
        watches[i] = watch_process(read_pid(pipe));
    keeper_stop(&keeper);
    for (size_t i = 0; i < ARRAY_SIZE(watches); i++)
        expect_end(watches[i]);
    close(pipe);
}

/* In a process of its own: starts a keeper and a handler that prints its pid, and waits. */
static void be_an_emulator(int output)
{
    struct keeper keeper      = {.socket = -1};
    const char *const shell[] = {"sh", "-c", "setsid sh -c 'echo $$; exec sleep 1000'", NULL};
    struct keeper_spawn spawn = {.token       = 1,
                                 .directory   = "/",
                                 .arguments   = shell,
                                 .environment = no_environment,
                                 .output      = output,
                                 .error       = output};

    if (keeper_start(&keeper) == 0 && keeper_spawn(&keeper, &spawn) == 0)
        pause();
    _exit(EXIT_FAILURE);
}

static void handlers_end_when_we_are_killed(void **state)
{
    int pipes[2];
    int watch;
    pid_t emulator;

    make_pipe(pipes);
    emulator = fork();
    if (emulator == 0)
        be_an_emulator(pipes[1]);
    close(pipes[1]);
    watch = watch_process(read_pid(pipes[0]));
    kill(emulator, SIGKILL);
    expect_end(watch);
    waitpid(emulator, NULL, 0);
    close(pipes[0]);
}

static void a_killed_keeper_takes_its_handlers_along_and_is_missed(void **state)
{
    struct keeper keeper = {.socket = -1};
    struct keeper_report report;
    int pipe;
    int watch;
    uint64_t token;

    assert_int_equal(keeper_start(&keeper), 0);
    token = start_shell(&keeper, "exec sleep 1000", &pipe);
    watch = watch_process(expect_report(&keeper, token, KEEPER_STARTED).pid);
    kill(keeper.pid, SIGKILL);
    expect_end(watch);
    wait_readable(keeper.socket);
    assert_int_equal(keeper_receive(&keeper, &report), -EPIPE);
    keeper_stop(&keeper);
    close(pipe);
}

static void the_keeper_outlives_the_signals_of_a_terminal(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct keeper *keeper      = *state;

    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        kill(keeper->pid, signals[i]);
    check_output(keeper, "echo alive", "alive\n");
    assert_int_equal(getpgid(keeper->pid), keeper->pid);
}

static void the_keeper_goes_by_its_name(void **state)
{
    struct keeper *keeper = *state;
    char path[64];
    char name[32] = "";
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/comm", keeper->pid);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(name, sizeof name, file));
    fclose(file);
    assert_string_equal(name, KEEPER_NAME "\n");
}

static void many_processes_at_once_are_all_reported(void **state)
{
    enum { COUNT = 300, PARALLEL = 100 };

    struct keeper *keeper = *state;
    int pipes[PARALLEL];
    unsigned exits = 0;

    for (unsigned round = 0; round < COUNT / PARALLEL; round++) {
        for (size_t i = 0; i < PARALLEL; i++)
            start_shell(keeper, "exit 0", &pipes[i]);
        while (exits < (round + 1) * PARALLEL)
            exits += next_report(keeper).kind == KEEPER_EXITED;
        for (size_t i = 0; i < PARALLEL; i++)
            close(pipes[i]);
    }
    assert_int_equal(exits, COUNT);
}

int main(void)
{
    struct keeper keeper            = {.socket = -1};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_process_runs_and_its_exit_is_reported, &keeper),
        cmocka_unit_test_prestate(a_process_has_its_directory_and_environment_and_no_input,
                                  &keeper),
        cmocka_unit_test_prestate(a_large_environment_arrives_whole, &keeper),
        cmocka_unit_test_prestate(what_cannot_start_is_reported_with_its_reason, &keeper),
        cmocka_unit_test_prestate(a_script_without_interpreter_is_no_program, &keeper),
        cmocka_unit_test_prestate(a_process_gets_no_descriptor_of_ours, &keeper),
        cmocka_unit_test_prestate(a_process_has_the_descriptor_limit_that_we_were_started_with,
                                  &keeper),
        cmocka_unit_test_prestate(a_process_has_no_signal_blocked_or_ignored, &keeper),
        cmocka_unit_test_prestate(a_kill_reaches_the_whole_group, &keeper),
        cmocka_unit_test_prestate(what_a_process_leaves_behind_in_its_group_ends_with_it, &keeper),
        cmocka_unit_test_prestate(a_daemon_ends_with_the_process_that_started_it_and_no_sooner,
                                  &keeper),
        cmocka_unit_test_prestate(killing_what_has_exited_is_nothing, &keeper),
        cmocka_unit_test(stopping_the_keeper_ends_handlers_and_what_they_have_started),
        cmocka_unit_test(handlers_end_when_we_are_killed),
        cmocka_unit_test(a_killed_keeper_takes_its_handlers_along_and_is_missed),
        cmocka_unit_test_prestate(the_keeper_outlives_the_signals_of_a_terminal, &keeper),
        cmocka_unit_test_prestate(the_keeper_goes_by_its_name, &keeper),
        cmocka_unit_test_prestate(many_processes_at_once_are_all_reported, &keeper),
    };
    int failed;

    if (keeper_start(&keeper) < 0)
        return EXIT_FAILURE;
    failed = cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
    keeper_stop(&keeper);
    return failed;
}
