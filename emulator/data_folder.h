#pragma once

/*
 * Where an emulator keeps what it must keep: .postern beside the project, --data, or a private
 * temporary folder that goes at exit.
 */

#include <stdbool.h>

struct data_folder {
    char *path;    /* absolute */
    char *runtime; /* for bootstraps */
    int lock;      /* -1: not locked */
    bool is_temporary;
};

/* project_folder may be NULL only with data or temporary. Returns 0 or a negative errno after
 * logging why. */
int data_folder_open(struct data_folder *folder, const char *data, const char *project_folder,
                     bool in_memory);
void data_folder_close(struct data_folder *folder);
