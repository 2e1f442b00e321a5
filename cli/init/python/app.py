import json
import os


def connect(event, context):
    """A client asks to come in: any status but 2xx refuses it. Headers and query string are in this event only."""
    print("connected:", event["requestContext"]["connectionId"], event.get("queryStringParameters", {}))
    return {"statusCode": 200}


def disconnect(event, context):
    """A connection has ended, whoever ended it."""
    ended = event["requestContext"]
    print("disconnected:", ended["connectionId"], ended["disconnectStatusCode"], ended["disconnectReason"])
    return {"statusCode": 200}


def greet(event, context):
    """{"action": "greet", "name": "Ada"}. The route has a route response, so the body goes to the client."""
    name = json.loads(event["body"]).get("name", "whoever you are")
    return {"statusCode": 200, "body": json.dumps({"greeting": f"{os.environ['GREETING']}, {name}!"})}


def help(event, context):
    """Whatever no other route takes."""
    return {"statusCode": 200, "body": json.dumps({"try": {"action": "greet", "name": "Ada"}})}
