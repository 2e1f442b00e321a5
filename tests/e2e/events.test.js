// What handlers see: the golden events, member by member and in their order.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { assertGolden, goldenEvent } from './support/events.js';

const HOST = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
const isKind = (kind) => ({ requestContext }) => requestContext.eventType === kind;

// Connects as the client of a golden event did: with its headers, but for those that the client library or the gateway makes.
async function connectLike(emulator, golden, query = '', more = {}) {
  const made = /^(Sec-WebSocket-(?!Protocol)|X-Amzn-Trace-Id|X-Forwarded-)/;
  const headers = Object.fromEntries(Object.entries(golden.headers).filter(([name]) => !made.test(name) && name !== 'Sec-WebSocket-Protocol'));
  return emulator.connect(`/dev${query}`, { headers, ...more });
}

test('the CONNECT event of a browser with a query string', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await connectLike(emulator, goldenEvent('connect.browser-with-query'), '?room=lobby&tag=a&tag=b');
  assertGolden(await emulator.event(isKind('CONNECT')), 'connect.browser-with-query');
});

test('the CONNECT event of a client without query and User-Agent', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await connectLike(emulator, goldenEvent('connect.cli-no-query'));
  assertGolden(await emulator.event(isKind('CONNECT')), 'connect.cli-no-query');
});

test('query values are decoded, and each header and parameter keeps its last value', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.connect('/dev?a=b%20c&a=d%2Be&empty=&r%C3%A9sum%C3%A9=x', { headers: { 'x-MiXed': 'Case', 'X-Twice': ['one', 'two'] } });
  const event = await emulator.event(isKind('CONNECT'));
  assert.deepEqual(event.queryStringParameters, { a: 'd+e', empty: '', 'résumé': 'x' });
  assert.deepEqual(event.multiValueQueryStringParameters, { a: ['b c', 'd+e'], empty: [''], 'résumé': ['x'] });
  assert.equal(event.headers['x-MiXed'], 'Case');
  assert.equal(event.headers['X-Twice'], 'two');
  assert.deepEqual(event.multiValueHeaders['X-Twice'], ['one', 'two']);
});

test('headers are sorted without regard to case, and those of the hop are left out', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.connect('/dev', { headers: { zebra: '1', Apple: '2', banana: '3' } });
  const names = Object.keys((await emulator.event(isKind('CONNECT'))).headers);
  assert.deepEqual(names, [...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  for (const hop of ['Connection', 'Upgrade', 'Content-Length']) assert.ok(!names.includes(hop), hop);
});

test("a proxy's X-Forwarded-For is kept, with the client behind it", async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.connect('/dev', { headers: { 'x-forwarded-for': '203.0.113.7' } });
  const { headers, requestContext } = await emulator.event(isKind('CONNECT'));
  assert.equal(headers['X-Forwarded-For'], `203.0.113.7, ${requestContext.identity.sourceIp}`);
  assert.equal(Object.keys(headers).filter((name) => name.toLowerCase() === 'x-forwarded-for').length, 1);
});

test('what a client offers in Sec-WebSocket headers reaches $connect as it was sent', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.connect('/dev?protocol=chat.v2', { protocols: ['chat.v1', 'chat.v2'] });
  const { headers, multiValueHeaders } = await emulator.event(isKind('CONNECT'));
  assert.equal(headers['Sec-WebSocket-Version'], '13');
  assert.equal(headers['Sec-WebSocket-Extensions'], 'permessage-deflate; client_max_window_bits');
  assert.match(headers['Sec-WebSocket-Protocol'], /^chat\.v1, ?chat\.v2$/);
  assert.deepEqual(multiValueHeaders['Sec-WebSocket-Protocol'], [headers['Sec-WebSocket-Protocol']]);
});

test('the MESSAGE event of a custom route', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
      apis: { echo: { id: 'a1b2c3d4e5', routes: { $connect: { function: 'echo' }, sendMessage: { function: 'echo' } } } } } },
  });
  const golden = goldenEvent('message.custom-route');
  const client = await emulator.connect('/dev', { headers: { Host: HOST, 'User-Agent': golden.requestContext.identity.userAgent } });

  client.send(golden.body);
  const event = await emulator.event(isKind('MESSAGE'));
  assertGolden(event, 'message.custom-route');
  const connect = await emulator.event(isKind('CONNECT'));
  assert.equal(event.requestContext.connectedAt, connect.requestContext.connectedAt);
  assert.equal(event.requestContext.connectionId, connect.requestContext.connectionId);
  assert.notEqual(event.requestContext.requestId, connect.requestContext.requestId);
});

test('the MESSAGE event of a text that is not JSON', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { headers: { Host: HOST } });

  client.send('hello');
  assertGolden(await emulator.event(isKind('MESSAGE')), 'message.default-non-json');
});

test('stage variables are in every event', async (t) => {
  const golden = goldenEvent('message.with-stage-variables');
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
      apis: { echo: { id: 'a1b2c3d4e5', routes: { $connect: { function: 'echo' }, sendMessage: { function: 'echo' }, $disconnect: { function: 'echo' } },
        stages: { dev: { stageVariables: golden.stageVariables } } } } } },
  });
  const client = await emulator.connect('/dev', { headers: { Host: HOST, 'User-Agent': golden.requestContext.identity.userAgent } });

  client.send(golden.body);
  assertGolden(await emulator.event(isKind('MESSAGE')), 'message.with-stage-variables');
  assert.deepEqual((await emulator.event(isKind('CONNECT'))).stageVariables, golden.stageVariables);
  await client.close();
  assert.deepEqual((await emulator.event(isKind('DISCONNECT'))).stageVariables, golden.stageVariables);
});

const userAgent = goldenEvent('disconnect.client-no-status-1005').requestContext.identity.userAgent;
const likeABrowser = { headers: { Host: HOST, 'User-Agent': userAgent } };

test('the DISCONNECT event of a client that closes without a code', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', likeABrowser);

  await client.close();
  assertGolden(await emulator.disconnectEvent(client.connectionId), 'disconnect.client-no-status-1005');
});

test('the DISCONNECT event of a browser that goes away', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', likeABrowser);

  client.socket._sender.close(1001, '', true, () => {}); // ws itself doesn't let its users say 1001
  await client.whenClosed();
  assertGolden(await emulator.disconnectEvent(client.connectionId), 'disconnect.browser-navigation-1001');
});

test('the DISCONNECT event of a connection that was deleted', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', likeABrowser);

  assert.equal((await emulator.request('DELETE', `/dev/@connections/${client.connectionId}`)).status, 204);
  assertGolden(await emulator.disconnectEvent(client.connectionId), 'disconnect.delete-connection-1000');
  assert.deepEqual(await client.whenClosed(), { code: 1000, reason: 'Connection Closed Normally' });
});

test('the DISCONNECT event of a connection that was idle for too long', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--idle-timeout', '0.5'] });
  const client = await emulator.connect('/dev', likeABrowser);

  assertGolden(await emulator.disconnectEvent(client.connectionId), 'disconnect.idle-timeout-1001');
  assert.deepEqual(await client.whenClosed(), { code: 1001, reason: 'Going away' });
});
