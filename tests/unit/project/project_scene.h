#pragma once

/*
 * A folder with a project in it, and a PATH with the programs node, python3 and ruby only. Tests
 * read a project there and compare its problems as text.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/registry.h"
#include "project/project.h"

struct scene {
    char folder[64]; /* absolute, the current one too */
    struct project project;
    struct registry registry;
    struct problems problems;
    struct text shown; /* the problems as lines */
};

/* Writes a file of the project; the folders on its way are made. */
static void scene_write(const char *path, const char *contents)
{
    SCOPED_MEMORY char *folder = memory_copy_string(path);
    FILE *file;

    for (char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0755);
        *slash = '/';
    }
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_not_equal(fputs(contents, file), EOF);
    assert_int_equal(fclose(file), 0);
}

static void scene_write_program(const char *path)
{
    scene_write(path, "#!/bin/sh\n");
    assert_int_equal(chmod(path, 0755), 0);
}

static int scene_set_up(void **state)
{
    struct scene *scene = NEW(struct scene);

    strcpy(scene->folder, "/tmp/postern-project-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    assert_int_equal(chdir(scene->folder), 0);
    scene_write_program("programs/node");
    scene_write_program("programs/python3");
    scene_write_program("programs/ruby");
    {
        SCOPED_MEMORY char *path = memory_format("%s/programs", scene->folder);

        setenv("PATH", path, 1);
    }
    *state = scene;
    return 0;
}

static int scene_remove(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    return remove(path);
}

static void scene_forget(struct scene *scene)
{
    registry_deinit(&scene->registry);
    problems_deinit(&scene->problems);
    project_deinit(&scene->project);
    text_deinit(&scene->shown);
}

static int scene_tear_down(void **state)
{
    struct scene *scene = *state;

    scene_forget(scene);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(nftw(scene->folder, scene_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(scene);
    return 0;
}

/* Reads the project that path means; returns its problems as they are printed. */
static const char *scene_read(struct scene *scene, const char *path)
{
    scene_forget(scene);
    if (project_find(path, &scene->project, &scene->problems))
        project_load(&scene->project, &(struct project_options){0}, &scene->registry,
                     &scene->problems);
    for (size_t i = 0; i < scene->problems.count; i++) {
        const struct problem *problem = &scene->problems.items[i];

        text_append_format(&scene->shown, "%s:%u: %s%s\n", problem->file, problem->line,
                           problem->is_warning ? "warning: " : "", problem->message);
    }
    return text_string(&scene->shown);
}

/* The same for a postern.json with these contents. */
static inline const char *scene_read_json(struct scene *scene, const char *contents)
{
    scene_write("postern.json", contents);
    return scene_read(scene, ".");
}
