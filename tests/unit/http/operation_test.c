#include "http/operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* clang-format off */
static const struct operation operations[] = {
    {"PostToConnection", "POST",   "/@connections/{connectionId}",                NULL},
    {"DeleteConnection", "DELETE", "/@connections/{connectionId}",                NULL},
    {"GetApis",          "GET",    "/v2/apis",                                    NULL},
    {"GetDefault",       "GET",    "/v2/apis/default",                            NULL},
    {"GetApi",           "GET",    "/v2/apis/{apiId}",                            NULL},
    {"GetRoute",         "GET",    "/v2/apis/{apiId}/routes/{routeId}",           NULL},
    {"Root",             "POST",   "/",                                           NULL},
};

static const struct {
    const char *what;
    const char *method;
    const char *path;
    const char *expected; /* name and parameters */
    int path_is_known;
} cases[] = {
    {"a plain path",              "POST",   "/@connections/abc",        "PostToConnection [connectionId}=abc]", true },
    {"another method's row",      "DELETE", "/@connections/abc",        "DeleteConnection [connectionId}=abc]", true },
    {"an escaped at sign",        "POST",   "/%40connections/abc",      "PostToConnection [connectionId}=abc]", true },
    {"letters escaped",           "POST",   "/@%63onnections/abc",      "PostToConnection [connectionId}=abc]", true },
    {"an escaped equals sign",    "POST",   "/%40connections/abc%3D",   "PostToConnection [connectionId}=abc%3D]", true },
    {"an escaped slash",          "POST",   "/@connections/a%2Fb",      "PostToConnection [connectionId}=a%2Fb]", true },
    {"doubled slashes",           "POST",   "//@connections//abc",      "PostToConnection [connectionId}=abc]", true },
    {"a slash behind",            "POST",   "/@connections/abc/",       "PostToConnection [connectionId}=abc]", true },
    {"slashes behind",            "POST",   "/@connections/abc///",     "PostToConnection [connectionId}=abc]", true },
    {"no slash before",           "POST",   "@connections/abc",         "PostToConnection [connectionId}=abc]", true },
    {"a segment too many",        "POST",   "/@connections/abc/d",      "none", false},
    {"a segment too few",         "POST",   "/@connections",            "none", false},
    {"an empty parameter",        "POST",   "/@connections/",           "none", false},
    {"another case",              "POST",   "/@Connections/abc",        "none", false},
    {"a longer literal",          "POST",   "/@connectionsx/abc",       "none", false},
    {"a slash escaped between",   "POST",   "/%2F@connections/abc",     "none", false},
    {"another method",            "PUT",    "/@connections/abc",        "none", true },
    {"a method in lower case",    "post",   "/@connections/abc",        "none", true },
    {"no parameters",             "GET",    "/v2/apis",                 "GetApis", true },
    {"the earlier of two rows",   "GET",    "/v2/apis/default",         "GetDefault", true },
    {"two parameters",            "GET",    "/v2/apis/a/routes/b",      "GetRoute [apiId}/routes/{routeId}=a][routeId}=b]", true },
    {"the root",                  "POST",   "/",                        "Root", true },
    {"nothing",                   "POST",   "",                         "Root", true },
    {"the root by another method", "GET",   "/",                        "none", true },
};
/* clang-format on */

static void a_request_finds_its_row(void **state)
{
    static const struct api_table table = {operations, ARRAY_SIZE(operations), 0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
        size_t count      = 99;
        int path_is_known = 99;
        SCOPED_TEXT seen  = {0};
        const struct operation *found =
            operation_find(&table, cases[i].method, cases[i].path, strlen(cases[i].path),
                           parameters, &count, &path_is_known);

        text_append_string(&seen, found ? found->name : "none");
        for (size_t at = 0; at < count; at++)
            text_append_format(&seen, "%s[%s=%.*s]", at == 0 ? " " : "", parameters[at].name,
                               (int)parameters[at].size, parameters[at].segment);
        if (!text_equals(&seen, cases[i].expected) || path_is_known != cases[i].path_is_known)
            fail_msg("%s: %s, path_is_known %d", cases[i].what, text_string(&seen), path_is_known);
    }
}

static void only_the_path_s_own_bytes_are_read(void **state)
{
    static const struct api_table table = {operations, ARRAY_SIZE(operations), 0};
    static const char path[]            = "/@connections/abc?x/y";
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    size_t count;
    int path_is_known;

    assert_non_null(operation_find(&table, "POST", path, strcspn(path, "?"), parameters, &count,
                                   &path_is_known));
    assert_int_equal(count, 1);
    assert_int_equal(parameters[0].size, 3);
}

static void a_segment_longer_than_any_literal_is_no_trouble(void **state)
{
    static const struct api_table table = {operations, ARRAY_SIZE(operations), 0};
    struct operation_parameter parameters[OPERATION_PARAMETERS_MAX];
    SCOPED_TEXT path = {0};
    size_t count;
    int path_is_known;

    text_append_string(&path, "/@connections/");
    for (int i = 0; i < 5000; i++)
        text_append_string(&path, "%41");
    assert_non_null(
        operation_find(&table, "POST", path.data, path.size, parameters, &count, &path_is_known));
    assert_null(operation_find(&table, "POST", path.data + 14, path.size - 14, parameters, &count,
                               &path_is_known));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_finds_its_row),
        cmocka_unit_test(only_the_path_s_own_bytes_are_read),
        cmocka_unit_test(a_segment_longer_than_any_literal_is_no_trouble),
    };

    return cmocka_run_group_tests_name("http/operation", tests, NULL, NULL);
}
