#include "deployment.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "configuration.h"
#include "gateway/gateway.h"
#include "lambda/lambda.h"
#include "redirect.h"

/* Processes hear of it only at their start: none is started before there is a port. */
static void tell_handlers(struct deployment *deployment)
{
    const struct registry *registry = &deployment->configuration->registry;
    bool has_changed;

    if (deployment->port == 0)
        return;
    has_changed =
        redirect_put(deployment->handler_environment, deployment->host, deployment->port, registry);
    for (size_t i = 0; has_changed && i < registry->function_count; i++)
        lambda_retire(deployment->lambda, registry->functions[i].name, NULL, 0);
    lambda_prepare(deployment->lambda);
}

/* The functions come first: whatever the gateway then does may call them. */
void deployment_replace(struct deployment *deployment, struct configuration *configuration)
{
    assert(configuration->is_fine);
    lambda_deploy(deployment->lambda, &configuration->registry);
    gateway_deploy(deployment->gateway, &configuration->registry);
    if (deployment->configuration != configuration)
        configuration_free(deployment->configuration);
    deployment->configuration = configuration;
    tell_handlers(deployment);
}

void deployment_set_port(struct deployment *deployment, uint16_t port)
{
    deployment->port = port;
    tell_handlers(deployment);
}

void deployment_deinit(struct deployment *deployment)
{
    configuration_free(deployment->configuration);
    deployment->configuration = NULL;
}
