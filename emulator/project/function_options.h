#pragma once

/* What the command line says of single functions: --inspect, --function. */

#include <stdbool.h>

#define FUNCTION_URL_EXAMPLE "http://127.0.0.1:9000/2015-03-31/functions/function/invocations"

struct problems;
struct registry;

/* Lists that end in NULL; NULL: none. Functions are called by name or logical id. */
struct function_options {
    char *const *inspect;   /* "FUNCTION[=PORT]" each */
    char *const *elsewhere; /* "FUNCTION=URL" each: Invoke endpoints */
};

/* True for http and https with a host. */
bool function_url_is_fine(const char *url);

/* True if the list has a URL for a function of that name or logical id. */
bool function_options_has_url(char *const *elsewhere, const char *name);

/*
 * Puts the options into the registry's functions. One that names no function, or asks for what its
 * function can't do, is a problem. A debugger without a port gets its language's usual one, or the
 * next one that no other function has.
 */
void function_options_apply(const struct function_options *options, struct registry *registry,
                            struct problems *problems);
