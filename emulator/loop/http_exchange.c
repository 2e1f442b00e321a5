#include "loop/http_exchange.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "loop/http_agent.h"

static void release_answer(struct http_exchange *exchange)
{
    text_deinit(&exchange->body);
    text_deinit(&exchange->fields);
    text_deinit(&exchange->error);
}

void http_exchange_begin(struct http_exchange *exchange, struct http_agent *agent,
                         const struct http_exchange_request *request,
                         void (*done)(struct http_exchange *exchange))
{
    assert(!exchange->agent);
    release_answer(exchange);
    exchange->status        = 0;
    exchange->body_size_max = request->answer_size_max;
    exchange->done          = done;
    http_agent_begin(agent, exchange, request);
}

void http_exchange_deinit(struct http_exchange *exchange)
{
    if (exchange->agent)
        http_agent_cancel(exchange);
    release_answer(exchange);
}

static const char *trim(const char *value, const char *end, size_t *size)
{
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    *size = (size_t)(end - value);
    return value;
}

const char *http_exchange_field(const struct http_exchange *exchange, const char *name,
                                size_t index, size_t *size)
{
    const char *line = text_string(&exchange->fields);
    const char *end  = line + exchange->fields.size;
    size_t name_size = strlen(name);

    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        if (!stop)
            stop = end;
        if ((size_t)(stop - line) > name_size && line[name_size] == ':' &&
            strncasecmp(line, name, name_size) == 0 && index-- == 0)
            return trim(line + name_size + 1, stop, size);
        line = stop + 1;
    }
    return NULL;
}
