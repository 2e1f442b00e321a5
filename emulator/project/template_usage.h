#pragma once

/* The resources AWS::ApiGateway::ApiKey, …::UsagePlan and …::UsagePlanKey of a template as the
 * "apiKeys" and "usagePlans" of a postern.json. */

struct json;
struct template;

/* Adds them to document, which has the APIs already. */
void template_usage_write(struct template *template, struct json *document);
