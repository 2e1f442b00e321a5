// Whatever is refused, dropped, closed or fails is explained by a line of the log, with a reason of base/reason.h and its ids.

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import assert from 'node:assert/strict';

import { startEmulator, test, writeFiles } from './support/emulator.js';
import { logLines, told } from './support/log.js';
import { until } from './support/until.js';

const ECHO = { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 };
const FRAME_SIZE = 32 * 1024;

const project = (functions, routes, api = {}) => ({ 'postern.json': { functions, apis: { echo: { id: 'a1b2c3d4e5', routes, ...api } } } });

const start = (t, { args = [], ...options } = {}) => startEmulator(t, 'echo', { args: ['--log-format', 'json', ...args], ...options });

const startWith = (t, functions, routes, { api, files, ...options } = {}) => start(t, { files: { ...project(functions, routes, api), ...files }, ...options });

const post = (emulator, id, data = 'x') => emulator.management.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

// ---- @connections and other HTTP

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

// ---- Messages

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
