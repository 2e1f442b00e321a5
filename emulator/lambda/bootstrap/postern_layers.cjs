/*
 * ES modules find packages in NODE_PATH, where layers are, as they do in Lambda's Node.js 18 and newer: Node.js's own
 * loader of ES modules doesn't look there. Where it has found nothing, the folders are tried one after another.
 *
 * AWS: "Node.js 18.x runtime now available in AWS Lambda": support for ES module resolution using NODE_PATH.
 */
'use strict';

const nodeModule = require('module');
const path = require('path');
const { pathToFileURL } = require('url');

const NOT_FOUND = 'ERR_MODULE_NOT_FOUND';

/* Files beside which Node.js looks for node_modules. */
const parentsOf = (folders) => folders.split(path.delimiter)
  .filter((folder) => path.basename(folder) === 'node_modules')
  .map((folder) => pathToFileURL(path.join(path.dirname(folder), 'layer.mjs')).href);

const isPackage = (specifier) => /^[@A-Za-z0-9]/.test(specifier) && !specifier.includes(':');

/* For Node.js 18.19, 20.6 and newer: resolve() runs in a thread of its own, from this text. */
const hooks = (parents) => `
const parents = ${JSON.stringify(parents)};
const isPackage = ${isPackage};
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error.code === '${NOT_FOUND}' && isPackage(specifier))
      for (const parentURL of parents)
        try {
          return await next(specifier, { ...context, parentURL });
        } catch {}
    throw error;
  }
}`;

/* From 22.15 on they can be in this thread, and need no other. */
const resolveHere = (parents) => (specifier, context, next) => {
  try {
    return next(specifier, context);
  } catch (error) {
    if (error.code === NOT_FOUND && isPackage(specifier))
      for (const parentURL of parents)
        try {
          return next(specifier, { ...context, parentURL });
        } catch {}
    throw error;
  }
};

exports.find = (folders) => {
  const parents = parentsOf(folders);

  if (parents.length === 0)
    return;
  if (nodeModule.registerHooks)
    nodeModule.registerHooks({ resolve: resolveHere(parents) });
  else if (nodeModule.register)
    nodeModule.register(`data:text/javascript,${encodeURIComponent(hooks(parents))}`);
};
