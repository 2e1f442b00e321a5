#include "lambda/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "lambda/lambda_state.h"
#include "lambda/process.h"
#include "model/limits.h"

/* Bytes read at once, and reads a turn: a flood must not starve the loop. */
#define OUTPUT_READ_SIZE 4096
#define OUTPUT_READS_MAX 4

/* Reads at the end of a process: what fits into a pipe, and a little more. */
#define OUTPUT_LAST_READS_MAX 20

static void write_line(struct output *output)
{
    const struct process *process = output->process;
    char pid[16];

    if (output->line.size == 0)
        return;
    snprintf(pid, sizeof pid, "%d", process->pid);
    log_info(LOG_FIELDS({"functionName", process->pool->function.name},
                        {"requestId", process->run ? process->run->request_id : NULL},
                        {"pid", process->pid ? pid : NULL}),
             "%s", text_string(&output->line));
    text_clear(&output->line);
}

static void take_bytes(struct output *output, const char *data, size_t size)
{
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        size_t part     = end ? (size_t)(end - data) : size;
        size_t room     = OUTPUT_LINE_SIZE_MAX - output->line.size;

        if (part > room)
            end = NULL;
        part = part > room ? room : part;
        text_append(&output->line, data, part);
        if (end || output->line.size >= OUTPUT_LINE_SIZE_MAX)
            write_line(output);
        part += end ? 1 : 0;
        data += part;
        size -= part;
    }
}

static void end(struct output *output)
{
    write_line(output);
    poller_stop(&output->poller);
    close(output->descriptor);
    output->descriptor = -1;
    text_deinit(&output->line);
}

/* False at the end of the output. */
static bool read_some(struct output *output, int reads)
{
    char bytes[OUTPUT_READ_SIZE];

    while (reads-- > 0) {
        ssize_t size = read(output->descriptor, bytes, sizeof bytes);

        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (size <= 0)
            return false;
        take_bytes(output, bytes, (size_t)size);
    }
    return true;
}

static void on_readable(struct poller *poller, unsigned events)
{
    struct output *output = container_of(poller, struct output, poller);

    if (!read_some(output, OUTPUT_READS_MAX))
        end(output);
}

int output_open(struct output *output, struct loop *loop, struct process *process, int *write_end)
{
    int ends[2];
    int result;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return log_errno(errno, "cannot make a pipe for a handler's output");
    output->process    = process;
    output->descriptor = ends[0];
    result             = poller_start(loop, &output->poller, ends[0], POLLER_READ, on_readable);
    if (result < 0) {
        close(ends[0]);
        close(ends[1]);
        output->descriptor = -1;
        return result;
    }
    *write_end = ends[1];
    return 0;
}

void output_close(struct output *output)
{
    if (output->descriptor < 0)
        return;
    read_some(output, OUTPUT_LAST_READS_MAX);
    end(output);
}
