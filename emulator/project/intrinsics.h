#pragma once

/*
 * The intrinsic functions of templates: Ref, Fn::GetAtt, Fn::Sub and the others, conditions,
 * parameters and mappings. Trees in, trees without functions out; no I/O. What resources are called
 * is asked of whoever knows them.
 *
 * AWS: "Intrinsic function reference", "Pseudo parameters reference".
 */

#include <stdbool.h>

struct arena;
struct intrinsics;
struct json;

/* What a template's values depend on besides the template. All is borrowed. */
struct intrinsics_settings {
    struct arena *arena;         /* for everything that is made */
    const struct json *document; /* with Parameters, Mappings and Conditions; an object */
    const char *region;
    const char *account;
    const char *stack_name;
    char *const *parameters; /* "KEY=VALUE" each, ending in NULL; of one key the first counts.
                                NULL: none are given */
    char *const *overrides;  /* the same, for what those don't say */

    /*
     * The value of a resource's attribute, "" for what Ref gives, as a string. NULL if there is no
     * such resource. where is what asks, for problems.
     */
    const char *(*find_attribute)(void *owner, const char *resource, const char *attribute,
                                  const struct json *where);

    /* A problem of where; a warning lets the template be used. */
    void (*report)(void *owner, bool is_warning, const struct json *where, const char *message);
    void *owner;
};

/* In the arena. */
struct intrinsics *intrinsics_new(const struct intrinsics_settings *settings);

/*
 * The value with all its functions evaluated, under no name; NULL if it is AWS::NoValue. What is
 * wrong is reported, and an empty string stands for it.
 */
struct json *intrinsics_resolve(struct intrinsics *intrinsics, const struct json *value);

/* What the condition of that name, which is where it is used, comes to. */
bool intrinsics_holds(struct intrinsics *intrinsics, const char *name, const struct json *where);

/* Reports parameters that were given, and that neither the template declares nor an import asked
 * for. */
void intrinsics_check_parameters(struct intrinsics *intrinsics);

/* Frees what isn't in the arena. */
void intrinsics_deinit(struct intrinsics *intrinsics);
