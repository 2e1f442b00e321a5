#include "access_keys.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "crypto/sigv4.h"
#include "gateway/policy_match.h"
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

static bool is_paired(char *const *pairs, const char *id)
{
    size_t size = strlen(id);

    for (; pairs && *pairs; pairs++) {
        if (strncmp(*pairs, id, size) == 0 && (*pairs)[size] == '=')
            return true;
    }
    return false;
}

bool access_keys_find_session(const struct name_values *variables, char *const *pairs,
                              struct sigv4_session *session)
{
    const char *id      = name_values_find(variables, "AWS_ACCESS_KEY_ID");
    const char *token   = name_values_find(variables, "AWS_SESSION_TOKEN");
    const char *expires = name_values_find(variables, "AWS_CREDENTIAL_EXPIRATION");
    int64_t milliseconds;

    if (!id || !token || token[0] == '\0' || is_paired(pairs, id))
        return false;
    *session = (struct sigv4_session){.access_key = id, .token = token};
    if (expires && policy_read_date(expires, &milliseconds))
        session->expires_at = milliseconds / 1000;
    return true;
}
