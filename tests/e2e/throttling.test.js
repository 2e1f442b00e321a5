// What becomes of requests beyond AWS's limits and the stage's own.

import assert from 'node:assert/strict';
import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import fs from 'node:fs';
import path from 'node:path';

import { ROOT, startEmulator, test } from './support/emulator.js';
import { readMetrics } from './support/metrics.js';
import { clientFrame, RawConnection } from './support/raw.js';
import { until, within } from './support/until.js';

const THROTTLED_MESSAGES_MAX = 100;

// A quarter of what other regions have, so that a slow machine exceeds it too.
const SMALL_REGION = ['--region', 'af-south-1'];

const UPGRADE = 'GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

// The fixture "echo" with that stage.
function echo(stage) {
  const project = JSON.parse(fs.readFileSync(path.join(ROOT, 'fixtures/projects/echo/postern.json'), 'utf8'));
  project.apis.echo.stages.dev = stage;
  return { 'postern.json': project };
}

// A project without handlers: messages get a Forbidden frame.
const SILENT = { 'postern.json': { apis: { chat: { id: 'chat000001', routes: { $connect: {} } } } } };

// A rate of nothing: what the burst allows is all there is, however slow the machine.
const once = (burst) => ({ throttlingRateLimit: 0, throttlingBurstLimit: burst });

function assertThrottled(message, client) {
  assert.match(message, new RegExp(`^\\{"message": "Too Many Requests", "connectionId":"${client.connectionId}", "requestId":"[\\w-]{15}="\\}$`));
}

async function upgraded(emulator) {
  const connection = await emulator.raw();
  await connection.write(UPGRADE);
  assert.equal((await connection.nextAnswer()).status, 101);
  return connection;
}

test('a $connect beyond the burst of its stage is 429, with AWS\'s body', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ routeSettings: { $connect: once(2) } }) });
  const clients = [await emulator.connect(), await emulator.connect()];

  const refusal = await emulator.refused('/dev');
  assert.equal(refusal.status, 429);
  assert.equal(refusal.body, '{"message":"Too Many Requests"}');
  assert.equal(refusal.headers['x-amzn-errortype'], 'TooManyRequestsException');
  await emulator.waitForLog(/refused the upgrade of \/dev with 429: the stage's throttlingRateLimit .*reason=throttled/);
  const { value } = await readMetrics(emulator);
  assert.equal(value('postern_throttled_total', { limit: 'route' }), 1);
  assert.equal(value('postern_handshakes_total', { status: '429' }), 1);
  assert.equal(value('client_error', { route: '$connect' }), 1);
  assert.equal(emulator.events().length, 2);
  await Promise.all(clients.map((client) => client.close()));
});

test('a message beyond the burst of its route gets an error frame, and other routes go on', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ defaultRouteSettings: once(3), routeSettings: { tell: once(1) } }) });
  const client = await emulator.connect();

  client.send({ action: 'tell' });
  client.send({ action: 'tell' });
  assertThrottled(await client.nextMessage(), client);
  for (let i = 0; i < 3; i++) assert.equal(await client.ask({ action: 'ask', body: `${i}` }), `${i}`);
  assertThrottled(await client.ask({ action: 'ask', body: 'too much' }), client);
  await emulator.waitForLog(/error frame "Too Many Requests".*routeKey=tell.*reason=throttled/);
  assert.equal((await readMetrics(emulator)).value('client_error', { route: 'ask' }), 1);
  assert.equal(emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE').length, 4);
  await client.close();
});

test('tokens come back', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ defaultRouteSettings: { throttlingRateLimit: 5, throttlingBurstLimit: 1 } }) });
  const client = await emulator.connect();

  const isThrottled = async () => (await client.ask({ action: 'ask', body: 'answer' })) !== 'answer';
  await until('a message to be throttled', isThrottled);
  await until('one to pass again', async () => !await isThrottled());
  await client.close();
});

test('a client that goes on although it is throttled is closed with 1008', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ routeSettings: { tell: once(0) } }) });
  const client = await emulator.connect();

  for (let i = 1; i < THROTTLED_MESSAGES_MAX; i++) client.send({ action: 'tell' });
  for (let i = 1; i < THROTTLED_MESSAGES_MAX; i++) assertThrottled(await client.nextMessage(), client);
  assert.equal(await client.ask({ action: 'ask', body: 'one that passes' }), 'one that passes');
  for (let i = 0; i < THROTTLED_MESSAGES_MAX; i++) client.send({ action: 'tell' });
  assert.deepEqual(await client.whenClosed(), { code: 1008, reason: 'Too Many Requests' });
  assert.equal((await emulator.disconnectEvent(client.connectionId)).requestContext.disconnectStatusCode, 1008);
  await emulator.waitForLog(/disconnected: .*code=1008 .*reason=throttled-too-often/);
});

test('with relaxed limits nothing is throttled', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ defaultRouteSettings: once(0) }), args: ['--limits', 'relaxed'] });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'passed' }), 'passed');
  await client.close();
});

test('changed settings count for those who are connected', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: echo({ routeSettings: { ask: once(1) } }) });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'passed' }), 'passed');
  assertThrottled(await client.ask({ action: 'ask' }), client);
  fs.writeFileSync(path.join(emulator.folder, 'postern.json'), JSON.stringify(echo({})['postern.json']));
  await emulator.waitForLog(/stage dev changed/);
  assert.equal(await client.ask({ action: 'ask', body: 'passed again' }), 'passed again');
  await client.close();
});

test('new connections beyond AWS\'s 500 a second are 429', async (t) => {
  const emulator = await startEmulator(t, null, { files: SILENT, args: ['--log-level', 'error'] });
  const statuses = {};

  // All but the last byte, and then that: the handshakes begin at once.
  const connections = [];
  for (let i = 0; i < 20; i++) connections.push(...await Promise.all(Array.from({ length: 100 }, () => RawConnection.open(emulator.port))));
  await Promise.all(connections.map((connection) => connection.write(UPGRADE.slice(0, -1))));
  for (const connection of connections) connection.socket.write('\n');
  for (const connection of connections) {
    const { status } = await connection.nextAnswer();
    statuses[status] = (statuses[status] ?? 0) + 1;
    connection.destroy();
  }
  assert.deepEqual(Object.keys(statuses), ['101', '429']);
  assert.ok(statuses[101] >= 500, `${statuses[101]} came in`);
  const { value } = await readMetrics(emulator);
  assert.equal(value('postern_throttled_total', { limit: 'account-connects' }), statuses[429]);
});

test('messages beyond AWS\'s rate of an account get an error frame', async (t) => {
  const emulator = await startEmulator(t, null, { files: SILENT, args: ['--log-level', 'error', ...SMALL_REGION] });
  const connection = await upgraded(emulator);
  const frames = Buffer.concat(Array.from({ length: 1000 }, () => clientFrame(1, 'x')));

  await until('a message to be throttled', async () => {
    connection.write(frames);
    for (let i = 0; i < 1000; i++) {
      const { message } = JSON.parse((await connection.nextFrame()).payload);
      if (message === 'Too Many Requests') return true;
      assert.equal(message, 'Forbidden');
    }
    return false;
  });
  connection.destroy();
});

test('@connections calls beyond AWS\'s rate of an account are 429 LimitExceededException', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--log-level', 'error', ...SMALL_REGION] });
  const client = await emulator.connect();
  const call = `GET /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const connection = await emulator.raw();
  let refusal;

  await until('a call to be throttled', async () => {
    connection.write(call.repeat(1000));
    for (let i = 0; i < 1000; i++) {
      const answer = await connection.nextAnswer();
      if (answer.status === 429) refusal = answer;
      else assert.equal(answer.status, 200);
    }
    return refusal;
  });
  assert.equal(refusal.headers['x-amzn-errortype'], 'LimitExceededException');
  connection.destroy();
  await until('a post to pass', async () => {
    try {
      await emulator.management.send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'tokens came back' }));
      return true;
    } catch (error) {
      assert.equal(error.name, 'LimitExceededException');
      return false;
    }
  });
  assert.equal(await within('the post', client.nextMessage()), 'tokens came back');
  await client.close();
});
