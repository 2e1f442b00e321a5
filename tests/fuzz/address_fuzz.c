/*
 * The first line of the input is a Host, the rest a request target: what is found is a stage that
 * is served, and what is left lies within the target.
 */

#include <assert.h>

#include "fuzz_input.h"
#include "gateway/address.h"
#include "gateway/custom_domain.h"
#include "gateway/snapshot.h"
#include "http/operation.h"

static struct snapshot served;

static char chat_id[]  = "chat000001";
static char chat[]     = "chat";
static char other_id[] = "other00001";
static char other[]    = "my chat";
static char dev[]      = "dev";
static char prod[]     = "$default";

static struct live_stage chat_dev = {
    .api_id = chat_id, .api_name = chat, .stage_name = dev, .snapshot = &served};
static struct live_stage chat_prod = {
    .api_id = chat_id, .api_name = chat, .stage_name = prod, .snapshot = &served};
static struct live_stage other_dev = {
    .api_id = other_id, .api_name = other, .stage_name = dev, .snapshot = &served};
static struct live_stage gone = {.api_id = other_id, .api_name = other, .stage_name = prod};

static struct live_stage *const all[] = {&chat_dev, &chat_prod, &other_dev, &gone};

static char no_key[] = "";
static char v2_key[] = "v2";
static char domain[] = "*.example.com";

static struct custom_mapping mappings[] = {
    {no_key, &chat_dev},
    {v2_key, &gone    }
};
static struct custom_domain names[] = {
    {domain, mappings, 2}
};
static const struct custom_domains domains = {names, 1};

static const struct operation operations[] = {
    {"PostToConnection", "POST", "/@connections/{connectionId}", NULL},
};

static const struct api_table management = {operations, ARRAY_SIZE(operations), 0};

static void check_rest(const char *rest)
{
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    size_t size  = strcspn(rest, "?#");
    size_t count = 0;
    int is_known = 0;
    bool is_post = operation_find(&management, "POST", rest, size, parameters, &count, &is_known);
    bool is_not_path = count > 0 && memchr(parameters[0].segment, '/', parameters[0].size);

    assert(is_post == (count == 1) && !is_not_path);
}

static void check(size_t stages, const char *host, const char *target)
{
    const struct address_book book = {all, stages, &domains};
    struct address address;

    address_resolve(&book, host, target, &address);
    assert((address.kind == ADDRESS_STAGE) == (address.stage != NULL));
    assert(!address.stage || address.stage->snapshot);
    assert(address.rest >= target && address.rest <= target + strlen(target));
    assert(address.kind == ADDRESS_STAGE || address.rest == target);
    assert(strchr("/?#", *address.rest));
    assert((address.kind != ADDRESS_UNKNOWN && address.kind != ADDRESS_UNMAPPED) ||
           *address.problem);
    assert(strlen(address.domain) < sizeof address.domain);
    assert(!host || strncmp(address.domain, host, strlen(address.domain)) == 0);
    if (address_is_whole(&address))
        assert(address.rest[strspn(address.rest, "/")] != '@');
    check_rest(address.rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input    = {(const char *)data, size};
    SCOPED_MEMORY char *host   = fuzz_take(&input, '\n');
    SCOPED_MEMORY char *path   = memory_copy(input.data, input.size);
    SCOPED_MEMORY char *target = memory_format("/%s", path);

    check(ARRAY_SIZE(all), host, target);
    check(1, host, target);
    check(0, NULL, target);
    return 0;
}
