#include "template/mapping_template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "template/limits.h"

static const struct mapping_input nothing;

/* What the template prints, or "LINE:COLUMN message" where it doesn't parse or fails. */
static void run(const char *source, const char *body, struct text *out)
{
    struct mapping_error error        = {0};
    struct mapping_template *template = mapping_template_new(source, strlen(source), &error);
    struct mapping_run *evaluation    = mapping_run_new(&nothing);

    if (!template || !mapping_run_evaluate(evaluation, template, body, strlen(body), out, &error))
        text_append_format(out, "%u:%u %s", error.line, error.column, error.message);
    mapping_run_free(evaluation);
    mapping_template_free(template);
}

static void check(const char *source, const char *body, const char *expected)
{
    SCOPED_TEXT out = {0};

    run(source, body, &out);
    if (!text_equals(&out, expected))
        fail_msg("%s\n  expected: %s\n  got:      %s", source, expected, text_string(&out));
}

/* clang-format off */
static void what_does_not_parse_is_told_with_its_place(void **state)
{
    static const struct {
        const char *source;
        const char *expected;
    } cases[] = {
        {"a\n#if(true)\nb",                    "2:1 #if without #end"},
        {"a\n  b #end",                        "2:5 #else or #end where nothing has begun"},
        {"#foreach($x in [1])a",               "1:1 #foreach without #end"},
        {"x\n#set($a = 'b)",                   "2:11 a string without its closing '"},
        {"#set($a = [1, 2)",                   "1:16 expected ',' or ']'"},
        {"#set($a = {'k' 1})",                 "1:16 expected ':' behind a key"},
        {"#set($a = {k: 1})",                  "1:12 expected a reference, string, number, list, map, true or false"},
        {"#if($x == null)y#end",               "1:11 there is no word null: write $null, or ''"},
        {"#set($a = $b.size() -1)",            "1:21 '-' before a digit is its sign: write a space behind a minus"},
        {"#set($a = 7-2)",                     "1:12 '-' before a digit is its sign: write a space behind a minus"},
        {"#set($x = $a.get($i + 1))",          "1:21 expected ',' or ')': arguments have no operators"},
        {"$a[$i + 1]",                         "1:7 expected ']': an index has no operators"},
        {"a ${b",                              "1:3 '${' without '}'"},
        {"${a|'x'}",                           "1:4 expected '}'"},
        {"only 5$",                            "1:7 '$' can't be the last character of a template"},
        {"#if true",                           "1:1 #if without '('"},
        {"#if(true)a#{else}b#{else}c#end",     "1:18 only #end can come after #else"},
        {"#set($s = \"a\n$b.x(\")",            "2:6 the template ends where a value is expected"},
        {"#set($s = \"say \"\"$b.x(\"\" \")",  "1:11 a string without its closing \""},
        {"#[[ a",                              "1:1 '#[[' without ']]#'"},
        {"#foreach($x in [1])#else#end",       "1:25 #else without #if, in a #foreach"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].source, "", cases[i].expected);
}

static void what_fails_is_told_with_its_place_and_prints_nothing(void **state)
{
    static const struct {
        const char *source;
        const char *body;
        const char *expected;
    } cases[] = {
        {"printed\n  $util.urlDecode('%')",     "",         "2:3 urlDecode: '%' without two hexadecimal digits"},
        {"#set($l = ['a'])\n\n$l[3]",           "",         "3:1 index 3 is outside a list of 1"},
        {"$input.json('$.a b')",                "{}",       "1:1 JSONPath \"$.a b\": a name with a space is written in brackets: ['a b']"},
        {"$input.path('$.a')",                  "{\"a\":",  "1:1 the text is no JSON: a value is missing at byte 6"},
        {"$input.path('$.a')",                  "{\"a\":1", "1:1 the text is no JSON: an object without its '}' at byte 7"},
        {"$input.path('$[0]')",                 "{}",       "1:1 JSONPath: an index is for arrays only"},
        {"#set($s = 'a')$s.substring(2)",       "",         "1:15 substring: from 2 to 1 is outside of a text of 1"},
        {"#set($s = 'a')$s.matches('(')",       "",         "1:15 malformed regular expression: missing closing parenthesis at character 2"},
        {"#set($s = 'a')$s.matches('[a&&b]')",  "",         "1:15 intersections of classes (&&) in regular expressions aren't supported"},
        {"#set($s = 'a')$s.replaceAll('a','$1')", "",       "1:15 a replacement's '$' without the number of a group"},
        {"#parse('a')",                         "",         "1:1 #parse and #include find nothing in API Gateway"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        check(cases[i].source, cases[i].body, cases[i].expected);
}

/* Each would take for ever, or all memory. */
static void what_would_not_end_is_stopped(void **state)
{
    static const struct {
        const char *source;
        const char *expected;
    } cases[] = {
        {"#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#set($x = 1)#end#end#end",
         "the template takes more than 2000000 steps"},
        {"#set($l = [1..2000000000])",
         "the template takes more than 2000000 steps"},
        {"#set($s = 'x')#foreach($i in [1..100])#set($s = $s + $s)#end",
         "a text or the output is more than 10 MB"},
        {"#set($s = 'x')#foreach($i in [1..22])#set($s = $s + $s)#end#foreach($i in [1..100])$s#end",
         "a text or the output is more than 10 MB"},
        {"#set($s = '0123456789')#set($s = $s.repeat(100000))#foreach($i in [1..1000])#set($t = $s.concat('x'))#end",
         "the template's values take more than 64 MB"},
        {"#define($a)$a#end$a",
         "more than 200 levels of lists, maps or blocks in one another"},
        {"#set($l = [])#set($ignored = $l.add($l))$l",
         "more than 200 levels of lists, maps or blocks in one another"},
        {"#set($n = 99999999999999999999)#foreach($i in [1..100])#set($n = $n * $n)#end",
         "a number has more than 1000 digits"},
        {"#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')$s.matches('(a|aa)+')",
         "a regular expression takes too long"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT out = {0};

        run(cases[i].source, "", &out);
        if (!strstr(text_string(&out), cases[i].expected))
            fail_msg("%s\n  got: %.200s", cases[i].source, text_string(&out));
    }
}
/* clang-format on */

static void numbers_beyond_64_bits_are_exact(void **state)
{
    check("#set($n = 100000000000000000000)#set($r = $n % 7)$r#set($r = $n / 7) $r#set($r = 5 - "
          "$n) $r",
          "", "2 14285714285714285714 -99999999999999999995");
    check("#set($n = -100000000000000000000)#set($r = $n % 7)$r#set($r = $n * $n) $r", "",
          "5 10000000000000000000000000000000000000000");
    check("#set($d = $input.path('$.d'))#set($r = $d * 2)$r#set($r = $d - $d) $r",
          "{\"d\":0.12345678901234567890}", "0.24691357802469135780 0E-20");
    check("#set($n = $input.path('$.n'))#set($r = $n + 1)$r#if($n > 1) more#end",
          "{\"n\":9223372036854775807}", "9223372036854775808 more");
}

static void a_map_of_many_keys_keeps_their_order(void **state)
{
    check("#set($m = {})"
          "#foreach($i in [1..100])#set($ignored = $m.put(\"k$i\", $i))#end"
          "#foreach($i in [1..95])#set($ignored = $m.remove(\"k$i\"))#end"
          "#set($m.k7 = 'again')$m $m.size() $m.k98 $m.containsKey('k8')",
          "", "{k96=96, k97=97, k98=98, k99=99, k100=100, k7=again} 6 98 false");
    check("#set($m = {'a':1})#set($n = $m.keySet())$m.clear()$m.put('b', 2)$m$n", "", "{b=2}[a]");
}

static void a_loop_makes_a_thousand_rounds(void **state)
{
    check("#set($n = 0)#foreach($i in [1..1500])#set($n = $n + 1)#end$n", "", "1000");
}

static void a_template_may_be_so_large_and_so_deep(void **state)
{
    SCOPED_TEXT source         = {0};
    struct mapping_error error = {0};

    for (int i = 0; i < TEMPLATE_SIZE_MAX; i++)
        text_append_character(&source, 'a');
    mapping_template_free(mapping_template_new(source.data, source.size, &error));
    assert_int_equal(error.line, 0);
    text_append_character(&source, 'a');
    assert_null(mapping_template_new(source.data, source.size, &error));
    assert_string_equal(error.message, "a template has at most 307200 bytes");

    text_clear(&source);
    text_append_string(&source, "#set($a = ");
    for (int i = 0; i < 100000; i++)
        text_append_character(&source, '[');
    assert_null(mapping_template_new(source.data, source.size, &error));
    assert_string_equal(error.message, "nested deeper than 100 levels");
}

static void fill_context(struct mapping_run *run, struct object *object, void *owner)
{
    ++*(int *)owner;
    mapping_put(run, object, "connectionId", "abc=");
    mapping_put(run, object, "none", NULL);
    mapping_put_bytes(run, object, "stage", "dev and more", 3);
    mapping_put_number(run, object, "connectedAt", 1700000000000);
    mapping_put(run, mapping_put_map(run, object, "identity"), "sourceIp", "::1");
    assert_false(mapping_put_json(run, object, "[1]", 3));
    assert_true(mapping_put_json(run, object, "{\"authorizer\":{\"n\":\"1\"}}", 24));
}

/* Returns the template, which must outlive the run. */
static struct mapping_template *evaluate_and_keep(struct mapping_run *run, const char *source,
                                                  const char *expected)
{
    struct mapping_error error        = {0};
    struct mapping_template *template = mapping_template_new(source, strlen(source), &error);
    SCOPED_TEXT out                   = {0};

    text_append_string(&out, "before ");
    assert_non_null(template);
    assert_true(mapping_run_evaluate(run, template, "", 0, &out, &error));
    assert_string_equal(text_string(&out) + strlen("before "), expected);
    return template;
}

static void evaluate(struct mapping_run *run, const char *source, const char *expected)
{
    mapping_template_free(evaluate_and_keep(run, source, expected));
}

static void context_is_filled_once_and_only_where_it_is_asked_for(void **state)
{
    int filled                 = 0;
    struct mapping_input input = {
        .context = {fill_context, &filled}
    };
    struct mapping_run *run = mapping_run_new(&input);

    evaluate(run, "text $input.body $stageVariables.a", "text {} ");
    assert_int_equal(filled, 0);
    evaluate(run, "$context.connectionId $context.stage $context.connectedAt$context.none.",
             "abc= dev 1700000000000.");
    evaluate(run, "$context.identity.sourceIp $context.authorizer.n ${context.authorizer}",
             "::1 1 {n=1}");
    assert_int_equal(filled, 1);
    mapping_run_free(run);
}

static void note_override(void *owner, const char *name, const char *value)
{
    text_append_format(owner, "%s=%s;", name, value);
}

static void what_a_template_overrides_is_there_for_the_next_one(void **state)
{
    struct mapping_run *run = mapping_run_new(&nothing);
    SCOPED_TEXT overrides   = {0};
    struct mapping_template *request;
    struct mapping_template *response;

    assert_int_equal(mapping_run_override_status(run), 0);
    request =
        evaluate_and_keep(run,
                          "#set($context.requestOverride.header.Accept = 'text/plain')"
                          "#set($context.requestOverride.header['X-N'] = 5)"
                          "#set($ignored = $context.requestOverride.querystring.put('q', 'a b'))"
                          "#set($context.responseOverride.status = 404)"
                          "#set($context.responseOverride.mine = 'kept')",
                          "");
    mapping_run_each_override(run, MAPPING_REQUEST_HEADER, note_override, &overrides);
    assert_string_equal(text_string(&overrides), "Accept=text/plain;X-N=5;");
    text_clear(&overrides);
    mapping_run_each_override(run, MAPPING_REQUEST_QUERYSTRING, note_override, &overrides);
    mapping_run_each_override(run, MAPPING_REQUEST_PATH, note_override, &overrides);
    assert_string_equal(text_string(&overrides), "q=a b;");
    assert_int_equal(mapping_run_override_status(run), 404);
    response = evaluate_and_keep(
        run, "$context.responseOverride.mine#set($context.responseOverride.status = 'no')", "kept");
    assert_int_equal(mapping_run_override_status(run), 0);
    mapping_put(run, mapping_run_context(run), "status", "200");
    evaluate(run, "$context.status", "200");
    mapping_run_free(run);
    mapping_template_free(request);
    mapping_template_free(response);
}

static void a_failure_leaves_what_was_there(void **state)
{
    const char *source                = "printed $util.urlDecode('%')";
    struct mapping_error error        = {0};
    struct mapping_template *template = mapping_template_new(source, strlen(source), &error);
    struct mapping_run *run           = mapping_run_new(&nothing);
    SCOPED_TEXT out                   = {0};

    text_append_string(&out, "before");
    assert_false(mapping_run_evaluate(run, template, "", 0, &out, &error));
    assert_string_equal(text_string(&out), "before");
    assert_int_equal(error.column, 9);
    mapping_run_free(run);
    mapping_template_free(template);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_parse_is_told_with_its_place),
        cmocka_unit_test(what_fails_is_told_with_its_place_and_prints_nothing),
        cmocka_unit_test(what_would_not_end_is_stopped),
        cmocka_unit_test(numbers_beyond_64_bits_are_exact),
        cmocka_unit_test(a_map_of_many_keys_keeps_their_order),
        cmocka_unit_test(a_loop_makes_a_thousand_rounds),
        cmocka_unit_test(a_template_may_be_so_large_and_so_deep),
        cmocka_unit_test(context_is_filled_once_and_only_where_it_is_asked_for),
        cmocka_unit_test(what_a_template_overrides_is_there_for_the_next_one),
        cmocka_unit_test(a_failure_leaves_what_was_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
