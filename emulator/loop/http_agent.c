#include "loop/http_agent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uv.h>

#include "base/memory.h"
#include "loop/curl_library.h"
#include "loop/http_exchange.h"
#include "loop/poller.h"

/* Connections at once; exchanges beyond them wait for their turn, within their timeout. */
#define CONNECTIONS_MAX      512L
#define IDLE_CONNECTIONS_MAX 128L

/* Handles that are kept for the next exchange. */
#define SPARES_MAX 64

/* All header fields of one answer. */
#define ANSWER_FIELDS_SIZE_MAX ((size_t)64 * 1024)

/* A socket that libcurl wants to be told about. */
struct watched_socket {
    struct poller poller;
    struct http_agent *agent;
    curl_socket_t descriptor;
    struct watched_socket *next; /* spare */
};

struct http_agent {
    struct loop *loop;
    char *authorities;
    struct curl_library library; /* its handle is NULL until the first exchange */
    CURLM *multi;
    uv_timer_t *timer; /* frees itself */
    struct queue exchanges;
    struct watched_socket *spare_sockets;
    CURL *spares[SPARES_MAX];
    size_t spare_count;
};

struct http_agent *http_agent_new(struct loop *loop, const char *authorities)
{
    struct http_agent *agent = NEW(struct http_agent);

    agent->loop        = loop;
    agent->authorities = memory_copy_string(authorities);
    return agent;
}

/* Handles. */

static CURL *take_handle(struct http_agent *agent)
{
    if (agent->spare_count > 0)
        return agent->spares[--agent->spare_count];
    return agent->library.easy_init();
}

static void put_handle_back(struct http_agent *agent, CURL *easy)
{
    if (agent->spare_count == SPARES_MAX) {
        agent->library.easy_cleanup(easy);
        return;
    }
    agent->library.easy_reset(easy);
    agent->spares[agent->spare_count++] = easy;
}

/* The exchange is out of the agent's hands afterwards; its answer stays. */
static void let_go(struct http_exchange *exchange)
{
    struct http_agent *agent = exchange->agent;

    if (exchange->easy) {
        agent->library.multi_remove_handle(agent->multi, exchange->easy);
        put_handle_back(agent, exchange->easy);
    }
    loop_task_cancel(&exchange->failure);
    queue_remove(&agent->exchanges, &exchange->link);
    arena_deinit(&exchange->arena);
    exchange->easy   = NULL;
    exchange->reason = NULL;
    exchange->agent  = NULL;
}

void http_agent_cancel(struct http_exchange *exchange)
{
    let_go(exchange);
}

/* Results. */

static enum http_exchange_result judge(const struct http_exchange *exchange, CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK:
        return HTTP_EXCHANGE_ANSWERED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_EXCHANGE_NOBODY;
    case CURLE_PEER_FAILED_VERIFICATION:
        return HTTP_EXCHANGE_UNTRUSTED;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_EXCHANGE_TIMED_OUT;
    case CURLE_WRITE_ERROR:   /* only the callbacks below make it */
    case CURLE_OUT_OF_MEMORY: /* so libcurl calls its own limit for one field */
        return HTTP_EXCHANGE_TOO_LARGE;
    case CURLE_URL_MALFORMAT:
        return HTTP_EXCHANGE_NOT_SENT;
    default:
        return HTTP_EXCHANGE_FAILED;
    }
}

static void on_exchange_end(struct http_exchange *exchange, CURLcode code)
{
    struct http_agent *agent = exchange->agent;
    long status              = 0;

    agent->library.easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    exchange->result = judge(exchange, code);
    exchange->status = exchange->result == HTTP_EXCHANGE_ANSWERED ? (unsigned)status : 0;
    if (exchange->result == HTTP_EXCHANGE_TOO_LARGE)
        text_append_string(&exchange->error, "the answer is too large");
    else if (code != CURLE_OK)
        text_append_string(&exchange->error, exchange->reason[0]
                                                 ? exchange->reason
                                                 : agent->library.easy_strerror(code));
    let_go(exchange);
    exchange->done(exchange);
}

/* Each done may begin and give up exchanges, which changes what there is to hear of. */
static void collect_ends(struct http_agent *agent)
{
    CURLMsg *message;
    int left;

    while ((message = agent->library.multi_info_read(agent->multi, &left))) {
        char *owner = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        agent->library.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        on_exchange_end((struct http_exchange *)(void *)owner, message->data.result);
    }
}

/* What libcurl asks of the loop, and what the loop tells it. */

static void on_socket_ready(struct poller *poller, unsigned events)
{
    struct watched_socket *socket = container_of(poller, struct watched_socket, poller);
    struct http_agent *agent      = socket->agent;
    int running;

    agent->library.multi_socket_action(agent->multi, socket->descriptor,
                                       (events & POLLER_READ ? CURL_CSELECT_IN : 0) |
                                           (events & POLLER_WRITE ? CURL_CSELECT_OUT : 0),
                                       &running);
    collect_ends(agent);
}

static struct watched_socket *take_socket(struct http_agent *agent, curl_socket_t descriptor)
{
    struct watched_socket *socket = agent->spare_sockets;

    if (socket)
        agent->spare_sockets = socket->next;
    else
        socket = NEW(struct watched_socket);
    *socket = (struct watched_socket){.agent = agent, .descriptor = descriptor};
    agent->library.multi_assign(agent->multi, descriptor, socket);
    return socket;
}

/* The descriptor may be closed and given to somebody else as soon as this returns. */
static void forget_socket(struct http_agent *agent, struct watched_socket *socket)
{
    poller_stop(&socket->poller);
    socket->next         = agent->spare_sockets;
    agent->spare_sockets = socket;
}

static int on_socket_wanted(CURL *easy, curl_socket_t descriptor, int what, void *owner,
                            void *known)
{
    struct http_agent *agent      = owner;
    struct watched_socket *socket = known;

    if (what == CURL_POLL_REMOVE) {
        if (socket)
            forget_socket(agent, socket);
        agent->library.multi_assign(agent->multi, descriptor, NULL);
        return 0;
    }
    if (!socket)
        socket = take_socket(agent, descriptor);
    return poller_start(agent->loop, &socket->poller, descriptor,
                        (what & CURL_POLL_IN ? POLLER_READ : 0) |
                            (what & CURL_POLL_OUT ? POLLER_WRITE : 0),
                        on_socket_ready) < 0
               ? -1
               : 0;
}

static void on_timer(uv_timer_t *timer)
{
    struct http_agent *agent = timer->data;
    int running;

    agent->library.multi_socket_action(agent->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect_ends(agent);
}

static int on_timer_wanted(CURLM *multi, long milliseconds, void *owner)
{
    struct http_agent *agent = owner;

    if (milliseconds < 0) {
        uv_timer_stop(agent->timer);
        return 0;
    }
    uv_update_time(&agent->loop->uv);
    return uv_timer_start(agent->timer, on_timer, (uint64_t)milliseconds, 0);
}

/* Returns 0 or a negative errno. */
static int load(struct http_agent *agent, struct text *error)
{
    int result;

    if (agent->multi)
        return 0;
    result = curl_library_open(&agent->library, error);
    if (result < 0)
        return result;
    agent->multi       = agent->library.multi_init();
    agent->timer       = NEW(uv_timer_t);
    agent->timer->data = agent;
    uv_timer_init(&agent->loop->uv, agent->timer);
    agent->library.multi_setopt(agent->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
    agent->library.multi_setopt(agent->multi, CURLMOPT_SOCKETDATA, agent);
    agent->library.multi_setopt(agent->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    agent->library.multi_setopt(agent->multi, CURLMOPT_TIMERDATA, agent);
    agent->library.multi_setopt(agent->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS_MAX);
    agent->library.multi_setopt(agent->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS_MAX);
    return 0;
}

/* What an answer brings. Taking less than was offered ends the exchange. */

static size_t on_body(char *data, size_t unit, size_t count, void *owner)
{
    struct http_exchange *exchange = owner;
    size_t size                    = unit * count;

    if (size > exchange->body_size_max - exchange->body.size)
        return 0;
    text_append(&exchange->body, data, size);
    return size;
}

/* A status line begins a head anew: an interim answer's (100, 103) doesn't count. */
static size_t on_field(char *data, size_t unit, size_t count, void *owner)
{
    struct http_exchange *exchange = owner;
    size_t size                    = unit * count;

    if (size >= 5 && memcmp(data, "HTTP/", 5) == 0)
        text_clear(&exchange->fields);
    if (size > ANSWER_FIELDS_SIZE_MAX - exchange->fields.size)
        return 0;
    text_append(&exchange->fields, data, size);
    return size;
}

/* Requests. */

static struct curl_slist *prepend(struct arena *arena, struct curl_slist *next, char *line)
{
    struct curl_slist *item = arena_new(arena, sizeof *item);

    item->data = line;
    item->next = next;
    return item;
}

/*
 * libcurl's own idea of a field is suppressed by its name with nothing behind the colon; a field
 * that is to be sent with nothing in it ends in a semicolon.
 */
static struct curl_slist *make_fields(struct arena *arena,
                                      const struct http_exchange_request *request)
{
    static const char *const own[] = {"Accept:", "Content-Type:", "Expect:"};
    struct curl_slist *list        = NULL;

    for (size_t i = request->field_count; i > 0; i--) {
        const struct http_field *field = &request->fields[i - 1];
        char *line = field->value[0] ? arena_format(arena, "%s: %s", field->name, field->value)
                                     : arena_format(arena, "%s;", field->name);

        list = prepend(arena, list, line);
    }
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        list = prepend(arena, list, arena_copy_string(arena, own[i]));
    return list;
}

static bool is_field_sound(const struct http_field *field)
{
    return field->name[0] && !strpbrk(field->name, "\r\n:; \t") && !strpbrk(field->value, "\r\n");
}

static bool is_url_sound(const char *url)
{
    return (strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0) &&
           !strpbrk(url, "\r\n \t");
}

/* NULL, or what is wrong. */
static const char *find_fault(const struct http_exchange_request *request)
{
    if (!is_url_sound(request->url))
        return "the URL isn't an http or https one";
    if (strpbrk(request->method, "\r\n \t") || !request->method[0])
        return "the method isn't one";
    for (size_t i = 0; i < request->field_count; i++) {
        if (!is_field_sound(&request->fields[i]))
            return "a header field has a line break in it, or no proper name";
    }
    return NULL;
}

static void set_request(struct http_exchange *exchange, const struct http_exchange_request *request)
{
    struct http_agent *agent          = exchange->agent;
    __typeof__(&curl_easy_setopt) set = agent->library.easy_setopt;
    CURL *easy                        = exchange->easy;

    set(easy, CURLOPT_PRIVATE, exchange);
    set(easy, CURLOPT_URL, request->url);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_NOSIGNAL, 1L);
    set(easy, CURLOPT_PATH_AS_IS, 1L);
    set(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    set(easy, CURLOPT_HTTPHEADER, make_fields(&exchange->arena, request));
    set(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_milliseconds);
    set(easy, CURLOPT_ERRORBUFFER, exchange->reason);
    set(easy, CURLOPT_WRITEFUNCTION, on_body);
    set(easy, CURLOPT_WRITEDATA, exchange);
    set(easy, CURLOPT_HEADERFUNCTION, on_field);
    set(easy, CURLOPT_HEADERDATA, exchange);
    /* An exchange that is given up while a name is looked up doesn't wait for the answer. */
    set(easy, CURLOPT_QUICK_EXIT, 1L);
    if (agent->authorities) { /* without a folder libcurl reads the file once for all connections */
        set(easy, CURLOPT_CAINFO, agent->authorities);
        set(easy, CURLOPT_CAPATH, NULL);
    }
    if (request->body) {
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        set(easy, CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") == 0 && !request->body)
        set(easy, CURLOPT_NOBODY, 1L);
    else
        set(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void on_failure(struct loop_task *task)
{
    struct http_exchange *exchange = container_of(task, struct http_exchange, failure);

    let_go(exchange);
    exchange->done(exchange);
}

static void fail_later(struct http_exchange *exchange)
{
    exchange->result = HTTP_EXCHANGE_NOT_SENT;
    loop_later(exchange->agent->loop, &exchange->failure, on_failure);
}

void http_agent_begin(struct http_agent *agent, struct http_exchange *exchange,
                      const struct http_exchange_request *request)
{
    const char *fault = find_fault(request);

    exchange->agent = agent;
    queue_push(&agent->exchanges, &exchange->link);
    if (fault)
        text_append_string(&exchange->error, fault);
    if (fault || load(agent, &exchange->error) < 0) {
        fail_later(exchange);
        return;
    }
    exchange->reason = arena_new(&exchange->arena, CURL_ERROR_SIZE);
    exchange->easy   = take_handle(agent);
    set_request(exchange, request);
    agent->library.multi_add_handle(agent->multi, exchange->easy);
}

static void free_timer(uv_handle_t *timer)
{
    free(timer);
}

static void free_sockets(struct http_agent *agent)
{
    while (agent->spare_sockets) {
        struct watched_socket *socket = agent->spare_sockets;

        agent->spare_sockets = socket->next;
        free(socket);
    }
}

void http_agent_free(struct http_agent *agent)
{
    if (!agent)
        return;
    while (agent->exchanges.first)
        let_go(queue_entry(agent->exchanges.first, struct http_exchange, link));
    if (agent->multi) {
        while (agent->spare_count > 0)
            agent->library.easy_cleanup(agent->spares[--agent->spare_count]);
        agent->library.multi_cleanup(agent->multi);
        uv_close((uv_handle_t *)agent->timer, free_timer);
    }
    free_sockets(agent);
    free(agent->authorities);
    free(agent);
}
