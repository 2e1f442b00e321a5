// From the upgrade request to the 101, or to the refusal.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { Client } from './support/client.js';
import { startEmulator, test } from './support/emulator.js';
import { clientFrame } from './support/raw.js';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

function upgradeRequest(target, headers = {}) {
  const all = { Host: 'localhost', Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13', ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

const echoRoutes = (routes) => ({
  'postern.json': {
    functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 1 } },
    apis: { echo: { id: 'a1b2c3d4e5', routes } },
  },
});

test('the 101 has what a handshake needs, and declines compression', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const connection = await emulator.raw();

  await connection.write(upgradeRequest('/dev', { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }));
  const answer = await connection.nextAnswer();

  assert.equal(answer.status, 101);
  assert.match(answer.head, /^HTTP\/1\.1 101 /);
  assert.equal(answer.headers['sec-websocket-accept'], createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64'));
  assert.equal(answer.headers.upgrade.toLowerCase(), 'websocket');
  assert.equal(answer.headers.connection.toLowerCase(), 'upgrade');
  for (const absent of ['sec-websocket-extensions', 'sec-websocket-protocol', 'content-length', 'server']) assert.equal(answer.headers[absent], undefined, absent);
  connection.destroy();
});

test('the 101 waits for the $connect handler, and until then the connection is gone', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [gate, open] = emulator.gate('connect');
  const client = new Client(emulator.url(`/dev?waitFor=${gate}`, 'ws'), [], {});
  const event = await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');

  await assert.rejects(
    emulator.management.send(new PostToConnectionCommand({ ConnectionId: event.requestContext.connectionId, Data: 'early' })),
    (error) => error instanceof GoneException && error.$metadata.httpStatusCode === 410,
  );
  assert.equal(client.upgrade, undefined);
  open();
  await client.opened;
  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: event.requestContext.connectionId, Data: 'now' }));
  assert.equal(await client.nextMessage(), 'now');
  await client.close();
});

for (const status of [301, 400, 401, 403, 404, 500, 501, 503]) {
  test(`a $connect handler that returns ${status} refuses with that status, its headers and its body`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const refusal = await emulator.refused(`/dev?status=${status}`);

    assert.equal(refusal.status, status);
    assert.equal(refusal.body, `status ${status}`);
    assert.equal(refusal.headers['x-reason'], 'as told');
    assert.equal(refusal.headers['content-length'], String(refusal.body.length));
  });
}

test('a $connect handler may return any status of 2xx', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const status of [200, 201, 204, 299]) await (await emulator.connect(`/dev?status=${status}`)).close();
});

const failures = [
  ['throws', 'throw=no'],
  ['exits', 'exit=0'],
  ['crashes', 'signal=SIGSEGV'],
  ['returns a string', `result=${encodeURIComponent('"fine"')}`],
  ['returns no status', `result=${encodeURIComponent('{"body":"fine"}')}`],
  ['returns a status that is none', `result=${encodeURIComponent('{"statusCode":"often"}')}`],
  ['returns nothing', 'nothing=1'],
];
for (const [what, query] of failures) {
  test(`a $connect handler that ${what} refuses with 502`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const refusal = await emulator.refused(`/dev?${query}`);

    assert.equal(refusal.status, 502);
    assert.equal(refusal.body, '{"message": "Internal server error"}');
    assert.equal(refusal.headers['content-length'], '36');
    assert.equal(refusal.headers['content-type'], 'application/json');
  });
}

test('a $connect handler that overruns its own timeout refuses with 502', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echoRoutes({ $connect: { function: 'echo' } }) });
  const refusal = await emulator.refused('/dev?hang=1');

  assert.equal(refusal.status, 502);
  await emulator.waitForLog(/timed out after 1\.00 seconds/);
});

test('a $connect handler that overruns the integration timeout refuses with 504', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echoRoutes({ $connect: { function: 'echo', timeoutInMillis: 300 } }) });
  const refusal = await emulator.refused('/dev?hang=1');

  assert.equal(refusal.status, 504);
  assert.equal(refusal.body, '{"message":"Endpoint request timed out"}');
});

test('a $connect route without an integration lets everybody in', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echoRoutes({ $connect: {}, $default: { function: 'echo', routeResponse: true } }) });
  const client = await emulator.connect();

  assert.equal(await client.ask('hello'), 'hello');
  await client.close();
});

test('the body and the other headers of a $connect handler that accepts go nowhere', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const result = { statusCode: 200, headers: { 'sec-websocket-protocol': 'chat', 'Set-Cookie': 'a=b', 'X-Reason': 'none' }, body: 'welcome' };
  const client = await emulator.connect(`/dev?result=${encodeURIComponent(JSON.stringify(result))}`, { protocols: ['chat'] });

  assert.equal(client.protocol, 'chat');
  for (const absent of ['set-cookie', 'x-reason', 'content-length']) assert.equal(client.upgrade.headers[absent], undefined, absent);
  assert.equal(await client.ask({ action: 'ask', body: 'the first message' }), 'the first message');
  await client.close();
});

test('an API without a $connect route lets everybody in', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echoRoutes({ $default: { function: 'echo', routeResponse: true } }) });
  const client = await emulator.connect('/dev?throw=no');

  assert.equal(await client.ask('hello'), 'hello');
  await client.close();
});

test('the handler chooses the subprotocol', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev?protocol=chat.v2', { protocols: ['chat.v1', 'chat.v2'] });

  assert.equal(client.protocol, 'chat.v2');
  await client.close();
});

test('a handler that chooses no subprotocol gets none into the 101', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const connection = await emulator.raw();

  await connection.write(upgradeRequest('/dev', { 'Sec-WebSocket-Protocol': 'chat.v1, chat.v2' }));
  const answer = await connection.nextAnswer();

  assert.equal(answer.status, 101);
  assert.equal(answer.headers['sec-websocket-protocol'], undefined);
  connection.destroy();
});

test('a stage may be written with a slash behind it', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await (await emulator.connect('/dev/')).close();
});

test('the only stage needs no path', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await (await emulator.connect('/')).close();
});

const refusals = [
  ['an unknown stage', '/nowhere', {}, 403, '{"message":"Forbidden"}'],
  ['a path below a stage', '/dev/below', {}, 403, '{"message":"Forbidden"}'],
  ['an unknown API', '/zzzzzzzzzz/dev', {}, 403, '{"message":"Forbidden"}'],
  ['no key', '/dev', { 'Sec-WebSocket-Key': undefined }, 400],
  ['a key that is too short', '/dev', { 'Sec-WebSocket-Key': 'c2hvcnQ=' }, 400],
  ['another version', '/dev', { 'Sec-WebSocket-Version': '8' }, 400],
  ['a URL of more than 4096 characters', `/dev?${'a'.repeat(4096)}`, {}, 414],
  ['headers of more than 10240 bytes', '/dev', { 'X-Long': 'a'.repeat(10240) }, 431],
];
for (const [what, target, headers, status, body] of refusals) {
  test(`an upgrade with ${what} is refused with ${status}`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const connection = await emulator.raw();

    await connection.write(upgradeRequest(target, headers));
    const answer = await connection.nextAnswer();

    assert.equal(answer.status, status);
    assert.ok(answer.headers['content-length'], 'has a Content-Length');
    if (body) assert.equal(answer.body, body);
    assert.deepEqual(emulator.events(), []);
    await connection.untilEnded();
  });
}

test('a plain GET at a stage, or below it, is answered with 426', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const target of ['/dev', '/dev/some', '/dev/some/where']) {
    const answer = await emulator.request('GET', target);
    assert.equal(answer.status, 426, target);
    assert.equal(answer.body, '{"message":"Upgrade Required"}');
  }
});

test('a head that comes byte by byte, with a frame right behind it, is understood', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const connection = await emulator.raw();
  const head = Buffer.from(upgradeRequest('/dev'));

  connection.socket.setNoDelay(true);
  for (const byte of head.subarray(0, -4)) await connection.write(Buffer.from([byte]));
  await connection.write(Buffer.concat([head.subarray(-4), clientFrame(1, '{"action":"ask","body":"soon"}')]));

  assert.equal((await connection.nextAnswer()).status, 101);
  assert.equal((await connection.nextFrame()).payload.toString(), 'soon');
  connection.destroy();
});

test('a client that leaves while $connect runs gets its $disconnect once $connect has succeeded', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [gate, open] = emulator.gate('connect');
  const client = new Client(emulator.url(`/dev?waitFor=${gate}`, 'ws'), [], {});
  const { requestContext } = await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');

  client.socket.terminate();
  open();
  const event = await emulator.disconnectEvent(requestContext.connectionId);
  assert.equal(event.requestContext.disconnectStatusCode, 1006);
});

test('a refused client gets no $disconnect', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.refused('/dev?status=403');
  const client = await emulator.connect();
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  assert.deepEqual(emulator.events().map(({ event }) => event.requestContext.eventType), ['CONNECT', 'CONNECT', 'DISCONNECT']);
});
