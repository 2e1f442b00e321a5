#pragma once

/*
 * The folder that an emulator keeps its files in. Only one emulator at a time may use it: a lock
 * on DIR/lock, which goes with the process, says so.
 */

/*
 * Makes the folder if it is missing (its parent must exist), with a .gitignore that hides all of
 * it, and takes the lock. Returns the descriptor that holds the lock, for the caller to close, or
 * a negative errno after logging why: -EWOULDBLOCK if another emulator is using it.
 */
int data_directory_open(const char *path);
