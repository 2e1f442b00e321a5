#include "lambda/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "model/limits.h"

/* Read at once, and so the most that one stream gets logged in a turn. */
#define READ_SIZE 4096

/* Reads of one drain: a pipe holds 64 KiB, what comes after that is read in later turns. */
#define DRAIN_READS_MAX 32

/* The log cuts its messages at 4 KiB. */
#define PIECE_SIZE_MAX (OUTPUT_LINE_SIZE_MAX < 4000 ? OUTPUT_LINE_SIZE_MAX : 4000)

/* "2026-01-31T12:34:56.789Z" */
#define ISO_TIME_LENGTH 24

/*
 * AWS: a line of Node.js's console begins with time, request id and level, parted by tabs. The log
 * has its own time and request id, so the line's are left out.
 */
static const char *skip_stamp(const char *line)
{
    const char *id    = line + strcspn(line, "\t");
    const char *level = *id ? id + 1 + strcspn(id + 1, "\t") : id;

    if (id - line != ISO_TIME_LENGTH || line[ISO_TIME_LENGTH - 1] != 'Z' || !*level)
        return line;
    return level + 1;
}

static void give_line(struct output *output)
{
    struct text *line = &output->line;
    char *at;

    if (line->size == 0)
        return;
    at = line->data + (skip_stamp(line->data) - line->data);
    for (char *tab = at; (tab = strchr(tab, '\t'));)
        *tab = ' ';
    output->on_line(output->owner, at);
    text_clear(line);
}

/* Where to cut a line that is too long: not within a character of UTF-8. */
static void give_piece(struct output *output)
{
    struct text *line = &output->line;
    size_t cut        = line->size;
    char rest[4];
    size_t rest_size;

    while (cut > line->size - 3 && ((unsigned char)line->data[cut - 1] & 0xC0) == 0x80)
        cut--;
    if ((unsigned char)line->data[cut - 1] >= 0xC0)
        cut--;
    rest_size = line->size - cut;
    memcpy(rest, line->data + cut, rest_size);
    line->size      = cut;
    line->data[cut] = '\0';
    give_line(output);
    text_append(line, rest, rest_size);
}

/* AWS: a carriage return parts the lines of one event of the log. */
static void take_character(struct output *output, char character)
{
    if (character == '\n' || character == '\r') {
        give_line(output);
        return;
    }
    if (output->line.size >= PIECE_SIZE_MAX)
        give_piece(output);
    text_append_character(&output->line, character ? character : ' ');
}

/* False if there is nothing to read now. */
static bool read_some(struct output *output)
{
    char data[READ_SIZE];
    ssize_t size = read(output->pipe, data, sizeof data);

    for (ssize_t i = 0; i < size; i++)
        take_character(output, data[i]);
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

    output->on_line = on_line;
    output->owner   = owner;
    output->pipe    = -1;
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
    give_line(output);
    poller_stop(&output->poller);
    close(output->pipe);
    output->pipe = -1;
    text_deinit(&output->line);
}
