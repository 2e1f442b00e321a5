#pragma once

/*
 * Where an emulator keeps what it must keep: .postern beside the project, --data, or a private
 * temporary folder that goes at exit.
 */

#include <stdbool.h>

struct data_folder {
    char *wanted;  /* as it was asked for */
    char *path;    /* absolute; NULL: it couldn't be opened */
    char *runtime; /* for bootstraps */
    int lock;      /* -1: not locked */
    bool is_temporary;
};

/* project_folder may be NULL only with data or temporary. Returns 0 or a negative errno after
 * logging why. */
int data_folder_open(struct data_folder *folder, const char *data, const char *project_folder,
                     bool in_memory);

/* After a start that failed: logs what to do if the folder can't be written to, or is full. */
void data_folder_advise(const struct data_folder *folder);

void data_folder_close(struct data_folder *folder);
