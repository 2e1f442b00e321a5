#include "crypto/sigv4.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "crypto/digest.h"
#include "crypto/sigv4_canonical.h"

#define KEY    "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define DATE   "20260102T030405Z"
#define NOW    1767323045 /* DATE */
#define SCOPE  KEY "/20260102/us-east-1/execute-api/aws4_request"
#define HOST   "abcde12345.execute-api.us-east-1.amazonaws.com"

#define POST "/prod/@connections/L0SM9cOFvHcCIhw%3D"
#define PRESIGNED                                                                                  \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%"        \
    "2Fexecute-api%2Faws4_request&X-Amz-Date=" DATE "&X-Amz-Expires=300&X-Amz-SignedHeaders=host"

#define AUTHORIZATION(headers, signature)                                                          \
    {                                                                                              \
        "Authorization", "AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=" headers           \
                         ", Signature=" signature                                                  \
    }

#define TEN_HEADERS   ";x;x;x;x;x;x;x;x;x;x"
#define FIFTY_HEADERS TEN_HEADERS TEN_HEADERS TEN_HEADERS TEN_HEADERS TEN_HEADERS

#define BODY        "{\"msg\":\"hi\"}"
#define BODY_DIGEST "d95808527f6e74a7a4cc2d3dfc056424bea5dce3940f31f158d06ad5098fbdd8"
#define DIGEST_SIGNED                                                                              \
    AUTHORIZATION("host;x-amz-content-sha256;x-amz-date",                                          \
                  "602bc4fec75d2ea76486a599cba06ddf1d0fa58571059a98f97cace87f24cd02")

#define V1 "29756c4e190de255cf4a1c1c35dfce6ee8a780e8d303faae227d4b87e54119f1"

static const char *find_secret(const void *owner, const char *access_key)
{
    return strcmp(access_key, KEY) == 0 ? SECRET : NULL;
}

static enum sigv4_verdict verify(const struct sigv4_request *request, int64_t now,
                                 struct sigv4_finding *finding)
{
    const struct sigv4_expectation expectation = {
        .region      = "us-east-1",
        .service     = "execute-api",
        .now         = now,
        .find_secret = find_secret,
    };

    return sigv4_verify(request, &expectation, finding);
}

/* A row of up to four headers. */
struct vector {
    const char *what;
    const char *method;
    const char *target;
    const char *body;
    struct sigv4_header headers[4];
    const char *signed_headers;
    const char *canonical_hash; /* NULL: not known */
};

static struct sigv4_request make_request(const struct vector *vector)
{
    struct sigv4_request request = {
        .method    = vector->method,
        .target    = vector->target,
        .headers   = vector->headers,
        .body      = vector->body,
        .body_size = strlen(vector->body),
    };

    while (request.header_count < 4 && vector->headers[request.header_count].name)
        request.header_count++;
    return request;
}

/* clang-format off */
static const struct vector vectors[] = {
    {"V1", "POST", POST, "{\"msg\":\"hi\"}",
     {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, AUTHORIZATION("host;x-amz-date", V1)},
     "host;x-amz-date", "eeeac9b97226a85c91f7bb607ab5446ae2a2756961eb434194354decccd1b099"},
    {"V2", "GET", POST, "",
     {{"Host", HOST}, {"X-Amz-Date", DATE}, {"X-Amz-Security-Token", "SESSION/TOKEN+=="},
      AUTHORIZATION("host;x-amz-date;x-amz-security-token", "00b998c68be85cb92cce5bbf0b0149c817645a4c8070c849c6c3e32d9a816709")},
     "host;x-amz-date;x-amz-security-token", "859dc54712df35e8c790c4abef3d23d5713616660545d5ab17e308de4c7a6057"},
    {"V3", "DELETE", POST, "",
     {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, {"X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"},
      AUTHORIZATION("host;x-amz-content-sha256;x-amz-date", "b2b590859be2b0754e92d9fca334a00ae8018e9aacadf0d0ad23de23b34afcb8")},
     "host;x-amz-content-sha256;x-amz-date", "372095fe886d7dada2de02c9436669b938a0b20b26da1bb12644a0aec870dce0"},
    {"V4", "GET", "/prod?" PRESIGNED "&X-Amz-Security-Token=SESSION%2FTOKEN%2B%3D%3D&X-Amz-Signature=2f8b2d56b2d320e1f29efc418b0de38ef40f5d5c37453286f0dd0efdf999f31a", "",
     {{"Host", HOST}}, "host", "5256ac713e8b121ea0ed98ef78b52d43b3c892cea7c1dcbe24169335f3b7ce6b"},
    {"V5", "GET", "/prod?room=a%20b&x=%2F&" PRESIGNED "&X-Amz-Signature=619243f33c112c83272800df807f5d958555f19ecfc547bb813eaa9bd2c01944", "",
     {{"Host", "localhost:3001"}}, "host", "eaca1078bd25342a2d7e59463606619369eee5513fac7dfe40110696e2a80956"},
    {"pieces in another order", "POST", POST, BODY,
     {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, {"Authorization", "AWS4-HMAC-SHA256 Signature=" V1 ",SignedHeaders=host;x-amz-date,Credential=" SCOPE}},
     "host;x-amz-date", "eeeac9b97226a85c91f7bb607ab5446ae2a2756961eb434194354decccd1b099"},
    {"a Date header", "POST", POST, BODY,
     {{"Host", "localhost:3001"}, {"Date", "Fri, 02 Jan 2026 03:04:05 GMT"}, AUTHORIZATION("date;host", "c7a7c3be2bbc18b3414effdf83d0fe988cac7f6741011e2fa6d6fa1153c97f5e")},
     "date;host", "81922a406f4d43e6f1e3e78138dddec4ba0ea9b5812adc9b8f2c7a77989fc515"},
    {"a digest of the body", "POST", POST, BODY,
     {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, {"X-Amz-Content-SHA256", BODY_DIGEST}, DIGEST_SIGNED},
     "host;x-amz-content-sha256;x-amz-date", "88cca183adb0392ea42a6f774c60fce7118326a613468145c133531858fad31c"},
};

static const struct {
    struct vector vector;
    enum sigv4_verdict verdict;
    const char *message; /* how it begins */
} refusals[] = {
    {{"nothing", "POST", POST, "", {{"Host", "localhost:3001"}}, NULL, NULL}, SIGV4_UNSIGNED, "Missing Authentication Token"},
    {{"a token", "POST", POST, "", {{"Host", "localhost:3001"}, {"Authorization", "Bearer abc"}}, NULL, NULL}, SIGV4_INCOMPLETE,
     "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."},
    {{"half of it", "POST", POST, "", {{"Authorization", "AWS4-HMAC-SHA256 Credential=" SCOPE}}, NULL, NULL}, SIGV4_INCOMPLETE,
     "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Credential="},
    {{"half a query", "GET", "/prod?X-Amz-Algorithm=AWS4-HMAC-SHA256", "", {{"Host", "localhost:3001"}}, NULL, NULL}, SIGV4_INCOMPLETE,
     "AWS query-string parameters must include 'X-Amz-Credential'. "},
    {{"too long a time", "GET", "/prod?" PRESIGNED "&X-Amz-Signature=0&X-Amz-Expires=1", "", {{"Host", "localhost:3001"}}, NULL, NULL}, SIGV4_INVALID,
     "The request signature we calculated does not match"},
    {{"both forms", "GET", "/prod?" PRESIGNED, "", {{"Authorization", "x"}}, NULL, NULL}, SIGV4_INVALID,
     "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
    {{"four parts", "POST", POST, "", {{"X-Amz-Date", DATE}, {"Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0"}}, NULL, NULL}, SIGV4_INCOMPLETE,
     "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'"},
    {{"a date like none", "POST", POST, "", {{"X-Amz-Date", "yesterday"}, AUTHORIZATION("host", "0")}, NULL, NULL}, SIGV4_INCOMPLETE,
     "Date must be in ISO-8601 'basic format'. Got 'yesterday'."},
    {{"a host not signed", "POST", POST, "", {{"X-Amz-Date", DATE}, AUTHORIZATION("x-amz-date", "0")}, NULL, NULL}, SIGV4_INVALID,
     "'Host' must be a 'SignedHeader' in the AWS Authorization."},
    {{"too many headers", "POST", POST, "", {{"X-Amz-Date", DATE}, AUTHORIZATION("host" FIFTY_HEADERS, "0")}, NULL, NULL}, SIGV4_INVALID,
     "More than 50 'SignedHeaders' are not supported."},
    {{"another scope", "POST", POST, "", {{"X-Amz-Date", DATE}, {"Authorization", "AWS4-HMAC-SHA256 Credential=" KEY "/20260103/mars/s3/end, SignedHeaders=host, Signature=0"}}, NULL, NULL}, SIGV4_INVALID,
     "Credential should be scoped to a valid region, not 'mars'. Credential should be scoped to correct service: 'execute-api'. Credential should be scoped with a valid terminator: 'aws4_request', not 'end'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'."},
    {{"another key", "POST", POST, "", {{"X-Amz-Date", DATE}, {"Authorization", "AWS4-HMAC-SHA256 Credential=OTHER/20260102/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"}}, NULL, NULL}, SIGV4_UNKNOWN_KEY,
     "The security token included in the request is invalid."},
    {{"an id that isn't escaped", "POST", "/prod/@connections/L0SM9cOFvHcCIhw=", "{\"msg\":\"hi\"}", {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, AUTHORIZATION("host;x-amz-date", V1)}, NULL, NULL}, SIGV4_INVALID,
     "The request signature we calculated does not match"},
    {{"another host", "POST", POST, "{\"msg\":\"hi\"}", {{"Host", "127.0.0.1:3001"}, {"X-Amz-Date", DATE}, AUTHORIZATION("host;x-amz-date", V1)}, NULL, NULL}, SIGV4_INVALID,
     "The request signature we calculated does not match"},
    {{"a digest of another body", "POST", POST, "{\"msg\":\"ho\"}", {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, {"X-Amz-Content-SHA256", BODY_DIGEST}, DIGEST_SIGNED}, NULL, NULL}, SIGV4_INVALID,
     "The request signature we calculated does not match"},
    {{"another body", "POST", POST, "{\"msg\":\"ho\"}", {{"Host", "localhost:3001"}, {"X-Amz-Date", DATE}, AUTHORIZATION("host;x-amz-date", V1)}, NULL, NULL}, SIGV4_INVALID,
     "The request signature we calculated does not match"},
};
/* clang-format on */

static void well_signed_requests_are_valid(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        struct sigv4_request request = make_request(&vectors[i]);
        struct sigv4_finding finding = {0};

        if (verify(&request, NOW, &finding) != SIGV4_VALID)
            fail_msg("%s: %s", vectors[i].what, text_string(&finding.message));
        assert_string_equal(text_string(&finding.access_key), KEY);
        sigv4_finding_deinit(&finding);
    }
}

static void their_canonical_requests_have_the_known_digests(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        struct sigv4_request request = make_request(&vectors[i]);
        SCOPED_TEXT canonical        = {0};
        char payload[DIGEST_HEX_SIZE];
        char hash[DIGEST_HEX_SIZE];
        const char *literal = sigv4_find_header(&request, "x-amz-content-sha256");

        digest_hex(request.body, request.body_size, payload);
        sigv4_write_canonical(&request, vectors[i].signed_headers, literal ? literal : payload,
                              &canonical);
        digest_hex(text_string(&canonical), canonical.size, hash);
        if (strcmp(hash, vectors[i].canonical_hash) != 0)
            fail_msg("%s:\n%s", vectors[i].what, text_string(&canonical));
    }
}

/* V2 and V4 come with a token, V1 and V5 without one. */
static void a_session_s_token_is_known_and_expires(void **state)
{
    static const char unknown[] = "The security token included in the request is invalid.";
    static const char expired[] = "The security token included in the request is expired";
    static const struct {
        const char *vector;
        struct sigv4_session session;
        enum sigv4_verdict verdict;
        const char *message;
    } cases[] = {
        {"V2", {KEY, "SESSION/TOKEN+==", 0},       SIGV4_VALID,         ""     },
        {"V2", {KEY, "SESSION/TOKEN+==", NOW + 1}, SIGV4_VALID,         ""     },
        {"V2", {KEY, "SESSION/TOKEN+==", NOW},     SIGV4_EXPIRED_TOKEN, expired},
        {"V2", {KEY, "SESSION/TOKEN", NOW},        SIGV4_UNKNOWN_KEY,   unknown},
        {"V2", {"OTHER", "x", NOW},                SIGV4_VALID,         ""     },
        {"V4", {KEY, "SESSION/TOKEN+==", 0},       SIGV4_VALID,         ""     },
        {"V4", {KEY, "SESSION/TOKEN+==", NOW - 1}, SIGV4_EXPIRED_TOKEN, expired},
        {"V1", {KEY, "SESSION/TOKEN+==", 0},       SIGV4_UNKNOWN_KEY,   unknown},
        {"V5", {KEY, "SESSION/TOKEN+==", 0},       SIGV4_UNKNOWN_KEY,   unknown},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct sigv4_expectation expectation = {
            .region      = "us-east-1",
            .service     = "execute-api",
            .now         = NOW,
            .find_secret = find_secret,
            .session     = &cases[i].session,
        };
        struct sigv4_finding finding = {0};
        size_t vector                = 0;
        struct sigv4_request request;

        while (strcmp(vectors[vector].what, cases[i].vector) != 0)
            vector++;
        request = make_request(&vectors[vector]);
        if (sigv4_verify(&request, &expectation, &finding) != cases[i].verdict)
            fail_msg("case %zu: %s", i, text_string(&finding.message));
        assert_string_equal(text_string(&finding.message), cases[i].message);
        sigv4_finding_deinit(&finding);
    }
}

static void what_is_not_signed_well_is_refused_in_awss_words(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        struct sigv4_request request = make_request(&refusals[i].vector);
        struct sigv4_finding finding = {0};
        enum sigv4_verdict verdict   = verify(&request, NOW, &finding);

        if (verdict != refusals[i].verdict ||
            strncmp(text_string(&finding.message), refusals[i].message,
                    strlen(refusals[i].message)) != 0)
            fail_msg("%s: %d %s", refusals[i].vector.what, (int)verdict,
                     text_string(&finding.message));
        sigv4_finding_deinit(&finding);
    }
}

static void a_signature_holds_for_five_minutes_or_as_long_as_it_was_presigned(void **state)
{
    static const struct {
        size_t vector;
        int64_t seconds; /* from when it was signed */
        const char *message;
    } cases[] = {
        {0, -300, ""                                                                        },
        {0, -301,
         "Signature not yet current: 20260102T030405Z is still later than "
         "20260102T030404Z (20260102T025904Z + 5 min.)"                                     },
        {0, 300,  ""                                                                        },
        {0, 301,
         "Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z "
         "(20260102T030906Z - 5 min.)"                                                      },
        {4, -300, ""                                                                        },
        {4, 300,  ""                                                                        },
        {4, 301,  "Signature expired: 20260102T030905Z is now earlier than 20260102T030906Z"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct sigv4_request request = make_request(&vectors[cases[i].vector]);
        struct sigv4_finding finding = {0};

        verify(&request, NOW + cases[i].seconds, &finding);
        assert_string_equal(text_string(&finding.message), cases[i].message);
        sigv4_finding_deinit(&finding);
    }
}

static void paths_are_encoded_once_more_after_dots_are_resolved(void **state)
{
    static const struct {
        const char *target;
        const char *path;
        const char *query;
    } cases[] = {
        {"/",                    "/",                       ""                },
        {"/dev",                 "/dev",                    ""                },
        {"/dev/",                "/dev/",                   ""                },
        {"//dev//x/./y/../z",    "/dev/x/z",                ""                },
        {"/../..",               "/",                       ""                },
        {"/a%20b/$c@d=e~f",      "/a%2520b/%24c%40d%3De~f", ""                },
        {"/dev?b=2&a=1&a=0&c",   "/dev",                    "a=0&a=1&b=2&c="  },
        {"/dev?a-b=1&a=2&A=3",   "/dev",                    "A=3&a=2&a-b=1"   },
        {"/dev?x=%2f+%7E&&y=z=", "/dev",                    "x=%2F%2B~&y=z%3D"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct sigv4_header host = {"HOST", "  a   b "};
        struct sigv4_request request   = {
              .method = "GET", .target = cases[i].target, .headers = &host, .header_count = 1};
        SCOPED_TEXT canonical        = {0};
        SCOPED_MEMORY char *expected = memory_format(
            "GET\n%s\n%s\nhost:a b\nmissing:\n\nhost;missing\nhash", cases[i].path, cases[i].query);

        sigv4_write_canonical(&request, "host;missing", "hash", &canonical);
        assert_string_equal(text_string(&canonical), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_signed_requests_are_valid),
        cmocka_unit_test(a_session_s_token_is_known_and_expires),
        cmocka_unit_test(their_canonical_requests_have_the_known_digests),
        cmocka_unit_test(what_is_not_signed_well_is_refused_in_awss_words),
        cmocka_unit_test(a_signature_holds_for_five_minutes_or_as_long_as_it_was_presigned),
        cmocka_unit_test(paths_are_encoded_once_more_after_dots_are_resolved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
