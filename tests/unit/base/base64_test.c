#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

/* RFC 4648, section 10, and bytes that use the alphabet's last characters. */
static void bytes_become_base64_with_padding(void **state)
{
    static const struct {
        const char *bytes;
        const char *expected;
    } cases[] = {
        {"",             ""        },
        {"f",            "Zg=="    },
        {"fo",           "Zm8="    },
        {"foo",          "Zm9v"    },
        {"foob",         "Zm9vYg=="},
        {"fooba",        "Zm9vYmE="},
        {"foobar",       "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"    },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        base64_append(&out, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(text_string(&out), cases[i].expected);
    }
}

/* RFC 4648, and line breaks as MIME has them. */
static void base64_becomes_bytes(void **state)
{
    static const struct {
        const char *base64;
        const char *expected; /* NULL: it is none */
    } cases[] = {
        {"",             ""            },
        {"Zg==",         "f"           },
        {"Zm8=",         "fo"          },
        {"Zm9v",         "foo"         },
        {"Zm9v\r\nYg==", "foob"        },
        {"+//+",         "\xfb\xff\xfe"},
        {"Zg=",          NULL          },
        {"Zg",           NULL          },
        {"Zm9vY",        NULL          },
        {"Zg==Zg==",     NULL          },
        {"Z===",         NULL          },
        {"====",         NULL          },
        {"Zm9-",         NULL          },
        {"{\"a\":1}",    NULL          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};
        bool is_good    = base64_append_decoded(&out, cases[i].base64, strlen(cases[i].base64));

        assert_int_equal(is_good, cases[i].expected != NULL);
        if (is_good)
            assert_string_equal(text_string(&out), cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_base64_with_padding),
        cmocka_unit_test(base64_becomes_bytes),
    };

    return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
