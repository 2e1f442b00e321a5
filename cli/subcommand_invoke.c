/* postern invoke: one function, one event. Its result goes to standard output, all else to standard
 * error. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/input.h"
#include "cli/sample_options.h"
#include "emulator/invoke.h"
#include "sample/sample_event.h"
#include "json/scanner.h"

static bool complain(const char *name, const char *what)
{
    fprintf(stderr, "postern invoke: --event %s: %s\n", name, what);
    return false;
}

/* An event from a file or standard input. */
static bool read_event(const char *name, struct text *event)
{
    int result = input_read(name, INVOKE_EVENT_SIZE_MAX, event);

    if (result < 0 && access(name, F_OK) < 0 && strcmp(name, "-") != 0)
        return complain(
            name, "neither a kind of event (connect, message, disconnect, authorizer) nor a file");
    if (result < 0)
        return complain(name, strerror(-result));
    if (!json_is_valid(text_string(event), event->size))
        return complain(name, "is not JSON");
    return true;
}

static void print(const struct text *result)
{
    fwrite(text_string(result), 1, result->size, stdout);
    if (isatty(STDOUT_FILENO))
        putchar('\n');
}

int subcommand_invoke(char **words)
{
    SCOPED_OPTIONS options          = {0};
    SCOPED_TEXT body                = {0};
    SCOPED_TEXT event               = {0};
    SCOPED_TEXT result              = {0};
    SCOPED_TEXT errors              = {0};
    struct sample_settings sample   = {0};
    struct invoke_settings settings = {.sample = &sample};
    int status;

    if (!subcommand_read_options("invoke", words, &options, &status))
        return status;
    if (!sample_options_read("invoke", &options, &body, &sample))
        return EXIT_BAD_USAGE;
    settings.emulator = &options.settings;
    settings.function = options.function;
    if (options.event && sample_event_is_kind(options.event))
        sample.kind = options.event;
    else if (options.event && !read_event(options.event, &event))
        return EXIT_BAD_USAGE;
    else if (options.event)
        settings.event = &event;
    status = invoke_function(&settings, &result, &errors);
    fputs(text_string(&errors), stderr);
    if (result.size > 0)
        print(&result);
    return status;
}
