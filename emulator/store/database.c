#include "store/database.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "base/text.h"

/* Pages in the write-ahead log before it is copied back: rare enough to be cheap, 16 MB of disk. */
#define CHECKPOINT_PAGES "4000"

/* Pages that stay in memory: rows are appended, and closed some time later, out of the kernel's own
 * cache. SQLite's default of 2 MB only fills up with connections that are over. */
#define CACHE_KIBIBYTES "256"

int database_error(sqlite3 *database)
{
    int number = sqlite3_system_errno(database);

    switch (sqlite3_errcode(database)) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
        return -EINVAL;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_PERM:
        return -EACCES;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return -EBADMSG;
    default:
        return number > 0 && number != EINVAL ? -number : -EIO;
    }
}

int database_log(sqlite3 *database, const char *format, ...)
{
    SCOPED_TEXT message = {0};
    int result          = database_error(database);
    va_list arguments;

    va_start(arguments, format);
    text_append_format_list(&message, format, arguments);
    va_end(arguments);
    log_error(LOG_FIELDS({"reason", REASON_DATABASE}), "%s: %s (%s)", text_string(&message),
              sqlite3_errmsg(database), strerror(-result));
    return result;
}

int database_execute(sqlite3 *database, const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return database_error(database);
    return 0;
}

int database_prepare(sqlite3 *database, const char *sql, sqlite3_stmt **statement)
{
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK)
        return database_log(database, "cannot prepare \"%s\"", sql);
    return 0;
}

int database_run(sqlite3_stmt *statement)
{
    int result = 0;

    if (sqlite3_step(statement) != SQLITE_DONE)
        result = database_error(sqlite3_db_handle(statement));
    sqlite3_reset(statement);
    return result;
}

int database_query_number(sqlite3 *database, const char *sql, sqlite3_int64 otherwise,
                          sqlite3_int64 *number)
{
    sqlite3_stmt *statement;
    int result = database_prepare(database, sql, &statement);
    int step;

    if (result < 0)
        return result;
    step = sqlite3_step(statement);
    if (step == SQLITE_ROW)
        *number = sqlite3_column_int64(statement, 0);
    else if (step == SQLITE_DONE)
        *number = otherwise;
    else
        result = database_log(database, "cannot run \"%s\"", sql);
    sqlite3_finalize(statement);
    return result;
}

static const struct embedded_file *migration(sqlite3_int64 number)
{
    char name[64];

    snprintf(name, sizeof name, "schemas/store/%03lld.sql", (long long)number);
    return embedded_find(name);
}

static sqlite3_int64 newest_version(void)
{
    sqlite3_int64 version = 0;

    while (migration(version + 1))
        version++;
    return version;
}

/* SQLite opens files lazily: this is the first look into one. */
static int read_version(sqlite3 *database, const char *path, sqlite3_int64 *version)
{
    sqlite3_stmt *statement = NULL;
    int result              = 0;

    if (sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        *version = sqlite3_column_int64(statement, 0);
    else if (sqlite3_errcode(database) == SQLITE_NOTADB)
        result = database_log(
            database, "%s is no database of postern: move it away, or use another --data folder",
            path);
    else
        result = database_log(database, "cannot read %s", path);
    sqlite3_finalize(statement);
    return result;
}

/* The log of a crashed newer postern may hold more: closing must not copy it into the file. */
static int refuse_newer(sqlite3 *database, const char *path, sqlite3_int64 version)
{
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    log_error(LOG_FIELDS({"reason", REASON_NEWER_DATABASE}),
              "%s is of version %lld, this postern knows %lld: use a newer postern, or another "
              "--data folder",
              path, (long long)version, (long long)newest_version());
    return -ENOTSUP;
}

/* SQLite falls back to reading where it may not write. */
static int refuse_read_only(const char *path)
{
    return log_errno(access(path, W_OK) < 0 ? errno : EROFS, "cannot write to %s", path);
}

/* A change of mode that fails is told by the row of the answer, not by an error. */
static int use_write_ahead_log(sqlite3 *database, const char *path)
{
    bool in_memory          = strcmp(path, ":memory:") == 0;
    sqlite3_stmt *statement = NULL;
    const char *mode        = "nothing";
    int result              = 0;

    if (sqlite3_prepare_v2(database, "PRAGMA journal_mode = WAL", -1, &statement, NULL) !=
            SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        result = database_log(database, "cannot use a write-ahead log in %s", path);
    } else {
        mode = (const char *)sqlite3_column_text(statement, 0);
        if (strcmp(mode, in_memory ? "memory" : "wal") != 0)
            result =
                log_errno(ENOTSUP, "cannot use a write-ahead log in %s, only \"%s\"", path, mode);
    }
    sqlite3_finalize(statement);
    return result;
}

static int migrate_once(sqlite3 *database, sqlite3_int64 version)
{
    SCOPED_TEXT sql                  = {0};
    const struct embedded_file *file = migration(version);

    text_append_string(&sql, "BEGIN IMMEDIATE;\n");
    text_append(&sql, file->data, file->size);
    text_append_format(&sql, "\nPRAGMA user_version = %lld; COMMIT", (long long)version);
    return database_execute(database, text_string(&sql));
}

static int migrate(sqlite3 *database, const char *path, sqlite3_int64 version)
{
    while (migration(version + 1)) {
        version++;
        if (migrate_once(database, version) < 0) {
            int result =
                database_log(database, "cannot bring %s to version %lld", path, (long long)version);

            database_execute(database, "ROLLBACK");
            return result;
        }
    }
    return 0;
}

static int prepare_for_use(sqlite3 *database, const char *path)
{
    sqlite3_int64 version = 0;
    int result;

    sqlite3_busy_timeout(database, DATABASE_BUSY_MILLISECONDS);
    result = read_version(database, path, &version);
    if (result < 0)
        return result;
    if (version > newest_version())
        return refuse_newer(database, path, version);
    if (sqlite3_db_readonly(database, "main") == 1)
        return refuse_read_only(path);
    result = use_write_ahead_log(database, path);
    if (result < 0)
        return result;
    if (database_execute(database, "PRAGMA synchronous = NORMAL;"
                                   "PRAGMA cache_size = -" CACHE_KIBIBYTES ";"
                                   "PRAGMA wal_autocheckpoint = " CHECKPOINT_PAGES) < 0)
        return database_log(database, "cannot set up %s", path);
    return migrate(database, path, version);
}

/* API keys are in it. SQLite gives its other files the same mode. */
static void make_private(const char *path)
{
    int file;

    if (strcmp(path, ":memory:") == 0)
        return;
    file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file >= 0)
        close(file);
}

int database_open(const char *path, sqlite3 **database)
{
    sqlite3 *opened = NULL;
    int flags       = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int result      = 0;

    make_private(path);
    if (sqlite3_open_v2(path, &opened, flags, NULL) != SQLITE_OK)
        result = database_log(opened, "cannot open %s", path);
    else
        result = prepare_for_use(opened, path);
    if (result < 0) {
        database_close(opened);
        return result;
    }
    *database = opened;
    return 0;
}

void database_close(sqlite3 *database)
{
    int result = sqlite3_close(database);

    assert(result == SQLITE_OK);
}
