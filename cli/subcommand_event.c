/* postern event: what a handler would get. */

#include "cli/subcommand.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/sample_options.h"
#include "emulator/configuration.h"
#include "sample/sample_event.h"
#include "json/indent.h"

/* For people a member a line; for programs the bytes that handlers get, on one. */
static void print(const struct text *event, bool is_compact)
{
    SCOPED_TEXT shown = {0};

    if (is_compact)
        text_append(&shown, text_string(event), event->size);
    else
        json_indent(text_string(event), event->size, &shown);
    puts(text_string(&shown));
}

int subcommand_event(char **words)
{
    SCOPED_OPTIONS options = {0};
    SCOPED_TEXT body       = {0};
    SCOPED_TEXT event      = {0};
    SCOPED_TEXT errors     = {0};
    struct configuration *project;
    struct sample_settings sample;
    int status;

    if (!subcommand_read_options("event", words, &options, &status))
        return status;
    if (!sample_options_read("event", &options, &body, &sample))
        return EXIT_BAD_USAGE;
    project = configuration_read(&options.settings);
    status  = EXIT_BAD_USAGE;
    fputs(text_string(&project->problems), stderr);
    if (project->is_fine && sample_event_write(&sample, &project->registry, NULL, &event, &errors))
        status = EXIT_SUCCESS;
    fputs(text_string(&errors), stderr);
    if (status == EXIT_SUCCESS)
        print(&event, options.is_compact || !isatty(STDOUT_FILENO));
    configuration_free(project);
    return status;
}
