#include "cli/sample_options.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/input.h"
#include "cli/options.h"
#include "sample/sample_event.h"

/* Enough to say of a larger one how large it is. */
#define BODY_SIZE_MAX (4 * 1024 * 1024)

bool sample_options_read(const char *subcommand, const struct options *options, struct text *body,
                         struct sample_settings *sample)
{
    int result = options->body ? input_read_word(options->body, BODY_SIZE_MAX, body) : 0;

    if (result < 0) {
        fprintf(stderr, "postern %s: --body %s: %s\n", subcommand, options->body,
                strerror(-result));
        return false;
    }
    *sample              = options->sample;
    sample->domain       = options->settings.domain;
    sample->region       = options->settings.region;
    sample->account      = options->settings.account;
    sample->body         = options->body ? text_string(body) : NULL;
    sample->body_size    = body->size;
    sample->headers      = options->headers.words;
    sample->header_count = options->headers.count;
    sample->queries      = options->queries.words;
    sample->query_count  = options->queries.count;
    return true;
}
