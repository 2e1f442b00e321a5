#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define READ_SIZE 65536

/* Pipes and terminals too: the user waits for what is read. */
static int read_all(int file, size_t size_max, struct text *contents)
{
    size_t end = contents->size + size_max;
    ssize_t size;

    do {
        size = read(file, text_reserve(contents, READ_SIZE), READ_SIZE);
        if (size > 0)
            text_grow(contents, (size_t)size);
        if (contents->size > end)
            return -EFBIG;
    } while (size > 0 || (size < 0 && errno == EINTR));
    return size < 0 ? -errno : 0;
}

int input_read(const char *path, size_t size_max, struct text *contents)
{
    int file;
    int result;

    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, size_max, contents);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    result = read_all(file, size_max, contents);
    close(file);
    return result;
}

int input_read_word(const char *word, size_t size_max, struct text *contents)
{
    if (word[0] == '@')
        return input_read(word + 1, size_max, contents);
    text_append_string(contents, word);
    return contents->size > size_max ? -EFBIG : 0;
}
