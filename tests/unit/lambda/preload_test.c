/* The library is loaded here as it is loaded into handlers, but for the names: those of its
 * functions are looked up. */

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/memory.h"

#define AWS "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"

struct library {
    void *handle;
    int (*look_up)(const char *host, const char *service, const struct addrinfo *hints,
                   struct addrinfo **found);
    int (*connect)(int socket, const struct sockaddr *address, socklen_t size);
};

static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size             = sizeof address;
    int listener               = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

/* With that variable; NULL: without. */
static void load(struct library *library, const char *variable)
{
    const struct embedded_file *file =
        embedded_find("emulator/lambda/bootstrap/postern_preload.so");
    char path[]    = "/tmp/postern-preload-XXXXXX";
    int descriptor = mkstemp(path);

    assert_non_null(file);
    assert_true(descriptor >= 0);
    assert_int_equal(file_write_all(descriptor, file->data, file->size), 0);
    close(descriptor);
    if (variable)
        setenv("POSTERN_REDIRECT_TO", variable, 1);
    else
        unsetenv("POSTERN_REDIRECT_TO");
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    unlink(path);
    assert_non_null(library->handle);
    *(void **)&library->look_up = dlsym(library->handle, "getaddrinfo");
    *(void **)&library->connect = dlsym(library->handle, "connect");
    assert_non_null(library->look_up);
    assert_non_null(library->connect);
}

/* The address of a name in text; "" if there is none. */
static void find(const struct library *library, int family, const char *host, const char *service,
                 char text[INET6_ADDRSTRLEN])
{
    struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *found = NULL;

    text[0] = '\0';
    errno   = 4711;
    if (library->look_up(host, service, &hints, &found) != 0)
        return;
    if (found->ai_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr, text,
                  INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)(void *)found->ai_addr)->sin6_addr, text,
                  INET6_ADDRSTRLEN);
    freeaddrinfo(found);
}

/* clang-format off */
static void only_names_that_the_emulator_answers_for_get_a_mark(void **state)
{
    static const struct {
        const char *what;
        const char *variable;
        int family;
        const char *host;
        const char *service;
        const char *expected; /* how its address begins */
    } cases[] = {
        {"an API's",              "127.0.0.1 3001", AF_UNSPEC, AWS, "443", "127.80.84."},
        {"by the service's name", "127.0.0.1 3001", AF_UNSPEC, AWS, "https", "127.80.84."},
        {"with a port that comes later", "127.0.0.1 3001", AF_UNSPEC, AWS, NULL, "127.80.84."},
        {"in China",              "127.0.0.1 3001", AF_INET, "abc.execute-api.cn-north-1.amazonaws.com.cn", "443", "127.80.84."},
        {"in capitals",           "127.0.0.1 3001", AF_INET, "ABC.Execute-API.eu-west-1.AmazonAWS.com", "443", "127.80.84."},
        {"as IPv6",               "127.0.0.1 3001", AF_INET6, AWS, "443", "::ffff:127.80.84."},
        {"for an emulator on IPv6", "::1 3001", AF_UNSPEC, AWS, "443", "100::5054:"},
        {"a custom domain",       "127.0.0.1 3001 ws.example.com", AF_INET, "WS.example.com", "443", "127.80.84."},
        {"the last of them",      "127.0.0.1 3001 a.test b.test", AF_INET, "b.test", NULL, "127.80.84."},
        {"one with a wildcard",   "127.0.0.1 3001 a.test *.example.org", AF_INET, "x.example.org", NULL, "127.80.84."},
        {"an address",            "127.0.0.1 3001 127.0.0.1.test", AF_INET, "127.0.0.1", "443", "127.0.0.1"},
        {"another name",          "127.0.0.1 3001 ws.example.com", AF_INET, "localhost", "443", "127.0.0.1"},
        {"another port",          "127.0.0.1 3001 localhost", AF_INET, "localhost", "80", "127.0.0.1"},
        {"no variable",           NULL, AF_INET, "localhost", "443", "127.0.0.1"},
        {"a variable without a port", "localhost", AF_INET, "localhost", "443", "127.0.0.1"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct library library = {0};
        char text[INET6_ADDRSTRLEN];

        print_message("  %s\n", cases[i].what);
        load(&library, cases[i].variable);
        find(&library, cases[i].family, cases[i].host, cases[i].service, text);
        assert_int_equal(strncmp(text, cases[i].expected, strlen(cases[i].expected)), 0);
    }
}

/* Nobody knows these, whoever is asked. */
static void names_that_only_look_like_those_get_none(void **state)
{
    static const char *const hosts[] = {
        AWS ".invalid",
        ("a." AWS),
        "-execute-api.eu-central-1.amazonaws.com",
        "a1b2c3d4e5.execute-api.amazonaws.com",
        "ws.example.invalid.",
        "x.ws.example.invalid",
        "example.invalid",
        "a.b.example.invalid",
        ".example.invalid",
    };
    struct library library = {0};
    char text[INET6_ADDRSTRLEN];

    load(&library, "127.0.0.1 3001 ws.example.invalid *.example.invalid");
    find(&library, AF_INET, "x.example.invalid", "443", text);
    assert_int_equal(strncmp(text, "127.80.84.", 10), 0);
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        find(&library, AF_INET, hosts[i], "443", text);
        assert_int_not_equal(strncmp(text, "127.80.84.", 10), 0);
    }
}

/* Where a socket is connected to after its name was looked up: the port, 0 if it isn't. */
static unsigned reach(const struct library *library, int family, int type, const char *host,
                      const char *service)
{
    struct addrinfo hints         = {.ai_family = family, .ai_socktype = type};
    struct addrinfo *found        = NULL;
    struct sockaddr_storage there = {0};
    socklen_t size                = sizeof there;
    unsigned port                 = 0;
    int client                    = socket(family, type, 0);

    if (library->look_up(host, NULL, &hints, &found) == 0) {
        ((struct sockaddr_in *)(void *)found->ai_addr)->sin_port = htons((uint16_t)atoi(service));
        errno                                                    = 4711;
        if (library->connect(client, found->ai_addr, found->ai_addrlen) == 0) {
            assert_int_equal(errno, 4711);
            assert_int_equal(getpeername(client, (struct sockaddr *)&there, &size), 0);
            port = ntohs(((struct sockaddr_in *)&there)->sin_port);
        }
        freeaddrinfo(found);
    }
    close(client);
    return port;
}

static void port_443_of_a_mark_is_the_emulator_and_others_are_where_the_name_leads(void **state)
{
    SCOPED_MEMORY char *variable = NULL;
    SCOPED_MEMORY char *digits   = NULL;
    struct library library       = {0};
    unsigned port, other;
    int emulator = listen_somewhere(&port);
    int listener = listen_somewhere(&other);

    variable = memory_format("127.0.0.1 %u localhost", port);
    digits   = memory_format("%u", other);
    load(&library, variable);
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, AWS, "443"), port);
    assert_int_equal(reach(&library, AF_INET6, SOCK_STREAM, AWS, "443"), port);
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, "localhost", "443"), port);
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, "localhost", digits), other);
    assert_int_equal(reach(&library, AF_INET, SOCK_DGRAM, "localhost", "443"), 443);
    close(emulator);
    close(listener);
}

static void a_refused_connection_says_so(void **state)
{
    SCOPED_MEMORY char *variable = NULL;
    struct library library       = {0};
    unsigned port;
    int emulator = listen_somewhere(&port);

    variable = memory_format("127.0.0.1 %u", port);
    close(emulator);
    load(&library, variable);
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, AWS, "443"), 0);
    assert_int_equal(errno, ECONNREFUSED);
}

static void names_beyond_the_table_reach_the_emulator_too(void **state)
{
    SCOPED_MEMORY char *variable = NULL;
    struct library library       = {0};
    char text[INET6_ADDRSTRLEN];
    unsigned port;
    int emulator = listen_somewhere(&port);

    variable = memory_format("127.0.0.1 %u", port);
    load(&library, variable);
    for (unsigned i = 0; i < 150; i++) {
        SCOPED_MEMORY char *host = memory_format("a%u.execute-api.eu-west-1.amazonaws.com", i);

        find(&library, AF_INET, host, "443", text);
        assert_int_equal(errno, 4711);
    }
    assert_string_equal(text, "127.80.84.0");
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, AWS, "443"), port);
    assert_int_equal(reach(&library, AF_INET, SOCK_STREAM, AWS, "80"), 0);
    assert_int_equal(errno, EHOSTUNREACH);
    close(emulator);
}

/* Many threads look the same few names up, and each name keeps one mark. */

#define THREADS 8
#define NAMES   40

struct looker {
    struct library *library;
    pthread_t thread;
    char texts[NAMES][INET6_ADDRSTRLEN];
};

static void *look_at_all(void *argument)
{
    struct looker *looker = argument;

    for (unsigned i = 0; i < NAMES; i++) {
        SCOPED_MEMORY char *host = memory_format("a%u.execute-api.eu-west-1.amazonaws.com", i);

        find(looker->library, AF_INET, host, "443", looker->texts[i]);
    }
    return NULL;
}

static void threads_agree(void **state)
{
    static struct looker lookers[THREADS];
    struct library library = {0};

    load(&library, "127.0.0.1 3001");
    for (size_t i = 0; i < THREADS; i++) {
        lookers[i].library = &library;
        assert_int_equal(pthread_create(&lookers[i].thread, NULL, look_at_all, &lookers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(lookers[i].thread, NULL);
    for (size_t i = 1; i < THREADS; i++)
        assert_memory_equal(lookers[i].texts, lookers[0].texts, sizeof lookers[0].texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_names_that_the_emulator_answers_for_get_a_mark),
        cmocka_unit_test(names_that_only_look_like_those_get_none),
        cmocka_unit_test(port_443_of_a_mark_is_the_emulator_and_others_are_where_the_name_leads),
        cmocka_unit_test(a_refused_connection_says_so),
        cmocka_unit_test(names_beyond_the_table_reach_the_emulator_too),
        cmocka_unit_test(threads_agree),
    };

    return cmocka_run_group_tests_name("preload", tests, NULL, NULL);
}
