#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/text.h"
#include "project/variables.h"
#include "project/variables_state.h"
#include "json/build.h"
#include "json/json.h"
#include "json/nearest.h"

#define STAGE_DEFAULT   "dev"
#define REGION_DEFAULT  "us-east-1"
#define ACCOUNT_DEFAULT "000000000000"

/* Where a project says the values of variables that are out of reach. */
#define KNOWN_VALUES "custom.postern.variables"

/* The plugin serverless-offline-ssm has such a map, too. */
#define KNOWN_PARAMETERS "custom.serverless-offline-ssm.ssm"

static enum variable_outcome give_text(struct variables *variables, const char *text,
                                       const struct variable_request *request,
                                       const struct json **result)
{
    *result = build_string(variables->settings.arena, text, strlen(text), request->where);
    return VARIABLE_VALUE;
}

static const char *find_option(const struct variables *variables, const char *name)
{
    size_t size = strlen(name);

    for (char *const *option = variables->settings.options; option && *option; option++) {
        if (strncmp(*option, name, size) == 0 && (*option)[size] == '=')
            return *option + size + 1;
    }
    return NULL;
}

/* The member that a part of a path means; NULL: there is none. */
static const struct json *step(const struct json *value, const char *part)
{
    char *end;
    unsigned long index;
    const struct json *element;

    if (value->kind == JSON_OBJECT)
        return json_find(value, part);
    index = strtoul(part, &end, 10);
    if (value->kind != JSON_ARRAY || *part == '\0' || *end != '\0' || index >= value->count)
        return NULL;
    element = value->first;
    while (index-- > 0)
        element = element->next;
    return element;
}

/* "there is no tabel in custom: did you mean table?" */
static enum variable_outcome miss_member(struct variables *variables, const struct json *value,
                                         const char *part, const char *path, size_t before)
{
    struct nearest nearest = {.wanted = part};

    for (const struct json *member = value->kind == JSON_OBJECT ? value->first : NULL; member;
         member                    = member->next)
        nearest_consider(&nearest, member->name);
    return variables_miss(variables, "there is no \"%s\"%s%.*s%s%s%s", part,
                          before > 0 ? " in " : "", (int)(before > 0 ? before - 1 : 0), path,
                          nearest.found ? ": did you mean \"" : "",
                          nearest.found ? nearest.found : "", nearest.found ? "\"?" : "");
}

/* What is at the path "a.b.0" of a value, which may have variables on the way. */
static enum variable_outcome walk(struct variables *variables, const struct json *value,
                                  const char *path, const struct json **result)
{
    enum variable_outcome outcome = variables_shallow(variables, value, result);
    size_t at                     = 0;

    while (outcome == VARIABLE_VALUE && path[at] != '\0') {
        size_t size      = strcspn(path + at, ".");
        const char *part = arena_copy(variables->settings.arena, path + at, size);

        value = step(*result, part);
        if (!value)
            return miss_member(variables, *result, part, path, at);
        outcome = variables_shallow(variables, value, result);
        at += size + (path[at + size] == '.');
    }
    if (outcome == VARIABLE_VALUE && (*result)->kind == JSON_NULL)
        return variables_miss(variables, "%s is null", path);
    return outcome;
}

/* The text at a path of the document; NULL: there is none. */
static const char *find_text(struct variables *variables, const char *path)
{
    const struct json *result;

    if (walk(variables, variables->settings.document, path, &result) != VARIABLE_VALUE)
        return NULL;
    return json_text(result);
}

const char *variables_stage(struct variables *variables)
{
    const char *stage = find_option(variables, "stage");

    stage = stage ? stage : find_text(variables, "provider.stage");
    return stage ? stage : STAGE_DEFAULT;
}

const char *variables_region(struct variables *variables)
{
    const char *region = variables->settings.region;

    region = region ? region : find_option(variables, "region");
    region = region ? region : find_text(variables, "provider.region");
    return region ? region : REGION_DEFAULT;
}

/* The framework demands these options where nothing stands behind them; so most projects are used
 * with them, and one that is just to be run needn't be. */
const char *variables_assume(struct variables *variables, const char *option)
{
    bool was_lenient    = variables->is_lenient;
    const char *assumed = NULL;

    variables->is_lenient = true;
    if (strcmp(option, "stage") == 0)
        assumed = variables_stage(variables);
    else if (strcmp(option, "region") == 0)
        assumed = variables_region(variables);
    variables->is_lenient = was_lenient;
    return assumed;
}

/* Serverless Framework: what the document leaves out of these has a value all the same. */
static enum variable_outcome find_default(struct variables *variables,
                                          const struct variable_request *request,
                                          const struct json **result)
{
    const char *path = request->address;

    if (strcmp(path, "provider.stage") == 0)
        return give_text(variables, variables_stage(variables), request, result);
    if (strcmp(path, "provider.region") == 0)
        return give_text(variables, variables_region(variables), request, result);
    if (strcmp(path, "service.name") == 0)
        return walk(variables, variables->settings.document, "service", result);
    return VARIABLE_MISSING;
}

static enum variable_outcome ask_self(struct variables *variables,
                                      const struct variable_request *request,
                                      const struct json **result)
{
    const char *path              = request->address ? request->address : "";
    enum variable_outcome outcome = walk(variables, variables->settings.document, path, result);

    if (outcome == VARIABLE_VALUE && strcmp(path, "service") == 0 && (*result)->kind == JSON_OBJECT)
        return walk(variables, *result, "name", result);
    return outcome == VARIABLE_MISSING && request->address
               ? find_default(variables, request, result)
               : outcome;
}

static enum variable_outcome ask_option(struct variables *variables,
                                        const struct variable_request *request,
                                        const struct json **result)
{
    const char *name  = request->address ? request->address : "";
    const char *value = find_option(variables, name);

    if (!value && strcmp(name, "region") == 0)
        value = variables->settings.region;
    if (value)
        return give_text(variables, value, request, result);
    variables->assumed = variables_assume(variables, name);
    return variables_miss(variables, "give it with --parameter %s=VALUE", name);
}

static enum variable_outcome ask_environment(struct variables *variables,
                                             const struct variable_request *request,
                                             const struct json **result)
{
    const char *name  = request->address ? request->address : "";
    const char *value = variables->settings.find_environment(variables->settings.owner, name);

    return value ? give_text(variables, value, request, result)
                 : variables_miss(variables,
                                  "the environment has no %s: set it, or write it into .env", name);
}

static enum variable_outcome ask_file(struct variables *variables,
                                      const struct variable_request *request,
                                      const struct json **result)
{
    static const char *const programs[] = {".js", ".cjs", ".mjs", ".ts"};
    const char *path                    = request->argument ? request->argument : "";
    const char *problem                 = NULL;
    const struct json *file;

    for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
        if (text_ends_with(path, programs[i]))
            return variables_fail(variables, request->where,
                                  "%s is a program, and isn't run for its values: write them into "
                                  "a .yml or .json file",
                                  path);
    }
    file = variables->settings.read_file(variables->settings.owner, path, &problem);
    if (!file && problem)
        return variables_fail(variables, request->where, "%s: %s", path, problem);
    if (!file)
        return variables_miss(variables, "there is no file %s", path);
    return walk(variables, file, request->address ? request->address : "", result);
}

static enum variable_outcome ask_framework(struct variables *variables,
                                           const struct variable_request *request,
                                           const struct json **result)
{
    const char *name = request->address ? request->address : "";

    if (strcmp(name, "stage") == 0)
        return give_text(variables, variables_stage(variables), request, result);
    if (strcmp(name, "instanceId") == 0)
        return give_text(variables, "postern", request, result);
    return variables_fail(variables, request->where,
                          "sls:%s is not known: there are sls:stage and sls:instanceId", name);
}

static enum variable_outcome ask_account(struct variables *variables,
                                         const struct variable_request *request,
                                         const struct json **result)
{
    const char *name    = request->address ? request->address : "";
    const char *account = variables->settings.account;

    if (strcmp(name, "region") == 0)
        return give_text(variables, variables_region(variables), request, result);
    if (strcmp(name, "accountId") == 0)
        return give_text(variables, account ? account : ACCOUNT_DEFAULT, request, result);
    return variables_fail(variables, request->where,
                          "aws:%s is not known: there are aws:accountId and aws:region", name);
}

/* Serverless Framework: --param, then what the file has for the stage, then for all stages. */
static enum variable_outcome ask_parameter(struct variables *variables,
                                           const struct variable_request *request,
                                           const struct json **result)
{
    struct arena *arena       = variables->settings.arena;
    const char *name          = request->address ? request->address : "";
    const char *value         = find_option(variables, name);
    const char *stage         = variables_stage(variables);
    const char *const paths[] = {
        arena_format(arena, "stages.%s.params.%s", stage, name),
        arena_format(arena, "stages.default.params.%s", name),
        arena_format(arena, "params.%s.%s", stage, name),
        arena_format(arena, "params.default.%s", name),
    };

    if (value)
        return give_text(variables, value, request, result);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        enum variable_outcome outcome =
            walk(variables, variables->settings.document, paths[i], result);

        if (outcome != VARIABLE_MISSING)
            return outcome;
    }
    return variables_miss(variables,
                          "neither stages.%s.params nor stages.default.params has it: give it with "
                          "--parameter %s=VALUE",
                          stage, name);
}

static enum variable_outcome ask_boolean(struct variables *variables,
                                         const struct variable_request *request,
                                         const struct json **result)
{
    static const char *const words[] = {"false", "0", "true", "1"};
    const char *word                 = request->argument ? request->argument : "";

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            *result = build_boolean(variables->settings.arena, i >= 2, request->where);
            return VARIABLE_VALUE;
        }
    }
    return variables_fail(variables, request->where, "strToBool(%s): must be true, false, 1 or 0",
                          word);
}

static const struct {
    const char *name;
    enum variable_outcome (*ask)(struct variables *variables,
                                 const struct variable_request *request,
                                 const struct json **result);
} sources[] = {
    {"self",      ask_self       },
    {"opt",       ask_option     },
    {"env",       ask_environment},
    {"file",      ask_file       },
    {"sls",       ask_framework  },
    {"param",     ask_parameter  },
    {"aws",       ask_account    },
    {"strToBool", ask_boolean    },
};

/* Sources of values that are kept elsewhere. */
static const char *const remote[] = {"ssm", "cf",    "s3",        "output",
                                     "git", "vault", "terraform", "doppler"};

/* In a map of the document: its keys have dots and slashes in them. */
static bool find_known(struct variables *variables, const char *map, const char *key,
                       const struct json **result)
{
    const struct json *known;

    if (walk(variables, variables->settings.document, map, &known) != VARIABLE_VALUE)
        return false;
    known = json_find(known, key);
    return known && variables_shallow(variables, known, result) == VARIABLE_VALUE;
}

static enum variable_outcome miss_remote(struct variables *variables, const char *source,
                                         const char *key)
{
    struct nearest nearest = {.wanted = source};

    for (size_t i = 0; i < ARRAY_SIZE(remote); i++) {
        if (strcmp(source, remote[i]) == 0)
            return variables_miss(variables,
                                  "it is kept elsewhere: give it with --parameter '%s=VALUE', or "
                                  "under " KNOWN_VALUES,
                                  key);
    }
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        nearest_consider(&nearest, sources[i].name);
    for (size_t i = 0; i < ARRAY_SIZE(remote); i++)
        nearest_consider(&nearest, remote[i]);
    return variables_miss(variables,
                          "\"%s\" is no source that is known here%s%s%s: give the value with "
                          "--parameter '%s=VALUE', or under " KNOWN_VALUES,
                          source, nearest.found ? ", did you mean \"" : "",
                          nearest.found ? nearest.found : "", nearest.found ? "\"?" : "", key);
}

/* "ssm:/chat/key": what is said about it, with and without the region that it is asked of. */
static enum variable_outcome ask_remote(struct variables *variables,
                                        const struct variable_request *request,
                                        const struct json **result)
{
    struct arena *arena = variables->settings.arena;
    const char *address = request->address ? request->address : "";
    const char *tilde   = strchr(address, '~'); /* "~true": an old way to say "decrypt it" */
    int size            = (int)(tilde ? (size_t)(tilde - address) : strlen(address));
    const char *plain   = arena_format(arena, "%s:%.*s", request->source, size, address);
    const char *whole   = request->argument ? arena_format(arena, "%s(%s):%.*s", request->source,
                                                           request->argument, size, address)
                                            : plain;
    const char *value   = find_option(variables, whole);

    value = value ? value : find_option(variables, plain);
    if (value)
        return give_text(variables, value, request, result);
    if (find_known(variables, KNOWN_VALUES, whole, result) ||
        find_known(variables, KNOWN_VALUES, plain, result) ||
        (strcmp(request->source, "ssm") == 0 &&
         find_known(variables, KNOWN_PARAMETERS, plain + 4, result)))
        return VARIABLE_VALUE;
    return miss_remote(variables, request->source, plain);
}

enum variable_outcome variables_ask(struct variables *variables,
                                    const struct variable_request *request,
                                    const struct json **result)
{
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        if (strcmp(sources[i].name, request->source) == 0)
            return sources[i].ask(variables, request, result);
    }
    return ask_remote(variables, request, result);
}
