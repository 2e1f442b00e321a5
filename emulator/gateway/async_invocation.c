#include "gateway/async_invocation.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "gateway/gateway_state.h"
#include "lambda/failure.h"
#include "lambda/lambda.h"
#include "model/limits.h"

struct async_invocation {
    struct queue_link link; /* in the gateway's */
    struct gateway *gateway;
    struct invocation invocation;
    char *function;
    char *connection_id;
};

static void async_invocation_free(struct async_invocation *self)
{
    invocation_cancel(&self->invocation);
    text_deinit(&self->invocation.event);
    text_deinit(&self->invocation.payload);
    free(self->function);
    free(self->connection_id);
    free(self);
}

/* AWS tries twice more, after one and two minutes; here what has failed has failed. */
static void on_done(struct invocation *invocation)
{
    struct async_invocation *self = container_of(invocation, struct async_invocation, invocation);
    SCOPED_TEXT why               = {0};

    if (invocation->outcome != INVOCATION_SUCCEEDED) {
        failure_describe(invocation, &why);
        log_warn(LOG_FIELDS({"functionName", self->function}, {"connectionId", self->connection_id},
                            {"requestId", invocation->request_id},
                            {"reason", REASON_ASYNC_INVOCATION_FAILED}),
                 "an asynchronous invocation has failed: %s; AWS would try twice more, after one "
                 "and two minutes",
                 text_string(&why));
    }
    queue_remove(&self->gateway->async_invocations, &self->link);
    async_invocation_free(self);
}

void async_invocation_begin(struct gateway *gateway, const char *function,
                            const char *connection_id, struct text *event)
{
    struct async_invocation *self = NEW(struct async_invocation);

    self->gateway       = gateway;
    self->function      = memory_copy_string(function);
    self->connection_id = memory_copy_string(connection_id);
    self->invocation    = (struct invocation){
           .function             = self->function,
           .event                = *event,
           .timeout_milliseconds = (int64_t)FUNCTION_TIMEOUT_SECONDS_MAX * 1000,
           .connection_id        = self->connection_id,
           .done                 = on_done,
    };
    *event = (struct text){0};
    queue_push(&gateway->async_invocations, &self->link);
    lambda_invoke(gateway->settings.lambda, &self->invocation);
}

void async_invocations_free(struct gateway *gateway)
{
    struct queue_link *link;

    while ((link = queue_pop(&gateway->async_invocations)))
        async_invocation_free(container_of(link, struct async_invocation, link));
}
