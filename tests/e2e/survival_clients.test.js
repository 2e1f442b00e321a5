// Clients that misbehave, and more of them than there is room for: nobody else suffers.

import assert from 'node:assert/strict';
import http from 'node:http';

import { Refusal } from './support/client.js';
import { startEmulator, test } from './support/emulator.js';
import { descriptorsOf, processorSeconds, residentKilobytes } from './support/processes.js';
import { descriptorLimit, swarm } from './support/swarm.js';
import { until } from './support/until.js';

const FEW_DESCRIPTORS = ['prlimit', '--nofile=256:256'];

const post = (emulator, client, body) => emulator.request('POST', `/dev/@connections/${client.connectionId}`, { body });

// Posts to each of clients, all at once; each must get it.
async function checkPosts(emulator, clients, body) {
  const answers = await Promise.all(clients.map((client) => post(emulator, client, body)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  for (const client of clients) assert.equal(await client.nextMessage(), body);
}

// Connects clients until one is refused.
async function fillUp(emulator, options) {
  const clients = [];
  for (;;) {
    try {
      clients.push(await emulator.connect('/dev', options));
    } catch (error) {
      if (error instanceof Refusal) return { clients, refusal: error };
      throw error;
    }
    assert.ok(clients.length < 256);
  }
}

test('when the descriptors are used up, new clients are refused, the others live on, and there is room again when some leave', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: FEW_DESCRIPTORS });
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

test('TLS clients, who take three descriptors each, are bounded in the same way', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: FEW_DESCRIPTORS });
  const { clients, refusal } = await fillUp(emulator, { scheme: 'wss', ca: emulator.ca });

  assert.ok(clients.length >= 25, `${clients.length} clients came in`);
  assert.equal(refusal.status, 503);
  for (const client of clients) assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
  await checkPosts(emulator, clients, 'posted');
  for (const client of clients.splice(0, 5)) await client.close();
  clients.push(await emulator.connect('/dev', { scheme: 'wss', ca: emulator.ca }));
  await checkPosts(emulator, clients, 'after');
});

test('when silent clients use up the descriptors, they make room for those who speak', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: FEW_DESCRIPTORS });
  const { clients } = await fillUp(emulator);
  const silent = await Promise.all(Array.from({ length: 300 }, () => emulator.raw()));

  await checkPosts(emulator, clients, 'in spite of them');
  assert.equal(await clients[0].ask({ action: 'ask', body: 'still here' }), 'still here');
  for (const connection of silent) connection.destroy();
});

test('while requests wait for descriptors the emulator is idle, and they are answered in the end', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: FEW_DESCRIPTORS });
  const { clients } = await fillUp(emulator);
  const kept = await Promise.all(Array.from({ length: 100 }, () => emulator.raw()));

  for (const connection of kept) await connection.write('POST /dev/@connections/x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
  await until('some to be told to go on', () => kept.filter(({ received }) => received.length > 0).length > 10);
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

test('idle HTTP connections that use up the descriptors make room for those who ask', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: FEW_DESCRIPTORS });
  const { clients } = await fillUp(emulator);
  const kept = await Promise.all(Array.from({ length: 70 }, () => emulator.raw()));

  for (const connection of kept) await connection.write('GET /_postern/health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until('all to be answered', () => kept.every(({ received }) => received.length > 0));
  await checkPosts(emulator, clients, 'in spite of them');
  await emulator.waitForLog(/HTTP connections that are idle are closed.*reason=no-descriptors/);
  for (const connection of kept) connection.destroy();
});

const HANDLER_DESCRIPTORS = 4; // of a process: a listener, two pipes, a connection

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

const UPGRADE = 'GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

test('clients that say nothing, or say it byte by byte, are sent away after ten seconds, and nobody waits for them', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const before = descriptorsOf(emulator.ready.pid);
  const silent = await Promise.all(Array.from({ length: 100 }, () => emulator.raw()));
  const slow = await Promise.all(Array.from({ length: 30 }, () => emulator.raw()));
  const texts = [UPGRADE, 'GET /_postern/health HTTP/1.1\r\n', 'POST /dev/@connections/x HTTP/1.1\r\n'].map((head) => `${head}X: ${'x'.repeat(8000)}`);
  let sent = 0;
  const dribble = setInterval(() => {
    for (const [i, connection] of slow.entries()) if (!connection.ended) connection.socket.write(texts[i % texts.length][sent]);
    sent++;
  }, 20);
  t.after(() => clearInterval(dribble));

  for (const connection of silent.slice(0, 20)) await connection.write('\x16'); // a TLS hello begins so
  const silentTls = await Promise.all(Array.from({ length: 20 }, () => emulator.raw({ ca: emulator.ca, servername: 'localhost' })));

  await until('all of them to have come in', () => sent > 10 && descriptorsOf(emulator.ready.pid) >= before + 150);
  assert.equal(await client.ask({ action: 'ask', body: 'meanwhile' }), 'meanwhile');
  await checkPosts(emulator, [client], 'posted');
  for (const connection of slow) assert.equal((await connection.nextAnswer()).status, 408);
  for (const connection of [...silent, ...silentTls]) await connection.untilEnded();
  assert.ok(silent.every(({ received }) => received.length === 0));
  for (const connection of [...silent, ...silentTls, ...slow]) connection.destroy();
  await until('their descriptors to be closed', () => descriptorsOf(emulator.ready.pid) <= before);
});

test('posts to a client that does not read get 429 in the end; it stays, and gets what was queued when it reads again', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [client, other] = [await emulator.connect(), await emulator.connect()];
  const body = (number) => `${number} ${'x'.repeat(120_000)}`;
  let accepted = 0;

  client.socket.pause();
  for (;;) {
    const { status, body: answer } = await post(emulator, client, body(accepted));
    if (status !== 200) {
      assert.equal(status, 429, answer);
      break;
    }
    accepted++;
    assert.ok(accepted < 1000);
  }
  await checkPosts(emulator, [other], 'not concerned');
  assert.equal((await emulator.request('GET', `/dev/@connections/${client.connectionId}`)).status, 200);
  client.socket.resume();
  for (let i = 0; i < accepted; i++) assert.equal(await client.nextMessage(), body(i));
  await checkPosts(emulator, [client], 'again');
});

test('clients that vanish get their $disconnect with 1006, whether they say so to the kernel or not, and nothing is left of them', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--idle-timeout', '2'] });
  const before = descriptorsOf(emulator.ready.pid);
  const [reset, gone] = [await emulator.connect(), await emulator.connect()];
  const silent = await emulator.raw();

  reset.socket._socket.resetAndDestroy();
  assert.equal((await emulator.disconnectEvent(reset.connectionId)).requestContext.disconnectStatusCode, 1006);
  await gone.drop();
  assert.equal((await emulator.disconnectEvent(gone.connectionId)).requestContext.disconnectStatusCode, 1006);

  // As if its cable had been pulled: it neither sends nor answers, not even the close frame of the idle timeout.
  await silent.write(`${UPGRADE}\r\n`);
  assert.equal((await silent.nextAnswer()).status, 101);
  const { connectionId } = emulator.events().map(({ event }) => event.requestContext).filter(({ eventType }) => eventType === 'CONNECT').at(-1);
  assert.equal((await emulator.disconnectEvent(connectionId)).requestContext.disconnectStatusCode, 1001);
  await silent.untilEnded();
  await until('nothing to be left', async () => JSON.parse((await emulator.request('GET', '/_postern/health')).body).connections === 0);
  await until('their descriptors to be closed', () => descriptorsOf(emulator.ready.pid) <= before + 2 * HANDLER_DESCRIPTORS);
});

test('a client that vanishes while its messages are handled gets its $disconnect, and the answers are dropped', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [client, other] = [await emulator.connect(), await emulator.connect()];
  const [gate, open] = emulator.gate('vanish');
  const handled = () => emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE').length;

  for (let i = 0; i < 5; i++) client.send({ action: 'ask', waitFor: gate, body: 'x'.repeat(20_000) });
  await until('the messages to be handled', () => handled() === 5);
  client.socket._socket.resetAndDestroy();
  await emulator.disconnectEvent(client.connectionId);
  open();
  assert.equal(await other.ask({ action: 'ask', body: 'not concerned' }), 'not concerned');
  assert.equal((await emulator.request('GET', `/dev/@connections/${client.connectionId}`)).status, 410);
  await other.close();
});
