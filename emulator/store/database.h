#pragma once

/*
 * A SQLite database: opening, migrations, errors as errno. Knows no table.
 *
 * Migration N is schemas/store/00N.sql; PRAGMA user_version holds the number of the last one done.
 */

#include <sqlite3.h>

/* Bigger than any write of ours takes; others may hold the database while they read it. */
#define DATABASE_BUSY_MILLISECONDS 5000

/*
 * Opens (or makes) the database at path, ":memory:" for one without a file, and migrates it.
 * Returns 0 or a negative errno after logging why; a file that is no database, or of a newer
 * postern, is left as it was.
 */
int database_open(const char *path, sqlite3 **database);

/* Accepts NULL. All statements must be finalized. */
void database_close(sqlite3 *database);

/* Runs statements that return nothing. Logs nothing. Returns 0 or a negative errno. */
int database_execute(sqlite3 *database, const char *sql);

/* Compiles a statement to be kept. Logs. Returns 0 or a negative errno. */
int database_prepare(sqlite3 *database, const char *sql, sqlite3_stmt **statement);

/* Runs a bound statement that returns no rows, and resets it. Logs nothing. Returns 0 or a negative
 * errno. */
int database_run(sqlite3_stmt *statement);

/* The first column of a query's first row, or otherwise if there is none. Logs. Returns 0 or a
 * negative errno. */
int database_query_number(sqlite3 *database, const char *sql, sqlite3_int64 otherwise,
                          sqlite3_int64 *number);

/*
 * What the last failed call on database was, as a negative errno. -EINVAL means that only that
 * statement's values were wrong; after anything else the transaction is to be given up.
 */
int database_error(sqlite3 *database);

/* Logs "text: what SQLite says" and returns database_error(). */
int database_log(sqlite3 *database, const char *format, ...) __attribute__((format(printf, 2, 3)));
