#include "model/name_values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_zeroed_list_is_empty(void **state)
{
    struct name_values values = {0};

    assert_null(name_values_find(&values, "A"));
    name_values_deinit(&values);
}

static void names_keep_their_order_and_case(void **state)
{
    struct name_values values = {0};

    name_values_put(&values, "B", "1");
    name_values_put(&values, "a", "2");
    name_values_put(&values, "A", "");
    assert_int_equal(values.count, 3);
    assert_string_equal(values.items[0].name, "B");
    assert_string_equal(values.items[2].name, "A");
    assert_string_equal(name_values_find(&values, "A"), "");
    assert_string_equal(name_values_find(&values, "a"), "2");
    assert_null(name_values_find(&values, "b"));
    name_values_deinit(&values);
    assert_int_equal(values.count, 0);
}

static void putting_again_replaces_the_value_in_its_place(void **state)
{
    struct name_values values = {0};

    name_values_put(&values, "A", "1");
    name_values_put(&values, "B", "2");
    name_values_put(&values, "A", "3");
    name_values_put(&values, "B", values.items[1].value); /* its own value */
    assert_int_equal(values.count, 2);
    assert_string_equal(values.items[0].value, "3");
    assert_string_equal(values.items[1].value, "2");
    name_values_deinit(&values);
}

static void both_strings_are_copied(void **state)
{
    struct name_values values = {0};
    char name[]               = "A";
    char value[]              = "1";

    name_values_put(&values, name, value);
    name[0]  = 'X';
    value[0] = 'X';
    assert_string_equal(name_values_find(&values, "A"), "1");
    name_values_deinit(&values);
}

static void a_copy_lives_on_its_own(void **state)
{
    struct name_values values = {0};
    struct name_values copy;

    name_values_put(&values, "A", "1");
    name_values_copy(&copy, &values);
    assert_true(name_values_equal(&copy, &values));
    name_values_deinit(&values);
    assert_string_equal(name_values_find(&copy, "A"), "1");
    name_values_deinit(&copy);
}

static void lists_are_equal_whatever_their_order(void **state)
{
    struct name_values a = {0};
    struct name_values b = {0};

    assert_true(name_values_equal(&a, &b));
    name_values_put(&a, "A", "1");
    assert_false(name_values_equal(&a, &b));
    assert_false(name_values_equal(&b, &a));
    name_values_put(&b, "B", "1");
    assert_false(name_values_equal(&a, &b));
    name_values_put(&a, "B", "1");
    name_values_put(&b, "A", "1");
    assert_true(name_values_equal(&a, &b));
    name_values_put(&b, "A", "2");
    assert_false(name_values_equal(&a, &b));
    name_values_deinit(&a);
    name_values_deinit(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_list_is_empty),
        cmocka_unit_test(names_keep_their_order_and_case),
        cmocka_unit_test(putting_again_replaces_the_value_in_its_place),
        cmocka_unit_test(both_strings_are_copied),
        cmocka_unit_test(a_copy_lives_on_its_own),
        cmocka_unit_test(lists_are_equal_whatever_their_order),
    };

    return cmocka_run_group_tests_name("model/name_values", tests, NULL, NULL);
}
