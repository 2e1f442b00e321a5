// How it ends: nothing survives the emulator, and nobody is left without a $disconnect.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { processesIn } from './support/processes.js';
import { until } from './support/until.js';

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`${signal} closes clients with 1001, runs $disconnect, leaves no process and exits with 0`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const clients = [await emulator.connect(), await emulator.connect()];

    assert.deepEqual(await emulator.stop(signal), { status: 0, signal: null });
    for (const client of clients) {
      assert.equal((await client.whenClosed()).code, 1001);
      assert.equal((await emulator.disconnectEvent(client.connectionId)).requestContext.disconnectStatusCode, 1001);
    }
    assert.deepEqual(processesIn(emulator.folder), []);
  });
}

test('a $disconnect handler that never ends is waited for only as long as --grace says', async (t) => {
  const emulator = await startEmulator(t, null, {
    args: ['--grace', '0.5'],
    files: {
      'postern.json': { functions: { f: { runtime: 'nodejs20.x', handler: 'app.handler', timeout: 600 } }, apis: { a: { routes: { $connect: { function: 'f' }, $disconnect: { function: 'f' } } } } },
      'app.js': "exports.handler = async (event) => (event.requestContext.eventType === 'CONNECT' ? { statusCode: 200 } : new Promise(() => setInterval(() => {}, 1000)));",
    },
  });

  await emulator.connect();
  assert.deepEqual(await emulator.stop(), { status: 0, signal: null });
  assert.deepEqual(processesIn(emulator.folder), []);
});

test('a second signal stops at once', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--grace', '600'] });
  const [gate] = emulator.gate('never');
  const client = await emulator.connect();

  client.send({ action: 'ask', waitFor: gate });
  await emulator.event(({ requestContext }) => requestContext.eventType === 'MESSAGE');
  emulator.child.kill('SIGTERM');
  await client.whenClosed();
  await emulator.stop('SIGTERM');
  assert.deepEqual(processesIn(emulator.folder), []);
});

test('kill -9 leaves no handler process behind, nor what it has started', async (t) => {
  const emulator = await startEmulator(t, null, {
    files: {
      'postern.json': { functions: { f: { runtime: 'nodejs20.x', handler: 'app.handler' } }, apis: { a: { routes: { $connect: { function: 'f' } } } } },
      'app.js': "require('node:child_process').spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });\nexports.handler = async () => ({ statusCode: 200 });",
    },
  });

  await emulator.connect();
  assert.equal(processesIn(emulator.folder).length, 2);
  await emulator.stop('SIGKILL');
  await until('all of them to be gone', () => processesIn(emulator.folder).length === 0);
});
