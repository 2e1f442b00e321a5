// postern invoke: one function, one event, no emulator.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, makeProject, startEmulator, test } from './support/emulator.js';
import { processesIn } from './support/processes.js';
import { until, within } from './support/until.js';

const invoke = (args, options = {}) => spawnSync(BINARY, ['invoke', ...args], { encoding: 'utf8', timeout: 60_000, ...options, env: environment(options.env) });

const ask = (orders) => ['--body', JSON.stringify(orders)];

test('the result goes to standard output as it is, all else to standard error', (t) => {
  const folder = makeProject(t, 'echo');
  const { status, stdout, stderr } = invoke(['echo', folder, ...ask({ print: 'from the handler', result: { statusCode: 200, body: 'ä' } })]);

  assert.equal(status, 0);
  assert.equal(stdout, '{"statusCode":200,"body":"ä"}');
  assert.match(stderr, /START/);
  assert.match(stderr, /from the handler functionName=echo requestId=[0-9a-f-]{36}/);
  assert.match(stderr, /REPORT Duration: \d+\.\d\d ms Init Duration: \d+\.\d\d ms Memory Size: 128 MB/);
  assert.deepEqual(processesIn(folder), []);
  assert.equal(fs.existsSync(path.join(folder, '.postern')), false);
});

test('with --log-format json all of standard error is JSON, warnings about the project included', (t) => {
  const folder = makeProject(t, 'echo', {
    'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' }, gone: { command: ['./missing'] } }, apis: {} },
  });
  const { status, stderr } = invoke(['echo', folder, '--log-format', 'json', ...ask({ print: 'one\ntwo' })]);
  const lines = stderr.trimEnd().split('\n').map((line) => JSON.parse(line));

  assert.equal(status, 0, stderr);
  assert.match(lines.find(({ reason }) => reason === 'project-warning').message, /missing/);
  assert.ok(lines.some(({ message, functionName }) => message === 'two' && functionName === 'echo'));
});

test('a function error is printed as Lambda has it, and exits with 1', (t) => {
  const folder = makeProject(t, 'echo');

  for (const [orders, type, message] of [
    [{ throw: 'as told' }, /^Error$/, /^as told$/],
    [{ exit: 3 }, /^Runtime\.ExitError$/, /exit status 3/],
  ]) {
    const { status, stdout, stderr } = invoke(['echo', folder, ...ask(orders)]);
    assert.equal(status, 1);
    assert.match(JSON.parse(stdout).errorType, type);
    assert.match(JSON.parse(stdout).errorMessage, message);
    assert.match(stderr, /the function failed: /);
    assert.match(stderr, /REPORT/);
  }
});

test('a function that overruns its timeout, or does not start, is a function error', (t) => {
  const folder = makeProject(t, null, {
    'slow.js': 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000));',
    'broken.js': 'throw new Error("at load time");',
    'postern.json': {
      functions: { slow: { runtime: 'nodejs20.x', handler: 'slow.handler', timeout: 1 }, broken: { runtime: 'nodejs20.x', handler: 'broken.handler' } },
      apis: { a: { routes: { $default: { function: 'slow' } } } },
    },
  });
  const slow = invoke(['slow', folder]);
  const broken = invoke(['broken', folder]);

  assert.equal(slow.status, 1);
  assert.match(JSON.parse(slow.stdout).errorMessage, /Task timed out after 1\.00 seconds/);
  assert.equal(broken.status, 1);
  assert.match(JSON.parse(broken.stdout).errorMessage, /at load time/);
  assert.deepEqual(processesIn(folder), []);
});

test('the event is a sample of what the function is for, a named one, a file or standard input', (t) => {
  const folder = makeProject(t, null, {
    'show.js': 'exports.handler = async (event) => ({ kind: event.requestContext?.eventType, route: event.requestContext?.routeKey, event });',
    'mine.json': '{"mine": [1, "ü"]}',
    'postern.json': {
      functions: Object.fromEntries(['enter', 'leave', 'join'].map((name) => [name, { runtime: 'nodejs20.x', handler: 'show.handler' }])),
      apis: { a: { routes: { $connect: { function: 'enter' }, $disconnect: { function: 'leave' }, join: { function: 'join' } } } },
    },
  });
  const shown = (args, options) => JSON.parse(invoke(args, options).stdout);

  assert.equal(shown(['enter', folder]).kind, 'CONNECT');
  assert.equal(shown(['leave', folder]).kind, 'DISCONNECT');
  assert.equal(shown(['join', folder]).route, 'join');
  assert.equal(shown(['join', folder]).event.body, '{"action":"join"}');
  assert.equal(shown(['join', folder, '--event', 'connect', '-q', 'a=b']).event.queryStringParameters.a, 'b');
  assert.deepEqual(shown(['join', folder, '--event', path.join(folder, 'mine.json')]).event, { mine: [1, 'ü'] });
  assert.deepEqual(shown(['join', folder, '-e', '-'], { input: '{"piped":true}' }).event, { piped: true });
});

test('wrong usage exits with 2 and says what would be right', (t) => {
  const folder = makeProject(t, 'echo', { 'text.txt': 'no JSON' });

  for (const [args, reason] of [
    [[], /lacks FUNCTION/],
    [['ecko', folder], /no function ecko in .*postern\.json: did you mean echo\?/],
    [['other', folder], /no function other in .*postern\.json: there is echo/],
    [['echo', folder, '--event', 'conect'], /neither a kind of event .* nor a file/],
    [['echo', folder, '--event', path.join(folder, 'text.txt')], /is not JSON/],
    [['echo', folder, '--route', 'tel'], /did you mean tell\?/],
    [['echo', path.join(folder, 'nowhere')], /nowhere/],
    [['echo', path.dirname(folder)], /there is no project in /],
  ]) {
    const { status, stdout, stderr } = invoke(args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, reason);
  }
});

test('a signal ends the handler, and invoke with 128 and its number', async (t) => {
  const folder = makeProject(t, 'echo');
  const child = spawn(BINARY, ['invoke', 'echo', folder, ...ask({ hang: true })], { env: environment(), stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => { child.on('exit', (status, signal) => resolve({ status, signal })); });

  await until('the handler to run', () => processesIn(folder).length > 0);
  child.kill('SIGTERM');
  assert.deepEqual(await within('invoke to end', ended), { status: 128 + 15, signal: null });
  await until('the handler to be gone', () => processesIn(folder).length === 0);
});

test('a handler reaches the clients of an emulator that runs beside it', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: {
      'post.mjs': `import https from 'node:https';
export const handler = ({ requestContext: { domainName, stage, connectionId } }) => new Promise((resolve, reject) => {
  const request = https.request(\`https://\${domainName}/\${stage}/@connections/\${encodeURIComponent(connectionId)}\`, { method: 'POST' }, (response) => {
    response.resume().on('end', () => resolve(response.statusCode));
  });
  request.on('error', reject);
  request.end('by hand');
});`,
      'postern.json': {
        functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' }, post: { runtime: 'nodejs20.x', handler: 'post.handler' } },
        apis: { echo: { routes: { $connect: { function: 'echo' }, $default: { function: 'post' } } } },
      },
    },
  });
  const client = await emulator.connect();
  const child = spawn(BINARY, ['invoke', 'post', emulator.folder, '--domain', `localhost:${emulator.port}`, '--connection', client.connectionId], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (data) => { output += data; });
  await within('invoke to end', new Promise((resolve) => { child.on('close', resolve); }));

  assert.equal(output, '200');
  assert.equal(await client.nextMessage(), 'by hand');
  await client.close();
});
