#include "deployment.h"

#include <assert.h>
#include <stddef.h>

#include "configuration.h"
#include "gateway/gateway.h"
#include "lambda/lambda.h"

/* The functions come first: whatever the gateway then does may call them. */
void deployment_replace(struct deployment *deployment, struct configuration *configuration)
{
    assert(configuration->is_fine);
    lambda_deploy(deployment->lambda, &configuration->registry);
    gateway_deploy(deployment->gateway, &configuration->registry);
    if (deployment->configuration != configuration)
        configuration_free(deployment->configuration);
    deployment->configuration = configuration;
}

void deployment_deinit(struct deployment *deployment)
{
    configuration_free(deployment->configuration);
    deployment->configuration = NULL;
}
