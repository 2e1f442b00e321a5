#pragma once

/*
 * A project file on its way into resources: what the functions that read its parts share. They go
 * on after a problem, so that all are reported at once, and take nothing for granted that the
 * schema demands: it is asked last, and keeps silent about values that were complained about here,
 * in better words than a schema has.
 */

#include <stdbool.h>
#include <stddef.h>

struct json;
struct problems;
struct project;
struct registry;

/* Values whose errors are remembered; of more, the schema may repeat one. */
#define READING_REPORTED_MAX 1000

struct reading {
    const struct project *project;
    char *const *elsewhere; /* "FUNCTION=URL" each, ending in NULL: they needn't run here */
    const struct json *document;
    struct registry *registry;
    struct problems *problems;
    unsigned programs_missed; /* bits of the runtimes whose program was reported as missing */
    unsigned programs_found;  /* of those whose program is in the caller's PATH */
    const struct json *reported[READING_REPORTED_MAX];
    size_t reported_count;
};

/* Report a problem of where. The message begins with the place: "functions.chat.timeout: …". */
void reading_error(struct reading *reading, const struct json *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void reading_warn(struct reading *reading, const struct json *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* True if an error of where was. */
bool reading_was_reported(const struct reading *reading, const struct json *where);

/* The place of a member: "apis.chat.routes.join", "apis[\"my chat\"]". The caller frees it. */
char *reading_place(const char *place, const char *name);

/* The first member of an object; NULL if value is NULL, no object, or empty. */
const struct json *reading_members(const struct json *value);

/* The member's value, otherwise if it is absent or no number that an int can hold. */
int reading_number(const struct json *object, const char *name, int otherwise);

/* The member's value; false if it is absent or no boolean. */
bool reading_flag(const struct json *object, const char *name);

/* Reports the string name, the value of "function" at that place, unless a function is called so,
 * or stages say which one it is. */
void reading_want_function(struct reading *reading, const struct json *name, const char *place);

/* A key that the schema knows, and that can't be run yet. */
struct reading_unbuilt {
    const char *name;
    const char *harmless; /* a string that asks for nothing; NULL: none does */
    const char *instead;  /* what to do; NULL: just remove it */
};

/*
 * Reports members of object that ask for something that isn't built, so that nothing runs open or
 * half; place is NULL for the document. Values that ask for nothing are let pass: the harmless one,
 * false, an empty object or array.
 */
void reading_refuse(struct reading *reading, const struct json *object, const char *place,
                    const struct reading_unbuilt *unbuilt, size_t count);
