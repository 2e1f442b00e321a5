// Clients that misbehave, and more of them than there is room for: nobody else suffers.

import assert from 'node:assert/strict';
import http from 'node:http';

import { Refusal } from './support/client.js';
import { startEmulator, test } from './support/emulator.js';
import { processorSeconds, residentKilobytes } from './support/processes.js';
import { descriptorLimit, swarm } from './support/swarm.js';
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

const MANY = 15_000;
const PARTS = 6; // posts of 120 000 bytes for each client that doesn't read: more than the kernel holds for it
const isSanitized = /sanitize/.test(process.env.POSTERN_BINARY ?? '');

// The ids of all connections, in the order in which they came.
async function connectionIds(emulator) {
  const ids = [];
  for (let token = ''; token !== undefined;) {
    const page = JSON.parse((await emulator.request('GET', `/_postern/connections?maxResults=1000${token && `&nextToken=${encodeURIComponent(token)}`}`)).body);
    ids.push(...page.items.map(({ connectionId }) => connectionId));
    token = page.nextToken ?? undefined;
  }
  return ids;
}

test('a thousand clients that do not read, among fifteen thousand, cost the others nothing', async (t) => {
  const many = isSanitized ? 1500 : Math.min(MANY, Math.floor((descriptorLimit() - 1000) * 0.9));
  const few = Math.floor(many / 15);
  t.diagnostic(`${many} connections, ${few} of them not reading; this machine allows ${descriptorLimit()} descriptors a process`);
  const emulator = await startEmulator(t, null, {
    args: ['--limits', 'relaxed', '--log-level', 'warn'],
    files: { 'postern.json': { apis: { a: { routes: {} } } } },
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const send = (id, body) => emulator.request('POST', `/dev/@connections/${encodeURIComponent(id)}`, { agent, body });

  const stalled = await swarm(emulator.port, '/dev', few);
  const stalledIds = await connectionIds(emulator);
  assert.equal(stalledIds.length, few);
  const others = await swarm(emulator.port, '/dev', many - few);
  for (const bee of others) bee.listen();
  const otherIds = (await connectionIds(emulator)).filter((id) => !new Set(stalledIds).has(id));
  assert.equal(otherIds.length, many - few);

  const part = 'x'.repeat(120_000);
  for (let i = 0; i < PARTS; i++) {
    const answers = await Promise.all(stalledIds.map((id) => send(id, part)));
    assert.ok(answers.every(({ status }) => status === 200));
  }
  assert.ok(residentKilobytes(emulator.ready.pid) > few * 150, 'nothing is queued for those who do not read');
  const chosen = otherIds.filter((id, i) => i % Math.ceil(otherIds.length / 1000) === 0);
  const latencies = [];
  await Promise.all(Array.from({ length: 16 }, async (_, worker) => {
    for (let i = worker; i < chosen.length; i += 16) {
      const begun = performance.now();
      assert.equal((await send(chosen[i], `for ${chosen[i]}`)).status, 200);
      latencies.push(performance.now() - begun);
    }
  }));
  latencies.sort((one, other) => one - other);
  const [median, slow] = [0.5, 0.99].map((part) => latencies[Math.floor(latencies.length * part)]);
  t.diagnostic(`posts to the others, 16 at once: median ${median.toFixed(1)} ms, 99 % within ${slow.toFixed(1)} ms`);
  assert.ok(slow < 5000);
  await until('the posts to arrive', () => others.filter(({ received }) => received.length > 0).length === chosen.length);
  const all = new Set(others.filter(({ received }) => received.length > 0).map(({ received }) => /for (.*)$/.exec(Buffer.concat(received).toString())[1]));
  assert.deepEqual(all, new Set(chosen));

  const [late] = stalled;
  late.listen();
  await until('a client that reads again to get everything', () => late.receivedSize >= PARTS * part.length);
  for (const bee of [...stalled, ...others]) bee.socket.destroy();
  await until('all to be gone', async () => JSON.parse((await emulator.request('GET', '/_postern/health')).body).connections === 0);
  agent.destroy();
});
