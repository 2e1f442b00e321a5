#pragma once

/* The part of project_export.h that is about APIs. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct api;
struct json;
struct name_values;
struct registry;

/* What is written into, and where. */
struct export_writer {
    struct arena *arena;
    const struct registry *registry;
    const char *folder; /* of the project, absolute */
};

/* Adds the API under its name. */
void export_api(const struct export_writer *writer, const struct api *api, struct json *apis);

/* Each adds a member; of texts, none if value is NULL, and of lists, none if they are empty. */
void export_text(const struct export_writer *writer, const char *name, const char *value,
                 struct json *object);
void export_number(const struct export_writer *writer, const char *name, double value,
                   struct json *object);
void export_boolean(const struct export_writer *writer, const char *name, bool value,
                    struct json *object);
void export_texts(const struct export_writer *writer, const char *name, char *const *values,
                  size_t count, struct json *object);
void export_values(const struct export_writer *writer, const char *name,
                   const struct name_values *values, struct json *object);

/* The member that the text, which is JSON, stands for; none if it is NULL. */
void export_parsed(const struct export_writer *writer, const char *name, const char *text,
                   struct json *object);

/* An absolute path as it is written in the project's folder: "src/chat", "../layers/common", "." */
char *export_path(const struct export_writer *writer, const char *path);
