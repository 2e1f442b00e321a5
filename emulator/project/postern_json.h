#pragma once

/* postern.json: our own project file, described by schemas/project.json. */

struct problems;
struct registry;

/* Reads file into registry; folder is where code is looked for. Problems name the file by its last
 * component. */
void postern_json_load(const char *folder, const char *file, struct registry *registry,
                       struct problems *problems);
