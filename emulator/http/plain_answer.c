#include "http/plain_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/memory.h"
#include "base/queue.h"
#include "base/text.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/poller.h"

/* For a client that doesn't read its answer; for one that doesn't close afterwards. */
#define WRITE_MILLISECONDS 5000
#define DRAIN_MILLISECONDS 1000

/* A client that keeps sending is cut off after that many bytes. */
#define DRAIN_SIZE_MAX  (1024 * 1024)
#define DRAIN_PART_SIZE 16384

struct plain_answers {
    struct loop *loop;
    struct alarms alarms;
    struct queue open;
};

/* Written until all is out, then drained until the client closes or its time is over. */
struct plain_answer {
    struct queue_link link; /* in plain_answers.open */
    struct plain_answers *answers;
    struct poller poller;
    struct alarm deadline;
    struct text bytes;
    size_t written;
    size_t drained;
    int socket;
};

static void free_answer(void *object)
{
    struct plain_answer *answer = object;

    text_deinit(&answer->bytes);
    free(answer);
}

/* Closes the socket at once; the memory goes when its callbacks have returned. */
static void finish(struct plain_answer *answer)
{
    struct plain_answers *answers = answer->answers;

    alarm_stop(&answers->alarms, &answer->deadline);
    poller_stop(&answer->poller);
    close(answer->socket);
    queue_remove(&answers->open, &answer->link);
    loop_free_later(answers->loop, answer, free_answer);
}

static void on_deadline(struct alarm *deadline)
{
    finish(container_of(deadline, struct plain_answer, deadline));
}

static bool is_later(ssize_t result)
{
    return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

/* One piece for each time the socket is readable, so that a fast sender doesn't hold up the rest.
 */
static void drain(struct plain_answer *answer)
{
    char part[DRAIN_PART_SIZE];
    ssize_t size = recv(answer->socket, part, sizeof part, MSG_DONTWAIT);

    if (is_later(size))
        return;
    if (size > 0)
        answer->drained += (size_t)size;
    if (size <= 0 || answer->drained > DRAIN_SIZE_MAX)
        finish(answer);
}

static void on_readable(struct poller *poller, unsigned events)
{
    drain(container_of(poller, struct plain_answer, poller));
}

static void watch(struct plain_answer *answer, unsigned events, int64_t milliseconds,
                  void (*ready)(struct poller *poller, unsigned events))
{
    alarm_set(&answer->answers->alarms, &answer->deadline, milliseconds, on_deadline);
    if (poller_start(answer->answers->loop, &answer->poller, answer->socket, events, ready) < 0)
        finish(answer);
}

static void on_writable(struct poller *poller, unsigned events);

static void write_on(struct plain_answer *answer)
{
    size_t left  = answer->bytes.size - answer->written;
    ssize_t size = send(answer->socket, answer->bytes.data + answer->written, left,
                        MSG_DONTWAIT | MSG_NOSIGNAL);

    if (size < 0 && !is_later(size)) {
        finish(answer);
        return;
    }
    if (size > 0)
        answer->written += (size_t)size;
    if (answer->written < answer->bytes.size) {
        if (!answer->poller.handle)
            watch(answer, POLLER_WRITE, WRITE_MILLISECONDS, on_writable);
        return;
    }
    shutdown(answer->socket, SHUT_WR);
    watch(answer, POLLER_READ, DRAIN_MILLISECONDS, on_readable);
}

static void on_writable(struct poller *poller, unsigned events)
{
    write_on(container_of(poller, struct plain_answer, poller));
}

/* RFC 9110: "Sun, 06 Nov 1994 08:49:37 GMT"; strftime's names would follow the locale. */
static void append_date(struct text *out)
{
    static const char days[]   = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t now                 = (time_t)(clock_milliseconds() / 1000);
    struct tm utc;

    gmtime_r(&now, &utc);
    text_append_format(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d GMT\r\n",
                       days + utc.tm_wday * 3, utc.tm_mday, months + utc.tm_mon * 3,
                       utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

struct plain_answers *plain_answers_new(struct loop *loop)
{
    struct plain_answers *answers = NEW(struct plain_answers);

    answers->loop = loop;
    if (alarms_init(&answers->alarms, &loop->uv) < 0) {
        free(answers);
        return NULL;
    }
    return answers;
}

void plain_answers_free(struct plain_answers *answers)
{
    if (!answers)
        return;
    while (!queue_is_empty(&answers->open))
        finish(container_of(answers->open.first, struct plain_answer, link));
    alarms_deinit(&answers->alarms);
    free(answers);
}

void plain_answer_send(struct plain_answers *answers, int socket, unsigned status,
                       const char *headers, const char *body, size_t size)
{
    struct plain_answer *answer = NEW(struct plain_answer);

    answer->answers = answers;
    answer->socket  = socket;
    queue_push(&answers->open, &answer->link);
    text_append_format(&answer->bytes, "HTTP/1.1 %u %s\r\n", status, http_reason_phrase(status));
    append_date(&answer->bytes);
    text_append_format(&answer->bytes, "Content-Length: %zu\r\nConnection: close\r\n%s\r\n", size,
                       headers ? headers : "");
    text_append(&answer->bytes, body, size);
    write_on(answer);
}

void plain_answer_error(struct plain_answers *answers, int socket, enum aws_error error,
                        const char *detail)
{
    const char *type    = aws_error_type(error);
    SCOPED_TEXT headers = {0};
    SCOPED_TEXT body    = {0};
    char request_id[ID_UUID_SIZE];

    id_uuid(request_id);
    text_append_format(&headers, "Content-Type: application/json\r\nx-amzn-RequestId: %s\r\n",
                       request_id);
    if (*type)
        text_append_format(&headers, "x-amzn-ErrorType: %s\r\n", type);
    if (error == AWS_UPGRADE_REQUIRED)
        text_append_string(&headers, "Upgrade: websocket\r\n");
    aws_error_body(error, detail, &body);
    plain_answer_send(answers, socket, aws_error_status(error), text_string(&headers),
                      text_string(&body), body.size);
}

size_t plain_answers_count(const struct plain_answers *answers)
{
    return answers->open.count;
}
