#pragma once

/*
 * What Ref and Fn::GetAtt give for a resource, most of which nothing here runs: a value of the form
 * that AWS would give, so that what is built of it looks right.
 */

#include <stdbool.h>

struct text;

struct stand_in {
    const char *type; /* "AWS::DynamoDB::Table" */
    const char *name; /* the resource's own, which its ARN ends with */
    const char *region;
    const char *account;
};

/* The property with the resource's own name; NULL: the type has none. */
const char *stand_in_name_property(const char *type);

/* Appends the value of the attribute; "" is what Ref gives. False if it is a guess. */
bool stand_in_append(const struct stand_in *resource, const char *attribute, struct text *out);
