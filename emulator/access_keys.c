#include "access_keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "lambda/environment.h"
#include "model/name_values.h"

void access_keys_collect(struct name_values *keys, char *const *pairs)
{
    struct name_values environment = {0};
    const char *id;
    const char *secret;

    name_values_put_variables(&environment, (const char *const *)environ, NULL);
    environment_put_credentials(&environment);
    id     = name_values_find(&environment, "AWS_ACCESS_KEY_ID");
    secret = name_values_find(&environment, "AWS_SECRET_ACCESS_KEY");
    if (id && secret)
        name_values_put(keys, id, secret);
    name_values_deinit(&environment);
    for (; pairs && *pairs; pairs++) {
        const char *equals        = strchr(*pairs, '=');
        SCOPED_MEMORY char *named = memory_copy(*pairs, (size_t)(equals - *pairs));

        name_values_put(keys, named, equals + 1);
    }
}
