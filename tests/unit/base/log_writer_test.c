#include "base/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

/* More lines than a pipe holds, the buffer, and the one that is being written. */
#define FLOOD 60000

/* Standard error is a pipe that the test reads when it likes. */
struct scene {
    int saved;
    int reader;
};

static void describe(uint64_t dropped, struct text *line)
{
    text_append_format(line, "dropped %llu\n", (unsigned long long)dropped);
}

static int begin(void **state)
{
    struct scene *scene = NEW(struct scene);
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    scene->saved  = dup(STDERR_FILENO);
    scene->reader = ends[0];
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
    close(ends[1]);
    log_writer_start(describe);
    *state = scene;
    return 0;
}

static void leave_pipe(const struct scene *scene)
{
    assert_int_equal(dup2(scene->saved, STDERR_FILENO), STDERR_FILENO);
}

static int finish(void **state)
{
    struct scene *scene = *state;

    leave_pipe(scene);
    close(scene->saved);
    close(scene->reader);
    free(scene);
    return 0;
}

/* Until all writers are gone. */
static void *read_all(void *argument)
{
    const struct scene *scene = argument;
    struct text *out          = NEW(struct text);
    ssize_t size;

    do {
        size = read(scene->reader, text_reserve(out, 4096), 4096);
        text_grow(out, size > 0 ? (size_t)size : 0);
    } while (size > 0);
    return out;
}

static pthread_t start_reading(struct scene *scene)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, read_all, scene), 0);
    return thread;
}

/* Ends the log and tells what has come of it. */
static struct text finish_reading(const struct scene *scene, pthread_t thread)
{
    struct text out;
    void *result;

    log_writer_stop();
    leave_pipe(scene);
    assert_int_equal(pthread_join(thread, &result), 0);
    out = *(struct text *)result;
    free(result);
    return out;
}

static void write_number(int number)
{
    SCOPED_MEMORY char *line = memory_format("line %06d: some more words, as a log has\n", number);

    log_writer_write(line, strlen(line));
}

static void lines_come_out_whole_and_in_order(void **state)
{
    struct scene *scene = *state;
    pthread_t reader    = start_reading(scene);
    SCOPED_TEXT out     = {0};
    const char *at;
    int number;

    for (int i = 0; i < 1000; i++)
        write_number(i);
    out = finish_reading(scene, reader);
    at  = text_string(&out);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(sscanf(at, "line %d: some more words, as a log has\n", &number), 1);
        assert_int_equal(number, i);
        at = strchr(at, '\n') + 1;
    }
    assert_int_equal(*at, '\0');
}

/* Each line is there, or among those that a line says were dropped in its place; how many were. */
static uint64_t check_numbers(const char *at)
{
    unsigned long long dropped;
    uint64_t all_dropped = 0;
    int expected         = 0;
    int number;

    for (; *at; at = strchr(at, '\n') + 1) {
        if (sscanf(at, "dropped %llu\n", &dropped) == 1) {
            all_dropped += dropped;
            expected += (int)dropped;
            continue;
        }
        assert_int_equal(sscanf(at, "line %d: some more words, as a log has\n", &number), 1);
        assert_int_equal(number, expected++);
    }
    assert_int_equal(expected, FLOOD);
    return all_dropped;
}

static void a_flood_that_nobody_reads_is_dropped_and_told_about(void **state)
{
    struct scene *scene = *state;
    uint64_t before     = log_writer_dropped();
    SCOPED_TEXT out     = {0};
    uint64_t dropped;

    for (int i = 0; i < FLOOD; i++) /* nobody reads: this would hang */
        write_number(i);
    dropped = log_writer_dropped() - before;
    assert_in_range(dropped, 1, FLOOD);
    out = finish_reading(scene, start_reading(scene));
    assert_int_equal(check_numbers(text_string(&out)), dropped);
}

/* A pipe that others share keeps its flags; one that they have made non-blocking loses nothing. */
static void the_flags_of_standard_error_are_left_alone(void **state)
{
    struct scene *scene = *state;
    int flags           = fcntl(STDERR_FILENO, F_GETFL);
    SCOPED_TEXT out     = {0};
    pthread_t reader;

    write_number(1);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL), flags);
    assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK), 0);
    for (int i = 0; i < 5000; i++) /* more than the pipe holds, less than the buffer does */
        write_number(i);
    reader = start_reading(scene);
    out    = finish_reading(scene, reader);
    assert_int_equal(out.size, 5001 * strlen("line 000000: some more words, as a log has\n"));
}

static void a_line_longer_than_a_pipe_takes_at_once_comes_out_whole(void **state)
{
    struct scene *scene      = *state;
    pthread_t reader         = start_reading(scene);
    SCOPED_MEMORY char *line = memory_new(10001);
    SCOPED_TEXT out          = {0};

    memset(line, 'x', 10000);
    line[9999] = '\n';
    write_number(0);
    log_writer_write(line, 10000);
    write_number(1);
    out = finish_reading(scene, reader);
    assert_non_null(strstr(text_string(&out), line));
    assert_int_equal(out.size, 10000 + 2 * 43);
}

/* It comes last: what is given up stays given up. */
static void a_reader_that_never_comes_is_given_up_at_the_end(void **state)
{
    uint64_t before;

    for (int i = 0; i < FLOOD; i++)
        write_number(i);
    log_writer_stop();
    before = log_writer_dropped();
    write_number(0);
    assert_int_equal(log_writer_dropped(), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_out_whole_and_in_order, begin, finish),
        cmocka_unit_test_setup_teardown(a_flood_that_nobody_reads_is_dropped_and_told_about, begin,
                                        finish),
        cmocka_unit_test_setup_teardown(the_flags_of_standard_error_are_left_alone, begin, finish),
        cmocka_unit_test_setup_teardown(a_line_longer_than_a_pipe_takes_at_once_comes_out_whole,
                                        begin, finish),
        cmocka_unit_test_setup_teardown(a_reader_that_never_comes_is_given_up_at_the_end, begin,
                                        finish),
    };

    return cmocka_run_group_tests_name("base/log_writer", tests, NULL, NULL);
}
