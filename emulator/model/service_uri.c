#include "model/service_uri.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "model/aws_service.h"

/* arn, partition, "apigateway", region, service, and the rest, which may have colons of its own. */
enum part { PART_ARN, PART_PARTITION, PART_GATEWAY, PART_REGION, PART_SERVICE, PARTS };

static const char *split(const char *uri, struct arena *arena, const char *parts[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        size_t size = strcspn(uri, ":");

        if (uri[size] != ':')
            return NULL;
        parts[i] = arena_copy(arena, uri, size);
        uri += size + 1;
    }
    return uri;
}

/* "streams.dynamodb" is a service, "abc.iotdata" one with a host of its own. */
static void find_service(const char *name, struct arena *arena, struct service_uri *out)
{
    const char *dot = strrchr(name, '.');

    out->service      = aws_service_find(name);
    out->service_name = name;
    out->subdomain    = "";
    if (!out->service && dot && dot > name && dot[1]) {
        out->service      = aws_service_find(dot + 1);
        out->service_name = dot + 1;
        out->subdomain    = arena_copy(arena, name, (size_t)(dot - name));
    }
}

bool service_uri_read(const char *uri, struct arena *arena, struct service_uri *out,
                      struct text *problem)
{
    const char *parts[PARTS];
    const char *rest = split(uri, arena, parts);

    if (!rest || strcmp(parts[PART_ARN], "arn") != 0 ||
        strcmp(parts[PART_GATEWAY], "apigateway") != 0 || parts[PART_REGION][0] == '\0' ||
        parts[PART_SERVICE][0] == '\0') {
        text_append_string(problem, "Invalid ARN specified in the request");
        return false;
    }
    if (strncmp(rest, "path/", 5) != 0 && (strncmp(rest, "action/", 7) != 0 || !rest[7])) {
        text_append_string(problem, "AWS ARN for integration must contain path or action");
        return false;
    }
    *out = (struct service_uri){
        .region    = parts[PART_REGION],
        .is_action = rest[0] == 'a',
        .rest      = arena_copy_string(arena, strchr(rest, '/') + 1),
    };
    find_service(parts[PART_SERVICE], arena, out);
    return true;
}
