#include "configuration.h"

#include <stdlib.h>

#include "base/memory.h"
#include "loading.h"

struct configuration *configuration_read(const char *path, const char *env_file)
{
    struct configuration *configuration = NEW(struct configuration);

    configuration->is_fine = loading_read(path, env_file, &configuration->project,
                                          &configuration->registry, &configuration->problems);
    return configuration;
}

void configuration_free(struct configuration *configuration)
{
    if (!configuration)
        return;
    text_deinit(&configuration->problems);
    registry_deinit(&configuration->registry);
    project_deinit(&configuration->project);
    free(configuration);
}
