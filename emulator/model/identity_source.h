#pragma once

/*
 * Identity sources: what a $connect request must have so that its authorizer is asked at all, like
 * "route.request.header.Authorization". Read once, when a project is loaded and when a stage is
 * deployed.
 *
 * AWS: API Gateway v2 API reference, Authorizer, identitySource.
 */

#include <stdbool.h>

struct text;

enum identity_source_kind {
    IDENTITY_HEADER,
    IDENTITY_QUERY,
    IDENTITY_STAGE_VARIABLE,
    IDENTITY_CONTEXT,
};

struct identity_source {
    enum identity_source_kind kind;
    const char *name; /* points into the source that was read */
};

/* Reads one source. False if it is none; then problem gets one line: what would be right. */
bool identity_source_read(const char *source, struct identity_source *result, struct text *problem);
