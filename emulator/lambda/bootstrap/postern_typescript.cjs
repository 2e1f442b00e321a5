/*
 * Loads handlers that are written in TypeScript, or are to be bundled: with the project's own esbuild, or the one that
 * tsx brings along, in node_modules of the code's folder or above it; or else with what Node.js itself can do.
 *
 * A bundle is made in memory, anew for each process, of the project's own files. Packages are left out of it where
 * Node.js can load them as they are: they keep what they know of their place, and it takes a tenth of the time.
 */
'use strict';

const fs = require('fs');
const path = require('path');
const nodeModule = require('module');
const { spawn } = require('child_process');
const { pathToFileURL } = require('url');

const TYPESCRIPT = /\.([cm]?ts|tsx)$/;
const IN_PACKAGES = /[\\/]node_modules[\\/]/;

/* What of esbuild's options a project may set; the others are ours. */
const OPTIONS = ['alias', 'banner', 'conditions', 'define', 'external', 'footer', 'format', 'inject', 'jsx', 'keepNames',
  'loader', 'mainFields', 'resolveExtensions', 'target', 'tsconfig'];

const STRIP_FLAG = '--experimental-strip-types';

class TypeScriptError extends Error {}

exports.isTypeScript = (file) => TYPESCRIPT.test(file);
exports.TypeScriptError = TypeScriptError;

/* ---- Finding esbuild ---- */

function createRequireIn(folder) {
  return nodeModule.createRequire(path.join(folder, 'x.cjs'));
}

/* A package of those in and above the folder, never of NODE_PATH; undefined if there is none. */
function findPackage(name, folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = path.join(at, 'node_modules', name);

    if (fs.existsSync(path.join(found, 'package.json')))
      return fs.realpathSync(found);
    if (at === path.dirname(at))
      return undefined;
  }
}

function findEsbuild(folder) {
  const tsx = findPackage('tsx', folder);

  return findPackage('esbuild', folder) || (tsx && findPackage('esbuild', tsx));
}

/* True if somebody's NODE_OPTIONS has seen to it already. */
function isPrepared() {
  return (!process.features.typescript && require.extensions['.ts'] !== undefined) ||
    /(^|\s)--(import|loader|experimental-loader)\b/.test(process.env.NODE_OPTIONS || '');
}

/* ---- Bundling ---- */

/* How Node.js would load the file of a package. */
function isModule(file, isInsideModulePackage) {
  return file.endsWith('.mjs') || (file.endsWith('.js') && isInsideModulePackage(file));
}

/* Leaves packages out of the bundle that Node.js can load, under their absolute paths. */
const packages = (format, isInsideModulePackage) => ({
  name: 'packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path: name, kind, resolveDir, importer, pluginData }) => {
      if (pluginData === 'asked' || kind === 'entry-point')
        return undefined;
      const found = await build.resolve(name, { kind, resolveDir, importer, pluginData: 'asked' });

      if (found.errors.length > 0)
        return { path: name, external: true }; // in a layer, or it fails where it is used, as it does on AWS
      if (found.external || !IN_PACKAGES.test(found.path) || found.namespace !== 'file')
        return found;
      const file = asLoaded(found.path, name, resolveDir);

      return file ? { path: format === 'esm' ? pathToFileURL(file).href : file, external: true } : found;
    });

    /* The file that Node.js would load; undefined if it can't from that kind of module. */
    function asLoaded(found, name, folder) {
      if (format === 'esm' && isModule(found, isInsideModulePackage))
        return found;
      try {
        const file = createRequireIn(folder).resolve(name);

        return /\.(js|cjs|node)$/.test(file) && !isModule(file, isInsideModulePackage) ? file : undefined;
      } catch {
        return undefined;
      }
    }
  },
});

function chooseFormat(file, options, isInsideModulePackage) {
  if (options.format === 'esm' || options.format === 'cjs')
    return options.format;
  if (/\.[cm]ts$/.test(file))
    return file.endsWith('.mts') ? 'esm' : 'cjs';
  return isInsideModulePackage(file) ? 'esm' : 'cjs';
}

function describeMessage({ text, location }) {
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text;
}

async function bundle(esbuild, file, { taskRoot, options, isInsideModulePackage }) {
  const format = chooseFormat(file, options, isInsideModulePackage);
  const output = file.replace(/\.[^./]+$/, format === 'esm' ? '.mjs' : '.js'); // isn't written
  const chosen = Object.fromEntries(OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));

  try {
    const result = await esbuild.build({
      target: `node${process.versions.node}`,
      ...chosen,
      absWorkingDir: taskRoot,
      allowOverwrite: true,
      bundle: true,
      define: { ...chosen.define, ...(format === 'esm' ? { 'import.meta.url': JSON.stringify(pathToFileURL(file).href) } : {}) },
      entryPoints: [file],
      format,
      logLevel: 'silent',
      outfile: output,
      platform: 'node',
      plugins: [packages(format, isInsideModulePackage)],
      sourcemap: 'inline',
      sourcesContent: false,
      write: false,
    });
    const code = result.outputFiles.find((made) => made.path === output);

    return { code: (code || result.outputFiles[0]).text, format, output };
  } catch (error) {
    if (!error.errors)
      throw error;
    throw new TypeScriptError(error.errors.map(describeMessage).join('\n'));
  } finally {
    esbuild.stop?.();
  }
}

/* A CommonJS module as if it had been read from a file beside its source. */
function runCommonJs(code, file) {
  const made = new nodeModule(file, null);

  made.filename = file;
  made.paths = nodeModule._nodeModulePaths(path.dirname(file));
  made._compile(code, file);
  return made.exports;
}

/* An ES module has to be in a file. Source maps are relative to it: those of the bundle are made absolute. */
async function runModule(code, output) {
  const folder = process.env.LAMBDA_RUNTIME_DIR || path.dirname(output);
  const file = path.join(folder, `${path.basename(output, '.mjs')}-${process.pid}.mjs`);
  const map = /(\/\/# sourceMappingURL=data:application\/json;base64,)(\S+)\s*$/;

  fs.writeFileSync(file, code.replace(map, (line, start, data) => {
    const parsed = JSON.parse(Buffer.from(data, 'base64').toString());

    parsed.sources = parsed.sources.map((source) => pathToFileURL(path.resolve(path.dirname(output), source)).href);
    return start + Buffer.from(JSON.stringify(parsed)).toString('base64');
  }));
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    fs.rmSync(file, { force: true });
  }
}

async function loadBundle(tool, file, settings) {
  process.setSourceMapsEnabled?.(true);
  const { code, format, output } = await bundle(require(tool), file, settings);

  return format === 'esm' ? runModule(code, output) : runCommonJs(code, output);
}

/* ---- Node.js itself ---- */

/* From 22.6 on it can, but wants to be told. */
function wantsFlag() {
  const [major, minor] = process.versions.node.split('.').map(Number);

  return (major > 22 || (major === 22 && minor >= 6)) && !process.features.typescript &&
    !process.execArgv.includes(STRIP_FLAG) && !/no-experimental-strip-types/.test(process.env.NODE_OPTIONS || '');
}

/* The same process once more, below this one, which only waits for it. */
function startAgain(environment) {
  require('inspector').close(); // its port is for the one that runs the handler
  const child = spawn(process.execPath, [STRIP_FLAG, '--disable-warning=ExperimentalWarning', ...process.execArgv, ...process.argv.slice(1)],
    { env: environment, stdio: 'inherit' });

  child.on('exit', (status) => process.exit(status === null ? 1 : status));
  return new Promise(() => {});
}

async function loadStripped(file) {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING', 'ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']
      .includes(error.code))
      process.stderr.write('Node.js itself only takes the types away: imports need their endings (./room.ts), and enums, parameter ' +
        'properties and paths of tsconfig.json are not for it. esbuild takes all of it: npm install --save-dev esbuild\n');
    throw error;
  }
}

/* ---- All together ---- */

/*
 * The module of file. settings: taskRoot; options, those of esbuild if the project has any; environment, as it was at
 * the start; isInsideModulePackage() and load(), which loads what needs none of this.
 */
exports.load = async (file, settings) => {
  const { taskRoot, options, environment, load } = settings;
  const esbuild = findEsbuild(path.dirname(file)) || findEsbuild(taskRoot);
  const isTyped = TYPESCRIPT.test(file);

  if (isTyped && isPrepared())
    return load(file);
  if (esbuild)
    return loadBundle(esbuild, file, { ...settings, options: options || {} });
  if (!isTyped)
    return load(file); // it is to be bundled, and may do without
  if (process.features.typescript)
    return loadStripped(file);
  if (wantsFlag())
    return startAgain(environment);
  throw new TypeScriptError(`${file} is TypeScript, which Node.js ${process.version} doesn't run by itself: ` +
    `cd '${taskRoot}' && npm install --save-dev esbuild (or tsx), or use Node.js 22.18 or newer`);
};
