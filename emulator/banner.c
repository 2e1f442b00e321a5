#include "banner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/name_values.h"
#include "model/registry.h"
#include "project/project.h"
#include "project/resolve.h"

static int write_all(int descriptor, const struct text *text)
{
    size_t written = 0;

    while (written < text->size) {
        ssize_t part = write(descriptor, text->data + written, text->size - written);

        if (part < 0)
            return -errno;
        written += (size_t)part;
    }
    return 0;
}

void banner_write(int descriptor, const struct project *project, const struct registry *registry,
                  uint16_t port, bool is_quiet)
{
    SCOPED_TEXT out          = {0};
    SCOPED_MEMORY char *http = memory_format("localhost:%u", port);

    if (!is_quiet) {
        text_append_format(&out, "postern %s  %s\n\n", POSTERN_VERSION,
                           project->file ? project->file : "no project: nothing is served");
        resolve_print(registry, http, &out);
        text_append_character(&out, '\n');
    }
    text_append_string(&out, "Ready.\n");
    if (write_all(descriptor, &out) < 0)
        log_warn(NULL, "nobody reads the banner");
}

static void append_stage(const struct registry *registry, const struct api *api,
                         const struct stage *stage, uint16_t port, struct text *out)
{
    SCOPED_TEXT path = {0};

    text_append_format(&path, "localhost:%u/", port);
    if (registry->api_count > 1)
        text_append_format(&path, "%s/", api->api_id);
    text_append_string(&path, stage->stage_name);
    text_append_string(out, "{\"name\":");
    text_append_json_string(out, stage->stage_name);
    text_append_format(out, ",\"ws\":\"ws://%s\",\"http\":\"http://%s\"}", text_string(&path),
                       text_string(&path));
}

static void append_api(const struct registry *registry, const struct api *api, uint16_t port,
                       struct text *out)
{
    text_append_format(out, "{\"id\":\"%s\",\"name\":", api->api_id);
    text_append_json_string(out, api->name);
    text_append_string(out, ",\"stages\":[");
    for (size_t i = 0; i < api->stage_count; i++) {
        if (i > 0)
            text_append_character(out, ',');
        append_stage(registry, api, &api->stages[i], port, out);
    }
    text_append_string(out, "]}");
}

int banner_write_ready_file(const char *path, const struct registry *registry, uint16_t port)
{
    SCOPED_MEMORY char *temporary = memory_format("%s.%d", path, getpid());
    SCOPED_TEXT out               = {0};
    int descriptor;
    int result;

    text_append_format(&out,
                       "{\"pid\":%d,\"port\":%u,\"http\":\"http://localhost:%u\","
                       "\"ws\":\"ws://localhost:%u\",\"apis\":[",
                       getpid(), port, port, port);
    for (size_t i = 0; i < registry->api_count; i++) {
        if (i > 0)
            text_append_character(&out, ',');
        append_api(registry, &registry->apis[i], port, &out);
    }
    text_append_string(&out, "]}\n");
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return log_errno(errno, "cannot write the ready file %s", path);
    result = write_all(descriptor, &out);
    close(descriptor);
    if (result == 0 && rename(temporary, path) < 0)
        result = -errno;
    return result < 0 ? log_errno(-result, "cannot write the ready file %s", path) : 0;
}

static void put_default(struct name_values *all, const char *name, const char *value)
{
    if (!name_values_find(all, name))
        name_values_put(all, name, value);
}

static void put_urls(struct name_values *all, const struct registry *registry, uint16_t port)
{
    SCOPED_MEMORY char *http = memory_format("http://localhost:%u", port);
    SCOPED_MEMORY char *ws   = memory_format("ws://localhost:%u", port);

    name_values_put(all, "POSTERN_HTTP", http);
    name_values_put(all, "POSTERN_WS", ws);
    name_values_put(all, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", http);
    if (registry->api_count == 1 && registry->apis[0].stage_count == 1) {
        const char *stage            = registry->apis[0].stages[0].stage_name;
        SCOPED_MEMORY char *stage_ws = memory_format("%s/%s", ws, stage);
        SCOPED_MEMORY char *calls    = memory_format("%s/%s", http, stage);

        name_values_put(all, "POSTERN_WS_URL", stage_ws);
        name_values_put(all, "POSTERN_CONNECTIONS_URL", calls);
        name_values_put(all, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", calls);
    }
}

char **banner_environment(const struct registry *registry, uint16_t port, const char *region,
                          const char *ca_file, const char *bundle_file)
{
    struct name_values all = {0};
    char **environment;

    for (char **variable = environ; *variable; variable++) {
        const char *equals       = strchr(*variable, '=');
        SCOPED_MEMORY char *name = NULL;

        if (!equals || equals == *variable)
            continue;
        name = memory_copy(*variable, (size_t)(equals - *variable));
        name_values_put(&all, name, equals + 1);
    }
    put_urls(&all, registry, port);
    put_default(&all, "AWS_REGION", region);
    put_default(&all, "AWS_DEFAULT_REGION", region);
    if (!name_values_find(&all, "AWS_PROFILE")) {
        put_default(&all, "AWS_ACCESS_KEY_ID", "test");
        put_default(&all, "AWS_SECRET_ACCESS_KEY", "test");
    }
    name_values_put(&all, "NODE_EXTRA_CA_CERTS", ca_file);
    name_values_put(&all, "AWS_CA_BUNDLE", bundle_file);
    environment = memory_new((all.count + 1) * sizeof *environment);
    for (size_t i = 0; i < all.count; i++)
        environment[i] = memory_format("%s=%s", all.items[i].name, all.items[i].value);
    name_values_deinit(&all);
    return environment;
}

void banner_free_environment(char **environment)
{
    for (char **variable = environment; *variable; variable++)
        free(*variable);
    free(environment);
}
