// Whatever is refused, dropped, closed or fails is explained by a line of the log, with a reason of base/reason.h and its ids.

import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import assert from 'node:assert/strict';

import { postern } from './support/command.js';
import { startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';
import { REASONS, logLines, told } from './support/log.js';
import { readMetrics } from './support/metrics.js';
import { clientFrame } from './support/raw.js';
import { until } from './support/until.js';

const ECHO = { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 };
const FRAME_SIZE = 32 * 1024;
const QUEUE_MAX = 10_000; // events that wait for one function

const project = (functions, routes, api = {}) => ({ 'postern.json': { functions, apis: { echo: { id: 'a1b2c3d4e5', routes, ...api } } } });

const start = (t, { args = [], ...options } = {}) => startEmulator(t, 'echo', { args: ['--log-format', 'json', ...args], ...options });

const startWith = (t, functions, routes, { api, files, ...options } = {}) => start(t, { files: { ...project(functions, routes, api), ...files }, ...options });

const post = (emulator, id, data = 'x') => emulator.management.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

const isUuid = (id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

// ---- @connections and other HTTP

test('calls of @connections that are refused are explained, with the request id that the SDK shows', async (t) => {
  const emulator = await start(t);
  const client = await emulator.connect();
  const gone = 'AAAAAAAAAAAAAAA=';
  const cases = [
    ['gone', gone, new PostToConnectionCommand({ ConnectionId: gone, Data: 'x' }), /PostToConnection got 410, as on AWS/],
    ['gone', gone, new GetConnectionCommand({ ConnectionId: gone }), /GetConnection got 410, as on AWS/],
    ['gone', gone, new DeleteConnectionCommand({ ConnectionId: gone }), /DeleteConnection got 410, as on AWS/],
    ['malformed-connection-id', 'nonsense', new PostToConnectionCommand({ ConnectionId: 'nonsense', Data: 'x' }), /got 400, as on AWS/],
    ['message-too-large', client.connectionId, new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'x'.repeat(4 * FRAME_SIZE + 1) }), /got 413: .* 128 KB/],
  ];

  for (const [reason, connectionId, command, message] of cases) {
    const error = await emulator.management.send(command).then(() => assert.fail('refused'), (refusal) => refusal);
    assert.ok(isUuid(error.$metadata.requestId));
    assert.match((await told(emulator, reason, { connectionId, requestId: error.$metadata.requestId })).message, message);
  }
  await client.close();
  await told(emulator, 'closed-by-client', { connectionId: client.connectionId });
  await assert.rejects(post(emulator, client.connectionId), { name: 'GoneException' });
  await told(emulator, 'gone', { connectionId: client.connectionId });
});

test('requests that are no operation of anything are explained', async (t) => {
  const emulator = await start(t);
  const cases = [
    ['unknown-stage', 403, 'GET', '/nowhere'],
    ['no-upgrade', 426, 'GET', '/dev'],
    ['no-such-operation', 404, 'PUT', '/dev/@connections/AAAAAAAAAAAAAAA='],
  ];

  for (const [reason, status, method, target] of cases) {
    const answer = await emulator.request(method, target);
    assert.equal(answer.status, status, reason);
    assert.match((await told(emulator, reason, { requestId: answer.headers['x-amzn-requestid'] })).message, new RegExp(`got ${status}`));
  }
  assert.equal((await emulator.request('GET', '/_postern/health', { headers: { Origin: 'https://evil.example' } })).status, 403);
  await told(emulator, 'cross-origin', { origin: 'https://evil.example' });
  assert.equal((await emulator.request('GET', '/_postern/health', { headers: { Host: 'evil.example' } })).status, 403);
  await told(emulator, 'foreign-host', { host: 'evil.example' });
});

test('a post that comes while $connect runs, and a client that leaves meanwhile, are explained', async (t) => {
  const emulator = await start(t);
  const [file, open] = emulator.gate('connect');
  const raw = await emulator.raw();

  await raw.write(`GET /dev?waitFor=${encodeURIComponent(file)} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  const { requestContext: { connectionId } } = await emulator.event(() => true);
  await assert.rejects(post(emulator, connectionId), { name: 'GoneException' });
  await told(emulator, 'post-during-connect', { connectionId });
  raw.destroy();
  await told(emulator, 'left-during-connect', { connectionId });
  open();
  await emulator.disconnectEvent(connectionId);
});

test("posts and answers to a client that doesn't read are explained", async (t) => {
  const emulator = await start(t);
  const { connectionId, ...client } = await emulator.connect();

  client.socket._socket.pause();
  await until('a full queue', () => post(emulator, connectionId, 'x'.repeat(4 * FRAME_SIZE)).then(() => false, ({ name }) => name === 'LimitExceededException'));
  assert.match((await told(emulator, 'send-queue-full', { connectionId })).message, /429/);
  client.socket.send(JSON.stringify({ action: 'ask', bodySize: 4 * FRAME_SIZE }));
  await until('a dropped answer', () => logLines(emulator).some(({ reason, message, connectionId: id }) => reason === 'send-queue-full' && /dropped/.test(message) && id === connectionId));
  client.socket.terminate();
});

// ---- Handshakes

const head = (lines) => `GET /dev HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
const UPGRADE = ['Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
const VERSION = 'Sec-WebSocket-Version: 13';
const brokenHandshakes = [
  ['bad-upgrade', 400, head([...UPGRADE, 'Sec-WebSocket-Version: 12'])],
  ['bad-upgrade', 400, head([...UPGRADE.slice(0, 3), VERSION])],
  ['url-too-long', 414, head([...UPGRADE, VERSION]).replace('/dev', `/dev?${'x'.repeat(4100)}`)],
  ['headers-too-large', 431, head([...UPGRADE, VERSION, ...Array.from({ length: 3 }, (_, i) => `X-${i}: ${'x'.repeat(4000)}`)])],
  ['unknown-stage', 403, head([...UPGRADE, VERSION]).replace('/dev', '/nowhere')],
  ['malformed-request', 400, 'nonsense\r\n\r\n'],
  ['http2', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];
for (const [reason, status, bytes] of brokenHandshakes) {
  test(`an upgrade that is refused with ${status} is explained: ${reason}`, async (t) => {
    const emulator = await start(t);
    const raw = await emulator.raw();

    await raw.write(bytes);
    assert.equal((await raw.nextAnswer()).status, status);
    await told(emulator, reason, { sourceIp: '127.0.0.1' });
    raw.destroy();
  });
}

test('an API key that is missing, and a subprotocol that nobody chose, are explained', async (t) => {
  const keys = await startWith(t, { echo: ECHO }, { $connect: { function: 'echo', apiKeyRequired: true } });
  const echo = await start(t);

  assert.equal((await keys.refused('/dev')).status, 403);
  await told(keys, 'invalid-api-key', { connectionId: true });
  await assert.rejects(echo.connect('/dev', { protocols: ['graphql-ws'] }));
  await told(echo, 'no-subprotocol', { connectionId: true });
});

for (const [reason, status, query] of [['connect-refused', 418, 'status=418'], ['malformed-proxy-result', 502, 'result="nonsense"'], ['handler-failed', 502, 'throw=no'], ['handler-failed', 502, 'exit=3']]) {
  test(`a $connect handler that was told ${query} is explained: ${reason}`, async (t) => {
    const emulator = await start(t);

    assert.equal((await emulator.refused(`/dev?${query}`)).status, status);
    const line = await told(emulator, reason, { connectionId: true, functionName: 'echo' });
    assert.match(line.message, new RegExp(`${status}`));
    assert.ok(isUuid(line.requestId));
    if (query === 'exit=3') await told(emulator, 'handler-exited', { connectionId: line.connectionId, requestId: line.requestId, functionName: 'echo', pid: true });
  });
}

test('a $connect handler that is too slow is explained, and what it answers later', async (t) => {
  const emulator = await startWith(t, { echo: ECHO }, { $connect: { function: 'echo', timeoutInMillis: 400 } });
  const [file, open] = emulator.gate('late');

  assert.equal((await emulator.refused(`/dev?waitFor=${encodeURIComponent(file)}`)).status, 504);
  const { requestId, connectionId } = await told(emulator, 'integration-timeout', { functionName: 'echo', connectionId: true, requestId: true });
  await told(emulator, 'handler-runs-on', { functionName: 'echo', connectionId, requestId });
  open();
  await told(emulator, 'late-result', { functionName: 'echo', connectionId, requestId });
});

test('a handshake that the end of the emulator cuts short is explained', async (t) => {
  const emulator = await start(t, { args: ['--grace', '0.1'] });
  const refused = emulator.refused(`/dev?waitFor=${encodeURIComponent(emulator.gate('never')[0])}`);
  const { requestContext: { connectionId } } = await emulator.event(() => true);

  await emulator.stop();
  assert.equal((await refused).status, 503);
  assert.match((await told(emulator, 'stopping', { connectionId, sourceIp: '127.0.0.1' })).message, /refused the upgrade of .* with 503/);
});

// ---- Messages

test('messages that go wrong are explained, with the request id of the error frame and that of the function', async (t) => {
  const routes = { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true }, tell: { function: 'echo' }, impatient: { function: 'echo', timeoutInMillis: 400 }, none: {} };
  const emulator = await startWith(t, { echo: ECHO }, routes);
  const client = await emulator.connect();
  const { connectionId } = client;
  const [file, open] = emulator.gate('late');
  const failures = [
    ['handler-failed', { action: 'ask', throw: 'no such room' }, 'Internal server error', /no such room/],
    ['handler-failed', { action: 'ask', exit: 7 }, 'Internal server error', /exit status 7/],
    ['malformed-proxy-result', { action: 'ask', result: '"nonsense"' }, 'Internal server error', /"statusCode": 200.*returned "nonsense"/],
    ['integration-timeout', { action: 'impatient', waitFor: file }, 'Endpoint request timed out', /29 s on AWS/],
  ];

  for (const [reason, message, text, explanation] of failures) {
    const frame = JSON.parse(await client.ask(message));
    assert.equal(frame.message, text);
    const line = await told(emulator, reason, { connectionId, extendedRequestId: frame.requestId, routeKey: message.action, functionName: 'echo' });
    assert.match(line.message, explanation);
    assert.match(line.message, /as on AWS/);
    assert.ok(isUuid(line.requestId));
    if (message.exit) await told(emulator, 'handler-exited', { connectionId, requestId: line.requestId, functionName: 'echo', pid: true });
    if (message.waitFor) await told(emulator, 'handler-runs-on', { connectionId, requestId: line.requestId, functionName: 'echo' });
  }
  open();
  await told(emulator, 'late-result', { connectionId, functionName: 'echo', requestId: true });

  const forbidden = JSON.parse(await client.ask({ action: 'unheard of' }));
  assert.match((await told(emulator, 'no-route', { connectionId, extendedRequestId: forbidden.requestId })).message, /"unheard of".*Forbidden frame/);
  const missing = JSON.parse(await client.ask({ action: 'none' }));
  await told(emulator, 'no-integration', { connectionId, extendedRequestId: missing.requestId, routeKey: 'none' });
  client.send({ action: 'tell', body: 'for nobody' });
  assert.match((await told(emulator, 'no-route-response', { connectionId, routeKey: 'tell', functionName: 'echo', requestId: true })).message, /AWS sends nothing/);
  for (const { reason } of logLines(emulator)) assert.ok(reason === undefined || REASONS.has(reason), reason);
});

test('events that are too many for a function are explained and counted', async (t) => {
  const emulator = await startWith(t, { echo: { ...ECHO, concurrency: 1 } }, { ask: { function: 'echo', routeResponse: true } }, { args: ['--limits', 'relaxed'] });
  const [file, open] = emulator.gate('full');
  const client = await emulator.connect();

  client.send({ action: 'ask', waitFor: file, body: 'first' });
  const { requestContext: { connectionId } } = await emulator.event(({ requestContext }) => requestContext.routeKey === 'ask');
  for (let i = 0; i < QUEUE_MAX + 1; i++) client.send({ action: 'ask' });
  const frame = await client.nextJson();
  assert.equal(frame.message, 'Internal server error');
  assert.match((await told(emulator, 'function-throttled', { connectionId, extendedRequestId: frame.requestId, routeKey: 'ask', functionName: 'echo', requestId: true })).message, /too many events wait/);
  const { value } = await readMetrics(emulator);
  assert.equal(value('throttles', { function: 'echo' }), 1);
  assert.equal(value('postern_waiting_events', { function: 'echo' }), QUEUE_MAX);
  assert.equal(value('execution_error', { route: 'ask' }), 1);
  open();
  await client.drop();
});

test('an answer for a client that has left is explained', async (t) => {
  const emulator = await start(t);
  const client = await emulator.connect();
  const [file, open] = emulator.gate('left');

  client.send({ action: 'ask', waitFor: file, body: 'for whom?' });
  await emulator.event(({ requestContext }) => requestContext.routeKey === 'ask');
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  open();
  await told(emulator, 'client-left', { connectionId: client.connectionId, routeKey: 'ask', functionName: 'echo', requestId: true });
});

// ---- Connections that end

const TEXT_FRAME = 1;
const endings = [
  ['closed-by-client', '4000', (client) => client.close(4000, 'bye')],
  ['connection-lost', '1006', (client) => client.drop()],
  ['deleted', '1000', (client, emulator) => emulator.management.send(new DeleteConnectionCommand({ ConnectionId: client.connectionId }))],
  ['reset', '1001', (client, emulator) => emulator.request('POST', '/_postern/reset')],
  ['stopping', '1001', (client, emulator) => emulator.stop()],
  ['binary-frame', '1003', (client) => client.socket.send(Buffer.from('binary'))],
  ['frame-too-large', '1009', (client) => client.socket.send('x'.repeat(FRAME_SIZE + 1))],
  ['message-too-large', '1009', (client) => {
    for (let i = 0; i < 5; i++) client.socket._socket.write(clientFrame(i === 0 ? TEXT_FRAME : 0, 'x'.repeat(FRAME_SIZE), { isFinal: false }));
  }],
  ['protocol-error', '1007', (client) => client.socket._socket.write(clientFrame(TEXT_FRAME, Buffer.from([0xff])))],
  ['protocol-error', '1002', (client) => client.socket._socket.write(clientFrame(3, 'x'))],
];
for (const [reason, code, end] of endings) {
  test(`a connection that ends with ${code} is explained by one line: ${reason}`, async (t) => {
    const emulator = await start(t);
    const client = await emulator.connect();

    await end(client, emulator);
    await client.whenClosed();
    const { message } = await told(emulator, reason, { connectionId: client.connectionId, apiId: 'a1b2c3d4e5', stage: 'dev', code });
    assert.match(message, /^disconnected: /);
    if (!emulator.exit) await emulator.disconnectEvent(client.connectionId);
    assert.equal(logLines(emulator).filter(({ connectionId, code: each }) => connectionId === client.connectionId && each !== undefined).length, 1);
  });
}

test('a $disconnect handler that fails is explained', async (t) => {
  const emulator = await startWith(t, { echo: ECHO, broken: { runtime: 'nodejs20.x', handler: 'broken.handler' } }, { $connect: { function: 'echo' }, $disconnect: { function: 'broken' } },
    { files: { 'broken.js': "exports.handler = async () => { throw new Error('no farewell'); };" } });
  const client = await emulator.connect();

  await client.close();
  assert.match((await told(emulator, 'disconnect-handler-failed', { connectionId: client.connectionId, functionName: 'broken', requestId: true })).message, /no farewell.*AWS/);
});

for (const [reason, option] of [['idle-timeout', '--idle-timeout'], ['max-duration', '--max-duration']]) {
  test(`a connection that ends by ${option} is explained`, async (t) => {
    const emulator = await start(t, { args: [option, '0.3'] });
    const client = await emulator.connect();

    assert.equal((await client.whenClosed()).code, 1001);
    await told(emulator, reason, { connectionId: client.connectionId });
  });
}

test('what a reload changes for clients is explained', async (t) => {
  const emulator = await startWith(t, { echo: ECHO }, { $connect: { function: 'echo' } }, { api: { stages: { dev: {}, prod: {} } } });
  const client = await emulator.connect('/prod');

  writeFiles(emulator.folder, { 'postern.json': '{ nonsense' });
  await told(emulator, 'broken-project');
  writeFiles(emulator.folder, project({ echo: ECHO }, { $connect: { function: 'echo' } }));
  await told(emulator, 'reloaded');
  await told(emulator, 'stage-removed', { connectionId: client.connectionId, stage: 'prod' });
  assert.equal((await client.whenClosed()).code, 1001);
});

test('a warning about the project at the start is a line like any other', async (t) => {
  const emulator = await startWith(t, { echo: { command: ['./missing'] } }, { $connect: { function: 'echo' } });

  assert.match((await told(emulator, 'project-warning')).message, /postern\.json:\d+: .*missing/);
});

// ---- Functions that don't work

const ASK = { ask: { function: 'broken', routeResponse: true } };
const brokenFunctions = [
  ['never-asked', { command: ['sleep', '1000'], timeout: 1 }, {}, /Lambda Runtime API/, { pid: true }],
  ['handler-exited', { command: ['false'] }, {}, /exit status 1 before it asked/, { pid: true }],
  ['init-error', { runtime: 'nodejs20.x', handler: 'app.handler' }, { 'app.js': "throw new Error('no database');" }, /no database/, { pid: true }],
  ['missing-module', { runtime: 'nodejs20.x', handler: 'app.handler' }, { 'app.js': "require('@aws-sdk/client-nothing');" }, /Cannot find module '@aws-sdk\/client-nothing'/, { pid: true }],
  ['missing-module', { runtime: 'python3.12', handler: 'app.handler' }, { 'app.py': 'import nosuch\n' }, /No module named 'nosuch'/, { pid: true }],
  ['function-timeout', { runtime: 'nodejs20.x', handler: 'app.handler', timeout: 1 }, { 'app.js': 'exports.handler = () => { for (;;); };' }, /timeout of 1 s/, { pid: true }],
  ['cannot-start', { command: ['./missing'] }, {}, /missing: No such file.*build it first/, {}],
];
for (const [reason, definition, files, message, more] of brokenFunctions) {
  test(`a function that fails is explained: ${reason}: ${JSON.stringify(Object.values(definition)[0])}`, async (t) => {
    const emulator = await startWith(t, { broken: definition }, ASK, { files });
    const client = await emulator.connect();

    const frame = JSON.parse(await client.ask({ action: 'ask' }));
    const { body } = await emulator.request('GET', '/_postern/connections');
    const [{ connectionId }] = JSON.parse(body).items;
    const failure = await told(emulator, 'handler-failed', { connectionId, extendedRequestId: frame.requestId, functionName: 'broken' });
    assert.match((await told(emulator, reason, { functionName: 'broken', connectionId, requestId: failure.requestId, ...more })).message, message);
  });
}

for (const [runtime, handler, command] of [['nodejs20.x', 'app.handler', 'nodejs'], ['python3.12', 'app.handler', 'python3'], ['ruby3.3', 'app.handler', 'ruby']]) {
  test(`a runtime that isn't installed is explained with the command that installs it: ${command}`, async (t) => {
    const files = { 'app.js': '', 'app.py': '', 'app.rb': '' };
    const emulator = await startWith(t, { broken: { runtime, handler } }, ASK, { files, env: { PATH: temporaryFolder(t) } });
    const client = await emulator.connect();

    await client.ask({ action: 'ask' });
    assert.match((await told(emulator, 'cannot-start', { functionName: 'broken', requestId: true })).message, new RegExp(`No such file or directory; install it: apt-get install ${command}\\b`));
  });
}

for (const [runtime, file, code, command] of [
  ['nodejs20.x', 'app.js', "require('@aws-sdk/client-nothing');", /cd '.*' && npm install @aws-sdk\/client-nothing/],
  ['python3.12', 'app.py', "raise ModuleNotFoundError(\"No module named 'boto3'\", name='boto3')\n", /python3 -m pip install boto3 \(on Debian: apt-get install python3-boto3\)/],
]) {
  test(`an AWS SDK that a handler doesn't find is explained with the command that installs it: ${runtime}`, async (t) => {
    const emulator = await startWith(t, { broken: { runtime, handler: 'app.handler' } }, ASK, { files: { [file]: code } });
    const client = await emulator.connect();

    await client.ask({ action: 'ask' });
    await told(emulator, 'missing-module', { functionName: 'broken', pid: true });
    assert.ok(logLines(emulator).some(({ message, functionName, pid }) => command.test(message) && functionName === 'broken' && pid), emulator.log);
  });
}

test('a port in use is explained by a line that names its owner', async (t) => {
  const emulator = await start(t);
  const { status, stderr } = await postern(['start', emulator.folder, '--in-memory', '--port', String(emulator.port), '--log-format', 'json']);

  assert.equal(status, 1);
  const line = stderr.split('\n').slice(0, -1).map((each) => JSON.parse(each)).find(({ reason }) => reason === 'port-in-use');
  assert.match(line.message, new RegExp(`port ${emulator.port} is in use by postern \\(pid ${emulator.child.pid}\\): stop it, or choose another with --port`));
});

// ---- Whatever handlers print

test('every line is one JSON object, whatever a handler prints', async (t) => {
  const emulator = await startWith(t, { printer: { runtime: 'nodejs20.x', handler: 'printer.handler' } }, { print: { function: 'printer', routeResponse: true } }, {
    files: {
      'printer.js': `exports.handler = async () => {
  const bytes = [Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82, 0x0a]), Buffer.from('a\\0b\\n'), Buffer.from('one\\ntwo\\r\\nthree\\n'),
    Buffer.from('{"message":"}\\\\n"reason":"gone"\\n'), Buffer.from('\\x1b[31mred\\x07\\u2028\\u{1f600}\\n'), Buffer.from('"' + '\\\\'.repeat(20000) + '\\n'), Buffer.alloc(20000, 0xf0), Buffer.from('\\nlast\\n')];
  for (const each of bytes) {
    process.stdout.write(each);
    process.stderr.write(each);
  }
  return { statusCode: 200, body: 'printed' };
};`,
    },
  });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'print' }), 'printed');
  await until('both last lines', () => logLines(emulator).filter(({ message }) => message === 'last').length === 2);
  const printed = logLines(emulator).filter(({ functionName }) => functionName === 'printer');
  const said = printed.map(({ message }) => message);
  for (const each of ['one', 'two', 'three', '{"message":"}\\n"reason":"gone"']) assert.ok(said.includes(each), each);
  for (const { message, reason, requestId, pid } of printed) assert.ok(reason === undefined && requestId && pid, `${message.slice(0, 200)}: ${reason} ${requestId} ${pid}`);
  await client.close();
});
