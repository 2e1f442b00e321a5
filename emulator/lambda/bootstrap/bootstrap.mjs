// Runs a Node handler: asks the Lambda Runtime API for events, calls the handler, posts what it returns.
// The API is spoken on a raw socket, which takes half the time of Node's HTTP client.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

const API = '/2018-06-01/runtime';
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const root = process.env.LAMBDA_TASK_ROOT;
const runtime = Number(/^nodejs(\d+)/.exec((process.env.AWS_EXECUTION_ENV ?? '').replace('AWS_Lambda_', ''))?.[1] ?? 0);

// ---- the Runtime API on one kept-alive connection

const socket = net.connect(Number(port), host);
let received = Buffer.alloc(0);
let waiting = null; // resolve and reject of the request that is under way

socket.setNoDelay(true);
socket.on('data', (data) => {
  received = received.length ? Buffer.concat([received, data]) : data;
  const answer = waiting && parseAnswer();
  if (answer) {
    const { resolve } = waiting;
    waiting = null;
    resolve(answer);
  }
});
for (const event of ['error', 'close']) socket.on(event, () => process.exit(0)); // the emulator has gone

// One whole answer off the front of what was received, or null. The emulator always sends a Content-Length.
function parseAnswer() {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const lines = received.toString('latin1', 0, end).split('\r\n');
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const size = Number(headers['content-length'] ?? 0);
  if (received.length < end + 4 + size) return null;
  const body = received.subarray(end + 4, end + 4 + size);
  received = received.subarray(end + 4 + size);
  return { status: Number(lines[0].split(' ')[1]), headers, body };
}

function ask(method, target, body = '', headers = '') {
  const bytes = Buffer.byteLength(body);
  const length = method === 'POST' ? `Content-Length: ${bytes}\r\nContent-Type: application/json\r\n` : '';
  return new Promise((resolve, reject) => {
    waiting = { resolve, reject };
    socket.write(`${method} ${API}${target} HTTP/1.1\r\nHost: ${host}:${port}\r\n${length}${headers}\r\n${body}`);
  });
}

// ---- logging as Lambda's Node runtime does it

let requestId; // of the event that is being handled
for (const [method, level] of Object.entries({ log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' })) {
  console[method] = (...parts) => {
    const message = format(...parts).replace(/\n/g, '\r');
    process.stdout.write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`);
  };
}

function describe(error, type) {
  if (!(error instanceof Error)) return { errorType: type ?? typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: type ?? error.name ?? error.constructor.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

function hint(error) {
  const missing = /Cannot find (?:module|package) '(@aws-sdk\/[^']+|aws-sdk)'/.exec(error?.message ?? '');
  if (missing) console.error(`The AWS SDK is part of Lambda's runtime, and missing here: npm install ${missing[1]}`);
}

// ---- loading the handler

class InitError extends Error {
  constructor(type, message, cause) {
    super(message);
    this.name = type;
    if (cause?.stack) this.stack = cause.stack;
  }
}

function isModule(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).type === 'module';
    if (folder === path.dirname(folder) || path.basename(folder) === 'node_modules') return false;
  }
}

function findFile(name) {
  const base = path.resolve(root, name);
  for (const ending of ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'])
    if (existsSync(base + ending) && statSync(base + ending).isFile()) return base + ending;
  try {
    return createRequire(path.join(root, '/')).resolve(name, { paths: [root, path.dirname(base)] });
  } catch {
    throw new InitError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'\nRequire stack:\n- ${root}`);
  }
}

async function loadFile(file) {
  const isTypeScript = /\.[mc]?ts$/.test(file);
  if (isTypeScript && !process.features.typescript)
    throw new InitError('Runtime.ImportModuleError', `${file} is TypeScript, which Node ${process.version} can't load: bundle it, or use Node 22.18 or newer`);
  try {
    if (isTypeScript || file.endsWith('.mjs') || (file.endsWith('.js') && isModule(file))) return await import(pathToFileURL(file));
    return createRequire(path.join(root, '/'))(file);
  } catch (error) {
    hint(error);
    if (error instanceof SyntaxError) throw new InitError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`, error);
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND')
      throw new InitError('Runtime.ImportModuleError', `Error: ${error.message}`, error);
    throw error;
  }
}

async function load(name) {
  const [, folder, file, exported] = /^(.*?)([^/.]*)\.([^/]+)$/.exec(name) ?? [];
  if (!file || name.includes('..')) throw new InitError('Runtime.MalformedHandlerName', 'Bad handler');
  const loaded = await loadFile(findFile(folder + file));
  const follow = (from) => exported.split('.').reduce((value, key) => value?.[key], from);
  const handler = follow(loaded) ?? follow(loaded.default);
  if (typeof handler !== 'function') throw new InitError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (runtime >= 24 && handler.length >= 3)
    throw new InitError('Runtime.CallbackHandlerDeprecated', 'nodejs24.x has no callback handlers any more: use an async function');
  return handler;
}

// ---- one event

let onEmptyLoop = null; // what is to happen when nothing keeps the process alive but us

process.on('beforeExit', () => {
  const act = onEmptyLoop;
  onEmptyLoop = null;
  act?.();
});

function makeContext(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  };
}

// Settles with the handler's result, whichever way it gives it.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, result) => {
      const settle = () => (error === undefined || error === null ? resolve(result) : reject(error));
      if (context.callbackWaitsForEmptyEventLoop) onEmptyLoop = settle;
      else settle();
    };
    Object.assign(context, { done, succeed: (result) => done(null, result), fail: (error) => done(error ?? 'handled') });
    onEmptyLoop = () => resolve(undefined);
    const result = handler(event, context, done);
    if (typeof result?.then === 'function') {
      onEmptyLoop = () => reject(Object.assign(new Error('the loop is empty and the promise of the handler never settles'), { name: 'Runtime.NodeJsExit' }));
      result.then(resolve, reject);
    } else if (runtime >= 24 || (result !== undefined && handler.length < 3)) {
      resolve(result);
    }
  });
}

function stringify(result) {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw Object.assign(new Error(`Unable to stringify response body: ${error.message}`), { name: 'Runtime.JSONStringifyError' });
  }
}

async function runOne(handler) {
  socket.ref();
  const next = await ask('GET', '/invocation/next');
  if (next.status !== 200) process.exit(0);
  socket.unref(); // so that an empty loop shows
  const context = makeContext(next.headers);
  requestId = context.awsRequestId;
  process.env._X_AMZN_TRACE_ID = next.headers['lambda-runtime-trace-id'];
  let target = `/invocation/${requestId}/response`;
  let body;
  try {
    body = stringify(await call(handler, JSON.parse(next.body.toString()), context));
  } catch (error) {
    hint(error);
    console.error('Invoke Error', JSON.stringify(describe(error)));
    target = `/invocation/${requestId}/error`;
    body = JSON.stringify(describe(error));
  }
  onEmptyLoop = null;
  socket.ref();
  await ask('POST', target, body);
}

// An error outside of the handler's promise ends the process, as on Lambda.
async function failWith(error, type, status) {
  const document = describe(error, type);
  console.error(type ?? 'Uncaught Exception', JSON.stringify(document));
  socket.ref();
  if (requestId && !waiting) await ask('POST', `/invocation/${requestId}/error`, JSON.stringify(document));
  process.exit(status);
}

globalThis.awslambda = {
  streamifyResponse: (handler) => handler, // WebSocket APIs never stream: the result is what counts
};

let handler;
try {
  handler = await load(process.env._HANDLER);
} catch (error) {
  const document = JSON.stringify(describe(error));
  console.error(error?.name ?? 'Init Error', document);
  await ask('POST', '/init/error', document, `Lambda-Runtime-Function-Error-Type: ${error?.name ?? 'Runtime.Unknown'}\r\n`);
  process.exit(1);
}
process.on('uncaughtException', (error) => failWith(error, undefined, 129));
process.on('unhandledRejection', (error) => failWith(error, 'Runtime.UnhandledPromiseRejection', 128));
for (;;) await runOne(handler);
