#pragma once

/*
 * Why something was refused, dropped, closed or failed: the "reason" of a log line, for people to
 * grep and programs to tell apart. These are part of the contract: a reason may be added, and none
 * changes its name. Each line's text says what happened, what AWS does and what can be done.
 */

/* clang-format off */

/* Handshakes that are refused, and connections that never come to be. */
#define REASON_UNKNOWN_STAGE               "unknown-stage"               /* 403: the address names no stage of a known API */
#define REASON_BAD_UPGRADE                 "bad-upgrade"                 /* 400: a WebSocket header is missing or wrong */
#define REASON_URL_TOO_LONG                "url-too-long"                /* 414 */
#define REASON_HEADERS_TOO_LARGE           "headers-too-large"           /* 431 */
#define REASON_MALFORMED_REQUEST           "malformed-request"           /* 400: what came is no HTTP, or ambiguous */
#define REASON_HTTP2                       "http2"                       /* 505: HTTP/2 without having asked */
#define REASON_REQUEST_TIMEOUT             "request-timeout"             /* 408: a request was begun and not finished */
#define REASON_NO_DESCRIPTORS              "no-descriptors"              /* 503: the limit of open files is reached */
#define REASON_STOPPING                    "stopping"                    /* 503: the emulator is about to end; or 1001: it closes what is open */
#define REASON_ROW_NOT_WRITTEN             "row-not-written"             /* 500: the connection could not be recorded */
#define REASON_CONNECT_REFUSED             "connect-refused"             /* the $connect handler said so, by its statusCode */
#define REASON_LEFT_DURING_CONNECT         "left-during-connect"         /* the client went before its handshake was decided */
#define REASON_NO_SUBPROTOCOL              "no-subprotocol"              /* accepted, but browsers will drop it */
#define REASON_BAD_SIGNATURE               "bad-signature"               /* 403: SigV4, where it is verified */
#define REASON_MALFORMED_SIGNATURE         "malformed-signature"         /* not a signature; passes where it isn't verified */
#define REASON_MISSING_PARAMETER           "missing-parameter"           /* 400: $connect demands a header or query parameter */
#define REASON_INVALID_API_KEY             "invalid-api-key"             /* 403 */
#define REASON_NOT_IN_USAGE_PLAN           "not-in-usage-plan"           /* 403: no usage plan of the stage has the API key */
#define REASON_QUOTA_EXCEEDED              "quota-exceeded"              /* 429: the API key's usage plan allows no more in its period */
#define REASON_MISSING_IDENTITY_SOURCE     "missing-identity-source"     /* 401: the authorizer isn't asked */
#define REASON_AUTHORIZER_REFUSES          "authorizer-refuses"          /* 401: it failed with Unauthorized */
#define REASON_POLICY_DENIES               "policy-denies"               /* 403: the authorizer's policy denies it */
#define REASON_POLICY_SILENT               "policy-silent"               /* 403: the authorizer's policy doesn't mention it */
#define REASON_AUTHORIZER_FAILED           "authorizer-failed"           /* 500 */
#define REASON_MALFORMED_AUTHORIZER_RESULT "malformed-authorizer-result" /* 500 */

#define REASON_THROTTLED                   "throttled"                   /* more requests than AWS's or the stage's limits allow: 429, or an error frame */

/* Messages. */
#define REASON_NO_ROUTE                    "no-route"                    /* the client gets a Forbidden frame */
#define REASON_INVALID_BODY                "invalid-body"                /* the message doesn't fit its model: an error frame */
#define REASON_NO_INTEGRATION              "no-integration"              /* the route has none: an error frame */
#define REASON_NO_ROUTE_RESPONSE           "no-route-response"           /* a body is returned for nothing */
#define REASON_MALFORMED_PROXY_RESULT      "malformed-proxy-result"      /* 502 for $connect, an error frame for a two-way route */
#define REASON_HANDLER_FAILED              "handler-failed"              /* 502 for $connect, an error frame for a message */
#define REASON_INTEGRATION_TIMEOUT         "integration-timeout"         /* 504 for $connect, an error frame for a message */
#define REASON_FUNCTION_THROTTLED          "function-throttled"          /* too many events wait: 500, or an error frame */
#define REASON_NO_FUNCTION                 "no-function"                 /* the function isn't there, or any more: 500, or an error frame */
#define REASON_TEMPLATE_FAILED             "template-failed"             /* a mapping template can't be evaluated: 500, or an error frame */
#define REASON_NO_REQUEST_TEMPLATE         "no-request-template"         /* passthroughBehavior refuses the message: the same */
#define REASON_NO_INTEGRATION_RESPONSE     "no-integration-response"     /* none matches the answer: the same */
#define REASON_BAD_MAPPING                 "bad-mapping"                 /* what templates or parameters made can't be sent: the same */
#define REASON_BACKEND_FAILED              "backend-failed"              /* an HTTP backend can't be asked: the same */
#define REASON_NO_SERVICE_ENDPOINT         "no-service-endpoint"         /* an AWS service has nothing that stands in for it: the same */
#define REASON_INTEGRATION_FAILED          "integration-failed"          /* the backend's own status: no success */
#define REASON_NOT_TEXT                    "not-text"                    /* an integration's answer is no UTF-8, which clients refuse */
#define REASON_CLIENT_LEFT                 "client-left"                 /* an answer for a client that is gone */
#define REASON_SEND_QUEUE_FULL             "send-queue-full"             /* the client doesn't read: 429 for a post, an answer is dropped */
#define REASON_DISCONNECT_HANDLER_FAILED   "disconnect-handler-failed"   /* nobody learns of it */

/* Connections that end. */
#define REASON_CLOSED_BY_CLIENT            "closed-by-client"            /* with the code that it sent */
#define REASON_CONNECTION_LOST             "connection-lost"             /* 1006: without a close frame */
#define REASON_DELETED                     "deleted"                     /* 1000: by @connections */
#define REASON_IDLE_TIMEOUT                "idle-timeout"                /* 1001 */
#define REASON_MAX_DURATION                "max-duration"                /* 1001 */
#define REASON_RESET                       "reset"                       /* 1001: by /_postern/reset */
#define REASON_STAGE_REMOVED               "stage-removed"               /* 1001: not in the last deployment */
#define REASON_BINARY_FRAME                "binary-frame"                /* 1003 */
#define REASON_FRAME_TOO_LARGE             "frame-too-large"             /* 1009 */
#define REASON_MESSAGE_TOO_LARGE           "message-too-large"           /* 1009; 413 for a post */
#define REASON_THROTTLED_TOO_OFTEN         "throttled-too-often"         /* 1008: the client goes on however many of its messages are refused */
#define REASON_PROTOCOL_ERROR              "protocol-error"              /* 1002 or 1007: no WebSocket, or no UTF-8 */
#define REASON_LEFT_BY_CRASH               "left-by-crash"               /* an earlier process left it open: its $disconnect is delivered now */

/* @connections and other requests. */
#define REASON_GONE                        "gone"                        /* 410: no such connection is open */
#define REASON_POST_DURING_CONNECT         "post-during-connect"         /* 410: its $connect handler hasn't returned yet */
#define REASON_MALFORMED_CONNECTION_ID     "malformed-connection-id"     /* 400 */
#define REASON_NO_UPGRADE                  "no-upgrade"                  /* 426: a stage speaks WebSocket */
#define REASON_NO_SUCH_OPERATION           "no-such-operation"           /* 404: under @connections, but none of its operations */
#define REASON_BODY_TOO_LATE               "body-too-late"               /* the body isn't complete in time */
#define REASON_BODY_TOO_LARGE              "body-too-large"              /* the body has no end */
#define REASON_TOO_MANY_HTTP_CONNECTIONS   "too-many-http-connections"   /* no more are accepted */
#define REASON_CROSS_ORIGIN                "cross-origin"                /* 403: a page of another origin asks /_postern */
#define REASON_FOREIGN_HOST                "foreign-host"                /* 403: the Host header isn't this machine */

/* Functions and their processes. */
#define REASON_CANNOT_START                "cannot-start"                /* no process: the line says what to install or to correct */
#define REASON_INIT_ERROR                  "init-error"                  /* the handler could not be loaded */
#define REASON_NEVER_ASKED                 "never-asked"                 /* the process doesn't speak the Runtime API */
#define REASON_REMOTE_FAILED               "remote-failed"               /* a function that runs elsewhere can't be reached, or its endpoint says no */
#define REASON_HANDLER_EXITED              "handler-exited"              /* the process ended while it ran an event, or before it asked for one */
#define REASON_ASYNC_INVOCATION_FAILED     "async-invocation-failed"     /* X-Amz-Invocation-Type: Event; nobody else is told */
#define REASON_FUNCTION_TIMEOUT            "function-timeout"            /* killed, as on Lambda */
#define REASON_HANDLER_RUNS_ON             "handler-runs-on"             /* the gateway waits no longer for it */
#define REASON_NO_PROCESS_FREE             "no-process-free"             /* the gateway waits no longer for one */
#define REASON_LATE_RESULT                 "late-result"                 /* nobody waited for it any more */
#define REASON_MISSING_MODULE              "missing-module"              /* the handler needs a module that isn't installed here */
#define REASON_KEEPER_ENDED                "keeper-ended"                /* no handler can be started any more */
#define REASON_CHANGES_ITSELF              "changes-itself"              /* running it changes its code, which is reloaded each time */
#define REASON_RUNTIME_API_REFUSED         "runtime-api-refused"         /* a process asks for what it may not, answers twice or too much */
#define REASON_TOO_MANY_CONNECTIONS        "too-many-connections"        /* a process opens one after the other */

/* The emulator itself. */
#define REASON_PORT_IN_USE                 "port-in-use"                 /* it cannot start */
#define REASON_DATA_IN_USE                 "data-in-use"                 /* it cannot start: another one uses the data folder */
#define REASON_DATA_NOT_WRITABLE           "data-not-writable"           /* it cannot start */
#define REASON_DISK_FULL                   "disk-full"                   /* it cannot start */
#define REASON_NEWER_DATABASE              "newer-database"              /* it cannot start: a newer version's */
#define REASON_DATABASE                    "database"                    /* SQLite says no: it goes on without */
#define REASON_BANNER_UNREAD               "banner-unread"               /* standard output is closed */
#define REASON_LIBWEBSOCKETS               "libwebsockets"               /* a warning of that library */
#define REASON_UNDELIVERED                 "undelivered"                 /* it stops before all $disconnect events were delivered */
#define REASON_SYSTEM_ERROR                "system-error"                /* a system call failed, as the text says */
#define REASON_DEBUGGER                    "debugger"                    /* where one can be attached to a handler process */
#define REASON_RELOADED                    "reloaded"                    /* changed files count now */
#define REASON_PROJECT_WARNING             "project-warning"
#define REASON_BROKEN_PROJECT              "broken-project"              /* what was read last goes on */
#define REASON_NOT_WATCHED                 "not-watched"                 /* changes of a folder go unnoticed */
#define REASON_ACCESS_LOG                  "access-log"                  /* its file can't be opened, or doesn't take lines */
#define REASON_LOG_LINES_DROPPED           "log-lines-dropped"           /* standard error wasn't read in time */

/* clang-format on */
