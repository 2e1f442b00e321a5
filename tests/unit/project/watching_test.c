#include "project/watching.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "project/project.h"

static void watching_ignores_what_is_nobodys_code(void **state)
{
    static const char *const ignored[] = {
        ".git",
        ".postern",
        ".aws-sam",
        ".app.js.swp",
        ".#app.js",
        "node_modules",
        "__pycache__",
        "app.pyc",
        "app.js~",
        "#app.js#",
        "app.swp",
        "4913",
        "app.js___jb_tmp___",
        "chat.db",
        "chat.db-wal",
        "chat.db-shm",
        "chat.sqlite3-journal",
        "out.log",
    };
    static const char *const kept[] = {"app.js", ".env",  "src", "postern.json", "49131",
                                       "a#b",    "db.js", "log", "dialog"};

    for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
        if (!watching_ignores(ignored[i]))
            fail_msg("%s is not ignored", ignored[i]);
    for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
        if (watching_ignores(kept[i]))
            fail_msg("%s is ignored", kept[i]);
}

static void project_is_made_of_its_file_and_what_could_become_it(void **state)
{
    static char folder[] = "/home/ada/chat";
    static char file[]   = "/home/ada/chat/other.json";
    static const struct {
        const char *path;
        bool is_made_of;
    } cases[] = {
        {"/home/ada/chat/other.json",                                      true },
        {"/home/ada/chat/postern.json",                                    true },
        {"/home/ada/chat/template.yaml",                                   true },
        {"/home/ada/chat/src/postern.json",                                false},
        {"/home/ada/postern.json",                                         false},
        {"/home/ada/chat",                                                 false},
        {"/home/ada/chats/postern.json",                                   false},
        {"/home/ada/chat/app.js",                                          false},
        {"/home/ada/chat/cdk.out",                                         true },
        {"/home/ada/chat/cdk.out/manifest.json",                           true },
        {"/home/ada/chat/cdk.out/Chat.template.json",                      true },
        {"/home/ada/chat/cdk.out/Chat.assets.json",                        true },
        {"/home/ada/chat/cdk.out/assembly-Prod",                           true },
        {"/home/ada/chat/cdk.out/assembly-Prod/Chat.nested.template.json", true },
        {"/home/ada/chat/cdk.out/tree.json",                               false},
        {"/home/ada/chat/cdk.out/asset.0123/manifest.json",                false},
    };
    const struct project project = {.kind = PROJECT_POSTERN_JSON, .folder = folder, .file = file};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        if (project_is_made_of(&project, cases[i].path) != cases[i].is_made_of)
            fail_msg("%s", cases[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watching_ignores_what_is_nobodys_code),
        cmocka_unit_test(project_is_made_of_its_file_and_what_could_become_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
