// /_postern/…: what tools ask the emulator about itself.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';

test('health tells that it is up, and what it has', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  await emulator.connect();

  const answer = await emulator.request('GET', '/_postern/health');
  const health = JSON.parse(answer.body);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.deepEqual(Object.keys(health), ['status', 'version', 'uptimeSeconds', 'apis', 'connections', 'functions']);
  assert.equal(health.status, 'ok');
  assert.equal(health.apis, 1);
  assert.equal(health.connections, 1);
  assert.equal(health.functions, 1);
  for (const path of ['/health', '/_localstack/health']) assert.equal((await emulator.request('GET', path)).status, 200, path);
});

test('connections lists who is connected', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { headers: { 'User-Agent': 'tests/1' } });
  await emulator.connect();

  const list = async () => JSON.parse((await emulator.request('GET', '/_postern/connections')).body);
  const { items, nextToken } = await list();
  const [item] = items.filter(({ connectionId }) => connectionId === client.connectionId);
  assert.equal(items.length, 2);
  assert.equal(nextToken, null);
  assert.deepEqual(Object.keys(item), ['connectionId', 'apiId', 'stage', 'connectedAt', 'lastActiveAt', 'sourceIp', 'userAgent']);
  assert.equal(item.stage, 'dev');
  assert.equal(item.userAgent, 'tests/1');
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  assert.equal((await list()).items.length, 1);
});

test('connections come in pages, whoever leaves in between', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const clients = [await emulator.connect(), await emulator.connect(), await emulator.connect()];
  const page = async (more = '') => JSON.parse((await emulator.request('GET', `/_postern/connections?maxResults=1${more}`)).body);

  const first = await page();
  assert.equal(first.items[0].connectionId, clients[0].connectionId);
  await clients[0].close();
  await emulator.disconnectEvent(clients[0].connectionId);
  const second = await page(`&nextToken=${first.nextToken}`);
  assert.equal(second.items[0].connectionId, clients[1].connectionId);
  const third = await page(`&nextToken=${second.nextToken}`);
  assert.equal(third.items[0].connectionId, clients[2].connectionId);
  assert.equal(third.nextToken, null);
  assert.equal((await emulator.request('GET', '/_postern/connections?nextToken=nonsense')).status, 400);
});

test('reset closes every connection with 1001 and runs $disconnect', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const clients = [await emulator.connect(), await emulator.connect()];

  const answer = await emulator.request('POST', '/_postern/reset');
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), { closedConnections: 2 });
  for (const client of clients) {
    assert.equal((await client.whenClosed()).code, 1001);
    assert.equal((await emulator.disconnectEvent(client.connectionId)).requestContext.disconnectStatusCode, 1001);
  }
  await (await emulator.connect()).close();
});

test('a page of another origin is refused, but may connect', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { headers: { Origin: 'https://evil.example' } });

  for (const headers of [{ Origin: 'https://evil.example' }, { Host: 'evil.example' }]) {
    assert.equal((await emulator.request('GET', '/_postern/connections', { headers })).status, 403);
    assert.equal((await emulator.request('POST', '/_postern/reset', { headers })).status, 403);
  }
  assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
  await client.close();
});

test('an unknown path below /_postern is not found', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  assert.equal((await emulator.request('GET', '/_postern/nothing')).status, 404);
});
