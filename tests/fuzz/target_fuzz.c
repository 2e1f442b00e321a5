/* URLs and lines of any bytes, as somebody might type them for `postern connect`. */

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "cli/connect/client_command.h"
#include "cli/connect/target.h"
#include "fuzz_input.h"

/* What has been read reads the same again. */
static void check_target(const struct target *target)
{
    struct target again = {0};
    SCOPED_TEXT url     = {0};
    SCOPED_TEXT second  = {0};
    SCOPED_TEXT error   = {0};

    assert(target->path[0] == '/' && !strpbrk(target->path, " \t\r\n#"));
    assert(atoi(target->port) >= 1 && atoi(target->port) <= 65535);
    target_append_url(target, &url);
    if (url.size > 8192 || strchr(target->host, '%') || strchr(target->host, '@'))
        return;
    assert(target_read(text_string(&url), "", &again, &error));
    target_append_url(&again, &second);
    assert(text_equals(&url, text_string(&second)));
    target_deinit(&again);
}

static void check_line(const char *line, size_t size)
{
    SCOPED_TEXT message           = {0};
    struct client_command command = client_command_read(line, size, &message);

    assert((command.kind == CLIENT_COMMAND_WRONG) == (message.size > 0));
    assert(command.size <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy               = fuzz_copy(data, size);
    SCOPED_MEMORY char *word = memory_copy(data, size);
    SCOPED_TEXT error        = {0};
    struct target target     = {0};

    check_line(copy, size);
    free(copy);
    if (!target_read(word, "http://localhost:3001", &target, &error)) {
        assert(error.size > 0);
        return 0;
    }
    check_target(&target);
    target_deinit(&target);
    return 0;
}
