#include "project/project.h"

#include "project_scene.h"

#define PROGRAM                                                                                    \
    "this is a program, which is not run to find out what it defines: `serverless print` writes "  \
    "it as a serverless.yml\n"
#define NO_JSON     "not JSON: the text ends where a value is expected (column 1)\n"
#define NO_TEMPLATE "not YAML: there is nothing in it (column 1)\n"

static const char empty_project[] = "{\"apis\": {\"c\": {\"routes\": {\"$connect\": {}}}}}";

static void a_folder_means_its_postern_json(void **state)
{
    struct scene *scene = *state;

    scene_write("chat/postern.json", empty_project);
    scene_write("chat/template.yaml", "");
    assert_string_equal(scene_read(scene, "chat"), "");
    assert_int_equal(scene->project.kind, PROJECT_POSTERN_JSON);
    assert_int_equal(scene->project.folder[0], '/');
    assert_string_equal(strrchr(scene->project.folder, '/'), "/chat");
    assert_string_equal(scene->project.file + strlen(scene->project.folder), "/postern.json");
}

static void a_file_means_itself_whatever_its_name(void **state)
{
    struct scene *scene = *state;

    scene_write("chat/other.json", empty_project);
    assert_string_equal(scene_read(scene, "chat/other.json"), "");
    assert_int_equal(scene->project.kind, PROJECT_POSTERN_JSON);
    assert_string_equal(strrchr(scene->project.folder, '/'), "/chat");
    assert_string_equal(strrchr(scene->project.file, '/'), "/other.json");
}

static void the_file_is_named_as_the_user_would(void **state)
{
    static const struct {
        const char *path;
        const char *label;
    } cases[] = {
        {"named",              "named/postern.json"         },
        {"named/",             "named/postern.json"         },
        {"named//",            "named/postern.json"         },
        {"./named",            "./named/postern.json"       },
        {"named/postern.json", "named/postern.json"         },
        {"named/../named",     "named/../named/postern.json"},
    };
    struct scene *scene = *state;

    scene_write("named/postern.json", empty_project);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        assert_string_equal(scene_read(scene, cases[i].path), "");
        assert_string_equal(scene->project.label, cases[i].label);
    }
    assert_int_equal(chdir("named"), 0);
    scene_read(scene, ".");
    assert_string_equal(scene->project.label, "postern.json");
    scene_read(scene, "./");
    assert_string_equal(scene->project.label, "postern.json");
    assert_int_equal(chdir(".."), 0);
}

static void a_folder_without_project_is_none(void **state)
{
    struct scene *scene = *state;

    mkdir("empty", 0755);
    assert_string_equal(scene_read(scene, "empty"), "");
    assert_int_equal(scene->project.kind, PROJECT_NONE);
    assert_null(scene->project.file);
    assert_string_equal(strrchr(scene->project.folder, '/'), "/empty");
    assert_int_equal(scene->registry.api_count, 0);
}

static void a_name_says_what_kind_a_project_is(void **state)
{
    static const struct {
        const char *what;
        const char *file; /* made for the case, the last one that is looked for first */
        const char *path;
        const char *problem;
    } cases[] = {
        {"serverless",                   "other/serverless.yml",          "other",                         "other/serverless.yml:1: " NO_TEMPLATE},
        {"a serverless program",         "other/serverless.ts",           "other/serverless.ts",
         "other/serverless.ts:0: " PROGRAM                                                                                                       },
        {"a serverless.yml of a stage",  "other/serverless-prod.yml",     "other/serverless-prod.yml",
         "other/serverless-prod.yml:1: " NO_TEMPLATE                                                                                             },
        {"the CDK before serverless",    "other/cdk.out/manifest.json",   "other",
         "other/cdk.out/manifest.json:1: not JSON: the text ends where a value is expected (column "
         "1)\n"                                                                                                                                  },
        {"a template before the CDK",    "other/template.json",           "other",
         "other/template.json:1: " NO_JSON                                                                                                       },
        {"yml before json",              "other/template.yml",            "other",                         "other/template.yml:1: " NO_TEMPLATE  },
        {"yaml before yml",              "other/template.yaml",           "other",                         "other/template.yaml:1: " NO_TEMPLATE },
        {"a template by name",           "other/template.json",           "other/template.json",
         "other/template.json:1: " NO_JSON                                                                                                       },
        {"a template of any name",       "other/my.yml",                  "other/my.yml",                  "other/my.yml:1: " NO_TEMPLATE        },
        {"serverless by name",           "other/serverless.yml",          "other/serverless.yml",
         "other/serverless.yml:1: " NO_TEMPLATE                                                                                                  },
        {"an app of the CDK",            "app/cdk.json",                  "app",
         "app/cdk.json:0: there is no cdk.out/manifest.json yet: run `npx cdk synth`, which writes "
         "what is read here\n"                                                                                                                   },
        {"the CDK's folder",             "out/manifest.json",             "out",                           ""                                    },
        {"the mark of the CDK's folder", "out/cdk.out",                   "out",
         "out/manifest.json:1: not JSON: the text ends where a value is expected (column 1)\n"                                                   },
        {"a stack of the CDK",           "other/cdk.out/A.template.json", "other/cdk.out/A.template.json",
         "other/cdk.out/A.template.json:1: " NO_JSON                                                                                             },
        {"a program",                    "other/index.js",                "other/index.js",
         "other/index.js:0: this is no project: name a postern.json, a template, or the folder "
         "that "
         "has one\n"                                                                                                                             },
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        scene_write(cases[i].file, "");
        if (strcmp(scene_read(scene, cases[i].path), cases[i].problem) != 0)
            fail_msg("%s: %s", cases[i].what, text_string(&scene->shown));
    }
}

static void a_path_that_leads_nowhere_is_a_problem(void **state)
{
    assert_string_equal(scene_read(*state, "nowhere"),
                        "nowhere:0: No such file or directory: name the folder of a project, or "
                        "its postern.json\n");
}

static void a_pipe_is_not_waited_for(void **state)
{
    mkdir("pipe", 0755);
    assert_int_equal(mkfifo("pipe/postern.json", 0600), 0);
    assert_string_equal(scene_read(*state, "pipe"),
                        "pipe/postern.json:0: can't be read: Illegal seek\n");
}

static void problems_keep_their_order_on_a_line(void **state)
{
    struct problems problems = {0};

    for (unsigned i = 0; i < 100; i++)
        problems_add(&problems, i % 2 == 0, i < 50 ? "b" : "a", 5 - i % 5, "%u", i);
    assert_int_equal(problems.errors, 50);
    problems_sort(&problems);
    assert_int_equal(problems.count, 100);
    for (size_t i = 1; i < problems.count; i++) {
        const struct problem *last    = &problems.items[i - 1];
        const struct problem *problem = &problems.items[i];
        int files                     = strcmp(last->file, problem->file);

        assert_true(files <= 0);
        assert_true(files < 0 || last->line <= problem->line);
        if (files == 0 && last->line == problem->line)
            assert_true(atoi(last->message) < atoi(problem->message));
    }
    problems_deinit(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_means_its_postern_json),
        cmocka_unit_test(a_file_means_itself_whatever_its_name),
        cmocka_unit_test(the_file_is_named_as_the_user_would),
        cmocka_unit_test(a_folder_without_project_is_none),
        cmocka_unit_test(a_name_says_what_kind_a_project_is),
        cmocka_unit_test(a_path_that_leads_nowhere_is_a_problem),
        cmocka_unit_test(a_pipe_is_not_waited_for),
        cmocka_unit_test(problems_keep_their_order_on_a_line),
    };

    return cmocka_run_group_tests_name("project", tests, scene_set_up, scene_tear_down);
}
