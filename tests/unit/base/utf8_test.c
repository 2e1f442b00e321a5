#include "base/utf8.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"

static void utf8_is_valid_judges_every_form(void **state)
{
    static const struct {
        const char *what;
        const char *bytes;
        bool expected;
    } cases[] = {
        {"nothing",                 "",                 true },
        {"ASCII",                   "a\x7f",            true },
        {"two bytes",               "\xc2\x80\xdf\xbf", true },
        {"three bytes",             "\xe0\xa0\x80",     true },
        {"the last before D800",    "\xed\x9f\xbf",     true },
        {"the first after DFFF",    "\xee\x80\x80",     true },
        {"four bytes",              "\xf0\x90\x80\x80", true },
        {"U+10FFFF",                "\xf4\x8f\xbf\xbf", true },
        {"a lone continuation",     "a\x80",            false},
        {"overlong in two bytes",   "\xc1\xbf",         false},
        {"overlong in three bytes", "\xe0\x9f\xbf",     false},
        {"overlong in four bytes",  "\xf0\x8f\xbf\xbf", false},
        {"a surrogate",             "\xed\xa0\x80",     false},
        {"above U+10FFFF",          "\xf4\x90\x80\x80", false},
        {"five bytes",              "\xf8\x88\x80\x80", false},
        {"cut",                     "a\xe2\x82",        false},
        {"an ASCII in the middle",  "\xe2\x82\x61",     false},
        {"a latin letter",          "caf\xe9!",         false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t size                 = strlen(cases[i].bytes);
        SCOPED_MEMORY char *exactly = memory_new(size + 1);

        memcpy(exactly, cases[i].bytes, size);
        if (utf8_is_valid(exactly, size) != cases[i].expected)
            fail_msg("%s", cases[i].what);
    }
}

static void decoding_gives_the_character_and_its_size(void **state)
{
    uint32_t code_point = 7;

    assert_int_equal(utf8_decode("z", 1, &code_point), 1);
    assert_int_equal(code_point, 'z');
    assert_int_equal(utf8_decode("\xc3\xa9t", 3, &code_point), 2);
    assert_int_equal(code_point, 0xe9);
    assert_int_equal(utf8_decode("\xe2\x82\xacuro", 6, &code_point), 3);
    assert_int_equal(code_point, 0x20ac);
    assert_int_equal(utf8_decode("\xf0\x9f\x98\x80", 4, &code_point), 4);
    assert_int_equal(code_point, 0x1f600);
    assert_int_equal(utf8_decode("\xf0\x9f\x98\x80", 3, &code_point), 0);
    assert_int_equal(utf8_decode("", 0, &code_point), 0);
    assert_int_equal(code_point, 0x1f600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_valid_judges_every_form),
        cmocka_unit_test(decoding_gives_the_character_and_its_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
