// The main path: a client connects, talks, is posted to and leaves; what its handlers saw.

import assert from 'node:assert/strict';

import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

async function connected(t) {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev?room=lobby');
  const connect = await until('the CONNECT event', () => emulator.events()[0]?.event);
  return { emulator, client, connect, connectionId: connect.requestContext.connectionId };
}

test('a post by the SDK reaches the client, and GetConnection describes it', async (t) => {
  const { emulator, client, connectionId } = await connected(t);

  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'hello' }));
  assert.equal(await client.nextMessage(), 'hello');
  const described = await emulator.management.send(new GetConnectionCommand({ ConnectionId: connectionId }));
  assert.equal(described.Identity.SourceIp, '127.0.0.1');
});

test('posting to a connection that was never there says GoneException', async (t) => {
  const { emulator } = await connected(t);

  await assert.rejects(emulator.management.send(new PostToConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=', Data: 'x' })), { name: 'GoneException' });
});

test('posting to a malformed id says BadRequestException', async (t) => {
  const { emulator } = await connected(t);

  await assert.rejects(emulator.management.send(new PostToConnectionCommand({ ConnectionId: 'nonsense', Data: 'x' })), { name: 'BadRequestException' });
});

test('deleting a connection closes it with 1000 and tells $disconnect why', async (t) => {
  const { emulator, client, connectionId } = await connected(t);

  await emulator.management.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  assert.equal((await client.closed).code, 1000);
  const event = await until('the DISCONNECT event', () => emulator.events().find(({ event: seen }) => seen.requestContext.eventType === 'DISCONNECT')?.event);
  assert.equal(event.requestContext.disconnectStatusCode, 1000);
  assert.equal(event.requestContext.disconnectReason, 'Connection Closed Normally');
});

test('a message keeps its exact text, and its route is selected by its action', async (t) => {
  const { emulator, client } = await connected(t);
  const text = '{"action":"tell",  "x":\t"\\u00e9é"}';

  client.send(text);
  const event = await until('the MESSAGE event', () => emulator.events().find(({ event: seen }) => seen.requestContext.eventType === 'MESSAGE')?.event);
  assert.equal(event.body, text);
  assert.equal(event.requestContext.routeKey, 'tell');
});
