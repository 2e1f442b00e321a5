#pragma once

/* The resources AWS::ApiGatewayV2::… of a template as the "apis" and "domainNames" of a
 * postern.json. */

struct json;
struct map;
struct template;

/*
 * Adds the WebSocket APIs to document. The names of functions that their routes and authorizers
 * call are put into used.
 */
void template_api_write(struct template *template, struct json *document, struct map *used);
