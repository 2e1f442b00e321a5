// A disk that is full, a folder that can't be written to, a database that is locked or gone: what can go on goes on, and the rest
// says what is wrong.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { environment, makeProject, startEmulator, temporaryFolder, test } from './support/emulator.js';
import { fill, limitFiles, makeReadOnly, mountSmall } from './support/disks.js';
import { within } from './support/until.js';

const databaseOf = (emulator) => path.join(emulator.folder, '.postern/postern.db');
const count = (text, pattern) => text.split('\n').filter((line) => pattern.test(line)).length;

// Connects until it is refused for want of room.
async function refusedInTheEnd(emulator) {
  for (let i = 0; i < 2000; i++) {
    try {
      await (await emulator.connect('/dev', { headers: { 'User-Agent': 'x'.repeat(1000) } })).close();
    } catch (error) {
      if (error.name === 'Refusal') return error;
      throw error;
    }
  }
  throw new Error('nothing was refused');
}

// What holds while nothing can be written: the open connection works, a new one is refused, and its $disconnect comes.
async function checkWithoutRoom(emulator, client) {
  const refusal = await refusedInTheEnd(emulator);

  assert.equal(refusal.status, 500);
  assert.match(refusal.body, /^\{"message": ?"Internal server error"/);
  await emulator.waitForLog(/error .*cannot write to the database/);
  assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
  assert.equal((await emulator.request('POST', `/dev/@connections/${client.connectionId}`, { body: 'posted' })).status, 200);
  assert.equal(await client.nextMessage(), 'posted');

  await emulator.refused('/dev?refused=1');
  const { requestContext } = await emulator.event(({ requestContext: { eventType }, queryStringParameters }) => eventType === 'CONNECT' && queryStringParameters?.refused);
  assert.equal((await emulator.disconnectEvent(requestContext.connectionId)).requestContext.disconnectStatusCode, 1006);
  assert.equal(count(emulator.log, /cannot write to the database/), 1);
}

// What holds once there is room again.
async function checkWithRoom(emulator, client) {
  const next = await emulator.connect();

  await emulator.waitForLog(/the database can be written again/);
  assert.equal(await next.ask({ action: 'ask', body: 'in again' }), 'in again');
  await client.close(1000, 'bye');
  await next.close();
  await emulator.disconnectEvent(client.connectionId);
  await emulator.disconnectEvent(next.connectionId);

  // Nothing of what was open during the trouble comes again.
  const disconnects = () => emulator.events().filter(({ event }) => event.requestContext.eventType === 'DISCONNECT').length;
  const before = disconnects();
  await emulator.restart();
  const last = await emulator.connect();
  await last.close();
  await emulator.disconnectEvent(last.connectionId);
  assert.equal(disconnects(), before + 1);
}

test('on a full disk nothing starts, and the error says what to do', async (t) => {
  const folder = temporaryFolder(t);
  if (!mountSmall(t, path.join(folder, 'small'), 1024)) return t.skip('no file system can be mounted here');
  fill(path.join(folder, 'small'));

  await assert.rejects(startEmulator(t, 'echo', { args: ['--data', path.join(folder, 'small/data')] }), (error) => {
    assert.match(error.message, /"status":1/);
    assert.match(error.message, /No space left on device/);
    assert.match(error.message, /the disk of .* is full: make room, use another folder with --data, or keep nothing with --in-memory/);
    return true;
  });
});

test('while the disk is full new clients get 500, the others live on, and when there is room again all is well', async (t) => {
  const folder = makeProject(t, 'echo');
  if (!mountSmall(t, path.join(folder, '.postern'), 2048)) return t.skip('no file system can be mounted here');
  const emulator = await startEmulator(t, 'echo', { folder });
  const client = await emulator.connect();
  const makeRoom = fill(path.join(folder, '.postern'));

  await checkWithoutRoom(emulator, client);
  makeRoom();
  await checkWithRoom(emulator, client);
});

test('while files may not grow new clients get 500, the others live on, and when they may again all is well', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  if (!limitFiles(emulator.ready.pid, 16384)) return t.skip('limits can not be changed here');
  await checkWithoutRoom(emulator, client);
  limitFiles(emulator.ready.pid, 'unlimited');
  await checkWithRoom(emulator, client);
});

for (const [what, isNew] of [['is there already', false], ['has yet to be made', true]]) {
  test(`in a folder that can not be written to nothing starts, when .postern ${what}, and the error says what to do`, async (t) => {
    const emulator = await startEmulator(t, 'echo');

    await emulator.stop();
    if (isNew) fs.rmSync(path.join(emulator.folder, '.postern'), { recursive: true });
    if (!makeReadOnly(t, emulator.folder)) return t.skip('nothing can be mounted here');
    await assert.rejects(emulator.start(), (error) => {
      assert.match(error.message, /"status":1/);
      assert.match(error.message, /can't be written to \((Read-only file system|Permission denied)\): make it writable, use another folder with --data, or keep nothing with --in-memory/);
      return true;
    });
  });
}

test('a project on a read-only disk runs with --in-memory', async (t) => {
  const folder = makeProject(t, 'echo');
  if (!makeReadOnly(t, folder)) return t.skip('nothing can be mounted here');
  const emulator = await startEmulator(t, 'echo', { folder, args: ['--in-memory'] });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'works' }), 'works');
  await client.close();
});

// Somebody else's lock on the database; returns a function that gives it up.
async function lockDatabase(t, emulator) {
  const other = spawn('sqlite3', [databaseOf(emulator)], { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] });
  const said = new Promise((resolve) => { other.stdout.once('data', resolve); });

  t.after(() => other.kill());
  other.stdin.write("BEGIN IMMEDIATE;\nSELECT 'locked';\n");
  await within('the lock', said);
  return () => other.stdin.end('COMMIT;\n');
}

test('while somebody else has locked the database new clients wait, and nobody else does', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const unlock = await lockDatabase(t, emulator);
  const next = emulator.connect('/dev?waits=1');
  await emulator.event(({ queryStringParameters }) => queryStringParameters?.waits);
  assert.equal(await client.ask({ action: 'ask', body: 'not waiting' }), 'not waiting');
  assert.equal((await emulator.request('POST', `/dev/@connections/${client.connectionId}`, { body: 'posted' })).status, 200);
  assert.equal(await client.nextMessage(), 'posted');
  unlock();
  assert.equal(await (await next).ask({ action: 'ask', body: 'in' }), 'in');
});

test('a stop while a client waits for the database is clean, and its $disconnect comes with the next start', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--grace', '0.2'] });
  const unlock = await lockDatabase(t, emulator);
  const refusal = emulator.refused('/dev?waits=1');

  const { requestContext } = await emulator.event(({ queryStringParameters }) => queryStringParameters?.waits);
  const stopped = emulator.stop();
  assert.equal((await refusal).status, 503);
  await emulator.waitForLog(/stopping with 1 connections/);
  unlock();
  assert.deepEqual(await stopped, { status: 0, signal: null });
  await emulator.start();
  assert.equal((await emulator.disconnectEvent(requestContext.connectionId)).requestContext.disconnectStatusCode, 1006);
});

test('when the database is deleted connections live on, and the next start makes another', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const ending of ['', '-wal', '-shm']) fs.rmSync(databaseOf(emulator) + ending);
  const next = await emulator.connect();
  for (const open of [client, next]) assert.equal(await open.ask({ action: 'ask', body: 'still here' }), 'still here');
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  await emulator.restart();
  assert.equal(await (await emulator.connect()).ask({ action: 'ask', body: 'again' }), 'again');
});

test('started without standard streams it keeps their places, so that nothing else becomes its log', async (t) => {
  const emulator = await startEmulator(t, 'echo', { under: ['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'] });

  for (const stream of [0, 1, 2]) assert.equal(fs.readlinkSync(`/proc/${emulator.ready.pid}/fd/${stream}`), '/dev/null');
  assert.equal(await (await emulator.connect()).ask({ action: 'ask', printError: 'to nobody', body: 'works' }), 'works');
});

test('when the whole data folder is deleted handlers can still be started, and the log says what was done', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  fs.rmSync(path.join(emulator.folder, '.postern'), { recursive: true });
  assert.match(await client.ask({ action: 'ask', signal: 'SIGKILL' }), /Internal server error/);
  assert.equal(await client.ask({ action: 'ask', body: 'from a new process' }), 'from a new process');
  await emulator.waitForLog(/were deleted while they are in use: the bootstraps are written again/);
  await emulator.restart();
  assert.equal(await (await emulator.connect()).ask({ action: 'ask', body: 'again' }), 'again');
});
