#pragma once

/* The configuration that is served now. */

struct configuration;
struct gateway;
struct lambda;

struct deployment {
    struct configuration *configuration; /* owned; NULL: none yet */
    struct lambda *lambda;
    struct gateway *gateway;
};

/* Deploys a configuration that is fine, which is taken, in place of the one before. */
void deployment_replace(struct deployment *deployment, struct configuration *configuration);
void deployment_deinit(struct deployment *deployment);
