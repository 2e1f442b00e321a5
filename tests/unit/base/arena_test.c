#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

static void a_zeroed_arena_owns_nothing(void **state)
{
    struct arena arena = {0};

    arena_deinit(&arena);
    assert_null(arena.blocks);
}

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    struct arena arena = {0};
    char *previous     = NULL;

    for (size_t size = 1; size < 5000; size += 37) {
        char *piece = arena_new(&arena, size);

        assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
        assert_true(is_zero(piece, size));
        memset(piece, 'x', size);
        if (previous)
            assert_int_equal(previous[0], 'x');
        previous = piece;
    }
    arena_deinit(&arena);
}

static void copies_end_with_nul(void **state)
{
    struct arena arena = {0};
    char *bytes        = arena_copy(&arena, "abcdef", 3);
    char *nothing      = arena_copy(&arena, NULL, 0);

    assert_string_equal(bytes, "abc");
    assert_string_equal(nothing, "");
    assert_string_equal(arena_copy_string(&arena, "whole"), "whole");
    assert_string_equal(bytes, "abc");
    arena_deinit(&arena);
}

static void formats_are_printed_whole(void **state)
{
    struct arena arena = {0};
    char word[3000];

    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_string_equal(arena_format(&arena, "%s-%d", "x", 42), "x-42");
    assert_int_equal(strlen(arena_format(&arena, "%s!", word)), sizeof word);
    arena_deinit(&arena);
}

static void a_released_arena_can_be_used_again(void **state)
{
    struct arena arena = {0};

    memset(arena_new(&arena, 100), 'x', 100);
    arena_deinit(&arena);
    assert_true(is_zero(arena_new(&arena, 100), 100));
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_arena_owns_nothing),
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(copies_end_with_nul),
        cmocka_unit_test(formats_are_printed_whole),
        cmocka_unit_test(a_released_arena_can_be_used_again),
    };

    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
