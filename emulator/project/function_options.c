#include "project/function_options.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/function_proposal.h"
#include "model/registry.h"
#include "project/problems.h"

#define INSPECT   "--inspect"
#define ELSEWHERE "--function"

#define PORT_MAX 65535

/* What can be debugged, and where editors look for it. */
static const struct debugger {
    const char *prefix; /* of the runtime's name */
    int port;
} debuggers[] = {
    {"nodejs", 9229},
    {"python", 5678},
};

static struct function *find_function(struct registry *registry, const char *option,
                                      const char *name, struct problems *problems)
{
    struct function *function = registry_find_function_called(registry, name);
    SCOPED_TEXT proposal      = {0};

    if (function)
        return function;
    function_proposal_append(registry, name, &proposal);
    problems_add(problems, false, option, 0, "there is no function %s in the project%s", name,
                 text_string(&proposal));
    return NULL;
}

static const struct debugger *find_debugger(const struct function *function)
{
    if (function->command || !function->runtime || function->url)
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(debuggers); i++) {
        if (text_behind(function->runtime, debuggers[i].prefix))
            return &debuggers[i];
    }
    return NULL;
}

static const struct function *find_inspected(const struct registry *registry, int port)
{
    for (size_t i = 0; i < registry->function_count; i++) {
        if (registry->functions[i].inspect_port == port)
            return &registry->functions[i];
    }
    return NULL;
}

static int next_free(const struct registry *registry, int port)
{
    while (find_inspected(registry, port))
        port++;
    return port;
}

/* The port behind the '=' of an option; 0 without one, or with a problem. */
static int read_port(const char *option, struct registry *registry, struct problems *problems)
{
    const char *equals = strchr(option, '=');
    const struct function *other;
    char *end = NULL;
    long port;

    if (!equals)
        return 0;
    port  = strtol(equals + 1, &end, 10);
    other = find_inspected(registry, (int)port);
    if (*end != '\0' || port < 1 || port > PORT_MAX)
        problems_add(problems, false, INSPECT, 0,
                     "%s: a port is a whole number from 1 to %d, like %.*s=9230", option, PORT_MAX,
                     (int)(equals - option), option);
    else if (other)
        problems_add(problems, false, INSPECT, 0, "%s: %s has that port already: take another one",
                     option, other->name);
    else
        return (int)port;
    return 0;
}

/* Those that have a port come first, so that the others don't take it. */
static void apply_inspect(const char *option, bool has_port, struct registry *registry,
                          struct problems *problems)
{
    SCOPED_MEMORY char *name = memory_copy(option, strcspn(option, "="));
    const struct debugger *debugger;
    struct function *function;

    if ((strchr(option, '=') != NULL) != has_port)
        return;
    function = find_function(registry, INSPECT, name, problems);
    if (!function)
        return;
    debugger = find_debugger(function);
    if (!debugger) {
        problems_add(problems, false, INSPECT, 0,
                     "%s: only functions with a runtime nodejs… or python…, and no command, can be "
                     "given a debugger's port: let the command open one itself",
                     name);
        return;
    }
    function->inspect_port =
        has_port ? read_port(option, registry, problems) : next_free(registry, debugger->port);
    function->concurrency = 1;
}

bool function_url_is_fine(const char *url)
{
    const char *scheme = strncmp(url, "https://", 8) == 0 ? "https://" : "http://";

    return text_behind(url, scheme) && strcspn(url + strlen(scheme), "/?#:@ ") > 0 &&
           url[strcspn(url, " \t\r\n")] == '\0';
}

bool function_options_has_url(char *const *elsewhere, const char *name)
{
    size_t size = strlen(name);

    for (; elsewhere && *elsewhere; elsewhere++) {
        if (strncmp(*elsewhere, name, size) == 0 && (*elsewhere)[size] == '=')
            return true;
    }
    return false;
}

static void apply_url(const char *option, struct registry *registry, struct problems *problems)
{
    size_t size              = strcspn(option, "=");
    SCOPED_MEMORY char *name = memory_copy(option, size);
    const char *url          = option[size] == '=' ? option + size + 1 : "";
    struct function *function;

    if (!function_url_is_fine(url)) {
        problems_add(problems, false, ELSEWHERE, 0,
                     "%s: the URL is no endpoint: write it like %s=" FUNCTION_URL_EXAMPLE, option,
                     name);
        return;
    }
    function = find_function(registry, ELSEWHERE, name, problems);
    if (!function)
        return;
    free(function->url);
    function->url = memory_copy_string(url);
}

void function_options_apply(const struct function_options *options, struct registry *registry,
                            struct problems *problems)
{
    for (char *const *option = options->elsewhere; option && *option; option++)
        apply_url(*option, registry, problems);
    for (int has_port = 1; options->inspect && has_port >= 0; has_port--) {
        for (char *const *option = options->inspect; *option; option++)
            apply_inspect(*option, has_port == 1, registry, problems);
    }
}
