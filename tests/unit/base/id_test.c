#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/memory.h"

#define NOW  1731324924553
#define RAW  11 /* bytes behind an id */
#define MANY 2000

static void decode(const char *id, unsigned char raw[RAW])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits      = 0;
    unsigned bit_count = 0;
    size_t count       = 0;

    for (size_t i = 0; i < 15; i++) {
        bits = bits << 6 | (unsigned)(strchr(letters, id[i]) - letters);
        bit_count += 6;
        if (bit_count < 8)
            continue;
        bit_count -= 8;
        raw[count++] = (unsigned char)(bits >> bit_count);
    }
    assert_int_equal(count, RAW);
}

static uint32_t ticks(const unsigned char raw[RAW])
{
    return (uint32_t)raw[0] << 24 | (uint32_t)raw[1] << 16 | (uint32_t)raw[2] << 8 | raw[3];
}

static void connection_ids_name_time_and_node(void **state)
{
    char id[ID_SIZE];
    unsigned char raw[RAW];

    id_connection(NOW, 0x1234, id);
    assert_int_equal(strlen(id), 16);
    assert_true(id_is_connection(id));
    decode(id, raw);
    assert_int_equal(ticks(raw), (uint32_t)(NOW / 25));
    assert_int_equal(raw[8], 2);
    assert_int_equal(raw[9], 0x12);
    assert_int_equal(raw[10], 0x34);
}

static void message_ids_end_with_the_bytes_of_their_connection(void **state)
{
    for (unsigned node = 0; node < 65536; node += 257) {
        char connection[ID_SIZE];
        char message[ID_SIZE];
        unsigned char connection_raw[RAW];
        unsigned char message_raw[RAW];

        id_connection(NOW, (uint16_t)node, connection);
        id_message(NOW + 1000, connection, message);
        assert_true(id_is_connection(message));
        decode(connection, connection_raw);
        decode(message, message_raw);
        assert_memory_equal(message_raw + 8, connection_raw + 8, 3);
        assert_int_equal(ticks(message_raw), (uint32_t)((NOW + 1000) / 25));
    }
}

static void request_ids_have_the_mark_of_requests(void **state)
{
    char id[ID_SIZE];
    unsigned char raw[RAW];

    id_request(NOW, id);
    assert_true(id_is_connection(id));
    decode(id, raw);
    assert_int_equal(ticks(raw), (uint32_t)(NOW / 25));
    assert_int_equal(raw[8], 5);
}

static void ids_of_the_same_moment_differ(void **state)
{
    struct map map                    = {0};
    SCOPED_MEMORY char(*ids)[ID_SIZE] = memory_new(MANY * sizeof *ids);

    for (size_t i = 0; i < MANY; i++) {
        id_connection(NOW, 0, ids[i]);
        assert_null(map_put(&map, ids[i], ids[i]));
    }
    map_deinit(&map);
}

static void connection_ids_are_recognised(void **state)
{
    static const struct {
        const char *what;
        const char *id;
        bool expected;
    } cases[] = {
        {"one of AWS",             "XDmENcnwIE0CFEQ=",  true },
        {"both odd letters",       "-_mENcnwIE0CFEQ=",  true },
        {"empty",                  "",                  false},
        {"too short",              "XDmENcnwIE0CFE=",   false},
        {"too long",               "XDmENcnwIE0CFEQQ=", false},
        {"without the end",        "XDmENcnwIE0CFEQA",  false},
        {"an equals sign earlier", "XDmENcnwIE0CFE==",  false},
        {"plain base64",           "XDmE+cnwIE0C/EQ=",  false},
        {"a percent sign",         "XDmENcnwIE0C%EQ=",  false},
        {"a space",                "XDmENcnwIE0C EQ=",  false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (id_is_connection(cases[i].id) != cases[i].expected)
            fail_msg("%s", cases[i].what);
    }
}

static void uuids_are_random_ones_of_version_4(void **state)
{
    char first[ID_UUID_SIZE];
    char second[ID_UUID_SIZE];

    id_uuid(first);
    id_uuid(second);
    assert_int_equal(strlen(first), 36);
    assert_string_not_equal(first, second);
    assert_int_equal(first[14], '4');
    assert_non_null(strchr("89ab", first[19]));
    for (size_t i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23)
            assert_int_equal(first[i], '-');
        else
            assert_non_null(strchr("0123456789abcdef", first[i]));
    }
}

static void trace_ids_begin_with_the_time(void **state)
{
    char id[ID_TRACE_SIZE];

    id_trace(0x67891233ll * 1000 + 999, id);
    assert_int_equal(strlen(id), 35);
    assert_memory_equal(id, "1-67891233-", 11);
    assert_int_equal(strspn(id + 11, "0123456789abcdef"), 24);
}

static void random_names_begin_with_a_letter(void **state)
{
    for (size_t i = 0; i < 200; i++) {
        char name[11];

        id_random_name(name, sizeof name);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789"), 10);
        assert_int_equal(name[10], '\0');
        assert_true(name[0] >= 'a' && name[0] <= 'z');
    }
}

static void an_api_has_the_same_id_at_every_start(void **state)
{
    char id[11];
    char again[11];
    char other_folder[11];
    char other_name[11];
    char shifted[11];

    id_derive_api("chat", "api", id);
    id_derive_api("chat", "api", again);
    id_derive_api("chat2", "api", other_folder);
    id_derive_api("chat", "api2", other_name);
    id_derive_api("cha", "tapi", shifted);
    assert_int_equal(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789"), 10);
    assert_int_equal(strlen(id), 10);
    assert_true(id[0] >= 'a' && id[0] <= 'z');
    assert_string_equal(id, again);
    assert_string_not_equal(id, other_folder);
    assert_string_not_equal(id, other_name);
    assert_string_not_equal(id, shifted);
}

static void random_bytes_fill_any_size(void **state)
{
    unsigned char bytes[1000] = {0};
    size_t zeros              = 0;

    id_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        zeros += bytes[i] == 0;
    assert_true(zeros < 50); /* about 4 are expected */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_ids_name_time_and_node),
        cmocka_unit_test(message_ids_end_with_the_bytes_of_their_connection),
        cmocka_unit_test(request_ids_have_the_mark_of_requests),
        cmocka_unit_test(ids_of_the_same_moment_differ),
        cmocka_unit_test(connection_ids_are_recognised),
        cmocka_unit_test(uuids_are_random_ones_of_version_4),
        cmocka_unit_test(trace_ids_begin_with_the_time),
        cmocka_unit_test(random_names_begin_with_a_letter),
        cmocka_unit_test(an_api_has_the_same_id_at_every_start),
        cmocka_unit_test(random_bytes_fill_any_size),
    };

    return cmocka_run_group_tests_name("base/id", tests, NULL, NULL);
}
