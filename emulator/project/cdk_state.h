#pragma once

/* What the files that read an assembly share. */

#include <stddef.h>

#include "base/map.h"
#include "project/cdk.h"

/* Files and stacks of one assembly that are looked at. */
#define CDK_DOCUMENTS_MAX 1000

struct cdk_document {
    const char *path;
    struct json *value; /* NULL: it can't be read, which was reported */
    unsigned first_line;
};

/*
 * Lines of documents are numbered through, so that a value's line tells which file it is from.
 */
struct cdk {
    struct arena *arena;
    const struct project *project;
    const struct project_options *options;
    const struct cdk_files *files;
    struct problems *problems;
    struct cdk_document documents[CDK_DOCUMENTS_MAX];
    size_t document_count;
    struct map by_path; /* paths to documents */
    unsigned next_line;
};

/* The document of that file; NULL, with a problem the first time, if it can't be read. */
struct json *cdk_open(struct cdk *cdk, const char *path, const struct json *where);

/* Report a problem of where; NULL: of the manifest. */
void cdk_error(struct cdk *cdk, const struct json *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The path that leads to another one from a folder ("" or ending in '/'), without its "..". */
const char *cdk_join(struct cdk *cdk, const char *folder, const char *path);
