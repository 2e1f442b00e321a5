/*
 * Runs a Node.js handler: loads the module that _HANDLER names, then asks the Lambda Runtime API for one event after
 * another and answers each with what the handler gives back. Needs nothing but Node.js 16 or newer.
 *
 * AWS: "Lambda runtime API", "Define Lambda function handler in Node.js".
 */
'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');
const util = require('util');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { Writable } = require('stream');

const environment = process.env;
const api = environment.AWS_LAMBDA_RUNTIME_API;
const taskRoot = environment.LAMBDA_TASK_ROOT || process.cwd();
const handlerName = environment._HANDLER || '';

/* AWS: up to Node.js 22 a plain value that a handler returns is ignored; from 24 on it is the result, and callbacks are
 * refused. NaN where no runtime is configured: then what the handler does decides. */
const runtime = Number((/nodejs(\d+)/.exec(environment.AWS_EXECUTION_ENV) || [])[1]);

/* What this process was given; a child of it that takes its place needs all of it. */
const inherited = { ...environment };

/* The options of esbuild that the project bundles with before it goes to AWS. */
const bundling = environment.POSTERN_ESBUILD ? JSON.parse(environment.POSTERN_ESBUILD) : null;
delete environment.POSTERN_ESBUILD;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const ERROR_TYPE = /^(Runtime|Function)\.[A-Z][A-Za-z]+$/;

/* Exit statuses of AWS's own runtime. */
const EXIT_INIT_ERROR = 1;
const EXIT_UNHANDLED_REJECTION = 128;
const EXIT_UNCAUGHT_EXCEPTION = 129;

/* ---- Log lines ---- */

let currentRequestId; // undefined between invocations

function writeLog(level, message) {
  const line = message.replace(/\r?\n/g, '\r'); // one event of the log is one line
  process.stdout.write(`${new Date().toISOString()}\t${currentRequestId}\t${level}\t${line}\n`);
}

function patchConsole() {
  const levels = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };

  for (const [method, level] of Object.entries(levels))
    console[method] = (...values) => writeLog(level, util.format(...values));
  console.trace = (...values) => {
    const holder = { name: 'Trace', message: util.format(...values) };
    Error.captureStackTrace(holder, console.trace);
    writeLog('TRACE', holder.stack);
  };
}

/* ---- Errors ---- */

class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

function isError(value) {
  return util.types.isNativeError(value) || value instanceof Error ||
    (typeof value === 'object' && value !== null && [value.name, value.message, value.stack].every((v) => typeof v === 'string'));
}

/* A failure as the Runtime API wants it. */
function describeError(error) {
  if (!isError(error))
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name || error.constructor.name,
    errorMessage: String(error.message),
    trace: String(error.stack || '').split('\n'),
  };
}

/* util.inspect() shows causes and own properties; a handler's own inspect method may throw. */
function showError(error) {
  try {
    return util.inspect(error);
  } catch {
    return String(error && error.stack);
  }
}

/* Lambda's Node.js has the AWS SDK, a local one doesn't: the one thing that stops most handlers at first. */
function hintAtMissingSdk(error) {
  const message = String((error && error.message) || '');
  const missing = /Cannot find (?:module|package) '((?:@aws-sdk|@smithy)\/[^'/]+|aws-sdk)/.exec(message);

  if (missing)
    process.stderr.write(`Lambda brings ${missing[1]} along, this machine has to have it: ` +
      `cd '${taskRoot}' && npm install ${missing[1]}\n`);
}

/* ---- The Runtime API, on a plain socket: half the time that Node.js's HTTP client takes ---- */

const [host, port] = (api || '').split(':');
const prefix = '/2018-06-01/runtime';
const nextRequest = `GET ${prefix}/invocation/next HTTP/1.1\r\nHost: ${api}\r\n\r\n`;

let socket;
const expected = []; // a callback for each answer that is still to come, in order

function post(target, body, errorType) {
  const header = errorType ? `Lambda-Runtime-Function-Error-Type: ${errorType}\r\n` : '';

  return `POST ${prefix}${target} HTTP/1.1\r\nHost: ${api}\r\nContent-Type: application/json\r\n${header}` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
}

function parseHead(head) {
  const lines = head.split('\r\n');
  const headers = {};

  for (let i = 1; i < lines.length; i++) {
    const colon = lines[i].indexOf(':');
    headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
  }
  return { status: Number(lines[0].slice(9, 12)), headers };
}

/* Cuts the stream into answers. The server gives each a length. */
function createParser(deliver) {
  let parts = []; // of an answer that isn't complete
  let missing = 0; // bytes of it, as far as known

  return (chunk) => {
    parts.push(chunk);
    missing -= chunk.length;
    if (missing > 0)
      return;
    let data = parts.length === 1 ? chunk : Buffer.concat(parts);

    parts = [];
    missing = 0;
    while (data.length > 0) {
      const end = data.indexOf('\r\n\r\n');
      const head = end < 0 ? null : parseHead(data.latin1Slice(0, end));
      const size = head ? end + 4 + Number(head.headers['content-length'] || 0) : data.length + 1;

      if (size > data.length) {
        parts = [data];
        missing = size - data.length;
        return;
      }
      deliver(head, data.subarray(end + 4, size));
      data = data.subarray(size);
    }
  };
}

function connect() {
  socket = net.connect({ host, port: Number(port) });
  socket.setNoDelay(true);
  socket.on('data', createParser((head, body) => expected.shift()(head, body)));
  socket.on('error', () => {}); // 'close' follows
  socket.on('close', () => process.exit(0)); // the emulator is gone
  socket.unref();
}

/* Asks for the next event, behind an answer in the same packet if there is one. The socket keeps the process alive just
 * as long as there is nothing else to do: while a handler runs, an empty event loop means something. */
function askForNext(answer, body) {
  currentRequestId = undefined;
  socket.ref();
  if (answer === undefined) {
    socket.write(nextRequest);
  } else {
    expected.push(onAnswered);
    if (typeof body === 'string') {
      socket.write(answer + body + nextRequest);
    } else {
      socket.write(answer);
      socket.write(body);
      socket.write(nextRequest);
    }
  }
  expected.push(onNext);
}

function onAnswered(head, body) {
  if (head.status !== 202)
    process.stderr.write(`The result was not taken: ${body.toString()}\n`);
}

function onNext(head, body) {
  if (head.status !== 200)
    process.exit(EXIT_INIT_ERROR);
  socket.unref();
  invoke(head.headers, body);
}

/* Posts a last message and ends the process once it has arrived. */
function postAndExit(target, error, errorType, status) {
  const body = JSON.stringify(error);

  socket.ref();
  expected.push(() => process.exit(status));
  socket.write(post(target, body, errorType) + body);
}

/* ---- Loading the handler ---- */

let handler;
let isLoading = true;

/* "a/b/index.api.handler" is module a/b/index, export api.handler. */
function parseHandlerName(name) {
  const folder = path.posix.dirname(name);
  const [, module, exported] = /^([^.]+)\.(.+)$/.exec(path.posix.basename(name)) || [];

  if (!module || name.includes('..'))
    throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  return { module: path.posix.join(folder, module), exported: exported.split('.') };
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/* What is made of TypeScript may stand beside it; what is to be bundled isn't there. */
function findModule(name) {
  const base = path.resolve(taskRoot, name);
  const plain = ['', '.js', '.mjs', '.cjs'];
  const typed = ['.ts', '.mts', '.cts', '.tsx'];
  const found = (bundling ? [...typed, ...plain] : [...plain, ...typed]).map((end) => base + end).find(isFile);

  return found || createRequire(`${taskRoot}/`).resolve(name, { paths: [taskRoot, path.dirname(base)] });
}

/* What the nearest package.json says about plain .js files. */
function isInsideModulePackage(file) {
  for (let folder = path.dirname(file); path.basename(folder) !== 'node_modules'; folder = path.dirname(folder)) {
    const description = path.join(folder, 'package.json');

    if (isFile(description)) {
      try {
        return JSON.parse(fs.readFileSync(description, 'utf8')).type === 'module';
      } catch {
        return false;
      }
    }
    if (folder === path.dirname(folder))
      return false;
  }
  return false;
}

async function loadPlain(file) {
  if (/\.m[jt]s$/.test(file) || (/\.(js|tsx?)$/.test(file) && isInsideModulePackage(file)))
    return import(pathToFileURL(file).href);
  return createRequire(`${taskRoot}/`)(file); // import() wouldn't see all that a CommonJS module exports
}

async function loadModule(file) {
  if (!bundling && !/\.([cm]?ts|tsx)$/.test(file))
    return loadPlain(file);
  const typescript = require('./postern_typescript.cjs');

  return typescript.load(file, { taskRoot, options: bundling, environment: inherited, isInsideModulePackage, load: loadPlain })
    .catch((error) => {
      throw error instanceof typescript.TypeScriptError ? new RuntimeError('Runtime.UserCodeSyntaxError', error.message) : error;
    });
}

function findExport(module, names) {
  for (const start of [module, module.default]) {
    let at = start;

    for (const name of names)
      at = at === undefined || at === null ? undefined : at[name];
    if (typeof at === 'function')
      return at;
  }
  throw new RuntimeError('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
}

async function loadHandler() {
  const { module, exported } = parseHandlerName(handlerName);
  const found = findExport(await loadModule(findModule(module)), exported);

  if (runtime >= 24 && found.length >= 3 && !found[STREAMING])
    throw new RuntimeError('Runtime.CallbackHandlerDeprecated', 'AWS Lambda has removed support for callback-based ' +
      'function handlers starting with Node.js 24: make the handler async and return the result.');
  return found;
}

/* The type under which AWS reports a module that doesn't load. */
function describeInitError(error) {
  const description = describeError(error);

  if (error instanceof RuntimeError)
    return description;
  if (error && ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(error.code))
    return { ...description, errorType: 'Runtime.ImportModuleError', errorMessage: `Error: ${error.message}` };
  if (error instanceof SyntaxError)
    return { ...description, errorType: 'Runtime.UserCodeSyntaxError', errorMessage: `SyntaxError: ${error.message}` };
  return description;
}

function failInit(error, status) {
  const description = describeInitError(error);

  writeLog('ERROR', `Init Error\t${showError(error)}`);
  hintAtMissingSdk(error);
  postAndExit('/init/error', description, ERROR_TYPE.test(description.errorType) ? description.errorType : '', status);
}

/* ---- One invocation ---- */

let current; // the open invocation

class Invocation {
  constructor(headers) {
    this.id = headers['lambda-runtime-aws-request-id'];
    this.isDecided = false; // the handler has said what the outcome is
    this.whenIdle = null; // what to do once the event loop is empty
  }

  /* Posts the outcome and goes on. */
  answer(kind, body) {
    if (current !== this)
      return;
    current = undefined;
    askForNext(post(`/invocation/${this.id}/${kind}`, body), body);
  }

  succeed(result) {
    let body;

    try {
      body = JSON.stringify(result);
    } catch (error) {
      this.fail(new RuntimeError('Runtime.JSONStringifyError', `Unable to stringify the result: ${error.message}`));
      return;
    }
    this.answer('response', body === undefined ? 'null' : body);
  }

  fail(error) {
    if (current !== this)
      return;
    writeLog('ERROR', `Invoke Error\t${showError(error)}`);
    hintAtMissingSdk(error);
    this.answer('error', JSON.stringify(describeError(error)));
  }

  /* True for the first of a handler's ways to say what the outcome is. */
  decide() {
    const isFirst = !this.isDecided;

    this.isDecided = true;
    return isFirst;
  }
}

function createContext(headers, invocation) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const done = (error, result) => {
    if (!invocation.decide())
      return;
    if (error === undefined || error === null)
      invocation.succeed(result);
    else
      invocation.fail(error);
  };
  const parse = (text) => (text ? JSON.parse(text) : undefined);
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parse(headers['lambda-runtime-client-context']),
    identity: parse(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: invocation.id,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };

  if (!(runtime >= 24))
    Object.assign(context, { done, succeed: (result) => done(null, result), fail: (error) => done(error ?? new Error('failed')) });
  return context;
}

/* What is given to a handler as its third parameter. */
function createCallback(invocation, context) {
  return (error, result) => {
    if (!invocation.decide())
      return;
    if (error !== undefined && error !== null)
      invocation.fail(error);
    else if (context.callbackWaitsForEmptyEventLoop)
      invocation.whenIdle = () => invocation.succeed(result);
    else
      invocation.succeed(result);
  };
}

function takePromise(invocation, promise) {
  if (!invocation.isDecided)
    invocation.whenIdle = () => invocation.fail(new RuntimeError('Runtime.NodeJsExit',
      'The handler\'s promise was never settled, and nothing is left to happen that could settle it'));
  promise.then(
    (result) => { if (invocation.decide()) invocation.succeed(result); },
    (error) => { if (invocation.decide()) invocation.fail(error); },
  );
}

function takeValue(invocation, value) {
  const isResult = runtime >= 24 || (Number.isNaN(runtime) && value !== undefined && handler.length < 3);

  if (isResult) {
    if (invocation.decide())
      invocation.succeed(value);
    return;
  }
  if (value !== undefined && !invocation.isDecided)
    process.stderr.write(`AWS ignores the value that ${handlerName} returns: make it async, or call the callback\n`);
  if (!invocation.isDecided)
    invocation.whenIdle = () => invocation.succeed(null); // nothing is left that could call the callback
}

function invoke(headers, body) {
  const invocation = new Invocation(headers);
  const context = createContext(headers, invocation);

  current = invocation;
  currentRequestId = invocation.id;
  environment._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] || '';
  try {
    const event = JSON.parse(body.utf8Slice());

    if (handler[STREAMING]) {
      takePromise(invocation, stream(invocation, event, context));
      return;
    }
    const result = handler(event, context, createCallback(invocation, context));

    if (result && typeof result.then === 'function')
      takePromise(invocation, result);
    else
      takeValue(invocation, result);
  } catch (error) {
    if (invocation.decide())
      invocation.fail(error);
  }
}

/* ---- Handlers that stream: the pieces are gathered and posted as one ---- */

class ResponseStream extends Writable {
  constructor() {
    super();
    this.pieces = [];
  }

  _write(piece, encoding, done) {
    this.pieces.push(typeof piece === 'string' ? Buffer.from(piece, encoding) : piece);
    done();
  }

  setContentType() {}
}

async function stream(invocation, event, context) {
  const output = new ResponseStream();
  const finished = new Promise((resolve, reject) => output.once('finish', resolve).once('error', reject));

  await Promise.all([handler(event, output, context), finished]);
  if (invocation.decide())
    invocation.answer('response', Buffer.concat(output.pieces));
}

globalThis.awslambda = {
  streamifyResponse(streaming) {
    streaming[STREAMING] = 'response';
    return streaming;
  },
  HttpResponseStream: {
    from(output, metadata) {
      output.write(JSON.stringify(metadata));
      output.write(Buffer.alloc(8)); // separates the head from the body
      return output;
    },
  },
};

/* ---- The process ---- */

/* The event loop is empty, which it isn't while an event is waited for. */
process.on('beforeExit', () => {
  if (isLoading) {
    isLoading = false;
    failInit(new RuntimeError('Runtime.NodeJsExit', 'A top-level await was never settled'), EXIT_INIT_ERROR);
  } else if (current && current.whenIdle) {
    current.whenIdle();
  }
});

function endAfter(error, type, status) {
  if (isLoading) {
    isLoading = false;
    failInit(error, status);
    return;
  }
  writeLog('ERROR', `${type}\t${showError(error)}`);
  hintAtMissingSdk(error);
  if (!current)
    process.exit(status);
  const { id } = current;
  const description = describeError(error);

  current = undefined;
  postAndExit(`/invocation/${id}/error`, type === 'Unhandled Promise Rejection'
    ? { ...description, errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: `${description.errorType}: ${description.errorMessage}` }
    : description, '', status);
}

process.on('uncaughtException', (error) => endAfter(error, 'Uncaught Exception', EXIT_UNCAUGHT_EXCEPTION));
process.on('unhandledRejection', (reason) => endAfter(reason, 'Unhandled Promise Rejection', EXIT_UNHANDLED_REJECTION));

patchConsole();
connect();
if (environment.POSTERN_REDIRECT_TO) {
  require('./postern_redirect.cjs').redirect(environment.POSTERN_REDIRECT_TO);
  delete environment.POSTERN_REDIRECT_TO;
}
if (environment.NODE_PATH && environment.POSTERN_LAYERS)
  require('./postern_layers.cjs').find(environment.NODE_PATH);
delete environment.POSTERN_LAYERS;
loadHandler().then((loaded) => {
  if (!isLoading)
    return;
  isLoading = false;
  handler = loaded;
  askForNext();
}, (error) => {
  if (!isLoading)
    return;
  isLoading = false;
  failInit(error, EXIT_INIT_ERROR);
});
