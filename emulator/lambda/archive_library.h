#pragma once

/*
 * libarchive, loaded when the first archive is unpacked: with the libraries it needs itself it
 * would cost every start milliseconds and 2 MB, and most projects have no archives.
 */

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

struct text;

/* Its functions, under their names without "archive_". */
struct archive_library {
    __typeof__(&archive_read_new) read_new;
    __typeof__(&archive_read_support_format_zip) read_support_format_zip;
    __typeof__(&archive_read_open_memory) read_open_memory;
    __typeof__(&archive_read_next_header) read_next_header;
    __typeof__(&archive_read_data) read_data;
    __typeof__(&archive_read_free) read_free;
    __typeof__(&archive_error_string) error_string;
    __typeof__(&archive_entry_perm) entry_perm;
    __typeof__(&archive_entry_symlink_utf8) entry_symlink_utf8;
    __typeof__(&archive_entry_symlink) entry_symlink;
    __typeof__(&archive_entry_pathname_utf8) entry_pathname_utf8;
    __typeof__(&archive_entry_pathname) entry_pathname;
    __typeof__(&archive_entry_filetype) entry_filetype;
};

/* False after appending to error what is missing, and which package has it. */
bool archive_library_load(struct archive_library *library, struct text *error);
