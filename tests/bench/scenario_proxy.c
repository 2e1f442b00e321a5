/*
 * Messages to an HTTP backend, and what they cost more than the same messages answered by a MOCK.
 */

#include <stdio.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"
#include "tests/bench/echo.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

#define ADDED_TARGET 60.0 /* microseconds */

/* The MOCK can say only what it knows: the message of echo.c. */
static const char project[] =
    "{\"apis\":{\"bench\":{\"routes\":{"
    "\"proxy\":{\"routeResponse\":true,\"integration\":{\"integrationType\":\"HTTP_PROXY\","
    "\"integrationMethod\":\"POST\",\"integrationUri\":\"http://127.0.0.1:%u/echo\"}},"
    "\"mock\":{\"routeResponse\":true,\"integration\":{\"integrationType\":\"MOCK\","
    "\"requestTemplates\":{\"$default\":\"{\\\"statusCode\\\":200}\"},"
    "\"integrationResponses\":{\"$default\":{\"responseTemplates\":{\"$default\":"
    "\"{\\\"action\\\":\\\"mock\\\",\\\"text\\\":\\\"hello there\\\","
    "\\\"number\\\":12345678}\"}}}}}}}}}";

static const struct echo_case cases[][2] = {
    {{.route = "mock", .clients = 1, .text = "MOCK, 1 client"},
     {.route = "proxy", .clients = 1, .text = "HTTP_PROXY, 1 client"}   },
    {{.route = "mock", .clients = 50, .text = "MOCK, 50 clients"},
     {.route = "proxy", .clients = 50, .text = "HTTP_PROXY, 50 clients"}},
};

static bool write_project(const char *folder, unsigned port)
{
    char path[512];
    FILE *file;

    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/postern.json", folder);
    file = fopen(path, "we");
    if (!file)
        return false;
    fprintf(file, project, port);
    return fclose(file) == 0;
}

/* What the backend costs more. */
static bool compare(struct bench *bench, const struct server *server, struct swarm *swarm,
                    const struct echo_case pair[2])
{
    double without = 0;
    double with    = 0;
    char name[64];

    if (!echo_measure(bench, server, swarm, &pair[0], &without) ||
        !echo_measure(bench, server, swarm, &pair[1], &with))
        return false;
    snprintf(name, sizeof name, "proxy.%zu.added", pair[1].clients);
    report_aim(report_add(&bench->report, name, "  CPU that HTTP_PROXY adds", with - without, "us"),
               GOAL_AT_MOST, ADDED_TARGET);
    return true;
}

bool scenario_proxy(struct bench *bench)
{
    struct server emulator = {0};
    struct server backend  = {0};
    struct swarm swarm     = {.epoll = -1};
    char folder[400];
    bool is_done;

    snprintf(folder, sizeof folder, "%s/proxy", bench->folder);
    is_done = server_start_floor(&backend) && write_project(folder, backend.port) &&
              server_start_emulator(&emulator, bench->binary, folder, bench->folder) &&
              swarm_init(&swarm, emulator.port, "/dev", ECHO_CLIENTS_MAX) &&
              swarm_open(&swarm, ECHO_CLIENTS_MAX);
    for (size_t i = 0; is_done && i < sizeof cases / sizeof *cases; i++)
        is_done = compare(bench, &emulator, &swarm, cases[i]);
    swarm_deinit(&swarm);
    server_stop(&emulator);
    server_stop(&backend);
    return is_done;
}
