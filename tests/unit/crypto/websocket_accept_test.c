#include "crypto/websocket_accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_example_of_the_standard_comes_out(void **state)
{
    char accept[WEBSOCKET_ACCEPT_SIZE];

    websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", accept);
    assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_comes_out),
    };

    return cmocka_run_group_tests_name("crypto/websocket_accept", tests, NULL, NULL);
}
