/* Messages through handler processes: answered in the result, and answered by posting back. */

#include "tests/bench/bench.h"
#include "tests/bench/echo.h"
#include "tests/bench/server.h"
#include "tests/bench/swarm.h"

static const struct echo_case cases[] = {
    {"c",           1,  "C handler, result, 1 client",                    0,    300},
    {"c",           50, "C handler, result, 50 clients",                  0,    0  },
    {"c-post",      1,  "C handler, post to the client, 1 client",        0,    0  },
    {"c-post",      50, "C handler, post to the client, 50 clients",      0,    0  },
    {"node",        1,  "Node handler, result, 1 client",                 0,    400},
    {"node",        50, "Node handler, result, 50 clients",               8000, 0  },
    {"node-post",   1,  "Node handler, post to the client, 1 client",     0,    0  },
    {"node-post",   50, "Node handler, post to the client, 50 clients",   0,    0  },
    {"python",      1,  "Python handler, result, 1 client",               0,    0  },
    {"python",      50, "Python handler, result, 50 clients",             0,    0  },
    {"python-post", 1,  "Python handler, post to the client, 1 client",   0,    0  },
    {"python-post", 50, "Python handler, post to the client, 50 clients", 0,    0  },
};

bool scenario_echo(struct bench *bench)
{
    struct server server;
    struct swarm swarm = {.epoll = -1};
    bool is_done       = server_start_emulator(&server, bench->binary, NULL, bench->folder) &&
                   swarm_init(&swarm, server.port, "/dev", ECHO_CLIENTS_MAX) &&
                   swarm_open(&swarm, ECHO_CLIENTS_MAX);

    for (size_t i = 0; is_done && i < sizeof cases / sizeof *cases; i++)
        is_done = echo_measure(bench, &server, &swarm, &cases[i], NULL);
    swarm_deinit(&swarm);
    server_stop(&server);
    return is_done;
}
