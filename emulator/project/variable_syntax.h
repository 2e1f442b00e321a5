#pragma once

/*
 * How serverless.yml writes variables: "${opt:stage, self:provider.stage, 'dev'}". Finds them in a
 * text and takes them apart; knows no source of values and evaluates nothing. All spans lie in the
 * text that was given.
 *
 * What CloudFormation writes alike stays as it is: "${AWS::Region}", "${Table}", "${Table.Arn}".
 */

#include <stdbool.h>
#include <stddef.h>

struct span {
    const char *at; /* NULL: there is none */
    size_t size;
};

struct variable {
    struct span whole;  /* with "${" and "}"; of an escaped one with the backslash, too */
    struct span inside; /* between them */
    bool is_escaped;    /* "\${self:x}" stands for its own text */
};

enum variable_search {
    VARIABLE_FOUND,
    VARIABLE_NONE,
    VARIABLE_UNFINISHED, /* its "}" is missing */
};

enum candidate_kind {
    CANDIDATE_QUOTED,   /* 'dev': text is what is between the quotes */
    CANDIDATE_WORD,     /* true, 5, null */
    CANDIDATE_VARIABLE, /* "${…}" */
    CANDIDATE_SOURCE,   /* "self:provider.stage", "file(a.yml):b" */
    CANDIDATE_WRONG,    /* none of these */
};

/* One of the values that a variable proposes; the first that there is counts. */
struct candidate {
    enum candidate_kind kind;
    struct span text;
    struct span source;   /* "file" */
    struct span argument; /* in its parentheses */
    struct span address;  /* behind its colon */
};

/* Finds the first variable in text. */
enum variable_search variable_find(struct span text, struct variable *found);

/* Takes the next candidate off the front of inside; false if there is none left. */
bool variable_take_candidate(struct span *inside, struct candidate *candidate);
