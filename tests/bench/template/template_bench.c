/*
 * What a mapping template of 50 lines costs: a table entry made of an order, with loops,
 * conditions, escaping and JSON. Prints figures, judges none.
 *
 *     template_bench TEMPLATE [tiny]
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "template/mapping_template.h"

#define TEMPLATE_SIZE 65536
#define ROUNDS        50000
#define REPEATS       5

static const char body[] =
    "{\"action\":\"order\",\"order\":{\"id\":\"o-1234567\",\"priority\":\"low\",\"note\":\"it's "
    "\\\"fragile\\\"\","
    "\"lines\":[{\"sku\":\"A1\",\"name\":\"lamp\",\"count\":2,\"price\":19},"
    "{\"sku\":\"B2\",\"name\":\"chair\",\"count\":4,\"price\":55},"
    "{\"sku\":\"C3\",\"name\":\"table\",\"count\":1,\"price\":120}],"
    "\"address\":{\"street\":\"1 High St\",\"city\":\"Leeds\",\"code\":\"LS1\"}}}";

static void fill_context(struct mapping_run *run, struct object *context, void *owner)
{
    struct object *identity;

    mapping_put(run, context, "connectionId", "Wk3vZdT9liACExQ=");
    mapping_put(run, context, "requestId", "Wk3vZdT9liACExQ=");
    mapping_put(run, context, "extendedRequestId", "Wk3vZdT9liACExQ=");
    mapping_put(run, context, "stage", "dev");
    mapping_put(run, context, "apiId", "a1b2c3d4e5");
    mapping_put(run, context, "routeKey", "order");
    mapping_put(run, context, "eventType", "MESSAGE");
    mapping_put(run, context, "domainName", "localhost:3001");
    mapping_put_number(run, context, "requestTimeEpoch", 1700000000000);
    mapping_put_number(run, context, "connectedAt", 1700000000000);
    identity = mapping_put_map(run, context, "identity");
    mapping_put(run, identity, "sourceIp", "127.0.0.1");
    mapping_put(run, identity, "userAgent", "wscat");
    mapping_put(run, mapping_put_map(run, context, "authorizer"), "principalId", "user-1");
}

static void fill_variables(struct mapping_run *run, struct object *variables, void *owner)
{
    mapping_put(run, variables, "table", "orders");
}

/* CPU seconds of this process. */
static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Microseconds for each evaluation; negative if one fails. */
static double measure(const struct mapping_template *template, unsigned rounds)
{
    struct mapping_input input = {.context         = {.fill = fill_context},
                                  .stage_variables = {.fill = fill_variables}};
    SCOPED_TEXT out            = {0};
    double start               = now();

    for (unsigned i = 0; i < rounds; i++) {
        struct mapping_run *run    = mapping_run_new(&input);
        struct mapping_error error = {0};

        text_clear(&out);
        if (!mapping_run_evaluate(run, template, body, sizeof body - 1, &out, &error)) {
            fprintf(stderr, "%u:%u: %s\n", error.line, error.column, error.message);
            return -1;
        }
        mapping_run_free(run);
    }
    return (now() - start) * 1e6 / rounds;
}

int main(int argc, char **argv)
{
    unsigned rounds            = argc > 2 && strcmp(argv[2], "tiny") == 0 ? 100 : ROUNDS;
    SCOPED_TEXT source         = {0};
    struct mapping_error error = {0};
    struct mapping_template *template;
    double compiling;
    double best = 0;

    if (argc < 2 || file_read(argv[1], TEMPLATE_SIZE, &source) < 0) {
        fputs("usage: template_bench TEMPLATE [tiny]\n", stderr);
        return EXIT_FAILURE;
    }
    compiling = now();
    template  = mapping_template_new(source.data, source.size, &error);
    compiling = (now() - compiling) * 1e6;
    for (int i = 0; template && i < REPEATS; i++) {
        double cost = measure(template, rounds);

        if (cost < 0)
            return EXIT_FAILURE;
        best = i == 0 || cost < best ? cost : best;
    }
    if (!template)
        fprintf(stderr, "%u:%u: %s\n", error.line, error.column, error.message);
    else
        printf("a mapping template of 50 lines: %.1f us of CPU a message (aim: 20), compiled in "
               "%.0f us\n",
               best, compiling);
    mapping_template_free(template);
    return template ? EXIT_SUCCESS : EXIT_FAILURE;
}
