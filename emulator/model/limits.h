#pragma once

/*
 * The numbers of the emulator by name. `AWS:` marks a quota of AWS, `AWS?:` what AWS doesn't
 * document; the others are ours and bound what a peer can make us hold.
 */

/* AWS: WebSocket API quotas: frame 32 KB, message 128 KB. */
#define FRAME_SIZE_MAX   32768
#define MESSAGE_SIZE_MAX 131072

/* AWS: idle connection timeout 10 minutes, connection duration 2 hours. */
#define IDLE_TIMEOUT_SECONDS 600
#define MAX_DURATION_SECONDS 7200

/* AWS: integration timeout 50 ms to 29 s. */
#define INTEGRATION_TIMEOUT_MILLISECONDS     29000
#define INTEGRATION_TIMEOUT_MIN_MILLISECONDS 50

/* AWS: URL 4096 characters. AWS?: headers 10240 bytes are documented for HTTP and REST APIs only.
 */
#define URL_SIZE_MAX     4096
#define HEADERS_SIZE_MAX 10240

/* AWS: 500 new connections a second. AWS?: a burst of them isn't documented. */
#define CONNECT_RATE_MAX  500
#define CONNECT_BURST_MAX 500

/* AWS: 10 000 requests a second with a burst of 5 000, over all APIs; less in young regions. */
#define REQUEST_RATE_MAX           10000
#define REQUEST_BURST_MAX          5000
#define REQUEST_RATE_SMALL_REGION  2500
#define REQUEST_BURST_SMALL_REGION 1250

/* AWS?: when a client is closed with 1008 for too many requests isn't documented; here, once so
 * many of its messages in succession got an error frame. */
#define THROTTLED_MESSAGES_MAX 100

/* AWS: Lambda function defaults and bounds. */
#define FUNCTION_TIMEOUT_SECONDS      3
#define FUNCTION_TIMEOUT_SECONDS_MAX  900
#define FUNCTION_INIT_SECONDS_MAX     10
#define FUNCTION_MEMORY_MEGABYTES     128
#define FUNCTION_RESULT_SIZE_MAX      6291556
#define FUNCTION_ENVIRONMENT_SIZE_MAX 4096
#define FUNCTION_NAME_SIZE_MAX        64

/* AWS: a function's code and layers have 250 MB at most, unpacked. Ours: entries of an archive, and
 * the size of their names. */
#define PACKAGE_SIZE_MAX      (250 * 1024 * 1024)
#define PACKAGE_ENTRIES_MAX   100000
#define PACKAGE_PATH_SIZE_MAX 1000

/* AWS: 300 routes, 300 integrations, 10 stages, 10 Lambda authorizers for each API. */
#define ROUTES_PER_API_MAX      300
#define STAGES_PER_API_MAX      10
#define AUTHORIZERS_PER_API_MAX 10

/* AWS: what a Lambda authorizer returns has at most 8 KB, a resource in its policy 512 characters.
 */
#define AUTHORIZER_RESULT_SIZE_MAX 8192
#define POLICY_RESOURCE_SIZE_MAX   512

/* Processes of one function, unless it says otherwise; all processes together, a core. */
#define FUNCTION_CONCURRENCY   10
#define PROCESSES_PER_CORE_MAX 32

/* Invocations that may wait for a process of one function. */
#define INVOCATION_QUEUE_MAX 10000

/* Bytes that may be queued for a client that doesn't read; then posts get 429. */
#define SEND_QUEUE_SIZE_MAX (4 * 1024 * 1024)

/* A message where --limits relaxed lifts AWS's quotas. */
#define MESSAGE_SIZE_RELAXED_MAX (16 * 1024 * 1024)

/* One line of a handler's output; the rest of a longer one goes to further lines. */
#define OUTPUT_LINE_SIZE_MAX 8192

/* libwebsockets allocates for every descriptor there might be, and fails above 10 000 000. */
#define DESCRIPTORS_MAX 131072

/* A project file. */
#define PROJECT_FILE_SIZE_MAX (4 * 1024 * 1024)

/* A .env file: far below what an environment can hold. */
#define ENV_FILE_SIZE_MAX (64 * 1024)

/* Rows of closed connections that are kept. */
#define CLOSED_CONNECTIONS_MAX 100000

/* AWS?: a longer route key than this is never matched; the evaluation of a message ends there. */
#define SELECTION_KEY_SIZE_MAX 4096

/* AWS: of models. How many an API may have is ours. */
#define MODEL_NAME_SIZE_MAX   128
#define MODEL_SCHEMA_SIZE_MAX 32768
#define MODELS_PER_API_MAX    300

/* AWS: "Quotas for configuring and running a WebSocket API": of a mapping template. */
#define MAPPING_TEMPLATE_SIZE_MAX (300 * 1024)

/* AWS: an integration's answer has at most 10 MB, as on REST APIs. */
#define INTEGRATION_ANSWER_SIZE_MAX (10 * 1024 * 1024)
