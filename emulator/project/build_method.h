#pragma once

/*
 * Functions that are bundled before they go to AWS: what `sam build` (Metadata.BuildMethod:
 * esbuild) or a plugin of the Serverless Framework does to them with esbuild is done here when a
 * process starts. This is about which file that is, and with which options.
 *
 * AWS: SAM, "Building Node.js Lambda functions with esbuild".
 */

struct arena;
struct json;

/* The options of esbuild that a bundle of such a function needs, under esbuild's own names; NULL if
 * its metadata asks for no esbuild. */
struct json *build_method_options(struct arena *arena, const struct json *metadata);

/* The handler among the sources: "src/app.handler" for "app.handler" with the entry point
 * src/app.ts. The same handler if no entry point becomes its file. */
const char *build_method_handler(struct arena *arena, const struct json *metadata,
                                 const char *handler);
