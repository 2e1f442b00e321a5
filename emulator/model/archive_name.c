#include "model/archive_name.h"

#include "base/text.h"

bool archive_name_is_one(const char *path)
{
    return text_ends_with(path, ".zip") || text_ends_with(path, ".jar");
}
