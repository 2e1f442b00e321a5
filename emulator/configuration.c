#include "configuration.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/reason.h"
#include "lambda/packages.h"
#include "loading.h"

struct configuration *configuration_read(const struct emulator_settings *settings)
{
    struct configuration *configuration = NEW(struct configuration);

    configuration->is_fine = loading_read(settings, &configuration->project,
                                          &configuration->registry, &configuration->problems);
    return configuration;
}

bool configuration_unpack(struct configuration *configuration, const char *runtime_folder)
{
    return !configuration->is_fine ||
           packages_unpack(&configuration->registry, runtime_folder, &configuration->problems);
}

void configuration_log_problems(const struct configuration *configuration)
{
    SCOPED_MEMORY char *lines = memory_copy_string(text_string(&configuration->problems));
    char *left                = NULL;

    for (char *line = strtok_r(lines, "\n", &left); line; line = strtok_r(NULL, "\n", &left)) {
        if (configuration->is_fine)
            log_warn(LOG_FIELDS({"reason", REASON_PROJECT_WARNING}), "%s", line);
        else
            log_error(LOG_FIELDS({"reason", REASON_BROKEN_PROJECT}), "%s", line);
    }
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
