#pragma once

/*
 * A resolved project as a postern.json: the resources that any kind of project file has become, in
 * the notation that postern_json.h reads. What is read from it is what was written, and writes the
 * same bytes again. Defaults are left out.
 */

struct project;
struct registry;
struct text;

/*
 * Appends the postern.json to out; paths in it are relative to the project's folder, which is where
 * it belongs. Appends to notices, a line each, what a postern.json can't say, and what shouldn't be
 * shown to everybody.
 */
void project_export(const struct project *project, const struct registry *registry,
                    struct text *out, struct text *notices);
