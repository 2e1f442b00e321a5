#include "http/aws_error.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

/*
 * AWS: the bodies and types as observed, spacing included. AWS?: the texts of 405, 413, 414, 431
 * and 503, the body of the throttled call, and the types where none was ever seen, are guesses.
 *
 * '%' stands for detail, put in as part of a JSON string.
 */
/* clang-format off */
static const struct {
    unsigned status;
    const char *type; /* "": no x-amzn-ErrorType */
    const char *body;
} errors[] = {
    [AWS_BAD_REQUEST]           = {400, "BadRequestException",           "{\"message\":\"%\"}"},
    [AWS_INVALID_CONNECTION_ID] = {400, "BadRequestException",           "{\"message\":\"Invalid connectionId: %\"}"},
    [AWS_UNAUTHORIZED]          = {401, "UnauthorizedException",         "{\"message\":\"Unauthorized\"}"},
    [AWS_FORBIDDEN]             = {403, "ForbiddenException",            "{\"message\":\"Forbidden\"}"},
    [AWS_UNSIGNED]              = {403, "MissingAuthenticationTokenException", "{\"message\":\"%\"}"},
    [AWS_INCOMPLETE_SIGNATURE]  = {403, "IncompleteSignatureException",  "{\"message\":\"%\"}"},
    [AWS_INVALID_SIGNATURE]     = {403, "InvalidSignatureException",     "{\"message\":\"%\"}"},
    [AWS_UNKNOWN_ACCESS_KEY]    = {403, "UnrecognizedClientException",   "{\"message\":\"%\"}"},
    [AWS_EXPIRED_TOKEN]         = {403, "ExpiredTokenException",         "{\"message\":\"%\"}"},
    [AWS_ACCESS_DENIED]         = {403, "AccessDeniedException",         "{\"Message\":\"User is not authorized to access this resource\"}"},
    [AWS_EXPLICIT_DENY]         = {403, "AccessDeniedException",         "{\"Message\":\"User is not authorized to access this resource with an explicit deny\"}"},
    [AWS_NO_SUCH_ROUTE]         = {404, "NotFoundException",             "{\"message\":\"%\"}"},
    [AWS_METHOD_NOT_ALLOWED]    = {405, "MethodNotAllowedException",     "{\"message\":\"Method Not Allowed\"}"},
    [AWS_GONE]                  = {410, "GoneException",                 ""},
    [AWS_PAYLOAD_TOO_LARGE]     = {413, "PayloadTooLargeException",      "{\"message\":\"Request Too Long\"}"},
    [AWS_URI_TOO_LONG]          = {414, "",                              "{\"message\":\"URI Too Long\"}"},
    [AWS_UNSUPPORTED_MEDIA]     = {415, "UnsupportedMediaTypeException", "{\"message\":\"Unsupported Media Type\"}"},
    [AWS_UPGRADE_REQUIRED]      = {426, "",                              "{\"message\":\"Upgrade Required\"}"},
    [AWS_TOO_MANY_REQUESTS]     = {429, "TooManyRequestsException",      "{\"message\":\"Too Many Requests\"}"},
    [AWS_QUOTA_EXCEEDED]        = {429, "LimitExceededException",        "{\"message\":\"Limit Exceeded\"}"},
    [AWS_LIMIT_EXCEEDED]        = {429, "LimitExceededException",        "{\"message\":\"Too Many Requests\"}"},
    [AWS_HEADERS_TOO_LARGE]     = {431, "",                              "{\"message\":\"Request Header Fields Too Large\"}"},
    [AWS_INTERNAL_FAILURE]      = {500, "InternalServerErrorException",  "{\"message\":\"Internal server error\"}"},
    [AWS_BAD_GATEWAY]           = {502, "InternalServerErrorException",  "{\"message\": \"Internal server error\"}"},
    [AWS_SERVICE_UNAVAILABLE]   = {503, "ServiceUnavailableException",   "{\"message\":\"Service Unavailable\"}"},
    [AWS_ENDPOINT_TIMED_OUT]    = {504, "InternalServerErrorException",  "{\"message\":\"Endpoint request timed out\"}"},
};
/* clang-format on */

unsigned aws_error_status(enum aws_error error)
{
    return errors[error].status;
}

const char *aws_error_type(enum aws_error error)
{
    return errors[error].type;
}

/* What text_append_json() writes, without its quotes. */
static void append_detail(const char *detail, struct text *body)
{
    SCOPED_TEXT string = {0};

    text_append_json_string(&string, detail ? detail : "");
    assert(string.size >= 2);
    text_append(body, string.data + 1, string.size - 2);
}

void aws_error_body(enum aws_error error, const char *detail, struct text *body)
{
    const char *format = errors[error].body;
    size_t before      = strcspn(format, "%");

    text_append(body, format, before);
    if (!format[before])
        return;
    append_detail(detail, body);
    text_append_string(body, format + before + 1);
}

static const struct {
    unsigned status;
    const char *phrase;
} phrases[] = {
    {100, "Continue"                       },
    {101, "Switching Protocols"            },
    {102, "Processing"                     },
    {103, "Early Hints"                    },
    {200, "OK"                             },
    {201, "Created"                        },
    {202, "Accepted"                       },
    {203, "Non-Authoritative Information"  },
    {204, "No Content"                     },
    {205, "Reset Content"                  },
    {206, "Partial Content"                },
    {207, "Multi-Status"                   },
    {300, "Multiple Choices"               },
    {301, "Moved Permanently"              },
    {302, "Found"                          },
    {303, "See Other"                      },
    {304, "Not Modified"                   },
    {305, "Use Proxy"                      },
    {307, "Temporary Redirect"             },
    {308, "Permanent Redirect"             },
    {400, "Bad Request"                    },
    {401, "Unauthorized"                   },
    {402, "Payment Required"               },
    {403, "Forbidden"                      },
    {404, "Not Found"                      },
    {405, "Method Not Allowed"             },
    {406, "Not Acceptable"                 },
    {407, "Proxy Authentication Required"  },
    {408, "Request Timeout"                },
    {409, "Conflict"                       },
    {410, "Gone"                           },
    {411, "Length Required"                },
    {412, "Precondition Failed"            },
    {413, "Payload Too Large"              },
    {414, "URI Too Long"                   },
    {415, "Unsupported Media Type"         },
    {416, "Range Not Satisfiable"          },
    {417, "Expectation Failed"             },
    {418, "I'm a teapot"                   },
    {421, "Misdirected Request"            },
    {422, "Unprocessable Entity"           },
    {423, "Locked"                         },
    {424, "Failed Dependency"              },
    {425, "Too Early"                      },
    {426, "Upgrade Required"               },
    {428, "Precondition Required"          },
    {429, "Too Many Requests"              },
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"  },
    {500, "Internal Server Error"          },
    {501, "Not Implemented"                },
    {502, "Bad Gateway"                    },
    {503, "Service Unavailable"            },
    {504, "Gateway Timeout"                },
    {505, "HTTP Version Not Supported"     },
    {507, "Insufficient Storage"           },
    {511, "Network Authentication Required"},
};

const char *http_reason_phrase(unsigned status)
{
    for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "";
}
