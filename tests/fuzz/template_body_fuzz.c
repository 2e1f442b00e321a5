/*
 * Bodies of mapping templates: any body is read, or refused with a message, by a template that does
 * with it what templates do. What is printed as JSON can be read again. It need not print the same:
 * decimals print by the length of their spelling, and Infinity is read as a text.
 */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz_input.h"
#include "template/mapping_template.h"

static const char busy[] =
    "$input.path('$')|$util.escapeJavaScript($input.body).replaceAll(\"\\\\'\",\"'\")|"
    "#foreach($k in $input.path('$').keySet())$k=$input.path('$').get($k);#end"
    "#foreach($x in $input.path('$..a[?(@.b > 1 && @.c == ''x'')]'))$x.b$x.size()#end"
    "#set($n = $input.path('$.n'))$n.toString().length()#set($m = $n * 3 / 7 - 1 % 2)$m"
    "#if($n == $input.path('$.m'))e#elseif($n < $input.path('$.m'))l#end"
    "$util.urlDecode($util.urlEncode($input.body))$util.base64Decode($input.path('$.s'))"
    "$input.path('$.s').substring(1, 2).toUpperCase()$input.path('$.s').split(',').size()";

static void evaluate(const char *source, const char *body, size_t size, struct text *out)
{
    struct mapping_input nothing      = {0};
    struct mapping_error error        = {0};
    struct mapping_run *run           = mapping_run_new(&nothing);
    struct mapping_template *template = mapping_template_new(source, strlen(source), &error);

    assert(template);
    if (!mapping_run_evaluate(run, template, body, size, out, &error))
        assert(error.message[0] != '\0' && out->size == 0);
    mapping_template_free(template);
    mapping_run_free(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body         = fuzz_copy(data, size);
    SCOPED_TEXT busied = {0};
    SCOPED_TEXT once   = {0};
    SCOPED_TEXT again  = {0};

    evaluate(busy, body, size, &busied);
    evaluate("$input.json('$')", body, size, &once);
    if (once.size > 0) {
        evaluate("$input.json('$')", once.data, once.size, &again);
        assert(again.size > 0);
    }
    free(body);
    return 0;
}
