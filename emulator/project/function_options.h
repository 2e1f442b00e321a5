#pragma once

/* What the command line says of single functions: --inspect. */

struct problems;
struct registry;

/* "FUNCTION[=PORT]" each, ending in NULL; NULL: none. Functions are called by name or logical id.
 */
struct function_options {
    char *const *inspect;
};

/*
 * Puts the options into the registry's functions. One that names no function, or asks for what its
 * function can't do, is a problem. A debugger without a port gets its language's usual one, or the
 * next one that no other function has.
 */
void function_options_apply(const struct function_options *options, struct registry *registry,
                            struct problems *problems);
