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

/* The path of the file that the function's handler is in, as its bootstrap finds it; NULL: its
 * runtime has none, or it isn't there. The caller frees it. */
char *code_find_handler(const struct function *function);
