#include "gateway/address.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "gateway/custom_domain.h"
#include "gateway/snapshot.h"

static struct snapshot served;
static struct snapshot hidden = {.is_endpoint_disabled = true};

static char chat_id[]  = "chat000001";
static char chat[]     = "chat";
static char other_id[] = "other00001";
static char other[]    = "other";
static char dev[]      = "dev";
static char prod[]     = "prod";
static char old[]      = "old";

static struct live_stage chat_dev = {
    .api_id = chat_id, .api_name = chat, .stage_name = dev, .snapshot = &served};
static struct live_stage chat_prod = {
    .api_id = chat_id, .api_name = chat, .stage_name = prod, .snapshot = &served};
static struct live_stage other_dev = {
    .api_id = other_id, .api_name = other, .stage_name = dev, .snapshot = &served};
static struct live_stage gone = {.api_id = other_id, .api_name = other, .stage_name = old};

static struct live_stage hidden_dev = {
    .api_id = other_id, .api_name = other, .stage_name = dev, .snapshot = &hidden};

static struct live_stage *const all[] = {&chat_dev, &chat_prod, &other_dev, &gone};

static char no_key[]   = "";
static char v2_key[]   = "v2";
static char lost_key[] = "lost";
static char domain[]   = "ws.example.com";
static char wildcard[] = "*.example.org";

static struct custom_mapping mappings[] = {
    {no_key,   &chat_dev },
    {v2_key,   &chat_prod},
    {lost_key, NULL      }
};
static struct custom_mapping mapping[] = {
    {v2_key, &other_dev}
};
static struct custom_domain names[] = {
    {domain,   mappings, 3},
    {wildcard, mapping,  1}
};

static const struct custom_domains domains = {names, ARRAY_SIZE(names)};

static void resolve(struct live_stage *const *stages, size_t count, const char *host,
                    const char *target, struct address *address)
{
    const struct address_book book = {stages, count, &domains};

    address_resolve(&book, host, target, address);
}

static void health_checks_of_a_custom_domain_are_nobody_s(void **state)
{
    static const struct {
        const char *host;
        const char *target;
        enum address_kind expected;
    } cases[] = {
        {"ws.example.com", "/ping",        ADDRESS_HEALTH  },
        {"a.example.org",  "/sping/?x",    ADDRESS_HEALTH  },
        {"ws.example.com", "/v2/ping",     ADDRESS_STAGE   },
        {"ws.example.com", "/ping/deeper", ADDRESS_UNMAPPED},
        {"ws.example.com", "/pings",       ADDRESS_UNMAPPED},
        {"localhost:3001", "/ping",        ADDRESS_UNKNOWN },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address address;

        resolve(all, ARRAY_SIZE(all), cases[i].host, cases[i].target, &address);
        if (address.kind != cases[i].expected)
            fail_msg("%s%s", cases[i].host, cases[i].target);
    }
}

static void a_custom_domain_has_mappings_for_stages(void **state)
{
    /* clang-format off */
    static const struct {
        const char *host;
        const char *target;
        const struct live_stage *stage; /* NULL: unmapped */
        const char *rest;
    } cases[] = {
        {"ws.example.com",          "/",                       &chat_dev,  "/"              },
        {"WS.Example.COM:3001",     "/v2?x=1",                 &chat_prod, "?x=1"           },
        {"ws.example.com",          "/v2/@connections/x",      &chat_prod, "/@connections/x"},
        {"ws.example.com",          "/@connections/x",         &chat_dev,  "/@connections/x"},
        {"ws.example.com",          "/prod",                   NULL,       "/prod"          },
        {"a.example.org",           "/v2",                     &other_dev, ""               },
        {"a.example.org",           "/",                       NULL,       "/"              },
        {"a.example.org",           "/chat000001/dev",         NULL,       "/chat000001/dev"},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address address;

        resolve(all, ARRAY_SIZE(all), cases[i].host, cases[i].target, &address);
        if (address.kind != (cases[i].stage ? ADDRESS_STAGE : ADDRESS_UNMAPPED) ||
            address.stage != cases[i].stage || strcmp(address.rest, cases[i].rest) != 0)
            fail_msg("%s%s: %d %s", cases[i].host, cases[i].target, (int)address.kind,
                     address.rest);
        assert_string_equal(address.domain, cases[i].host);
    }
}

static void other_hosts_are_no_custom_domain(void **state)
{
    static const char *const hosts[] = {"example.org", "a.b.example.org", ".example.org",
                                        "ws.example.co", "xws.example.com"};

    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
        struct address address;

        resolve(all, ARRAY_SIZE(all), hosts[i], "/prod", &address);
        assert_int_equal(address.kind, ADDRESS_STAGE);
        assert_ptr_equal(address.stage, &chat_prod);
        assert_string_equal(address.domain, "");
    }
}

static void every_form_of_url_finds_its_stage(void **state)
{
    /* clang-format off */
    static const struct {
        const char *what;
        const char *host;
        const char *target;
        const struct live_stage *stage; /* NULL: unknown */
        const char *rest;
        const char *domain;
    } cases[] = {
        {"a stage whose name is unique",  "localhost:3001", "/prod",                    &chat_prod, "",                ""},
        {"a trailing slash",              "localhost:3001", "/prod/",                   &chat_prod, "/",               ""},
        {"a query",                       "localhost:3001", "/prod?x=1",                &chat_prod, "?x=1",            ""},
        {"a stage name of two APIs",      "localhost:3001", "/dev",                     NULL,       "/dev",            ""},
        {"an API's id before the stage",  "localhost:3001", "/chat000001/dev",          &chat_dev,  "",                ""},
        {"an API's name before it",       "localhost:3001", "/other/dev",               &other_dev, "",                ""},
        {"doubled slashes",               "localhost:3001", "//other//dev//x",          &other_dev, "//x",             ""},
        {"an encoded name",               "localhost:3001", "/%6fther/d%65v",           &other_dev, "",                ""},
        {"a stage that is gone",          "localhost:3001", "/other/old",               NULL,       "/other/old",      ""},
        {"an API without a stage",        "localhost:3001", "/chat",                    NULL,       "/chat",           ""},
        {"no path where there are many",  "localhost:3001", "/",                        NULL,       "/",               ""},
        {"AWS's host name",               "chat000001.execute-api.us-east-1.amazonaws.com:443", "/dev/@connections/x", &chat_dev, "/@connections/x", "chat000001.execute-api.us-east-1.amazonaws.com"},
        {"AWS's host name on localhost",  "other00001.execute-api.us-east-1.localhost:3001", "/dev", &other_dev, "", "other00001.execute-api.us-east-1.localhost:3001"},
        {"an unknown API's host name",    "nosuch0001.execute-api.us-east-1.amazonaws.com", "/dev", NULL, "/dev", "nosuch0001.execute-api.us-east-1.amazonaws.com"},
        {"LocalStack's path",             "localhost:3001", "/_aws/execute-api/chat000001/dev/@connections/x", &chat_dev, "/@connections/x", ""},
        {"no Host header",                NULL,             "/prod",                    &chat_prod, "",                ""},
    };
    /* clang-format on */

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct address address;

        resolve(all, ARRAY_SIZE(all), cases[i].host, cases[i].target, &address);
        if (address.kind != (cases[i].stage ? ADDRESS_STAGE : ADDRESS_UNKNOWN) ||
            address.stage != cases[i].stage || strcmp(address.rest, cases[i].rest) != 0 ||
            strcmp(address.domain, cases[i].domain) != 0)
            fail_msg("%s: kind %d, rest \"%s\", domain \"%s\"", cases[i].what, (int)address.kind,
                     address.rest, address.domain);
    }
}

static void the_only_stage_needs_no_path(void **state)
{
    struct live_stage *const only[] = {&chat_dev, &gone};
    struct address address;

    resolve(only, ARRAY_SIZE(only), "localhost:3001", "/", &address);
    assert_int_equal(address.kind, ADDRESS_STAGE);
    assert_ptr_equal(address.stage, &chat_dev);
    assert_true(address_is_whole(&address));
}

/* It names no stage, not even where there is just one. */
static void a_segment_longer_than_any_name_is_unknown(void **state)
{
    struct live_stage *const only[] = {&chat_dev};
    SCOPED_MEMORY char *target      = memory_new(1000);
    struct address address;

    memset(target, 'a', 999);
    target[0] = '/';
    resolve(only, ARRAY_SIZE(only), "localhost:3001", target, &address);
    assert_int_equal(address.kind, ADDRESS_UNKNOWN);
    assert_string_equal(address.problem,
                        "there is no stage, API id or API name like the path's first segment");
    memcpy(target + 900, "/dev", 5);
    resolve(only, ARRAY_SIZE(only), "localhost:3001", target, &address);
    assert_int_equal(address.kind, ADDRESS_UNKNOWN);
}

static void connections_at_the_root_are_of_any_stage(void **state)
{
    struct address address;

    resolve(all, ARRAY_SIZE(all), "localhost:3001", "/%40connections/abc", &address);
    assert_int_equal(address.kind, ADDRESS_ANY_STAGE);
    assert_string_equal(address.rest, "/%40connections/abc");
}

static void a_disabled_endpoint_is_refused_at_aws_s_host_only(void **state)
{
    struct live_stage *const only[] = {&hidden_dev};
    struct address address;

    resolve(only, ARRAY_SIZE(only), "other00001.execute-api.us-east-1.amazonaws.com",
            "/dev/@connections/x", &address);
    assert_int_equal(address.kind, ADDRESS_UNKNOWN);
    assert_null(address.stage);
    resolve(only, ARRAY_SIZE(only), "localhost:3001", "/dev", &address);
    assert_int_equal(address.kind, ADDRESS_STAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_custom_domain_has_mappings_for_stages),
        cmocka_unit_test(health_checks_of_a_custom_domain_are_nobody_s),
        cmocka_unit_test(other_hosts_are_no_custom_domain),
        cmocka_unit_test(every_form_of_url_finds_its_stage),
        cmocka_unit_test(a_disabled_endpoint_is_refused_at_aws_s_host_only),
        cmocka_unit_test(the_only_stage_needs_no_path),
        cmocka_unit_test(a_segment_longer_than_any_name_is_unknown),
        cmocka_unit_test(connections_at_the_root_are_of_any_stage),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
