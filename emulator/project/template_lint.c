#include "project/template_lint.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "project/template.h"
#include "json/json.h"

#define API        "AWS::ApiGatewayV2::Api"
#define DEPLOYMENT "AWS::ApiGatewayV2::Deployment"
#define ROUTE      "AWS::ApiGatewayV2::Route"
#define STAGE      "AWS::ApiGatewayV2::Stage"

/* Routes that a warning names. */
#define NAMED_MAX 3

static bool is_of(const struct template_resource *resource, const char *type)
{
    return resource->is_created && strcmp(resource->type, type) == 0;
}

/* True if the resource is of that type and of the API with that id. */
static bool is_part_of(struct template *template, const struct template_resource *resource,
                       const char *type, const char *api_id)
{
    const char *id = is_of(resource, type) ? template_text(template, resource, "ApiId") : NULL;

    return id && strcmp(id, api_id) == 0;
}

static bool depends_on(const struct template_resource *resource, const char *id)
{
    const struct json *names = json_find(resource->where, "DependsOn");

    if (!names || names->kind == JSON_STRING)
        return names && strcmp(names->string, id) == 0;
    for (const struct json *name = names->first; name; name = name->next) {
        if (name->kind == JSON_STRING && strcmp(name->string, id) == 0)
            return true;
    }
    return false;
}

/* AWS: a deployment has the routes that are there when it is made. */
static void lint_deployment(struct template *template, const struct template_resource *deployment)
{
    const char *api_id = template_text(template, deployment, "ApiId");
    SCOPED_TEXT names  = {0};
    size_t count       = 0;

    for (size_t i = 0; api_id && i < template->resource_count; i++) {
        const struct template_resource *route = &template->resources[i];

        if (!is_part_of(template, route, ROUTE, api_id) || depends_on(deployment, route->id))
            continue;
        if (++count <= NAMED_MAX)
            text_append_format(&names, "%s%s", count > 1 ? ", " : "", route->id);
    }
    if (count > NAMED_MAX)
        text_append_format(&names, " and %zu more", count - NAMED_MAX);
    template->place = deployment->id;
    if (count > 0)
        template_warn(template, deployment->where,
                      "CloudFormation may make it before the routes %s, and then AWS deploys the "
                      "API without them, or refuses to where there is none yet: name them in "
                      "DependsOn",
                      text_string(&names));
}

static void lint_stages(struct template *template, struct template_resource *api)
{
    const char *protocol = template_text(template, api, "ProtocolType");
    const char *id       = template_name(template, api);
    bool has_stage       = false;

    for (size_t i = 0; i < template->resource_count && !has_stage; i++)
        has_stage = is_part_of(template, &template->resources[i], STAGE, id);
    template->place = api->id;
    if (!has_stage && protocol && strcmp(protocol, "WEBSOCKET") == 0)
        template_warn(template, api->where,
                      "has no " STAGE ", and AWS would serve it nowhere: here it has the stage "
                      "dev");
}

void template_lint(struct template *template)
{
    for (size_t i = 0; i < template->resource_count; i++) {
        struct template_resource *resource = &template->resources[i];

        if (is_of(resource, DEPLOYMENT))
            lint_deployment(template, resource);
        else if (is_of(resource, API))
            lint_stages(template, resource);
    }
    template->place = NULL;
}
