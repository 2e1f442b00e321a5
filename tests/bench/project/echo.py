"""Says back what it is told: in its result, or, on a route that ends in "-post", by @connections."""

import http.client

management = None


def post(context, body):
    global management

    if management is None:
        management = http.client.HTTPConnection(context["domainName"])
    management.request("POST", f"/{context['stage']}/@connections/{context['connectionId']}", body)
    management.getresponse().read()


def handler(event, context):
    if not event["requestContext"]["routeKey"].endswith("-post"):
        return {"statusCode": 200, "body": event["body"]}
    post(event["requestContext"], event["body"])
    return {"statusCode": 200}
