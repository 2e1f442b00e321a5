#pragma once

/*
 * The methods of Java's classes that templates call, a table for each family of values. A method's
 * rows are looked up when a template is compiled.
 */

#include <stddef.h>

#include "template/number.h"
#include "template/value.h"

struct mapping_run;

enum method_family {
    METHODS_OF_ALL, /* equals(), toString() */
    METHODS_OF_STRINGS,
    METHODS_OF_NUMBERS,
    METHODS_OF_BOOLEANS,
    METHODS_OF_LISTS,
    METHODS_OF_MAPS,
    METHODS_OF_OTHERS, /* entries, iterators, $foreach, classes */
    METHODS_OF_INPUT,
    METHODS_OF_UTIL,
    METHOD_FAMILIES,
};

/* What is called; on is the object. Null is the answer of a method that returns none, and of one
 * that has no such arguments. */
struct call {
    struct mapping_run *run;
    struct value on;
    const struct value *arguments;
    size_t count;
    const struct value_path *path; /* of the first argument, where it is constant */
};

struct method {
    const char *name;
    unsigned least; /* arguments */
    unsigned most;
    struct value (*call)(const struct call *call);
};

struct method_table {
    const struct method *methods; /* by name */
    size_t count;
};

extern const struct method_table methods_of_all;
extern const struct method_table methods_of_strings;
extern const struct method_table methods_of_numbers;
extern const struct method_table methods_of_booleans;
extern const struct method_table methods_of_lists;
extern const struct method_table methods_of_maps;
extern const struct method_table methods_of_others;
extern const struct method_table methods_of_input;
extern const struct method_table methods_of_util;

/* Fills methods, one for each family, with the rows of that name; NULL where there is none. */
void method_find(const char *name, size_t size, const struct method *methods[METHOD_FAMILIES]);

/* The family besides METHODS_OF_ALL. */
enum method_family method_family(struct value value);

/* Calls the method if there is one for what it is called on. */
struct value method_call(const struct method *const methods[METHOD_FAMILIES],
                         const struct call *call);

/* The argument as int. False if it is no whole number. */
bool argument_integer(const struct call *call, size_t index, long *integer);
/* True if there is such an argument and it is a string. */
bool argument_is_string(const struct call *call, size_t index);
