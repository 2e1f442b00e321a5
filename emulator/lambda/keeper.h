#pragma once

/*
 * The keeper: a process forked from us before anything else exists, which starts handler processes,
 * reports their exits, and kills what is left of them, grandchildren included, when we are gone for
 * whatever reason. It is a child subreaper; each handler has its own process group, the original
 * descriptor limit, and none of our descriptors.
 */

#include <stdint.h>
#include <sys/types.h>

/* Our end of it. */
struct keeper {
    int socket; /* a SOCK_SEQPACKET pair; -1: none */
    pid_t pid;
    uint64_t last_token; /* that was used: whoever starts a process takes the next one */
};

/* What is to be started. Strings are borrowed for the call. */
struct keeper_spawn {
    uint64_t token;                 /* names the process in what follows; never used twice */
    const char *directory;          /* where it starts */
    const char *const *arguments;   /* the first is the command, looked up in PATH unless it has a
                                       slash; ends in NULL */
    const char *const *environment; /* "NAME=value"; ends in NULL */
    int output;                     /* its standard output and error; they stay the caller's */
    int error;
};

enum keeper_report_kind {
    KEEPER_STARTED, /* pid */
    KEEPER_EXITED,  /* status; nothing of its process group is left */
    KEEPER_FAILED,  /* step and error; there is no process */
};

/* What the keeper was doing when it failed. */
enum keeper_step { KEEPER_STEP_FORK, KEEPER_STEP_DIRECTORY, KEEPER_STEP_EXECUTE };

struct keeper_report {
    enum keeper_report_kind kind;
    enum keeper_step step;
    uint64_t token;
    pid_t pid;
    int status; /* as waitpid() gives it */
    int error;  /* an errno */
};

/*
 * Forks the keeper. To be called first of all: no threads, no loop, descriptor limit as it was
 * found. Returns 0 or a negative errno.
 */
int keeper_start(struct keeper *keeper);

/* Lets the keeper end what is left, and waits for it. */
void keeper_stop(struct keeper *keeper);

/*
 * Asks for a process. Reports follow: started, then exited; or failed. Returns 0, or a negative
 * errno if the request didn't reach the keeper.
 */
int keeper_spawn(struct keeper *keeper, const struct keeper_spawn *spawn);

/* Sends a signal to the process group of a process; one that has exited already is nothing. */
int keeper_kill(struct keeper *keeper, uint64_t token, int signal);

/* Takes the next report: 1, 0 if there is none yet, or a negative errno: -EPIPE if the keeper is
 * gone. */
int keeper_receive(struct keeper *keeper, struct keeper_report *report);
