// Clients that misbehave, and more of them than there is room for: nobody else suffers.

import assert from 'node:assert/strict';

import { Refusal } from './support/client.js';
import { startEmulator, test } from './support/emulator.js';
import { processorSeconds } from './support/processes.js';
import { until } from './support/until.js';

const post = (emulator, client, body) => emulator.request('POST', `/dev/@connections/${client.connectionId}`, { body });

// Posts to each of clients, all at once; each must get it.
async function checkPosts(emulator, clients, body) {
  const answers = await Promise.all(clients.map((client) => post(emulator, client, body)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  for (const client of clients) assert.equal(await client.nextMessage(), body);
}

// Connects clients until one is refused.
async function fillUp(emulator) {
  const clients = [];
  for (;;) {
    try {
      clients.push(await emulator.connect());
    } catch (error) {
      if (error instanceof Refusal) return { clients, refusal: error };
      throw error;
    }
    assert.ok(clients.length < 256);
  }
}

test('when the descriptors are used up, new clients are refused, the others live on, and there is room again when some leave', async (t) => {
  const emulator = await startEmulator(t, 'echo', { limits: ['--nofile=256:256'] });
  const { clients, refusal } = await fillUp(emulator);

  assert.ok(clients.length >= 80, `${clients.length} clients came in`);
  assert.equal(refusal.status, 503);
  await emulator.waitForLog(/ulimit -n .*reason=no-descriptors/);

  // Handlers can be started, and their answers come.
  const [gate, open] = emulator.gate('all');
  for (const client of clients) client.send({ action: 'ask', waitFor: gate, body: 'through a handler' });
  await until('all handlers to run', () => new Set(emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE').map(({ pid }) => pid)).size === 10);
  open();
  for (const client of clients) assert.equal(await client.nextMessage(), 'through a handler');
  await checkPosts(emulator, clients, 'posted');

  const [leaving, staying] = [clients.slice(0, 10), clients.slice(10)];
  for (const client of leaving) await client.close();
  for (const client of leaving) await emulator.disconnectEvent(client.connectionId);
  for (let i = 0; i < 5; i++) staying.push(await emulator.connect());
  await checkPosts(emulator, staying, 'after');
});

test('when silent clients use up the descriptors, they make room for those who speak', async (t) => {
  const emulator = await startEmulator(t, 'echo', { limits: ['--nofile=256:256'] });
  const { clients } = await fillUp(emulator);
  const silent = await Promise.all(Array.from({ length: 300 }, () => emulator.raw()));

  await checkPosts(emulator, clients, 'in spite of them');
  assert.equal(await clients[0].ask({ action: 'ask', body: 'still here' }), 'still here');
  for (const connection of silent) connection.destroy();
});

test('while requests wait for descriptors the emulator is idle, and they are answered in the end', async (t) => {
  const emulator = await startEmulator(t, 'echo', { limits: ['--nofile=256:256'] });
  const { clients } = await fillUp(emulator);
  const kept = await Promise.all(Array.from({ length: 100 }, () => emulator.raw()));

  for (const connection of kept) await connection.write('GET /_postern/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until('some to be answered', () => kept.filter(({ received }) => received.length > 0).length > 10);
  const before = processorSeconds(emulator.ready.pid);
  const begun = Date.now();
  await until('two seconds to pass', () => Date.now() - begun > 2000);
  assert.ok(processorSeconds(emulator.ready.pid) - before < 0.5);
  assert.ok(kept.some(({ received }) => received.length === 0));
  assert.equal(await clients[0].ask({ action: 'ask', body: 'still here' }), 'still here');

  await until('all to be answered', () => {
    for (const connection of kept.filter(({ received }) => received.length > 0)) connection.destroy();
    return kept.every(({ received }) => received.length > 0);
  });
  await checkPosts(emulator, clients, 'after');
});
