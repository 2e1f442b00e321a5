#pragma once

/*
 * A CloudFormation template that is being read: its resources with their properties evaluated, and
 * what its problems are said to be about. Knows no type of resource; cloudformation.c does.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "project/sam.h"

struct arena;
struct intrinsics;
struct json;
struct problems;
struct project;
struct project_options;

/* The member of Metadata that says what people call a resource if not by its logical id. */
#define TEMPLATE_CALLED "postern:called"

struct template_resource {
    const char *id;     /* the logical one */
    const char *called; /* what people call it: mostly that */
    const char *type;
    const struct json *properties; /* not evaluated; an object, perhaps empty */
    const struct json *where;
    const char *name; /* its own, or its id on AWS; NULL: not asked for yet */
    bool is_asked;    /* its name is being found out */
    bool is_created;  /* its condition holds */
    bool is_handled;  /* it is run here, or needs no word */
};

struct template
{
    struct arena *arena;
    const struct project *project;
    const struct project_options *options;
    struct problems *problems;
    const struct json *document; /* with what SAM stands for */
    struct intrinsics *intrinsics;
    struct template_resource *resources;
    size_t resource_count;
    struct map ids;     /* logical ids to resources */
    size_t failures;    /* errors so far */
    bool is_layer_told; /* that one isn't here */
    const char *place; /* what is being read: "ChatFunction.Timeout"; NULL: nothing of a resource */
};

/* Makes the template of a document, which is an object; problems go to problems. */
void template_init(struct template *template, struct arena *arena, const struct project *project,
                   const struct project_options *options, const struct json *document,
                   struct problems *problems);
void template_deinit(struct template *template);

/* Report a problem of where (NULL: the whole file), with the place in front. */
void template_error(struct template *template, const struct json *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void template_warn(struct template *template, const struct json *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The property, evaluated; NULL if it is absent, AWS::NoValue, or has a problem, which is then
 * reported. The place of problems is the property afterwards.
 */
const struct json *template_property(struct template *template,
                                     const struct template_resource *resource, const char *name);

/* The same for one that must be a text (a number or boolean is one, too), or a number. Otherwise
 * NULL, with a problem if it is something else. */
const char *template_text(struct template *template, const struct template_resource *resource,
                          const char *name);
/* The same for one that must be there, too. */
const char *template_needed_text(struct template *template,
                                 const struct template_resource *resource, const char *name);
const struct json *template_number(struct template *template,
                                   const struct template_resource *resource, const char *name);
/* The same for a value that is evaluated already. */
const struct json *template_number_of(struct template *template, const struct json *value);
bool template_flag(struct template *template, const struct template_resource *resource,
                   const char *name);

/* What the resource is called on AWS, or its id there: what Ref gives for most. */
const char *template_name(struct template *template, struct template_resource *resource);

/* The value as a text, NULL if it is none. */
const char *template_text_of(struct template *template, const struct json *value);
