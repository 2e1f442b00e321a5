#include "lambda/inline_code.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"

/* AWS: CloudFormation puts the code into a file called index. AWS?: what it does with an ES module
 * for Node.js; here it gets the ending by which Node.js knows one. */
#define NAME_PYTHON    "index.py"
#define NAME_NODE      "index.js"
#define NAME_ES_MODULE "index.mjs"

/* True if a line begins with a word of ES modules. */
static bool is_es_module(const char *code)
{
    static const char *const words[] = {"export ", "export{",  "import ",
                                        "import{", "import\"", "import'"};

    for (const char *line = code; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
            if (text_behind(line, words[i]))
                return true;
        }
    }
    return false;
}

const char *inline_code_file(const struct function *function)
{
    if (function->runtime && strncmp(function->runtime, "python", 6) == 0)
        return NAME_PYTHON;
    return is_es_module(function->inline_code) ? NAME_ES_MODULE : NAME_NODE;
}

char *inline_code_name(const struct function *function)
{
    char id[11];

    id_derive_api(function->name, function->inline_code, id);
    return memory_format("%s-%s", function->name, id);
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return log_errno(errno, "cannot make %s", path);
    return 0;
}

int inline_code_write(struct function *function, const char *directory)
{
    SCOPED_MEMORY char *all    = memory_format("%s/" INLINE_CODE_FOLDER, directory);
    SCOPED_MEMORY char *folder = NULL;
    SCOPED_MEMORY char *file   = NULL;
    SCOPED_MEMORY char *name   = inline_code_name(function);
    int result                 = make_folder(all);

    folder = memory_format("%s/%s", all, name);
    file   = memory_format("%s/%s", folder, inline_code_file(function));
    if (result == 0)
        result = make_folder(folder);
    if (result == 0)
        result = file_replace(file, 0644, function->inline_code, strlen(function->inline_code));
    if (result < 0)
        return result;
    free(function->code_uri);
    function->code_uri = memory_take(&folder);
    return 0;
}
