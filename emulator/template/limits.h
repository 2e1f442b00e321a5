#pragma once

/*
 * The bounds of mapping templates by name. `AWS:` marks a quota of AWS; the others are ours and
 * bound what a template or the message it gets can make the emulator do: an evaluation runs on the
 * loop, so it may take neither long nor much.
 */

/* AWS: "Amazon API Gateway quotas": a mapping template has at most 300 KB. */
#define TEMPLATE_SIZE_MAX (300 * 1024)

/* AWS: "Amazon API Gateway quotas": #foreach makes at most 1000 rounds. AWS?: that it then ends in
 * silence follows from the name of the engine's own setting. */
#define FOREACH_ROUNDS_MAX 1000

/* Directives, strings, brackets and parentheses in one another; blocks of #define that show others.
 */
#define TEMPLATE_DEPTH_MAX 100

/* What a template prints, and each text that it makes. */
#define TEMPLATE_OUTPUT_SIZE_MAX (10 * 1024 * 1024)

/* Steps of one evaluation: each directive and each part of an expression is at least one, what
 * walks over many bytes or elements is more. A second's fraction of work. */
#define TEMPLATE_STEPS_MAX 2000000

/* Bytes that the values of one evaluation take. */
#define TEMPLATE_MEMORY_MAX (64 * 1024 * 1024)

/* Lists and maps in one another, in a body or made by a template. */
#define VALUE_DEPTH_MAX 200

/* Digits of a number that is beyond 64 bits. */
#define NUMBER_DIGITS_MAX 1000

/* Steps of a JSONPath, and conditions of its filters. */
#define JSON_PATH_STEPS_MAX 64

/* What one search with a regular expression may try. */
#define REGEX_MATCH_LIMIT 100000

/* What of a regular expression's time is a step. */
#define REGEX_STEP_NANOSECONDS 50
