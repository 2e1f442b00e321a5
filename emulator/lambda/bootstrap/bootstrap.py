"""Runs a Python handler: asks the Lambda Runtime API for events, calls the handler, posts what it returns."""

import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback
from decimal import Decimal

API = "/2018-06-01/runtime"
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])


def ask(method, path, body=None, headers=None):
    connection.request(method, API + path, body=body, headers=headers or {})
    response = connection.getresponse()
    return response, response.read()


def error_document(error, kind=None, message=None, request_id=""):
    frames = traceback.extract_tb(error.__traceback__) if error else []
    own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
    return json.dumps({
        "errorMessage": message if message is not None else str(error),
        "errorType": kind or type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(own),
    })


def fail_init(kind, message, error=None):
    print("[ERROR] %s: %s" % (kind, message), file=sys.stderr)
    if "No module named 'boto3'" in message or "No module named 'botocore'" in message:
        print("The AWS SDK is missing here: apt-get install -y python3-boto3, or pip install boto3", file=sys.stderr)
    ask("POST", "/init/error", error_document(error, kind, message),
        {"Lambda-Runtime-Function-Error-Type": kind})
    sys.exit(1)


def load(handler):
    parts = handler.rsplit(".", 1)
    if len(parts) != 2:
        fail_init("Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % handler)
    name, function = parts[0].replace("/", "."), parts[1]
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        fail_init("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (parts[0], error), error)
    except SyntaxError as error:
        fail_init("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (parts[0], error), error)
    except Exception as error:  # whatever the module does while it loads
        traceback.print_exc()
        fail_init(type(error).__name__, str(error), error)
    if not hasattr(module, function):
        fail_init("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function, parts[0]))
    return getattr(module, function)


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers.get("Lambda-Runtime-Aws-Request-Id")
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn")
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        self.client_context = None
        self.deadline = int(headers.get("Lambda-Runtime-Deadline-Ms", "0"))

    def get_remaining_time_in_millis(self):
        return max(self.deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class RequestId(logging.Filter):
    current = ""

    def filter(self, record):
        record.aws_request_id = RequestId.current
        return True


def set_up_logging():
    formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s",
                                  "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(formatter)
    output.addFilter(RequestId())
    logging.getLogger().addHandler(output)


def encode_decimal(value):
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def encode(result):
    return result if isinstance(result, bytes) else json.dumps(result, default=encode_decimal).encode()


def post_error(path, error, request_id, kind=None, message=None):
    lines = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    print("[ERROR] " + lines.rstrip().replace("\n", "\r"), flush=True)
    ask("POST", path + "/error", error_document(error, kind, message, request_id),
        {"Content-Type": "application/json"})


def run_one(handler):
    response, body = ask("GET", "/invocation/next")
    if response.status != 200:
        sys.exit(0)
    context = Context(response.headers)
    request_id = context.aws_request_id
    path = "/invocation/" + request_id
    RequestId.current = request_id
    os.environ["_X_AMZN_TRACE_ID"] = response.headers.get("Lambda-Runtime-Trace-Id", "")
    try:
        result = handler(json.loads(body), context)
    except Exception as error:
        post_error(path, error, request_id)
        return
    try:
        answer = encode(result)
    except Exception as error:
        post_error(path, error, request_id, "Runtime.MarshalError", "Unable to marshal response: %s" % error)
        return
    sys.stdout.flush()
    ask("POST", path + "/response", answer, {"Content-Type": "application/json"})


def main():
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    set_up_logging()
    handler = load(os.environ["_HANDLER"])
    while True:
        run_one(handler)


main()
