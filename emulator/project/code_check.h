#pragma once

/*
 * Whether the code of a function is there: its folder, the handler's file, the program that starts
 * it. What is missing is a warning, as a function that can't be started doesn't keep the others
 * from running, and what a build makes may come later.
 */

struct function;
struct json;
struct reading;

/* function was read from object, whose place is given for messages. What the schema will complain
 * about is left alone. */
void code_check(struct reading *reading, const struct json *object, const char *place,
                const struct function *function);
