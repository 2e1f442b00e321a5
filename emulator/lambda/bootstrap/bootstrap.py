"""
Runs a Python handler: imports the module that _HANDLER names, then asks the Lambda Runtime API for one event after
another and answers each with what the handler returns. Needs nothing but Python 3.8 or newer.

AWS: "Lambda runtime API", "Define Lambda function handler in Python".
"""

import decimal
import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback

# AWS: the code's folder is read-only. Here, compiled files would hide a change that leaves size and second as they are.
sys.dont_write_bytecode = True

import postern_redirect  # noqa: E402: it would be compiled otherwise

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
TASK_ROOT = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
PREFIX = "/2018-06-01/runtime"
NEXT_REQUEST = f"GET {PREFIX}/invocation/next HTTP/1.1\r\nHost: {API}\r\n\r\n".encode()


class InitError(Exception):
    """The handler can't be loaded; type_name is Lambda's name for the reason."""

    def __init__(self, type_name, message):
        super().__init__(message)
        self.type_name = type_name


def open_debugger(port):
    """Lets a debugger attach there; the process goes on without one."""
    try:
        import debugpy
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", "--inspect needs debugpy, which this Python can't import: "
                        "python3 -m pip install debugpy, or apt-get install python3-debugpy") from error
    debugpy.listen(("127.0.0.1", int(port)))


class Runtime:
    """The Runtime API on one plain connection: http.client takes several times as long."""

    def __init__(self):
        host, port = API.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb", buffering=65536)

    def read_answer(self):
        status_line = self.input.readline()
        if not status_line:
            os._exit(0)  # the emulator is gone
        headers = {}
        while True:
            line = self.input.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                break
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.input.read(int(headers.get("content-length", 0)))
        return int(status_line.split(None, 2)[1]), headers, body

    def post(self, path, body, error_type=None, then=b""):
        """Sends body and, in the same packet, what follows it; checks that body was taken."""
        header = f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n" if error_type else ""
        head = (f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {API}\r\nContent-Type: application/json\r\n{header}"
                f"Content-Length: {len(body)}\r\n\r\n")
        self.socket.sendall(head.encode() + body + then)
        status, _, answer = self.read_answer()
        if status != 202:
            print(f"The result was not taken: {answer.decode('utf-8', 'replace')}", file=sys.stderr)

    def ask_for_first(self):
        self.socket.sendall(NEXT_REQUEST)

    def take_event(self):
        """Waits for the event that was asked for: its headers and bytes."""
        status, headers, body = self.read_answer()
        if status != 200:
            sys.exit(1)
        return headers, body


class CognitoIdentity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    """What a mobile client sends along: objects with the members of its JSON."""

    def __init__(self, content):
        self.client = type("Client", (), content.get("client") or {})
        self.custom = content.get("custom")
        self.env = content.get("env")


class Context:
    """The second argument of a handler."""

    def __init__(self, headers):
        environment = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = environment.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environment.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environment.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environment.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environment.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.identity = CognitoIdentity()
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(self._deadline - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class LogFilter(logging.Filter):
    """Gives each record the id of the invocation it belongs to."""

    request_id = ""

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


def set_up_logging():
    """AWS: the root logger has a handler, and lets warnings pass."""
    sys.stdout.reconfigure(line_buffering=True)
    sys.stderr.reconfigure(line_buffering=True)
    formatter = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
                                  "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    log_filter = LogFilter()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(log_filter)
    logging.getLogger().addHandler(handler)
    return log_filter


def log_failure(description):
    """One event of the log is one line, so its parts are kept apart by carriage returns."""
    lines = [f"[ERROR] {description['errorType']}: {description['errorMessage']}", "Traceback (most recent call last):"]
    lines += [line.rstrip("\n").replace("\n", "\r") for line in description["stackTrace"]]
    print("\r".join(lines).replace("\n", "\r"))


def hint_at_missing_sdk(error):
    """Lambda's Python has the AWS SDK, a local one may not."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name in ("boto3", "botocore"):
            print(f"Lambda brings {error.name} along, this machine has to have it: python3 -m pip install {error.name} "
                  f"(on Debian: apt-get install python3-{error.name})",
                  file=sys.stderr)
        error = error.__cause__ or error.__context__


def describe(error, request_id, frames):
    """A failure as the Runtime API wants it; frames is its traceback without our own part."""
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(traceback.extract_tb(frames)),
    }


def load_handler(name):
    parts = name.rsplit(".", 1)
    if len(parts) != 2:
        raise InitError("Runtime.MalformedHandlerName",
                        f"Bad handler '{name}': not enough values to unpack (expected 2, got {len(parts)})")
    module_name, function_name = parts
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise InitError("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        raise InitError("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    if not hasattr(module, function_name):
        raise InitError("Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return getattr(module, function_name)


def skip_own_frames(frames):
    """The part of a traceback behind this file and importlib."""
    while frames and ("importlib" in frames.tb_frame.f_code.co_filename
                      or frames.tb_frame.f_code.co_filename == __file__):
        frames = frames.tb_next
    return frames


def fail_init(runtime, error):
    if isinstance(error, InitError):
        description = dict(describe(error, "", None), errorType=error.type_name)
    else:
        description = describe(error, "", skip_own_frames(error.__traceback__))
    log_failure(description)
    hint_at_missing_sdk(error)
    runtime.post("/init/error", json.dumps(description).encode(), getattr(error, "type_name", None))
    sys.exit(1)


def number_of(value):
    """DynamoDB's numbers come as Decimal and go as numbers."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def invoke(handler, body, context):
    """The path to post to, and what to post there."""
    request_id = context.aws_request_id
    kind = "Runtime.UnmarshalError", "Unable to unmarshal input"
    try:
        event = json.loads(body)
        kind = None
        result = handler(event, context)
        if isinstance(result, (bytes, bytearray)):
            return f"/invocation/{request_id}/response", bytes(result)
        kind = "Runtime.MarshalError", "Unable to marshal response"
        return f"/invocation/{request_id}/response", json.dumps(result, default=number_of).encode()
    except Exception as error:  # whatever a handler throws is its failure, not ours
        description = describe(error, request_id, skip_own_frames(error.__traceback__))
        if kind:
            description.update(errorType=kind[0], errorMessage=f"{kind[1]}: {error}", stackTrace=[])
        log_failure(description)
        hint_at_missing_sdk(error)
        return f"/invocation/{request_id}/error", json.dumps(description).encode()


def main():
    sys.path[0] = TASK_ROOT
    log_filter = set_up_logging()
    runtime = Runtime()
    if "POSTERN_REDIRECT_TO" in os.environ:
        postern_redirect.redirect(os.environ.pop("POSTERN_REDIRECT_TO"))
    try:
        if "POSTERN_INSPECT_PORT" in os.environ:
            open_debugger(os.environ.pop("POSTERN_INSPECT_PORT"))
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:  # module code may raise anything
        fail_init(runtime, error)
    runtime.ask_for_first()
    while True:
        headers, body = runtime.take_event()
        context = Context(headers)
        log_filter.request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        path, answer = invoke(handler, body, context)
        sys.stdout.flush()
        sys.stderr.flush()
        runtime.post(path, answer, then=NEXT_REQUEST)


main()
