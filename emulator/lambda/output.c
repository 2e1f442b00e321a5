#include "lambda/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"

/* Read at once, and so the most that one stream gets logged in a turn. */
#define READ_SIZE 4096

/* Reads of one drain: a pipe holds 64 KiB, what comes after that is read in later turns. */
#define DRAIN_READS_MAX 32

/* False if there is nothing to read now. */
static bool read_some(struct output *output)
{
    char data[READ_SIZE];
    ssize_t size = read(output->pipe, data, sizeof data);

    if (size > 0)
        output_lines_feed(&output->lines, data, (size_t)size);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
        poller_stop(&output->poller); /* all writers are gone */
    return size > 0;
}

static void on_readable(struct poller *poller, unsigned events)
{
    read_some(container_of(poller, struct output, poller));
}

int output_open(struct output *output, struct loop *loop, int *writer,
                void (*on_line)(void *owner, const char *line), void *owner)
{
    int ends[2];
    int result;

    output->lines = (struct output_lines){.on_line = on_line, .owner = owner};
    output->pipe  = -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return log_errno(errno, "cannot make a pipe");
    result = poller_start(loop, &output->poller, ends[0], POLLER_READ, on_readable);
    if (result < 0) {
        close(ends[0]);
        close(ends[1]);
        return result;
    }
    output->pipe = ends[0];
    *writer      = ends[1];
    return 0;
}

void output_drain(struct output *output)
{
    if (output->pipe < 0)
        return;
    for (int i = 0; i < DRAIN_READS_MAX && read_some(output); i++)
        continue;
}

void output_close(struct output *output)
{
    if (output->pipe < 0)
        return;
    output_drain(output);
    output_lines_end(&output->lines);
    poller_stop(&output->poller);
    close(output->pipe);
    output->pipe = -1;
    output_lines_deinit(&output->lines);
}
