// The ways in which a connection ends, and what its $disconnect handler is told.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { clientFrame } from './support/raw.js';

const FRAME_SIZE = 32 * 1024;

async function assertDisconnected(emulator, client, code, reason) {
  const { requestContext } = await emulator.disconnectEvent(client.connectionId);
  assert.equal(requestContext.disconnectStatusCode, code);
  if (reason !== undefined) assert.equal(requestContext.disconnectReason, reason);
  assert.equal((await emulator.request('GET', `/dev/@connections/${client.connectionId}`)).status, 410);
  assert.equal(emulator.events().filter(({ event }) => event.requestContext.eventType === 'DISCONNECT').length, 1);
}

test("a client's own code and reason reach $disconnect, and its code comes back", async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  assert.equal((await client.close(4001, 'had enough – really')).code, 4001);
  await assertDisconnected(emulator, client, 4001, 'had enough – really');
});

test('a close without a code is answered without one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  assert.equal((await client.close()).code, 1005);
  await assertDisconnected(emulator, client, 1005, 'Client-side close frame status not set');
});

test('a connection that just breaks is 1006', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  await client.drop();
  await assertDisconnected(emulator, client, 1006, '');
});

test('a binary message closes with 1003 and makes no event', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  client.socket.send(Buffer.from([1, 2, 3]));
  assert.equal((await client.whenClosed()).code, 1003);
  await assertDisconnected(emulator, client, 1003);
  assert.ok(!emulator.events().some(({ event }) => event.requestContext.eventType === 'MESSAGE'));
});

test('text that is not UTF-8 closes with 1007', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  client.socket._socket.write(clientFrame(1, Buffer.from([0xc3, 0x28])));
  assert.equal((await client.whenClosed()).code, 1007);
  await assertDisconnected(emulator, client, 1007);
});

test('a reserved opcode closes with 1002', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  client.socket._socket.write(clientFrame(3, 'x'));
  assert.equal((await client.whenClosed()).code, 1002);
  await assertDisconnected(emulator, client, 1002);
});

test('a frame of 32 KiB passes, one byte more closes with 1009', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const padding = FRAME_SIZE - JSON.stringify({ action: 'ask', body: 'passed', p: '' }).length;

  assert.equal(await client.ask({ action: 'ask', body: 'passed', p: 'x'.repeat(padding) }), 'passed');
  client.send('x'.repeat(FRAME_SIZE + 1));
  assert.equal((await client.whenClosed()).code, 1009);
  await assertDisconnected(emulator, client, 1009);
});

test('a message of 128 KiB in frames passes, one byte more closes with 1009', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const start = '{"action":"ask","body":"passed","p":"';
  const message = `${start}${'x'.repeat(4 * FRAME_SIZE - start.length - 2)}"}`;
  const sendInFrames = (text) => {
    for (let at = 0; at < text.length; at += FRAME_SIZE) client.socket.send(text.slice(at, at + FRAME_SIZE), { fin: at + FRAME_SIZE >= text.length });
  };

  assert.equal(message.length, 128 * 1024);
  sendInFrames(message);
  assert.equal(await client.nextMessage(), 'passed');
  sendInFrames(`${message} `);
  assert.equal((await client.whenClosed()).code, 1009);
  await assertDisconnected(emulator, client, 1009);
});

test('a connection ends after its maximum duration, however busy it is', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--max-duration', '1'] });
  const client = await emulator.connect();

  assert.deepEqual(await client.whenClosed(), { code: 1001, reason: 'Going away' });
  await assertDisconnected(emulator, client, 1001, 'Going away');
});

test('a ping is answered with its payload', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const pong = new Promise((resolve) => client.socket.on('pong', resolve));

  client.socket.ping('are you there?');
  assert.equal((await pong).toString(), 'are you there?');
  await client.close();
});

test('a message in fragments is one event, and a ping between them is answered at once', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const pong = new Promise((resolve) => client.socket.on('pong', resolve));

  client.socket.send('{"action":"ask",', { fin: false });
  client.socket.ping('between');
  assert.equal((await pong).toString(), 'between');
  client.socket.send('"body":', { fin: false });
  client.socket.send('"whole"}', { fin: true });
  assert.equal(await client.nextMessage(), 'whole');
  assert.equal(emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE').length, 1);
  await client.close();
});

test('a $disconnect handler that fails changes nothing for anybody', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev');
  const other = await emulator.connect('/dev');

  await client.close(4000, 'x');
  await emulator.disconnectEvent(client.connectionId);
  assert.equal(await other.ask({ action: 'ask', body: 'still here' }), 'still here');
  await other.close();
});

test('with relaxed limits a frame may be bigger', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--limits', 'relaxed'] });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'passed', p: 'x'.repeat(200_000) }), 'passed');
  await client.close();
});
