#include "lambda/self_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Fewer may be the work of somebody who edits and tries in quick succession. */
#define TIMES_IN_A_ROW 5

static bool is_among(const char *file, const char *const *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(files[i], file) == 0)
            return true;
    }
    return false;
}

const char *self_change_note(struct self_change *change, const char *const *files, size_t count,
                             bool has_run)
{
    if (!has_run || !change->file || !is_among(change->file, files, count)) {
        self_change_deinit(change);
        if (has_run && count > 0)
            change->file = memory_copy_string(files[0]);
    }
    change->times += change->file ? 1 : 0;
    if (change->times < TIMES_IN_A_ROW || change->is_told)
        return NULL;
    change->is_told = true;
    return change->file;
}

void self_change_deinit(struct self_change *change)
{
    free(change->file);
    change->file  = NULL;
    change->times = 0;
}
