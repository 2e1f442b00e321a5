// @connections through the AWS SDK for JavaScript, and what its answers look like.

import assert from 'node:assert/strict';

import { DeleteConnectionCommand, GetConnectionCommand, GoneException, PayloadTooLargeException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { startEmulator, test } from './support/emulator.js';
import { goldenEvent } from './support/events.js';
import { until } from './support/until.js';

const MESSAGE_SIZE_MAX = 128 * 1024;

const post = (emulator, id, data) => emulator.management.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

test('PostToConnection reaches the client, whatever the size up to 128 KiB', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const data of ['hello', '', 'grüße', 'x'.repeat(40_000), 'y'.repeat(MESSAGE_SIZE_MAX)]) {
    const { $metadata } = await post(emulator, client.connectionId, data);
    assert.equal($metadata.httpStatusCode, 200);
    assert.equal(await client.nextMessage(), data);
  }
  await client.close();
});

test('PostToConnection with more than 128 KiB says PayloadTooLargeException, and the connection stays', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  await assert.rejects(post(emulator, client.connectionId, 'x'.repeat(MESSAGE_SIZE_MAX + 1)), (error) => error instanceof PayloadTooLargeException && error.$metadata.httpStatusCode === 413);
  await post(emulator, client.connectionId, 'still here');
  assert.equal(await client.nextMessage(), 'still here');
  await client.close();
});

test('GetConnection describes the connection', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { headers: { 'User-Agent': 'tests/1' } });
  const described = await emulator.management.send(new GetConnectionCommand({ ConnectionId: client.connectionId }));
  const connect = emulator.events()[0].event.requestContext;

  assert.equal(described.ConnectedAt.getTime(), connect.connectedAt);
  assert.deepEqual(described.Identity, { SourceIp: connect.identity.sourceIp, UserAgent: 'tests/1' });
  assert.ok(described.LastActiveAt >= described.ConnectedAt);
  await client.close();
});

test('the JSON of GetConnection has the members of AWS, userAgent null without one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const answer = await emulator.request('GET', `/dev/@connections/${client.connectionId}`);
  const golden = goldenEvent('connections-get.response');
  const seen = JSON.parse(answer.body);

  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.match(answer.headers['x-amzn-requestid'], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  for (const time of ['connectedAt', 'lastActiveAt']) assert.match(seen[time], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  seen.identity.sourceIp = golden.identity.sourceIp;
  assert.equal(JSON.stringify({ ...seen, connectedAt: golden.connectedAt, lastActiveAt: golden.lastActiveAt }), JSON.stringify(golden));
  await client.close();
});

test('a post counts as activity', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const lastActive = async () => (await emulator.management.send(new GetConnectionCommand({ ConnectionId: client.connectionId }))).LastActiveAt.getTime();
  const before = await lastActive();

  await until('a later activity', async () => {
    await post(emulator, client.connectionId, 'x');
    return (await lastActive()) > before;
  });
  await client.close();
});

test('a message counts as activity, and pings do not', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const lastActive = async () => (await emulator.management.send(new GetConnectionCommand({ ConnectionId: client.connectionId }))).LastActiveAt.getTime();
  const before = await lastActive();

  await until('a later time', () => Date.now() > before + 1);
  for (let i = 0; i < 3; i++) {
    const pong = new Promise((resolve) => client.socket.once('pong', resolve));
    client.socket.ping();
    await pong;
  }
  assert.equal(await lastActive(), before);
  client.send({ action: 'tell' });
  await until('a later activity', async () => (await lastActive()) > before);
  await client.close();
});

test('DeleteConnection answers 204 and closes the connection', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const { $metadata } = await emulator.management.send(new DeleteConnectionCommand({ ConnectionId: client.connectionId }));

  assert.equal($metadata.httpStatusCode, 204);
  assert.deepEqual(await client.whenClosed(), { code: 1000, reason: 'Connection Closed Normally' });
});

for (const Command of [PostToConnectionCommand, GetConnectionCommand, DeleteConnectionCommand]) {
  test(`${Command.name} on a closed connection says GoneException`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const client = await emulator.connect();

    await client.close();
    await emulator.disconnectEvent(client.connectionId);
    for (const ConnectionId of [client.connectionId, 'L0SM9cOFvHcCIhw='])
      await assert.rejects(emulator.management.send(new Command({ ConnectionId, Data: 'late' })), (error) => error instanceof GoneException && error.$metadata.httpStatusCode === 410);
  });

  test(`${Command.name} on a malformed id says BadRequestException and names the id`, async (t) => {
    const emulator = await startEmulator(t, 'echo');

    for (const ConnectionId of ['gone=', 'a/b+c d=', 'L0SM9cOFvHcCIhw', 'L0SM9cOFvHcCIhw==', 'L0SM9cOFvHc!Ihw='])
      await assert.rejects(emulator.management.send(new Command({ ConnectionId, Data: 'x' })), (error) => error.name === 'BadRequestException' && error.message === `Invalid connectionId: ${ConnectionId}`);
  });
}

test('the body of a 410 is empty, and its type is in a header', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const answer = await emulator.request('POST', '/dev/@connections/L0SM9cOFvHcCIhw=', { body: 'x' });

  assert.equal(answer.status, 410);
  assert.equal(answer.headers['x-amzn-errortype'], 'GoneException');
  assert.equal(answer.headers['content-length'], '0');
  assert.equal(answer.body, '');
});

test('posts to one connection arrive in their order', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const count = 300;

  for (let i = 0; i < count; i++) await post(emulator, client.connectionId, `${i} ${'x'.repeat((i % 10) * 5000)}`);
  for (let i = 0; i < count; i++) assert.equal(parseInt(await client.nextMessage(), 10), i);
  await client.close();
});

test("a client that doesn't read gets 429 for its posts in the end, and holds up nobody", async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const stalled = await emulator.connect();
  const other = await emulator.connect();
  const data = 'x'.repeat(MESSAGE_SIZE_MAX);

  stalled.socket._socket.pause();
  const refused = await until('a full queue', async () => {
    try {
      await post(emulator, stalled.connectionId, data);
      return undefined;
    } catch (error) {
      return error;
    }
  });
  assert.equal(refused.name, 'LimitExceededException');
  assert.equal(refused.$metadata.httpStatusCode, 429);
  await post(emulator, other.connectionId, 'not held up');
  assert.equal(await other.nextMessage(), 'not held up');
  assert.equal(await other.ask({ action: 'ask', body: 'nor here' }), 'nor here');

  stalled.socket._socket.resume(); // what was accepted arrives whole
  await until('the queue to drain', () => post(emulator, stalled.connectionId, 'last').then(() => true, () => false));
  await until('the last one', () => stalled.messages.at(-1) === 'last');
  assert.ok(stalled.messages.slice(0, -1).every((message) => message === data));
  await Promise.all([stalled.close(), other.close()]);
});
