#include "loop/http_client.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "loop/curl_library.h"

#define USER_AGENT "postern/" POSTERN_VERSION

struct http_client {
    struct curl_library library;
    CURL *easy;
    char reason[CURL_ERROR_SIZE]; /* why the last request failed, where curl can say it */
};

/* The answer that a request fills. */
struct filling {
    struct text *body;
    size_t size_max;
};

struct http_client *http_client_new(struct text *error)
{
    struct http_client *client = NEW(struct http_client);

    if (curl_library_open(&client->library, error) < 0) {
        free(client);
        return NULL;
    }
    client->easy = client->library.easy_init();
    if (client->easy)
        return client;
    text_append_string(error, "libcurl refuses to begin");
    free(client);
    return NULL;
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    client->library.easy_cleanup(client->easy);
    free(client);
}

/* Taking less than was offered ends the request. */
static size_t on_body(char *data, size_t unit, size_t count, void *owner)
{
    struct filling *filling = owner;
    size_t size             = unit * count;

    if (size > filling->size_max - filling->body->size)
        return 0;
    text_append(filling->body, data, size);
    return size;
}

static void set_request(struct http_client *client, const struct http_client_request *request,
                        struct curl_slist *headers)
{
    __typeof__(&curl_easy_setopt) set = client->library.easy_setopt;
    CURL *easy                        = client->easy;

    set(easy, CURLOPT_URL, request->url);
    set(easy, CURLOPT_USERAGENT, USER_AGENT);
    set(easy, CURLOPT_PROXY, "");
    set(easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_milliseconds);
    set(easy, CURLOPT_HTTPHEADER, headers);
    set(easy, CURLOPT_ERRORBUFFER, client->reason);
    if (request->body) {
        set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        set(easy, CURLOPT_POSTFIELDS, request->body);
    }
    set(easy, CURLOPT_CUSTOMREQUEST, request->method);
    if (request->authorities) {
        struct curl_blob blob = {(void *)(uintptr_t)request->authorities,
                                 strlen(request->authorities), CURL_BLOB_COPY};

        set(easy, CURLOPT_CAINFO_BLOB, &blob); /* the system's folder stays */
    }
}

/* Which failures have a meaning of their own. */
static enum http_client_result judge(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK:
        return HTTP_CLIENT_ANSWERED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_CLIENT_NOBODY;
    case CURLE_PEER_FAILED_VERIFICATION:
        return HTTP_CLIENT_UNTRUSTED;
    default:
        return HTTP_CLIENT_FAILED;
    }
}

static void append_reason(const struct http_client *client, CURLcode code, struct text *error)
{
    if (code == CURLE_WRITE_ERROR)
        text_append_string(error, "the answer is too large");
    else if (client->reason[0])
        text_append_string(error, client->reason);
    else
        text_append_string(error, client->library.easy_strerror(code));
}

enum http_client_result http_client_ask(struct http_client *client,
                                        const struct http_client_request *request,
                                        struct http_client_answer *answer)
{
    const struct curl_library *library = &client->library;
    struct filling filling     = {&answer->body, answer->body.size + request->answer_size_max};
    struct curl_slist *headers = NULL;
    long status                = 0;
    CURLcode code;

    if (request->content_type) {
        SCOPED_MEMORY char *line = memory_format("Content-Type: %s", request->content_type);

        headers = library->slist_append(headers, line);
    }
    client->reason[0] = '\0';
    library->easy_reset(client->easy);
    set_request(client, request, headers);
    library->easy_setopt(client->easy, CURLOPT_WRITEFUNCTION, on_body);
    library->easy_setopt(client->easy, CURLOPT_WRITEDATA, &filling);
    code = library->easy_perform(client->easy);
    library->slist_free_all(headers);
    library->easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (unsigned)status;
    if (code != CURLE_OK)
        append_reason(client, code, &answer->error);
    return judge(code);
}
