#pragma once

/* The configuration that is served now. */

#include <stdint.h>

struct configuration;
struct gateway;
struct lambda;
struct name_values;

struct deployment {
    struct configuration *configuration; /* owned; NULL: none yet */
    struct lambda *lambda;
    struct gateway *gateway;

    /* Where handlers reach the public port: they are told as soon as it is open. */
    struct name_values *handler_environment;
    const char *host;
    uint16_t port; /* 0: not open yet */
};

/* Deploys a configuration that is fine, which is taken, in place of the one before. */
void deployment_replace(struct deployment *deployment, struct configuration *configuration);

/* The public port is open. */
void deployment_set_port(struct deployment *deployment, uint16_t port);
void deployment_deinit(struct deployment *deployment);
