#include "banner.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"
#include "lambda/environment.h"
#include "model/name_values.h"
#include "model/registry.h"
#include "project/project.h"
#include "project/resolve.h"

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
    if (file_write_all(descriptor, out.data, out.size) < 0)
        log_warn(LOG_FIELDS({"reason", REASON_BANNER_UNREAD}), "nobody reads the banner");
}

static void append_stage(const struct registry *registry, const struct api *api,
                         const struct stage *stage, uint16_t port, struct text *out)
{
    SCOPED_TEXT path = {0};

    resolve_stage_path(registry, api, stage, &path);
    text_append_string(out, "{\"name\":");
    text_append_json_string(out, stage->stage_name);
    text_append_format(out, ",\"ws\":\"ws://localhost:%u%s\",\"http\":\"http://localhost:%u%s\"}",
                       port, text_string(&path), port, text_string(&path));
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
    SCOPED_TEXT out = {0};

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
    return file_replace(path, 0644, out.data, out.size);
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

const char *const *banner_environment(struct arena *arena, const struct registry *registry,
                                      uint16_t port, const char *region, const char *ca_file,
                                      const char *bundle_file)
{
    struct name_values all = {0};
    const char *const *list;

    name_values_put_variables(&all, (const char *const *)environ, NULL);
    put_urls(&all, registry, port);
    name_values_put_default(&all, "AWS_REGION", region);
    name_values_put_default(&all, "AWS_DEFAULT_REGION", region);
    environment_put_credentials(&all);
    name_values_put(&all, "NODE_EXTRA_CA_CERTS",
                    getenv("NODE_EXTRA_CA_CERTS") ? bundle_file : ca_file);
    name_values_put(&all, "AWS_CA_BUNDLE", bundle_file);
    list = name_values_list(&all, arena);
    name_values_deinit(&all);
    return list;
}
