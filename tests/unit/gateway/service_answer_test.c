#include "gateway/service_answer.h"

/* These come before cmocka.h, as it demands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

static void xml_becomes_json(void **state)
{
    static const struct {
        const char *what;
        const char *xml;
        const char *json;
    } cases[] = {
        {"a result",
         "<?xml version=\"1.0\"?>\n<SendMessageResponse xmlns=\"http://queue.amazonaws.com/\">\n"
         "  <SendMessageResult><MessageId>m-1</MessageId></SendMessageResult>\n"
         "  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>\n"
         "</SendMessageResponse>\n",                                                                 "{\"SendMessageResponse\":{\"SendMessageResult\":{\"MessageId\":\"m-1\"},"
         "\"ResponseMetadata\":{\"RequestId\":\"r-1\"}}}"                                                                 },
        {"an error",
         "<ErrorResponse><Error><Code>NotFound</Code></Error><RequestId>r</RequestId>"
         "</ErrorResponse>",                                                                         "{\"Error\":{\"Code\":\"NotFound\"},\"RequestId\":\"r\"}"},
        {"members",                  "<A><Topics><member>1</member><member>2</member></Topics></A>",
         "{\"A\":{\"Topics\":[\"1\",\"2\"]}}"                                                                                                                 },
        {"one member",               "<A><Topics><member><Arn>x</Arn></member></Topics></A>",
         "{\"A\":{\"Topics\":[{\"Arn\":\"x\"}]}}"                                                                                                             },
        {"a run of one name",        "<A><B>1</B><B>2</B><C>3</C></A>",
         "{\"A\":{\"B\":[\"1\",\"2\"],\"C\":\"3\"}}"                                                                                                          },
        {"one name, not in a run",   "<A><B>1</B><C>2</C><B>3</B><BB/></A>",
         "{\"A\":{\"B\":[\"1\",\"3\"],\"C\":\"2\",\"BB\":null}}"                                                                                              },
        {"members and another",      "<A><member>1</member><B>2</B></A>",
         "{\"A\":{\"member\":\"1\",\"B\":\"2\"}}"                                                                                                             },
        {"an empty error",           "<ErrorResponse/>",                                             "{\"ErrorResponse\":null}"                               },
        {"errors in an error",       "<ErrorResponse><E>1</E><F/><E>2</E></ErrorResponse>",
         "{\"E\":[\"1\",\"2\"],\"F\":null}"                                                                                                                   },
        {"nothing in it",            "<A><B/><C></C></A>",                                           "{\"A\":{\"B\":null,\"C\":null}}"                        },
        {"entities",                 "<A>&lt;&amp;&gt;&quot;&apos;&#10;&#x41;&unknown;&</A>",
         "{\"A\":\"<&>\\\"'\\nA&unknown;&\"}"                                                                                                                 },
        {"attributes with brackets", "<A b='/>' c=\"<\">x</A>",                                      "{\"A\":\"x\"}"                                          },
        {"a prefix and a comment",   "<!-- <x> --><n:A>x</n:A>",                                     "{\"A\":\"x\"}"                                          },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT json = {0};

        print_message("%s\n", cases[i].what);
        assert_true(service_answer_from_xml(cases[i].xml, strlen(cases[i].xml), &json));
        assert_string_equal(text_string(&json), cases[i].json);
    }
}

static void what_is_no_xml_stays(void **state)
{
    static const char *const cases[] = {"",
                                        "{\"a\":1}",
                                        "<A>",
                                        "<A></B>",
                                        "</A>",
                                        "<A></A><B></B>",
                                        "<A",
                                        "<A b='>",
                                        "<!DOCTYPE a []><A>x</A>",
                                        "<A><![CDATA[x]]></A>",
                                        "<>x</>"};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        SCOPED_TEXT json = {0};

        print_message("%s\n", cases[i]);
        assert_false(service_answer_from_xml(cases[i], strlen(cases[i]), &json));
        assert_int_equal(json.size, 0);
    }
}

static void depth_has_a_bound(void **state)
{
    SCOPED_TEXT xml  = {0};
    SCOPED_TEXT json = {0};

    for (size_t i = 0; i <= SERVICE_ANSWER_DEPTH_MAX; i++)
        text_append_string(&xml, "<a>");
    for (size_t i = 0; i <= SERVICE_ANSWER_DEPTH_MAX; i++)
        text_append_string(&xml, "</a>");
    assert_false(service_answer_from_xml(xml.data, xml.size, &json));
    assert_true(service_answer_from_xml(xml.data + 3, xml.size - 7, &json));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_becomes_json),
        cmocka_unit_test(what_is_no_xml_stays),
        cmocka_unit_test(depth_has_a_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
