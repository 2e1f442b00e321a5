// What outlives the process: the table of connections.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { Emulator, environment, startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const databaseOf = (emulator) => path.join(emulator.folder, '.postern/postern.db');

function query(emulator, sql) {
  const output = execFileSync('sqlite3', ['-json', '-readonly', databaseOf(emulator), sql], { encoding: 'utf8', env: environment() });
  return output ? JSON.parse(output) : [];
}

test('a connection is in the database when its 101 has come, and closed when its $disconnect was delivered', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { headers: { 'User-Agent': 'tests/1' } });
  const { requestContext } = emulator.events()[0].event;
  const [open] = query(emulator, 'SELECT * FROM connections');

  assert.deepEqual({ ...open, seq: 0, deployment_id: '', last_active_at: 0 }, {
    seq: 0, connection_id: client.connectionId, api_id: 'a1b2c3d4e5', stage: 'dev', connected_at: requestContext.connectedAt, last_active_at: 0,
    source_ip: requestContext.identity.sourceIp, user_agent: 'tests/1', domain_name: requestContext.domainName, deployment_id: '', authorizer: null,
    disconnected_at: null, disconnect_status_code: null, disconnect_reason: null, disconnect_delivered: null,
    identity: null,
  });

  await client.close(4001, 'bye');
  await until('its row to be closed', () => query(emulator, 'SELECT * FROM connections WHERE disconnect_delivered = 1').length === 1);
  const [closed] = query(emulator, 'SELECT * FROM connections');
  assert.equal(closed.disconnect_status_code, 4001);
  assert.equal(closed.disconnect_reason, 'bye');
  assert.ok(closed.disconnected_at >= closed.connected_at);
});

test('after kill -9 each connection that was open gets its $disconnect with 1006, once', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const clients = [await emulator.connect(), await emulator.connect()];
  const gone = await emulator.connect();

  await gone.close();
  await emulator.disconnectEvent(gone.connectionId);
  await until('its row to be closed', () => query(emulator, 'SELECT * FROM connections WHERE disconnect_delivered = 1').length === 1);
  await emulator.stop('SIGKILL');
  await emulator.start();
  for (const client of clients) {
    const event = await emulator.disconnectEvent(client.connectionId);
    assert.equal(event.requestContext.disconnectStatusCode, 1006);
    assert.equal((await emulator.request('GET', `/dev/@connections/${client.connectionId}`)).status, 410);
  }
  await until('their rows to be closed', () => query(emulator, 'SELECT * FROM connections WHERE disconnect_delivered = 1').length === 3);

  await emulator.restart();
  await (await emulator.connect()).close();
  await until('the new one to be closed', () => query(emulator, 'SELECT * FROM connections WHERE disconnect_delivered = 1').length === 4);
  const disconnects = emulator.events().filter(({ event }) => event.requestContext.eventType === 'DISCONNECT');
  assert.equal(disconnects.length, 4);
});

test('a database of a newer version is refused, and not touched', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.stop();
  execFileSync('sqlite3', [databaseOf(emulator), 'PRAGMA user_version = 1000; PRAGMA wal_checkpoint(TRUNCATE);']);
  const digest = () => createHash('sha256').update(fs.readFileSync(databaseOf(emulator))).digest('hex');
  const before = digest();
  await assert.rejects(emulator.start(), /"status":1/);
  assert.match(emulator.log, /newer/);
  assert.equal(digest(), before);
});

test('a file that is no database is reported and left alone', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.stop();
  for (const ending of ['-wal', '-shm']) fs.rmSync(databaseOf(emulator) + ending, { force: true });
  fs.writeFileSync(databaseOf(emulator), 'this is no database, but somebody may need it\n'.repeat(100));
  await assert.rejects(emulator.start(), /"status":1/);
  assert.match(emulator.log, /postern\.db/);
  assert.match(fs.readFileSync(databaseOf(emulator), 'utf8'), /^this is no database/);
});

test('a second emulator on the same folder is refused', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const second = new Emulator(emulator.folder);

  second.readyFile = `${emulator.readyFile}.second`;
  await assert.rejects(second.start(), /"status":1/);
  assert.match(second.log, /\.postern/);
  assert.equal((await emulator.request('GET', '/_postern/health')).status, 200);
});

test('with --in-memory nothing is left beside the project', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--in-memory'] });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'works' }), 'works');
  await client.close();
  await emulator.stop();
  assert.ok(!fs.existsSync(path.join(emulator.folder, '.postern')));
});

test('--data puts the database elsewhere, with a .gitignore, and neither its keys nor the database for anybody else', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--data', 'elsewhere'] });
  const folder = path.join(emulator.outside, 'elsewhere');

  assert.ok(fs.existsSync(path.join(folder, 'postern.db')));
  assert.ok(fs.existsSync(path.join(folder, '.gitignore')));
  assert.ok(!fs.existsSync(path.join(emulator.folder, '.postern')));
  for (const name of fs.readdirSync(folder).filter((file) => /key|postern\.db/.test(file))) assert.equal(fs.statSync(path.join(folder, name)).mode & 0o077, 0, name);
});
