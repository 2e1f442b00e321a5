#pragma once

/*
 * What a changed file sets off: a function whose code has changed gets new processes, and a changed
 * project is read again, on another thread, and deployed. A project that is broken is told about
 * once, and the last good one goes on.
 */

struct alarms;
struct deployment;
struct emulator_settings;
struct loop;
struct reload;

/* Strings are borrowed. */
struct reload_settings {
    struct loop *loop;
    struct alarms *alarms;
    struct deployment *deployment;
    const struct emulator_settings *emulator; /* what the project is read with */
    const char *runtime_folder;               /* in it: where archives are unpacked */
    const char *data_folder;                  /* ours: nothing in it is of anybody's project */

    void (*on_changed)(void *owner); /* another project is served than before */
    void *owner;
};

/* Watches the files of what is deployed. NULL after logging why. */
struct reload *reload_new(const struct reload_settings *settings);

/* Harmless with NULL. */
void reload_free(struct reload *reload);
