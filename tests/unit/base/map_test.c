#include "base/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

#define MANY 5000

struct item {
    char key[16];
    bool is_seen;
};

static struct item *new_items(const char *prefix)
{
    struct item *items = memory_new(MANY * sizeof *items);

    for (size_t i = 0; i < MANY; i++)
        snprintf(items[i].key, sizeof items[i].key, "%.6s%zu", prefix, i);
    return items;
}

static void a_zeroed_map_is_empty(void **state)
{
    struct map map = {0};
    size_t at      = 0;

    assert_null(map_find(&map, "x"));
    assert_null(map_find_bytes(&map, "", 0));
    assert_null(map_remove(&map, "x"));
    assert_null(map_next(&map, &at));
    map_deinit(&map);
}

static void what_was_put_is_found_by_its_key_alone(void **state)
{
    struct map map = {0};
    int a;
    int b;
    int empty;

    assert_null(map_put(&map, "a", &a));
    assert_null(map_put(&map, "b", &b));
    assert_null(map_put(&map, "", &empty));
    assert_ptr_equal(map_find(&map, "a"), &a);
    assert_ptr_equal(map_find(&map, "b"), &b);
    assert_ptr_equal(map_find(&map, ""), &empty);
    assert_null(map_find(&map, "A"));
    assert_null(map_find(&map, "ab"));
    assert_int_equal(map.count, 3);
    map_deinit(&map);
}

static void a_key_without_nul_is_found(void **state)
{
    struct map map = {0};
    int value;

    map_put(&map, "join", &value);
    assert_ptr_equal(map_find_bytes(&map, "joined", 4), &value);
    assert_null(map_find_bytes(&map, "joined", 6));
    assert_null(map_find_bytes(&map, "joined", 3));
    assert_null(map_find_bytes(&map, "join\0x", 6));
    map_deinit(&map);
}

static void putting_again_replaces_value_and_key(void **state)
{
    struct map map = {0};
    char first[]   = "key";
    char second[]  = "key";
    int a;
    int b;

    map_put(&map, first, &a);
    assert_ptr_equal(map_put(&map, second, &b), &a);
    memset(first, 'x', sizeof first - 1); /* the old key's memory may go */
    assert_ptr_equal(map_find(&map, "key"), &b);
    assert_int_equal(map.count, 1);
    map_deinit(&map);
}

static void removing_takes_out_one_entry(void **state)
{
    struct map map = {0};
    int a;
    int b;

    map_put(&map, "a", &a);
    map_put(&map, "b", &b);
    assert_ptr_equal(map_remove(&map, "a"), &a);
    assert_null(map_remove(&map, "a"));
    assert_null(map_find(&map, "a"));
    assert_ptr_equal(map_find(&map, "b"), &b);
    assert_int_equal(map.count, 1);
    assert_null(map_put(&map, "a", &b));
    assert_ptr_equal(map_find(&map, "a"), &b);
    map_deinit(&map);
}

static void thousands_of_entries_are_kept_through_growth_and_removal(void **state)
{
    struct map map                   = {0};
    SCOPED_MEMORY struct item *items = new_items("item");

    for (size_t i = 0; i < MANY; i++)
        assert_null(map_put(&map, items[i].key, &items[i]));
    assert_int_equal(map.count, MANY);
    for (size_t i = 0; i < MANY; i += 2)
        assert_ptr_equal(map_remove(&map, items[i].key), &items[i]);
    assert_int_equal(map.count, MANY / 2);
    for (size_t i = 0; i < MANY; i++)
        assert_ptr_equal(map_find(&map, items[i].key), i % 2 ? &items[i] : NULL);
    map_deinit(&map);
}

static void a_map_that_only_turns_over_does_not_grow(void **state)
{
    struct map map                   = {0};
    SCOPED_MEMORY struct item *items = new_items("turn");

    for (size_t i = 0; i < MANY; i++) {
        map_put(&map, items[i].key, &items[i]);
        if (i >= 10)
            assert_ptr_equal(map_remove(&map, items[i - 10].key), &items[i - 10]);
    }
    assert_int_equal(map.count, 10);
    assert_true(map.capacity <= 64);
    map_deinit(&map);
}

static void a_walk_meets_every_entry_once(void **state)
{
    struct map map                   = {0};
    SCOPED_MEMORY struct item *items = new_items("walk");
    struct item *item;
    size_t met = 0;
    size_t at  = 0;

    for (size_t i = 0; i < MANY; i++)
        map_put(&map, items[i].key, &items[i]);
    while ((item = map_next(&map, &at))) {
        assert_false(item->is_seen);
        item->is_seen = true;
        met++;
    }
    assert_int_equal(met, MANY);
    map_deinit(&map);
}

static void a_walk_may_remove_what_it_meets(void **state)
{
    struct map map                   = {0};
    SCOPED_MEMORY struct item *items = new_items("walk");
    struct item *item;
    size_t at = 0;

    for (size_t i = 0; i < MANY; i++)
        map_put(&map, items[i].key, &items[i]);
    while ((item = map_next(&map, &at)))
        assert_ptr_equal(map_remove(&map, item->key), item);
    assert_int_equal(map.count, 0);
    at = 0;
    assert_null(map_next(&map, &at));
    map_deinit(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_map_is_empty),
        cmocka_unit_test(what_was_put_is_found_by_its_key_alone),
        cmocka_unit_test(a_key_without_nul_is_found),
        cmocka_unit_test(putting_again_replaces_value_and_key),
        cmocka_unit_test(removing_takes_out_one_entry),
        cmocka_unit_test(thousands_of_entries_are_kept_through_growth_and_removal),
        cmocka_unit_test(a_map_that_only_turns_over_does_not_grow),
        cmocka_unit_test(a_walk_meets_every_entry_once),
        cmocka_unit_test(a_walk_may_remove_what_it_meets),
    };

    return cmocka_run_group_tests_name("base/map", tests, NULL, NULL);
}
