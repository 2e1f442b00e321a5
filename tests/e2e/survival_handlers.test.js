// Handlers that misbehave: after each of them the emulator serves the next message at once, and nothing is left over.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { ROOT, startEmulator, test } from './support/emulator.js';
import { descriptorsOf, nameOf, processesIn } from './support/processes.js';
import { until } from './support/until.js';

const FAILED = /^\{"message": "Internal server error", /;

// what, the message, its answer (the message itself if there is none), and a line that the log must have.
const tricks = [
  ['floods its output with lines', { floodLines: 100_000 }],
  ['floods its output without a line end', { floodBytes: 4_000_000 }],
  ['prints binary', { printBinary: 70_000 }],
  ['starts a child that keeps its pipes open', { keepPipes: true }],
  ['starts a daemon', { daemonise: true }],
  ['answers with a wrong request id first', { wrongId: true }, undefined, /a wrong id got 400/],
  ['closes its connection within an answer', { closeWithin: 500 }],
  ['sends half an answer and stops', { halfRequest: 500 }, FAILED, /timeout of 2 s/],
  ['closes its connection while it waits for an event', { closeNext: true }, undefined, /gone while it waited/],
  ['answers twice', { twice: 'once' }, /^once$/, /the second answer got 403/],
  ['hangs', { hang: true }, FAILED, /timeout of 2 s/],
  ['ignores SIGTERM', { ignoreSigterm: true }],
  ['answers more than Lambda takes', { size: 6_400_000 }, FAILED, /an answer of 6400000 got 413/],
  ['answers more than a frame takes', { size: 6_000_000 }, undefined, /an answer of 6000000 got 202/],
  ['opens hundreds of connections to its Runtime API', { connections: 300 }, undefined, /gets no more/],
  ['exits right after it has answered', { answerAndExit: 'bye' }, /^bye$/],
];

for (const [what, message, answer, line] of tricks) {
  test(`a handler that ${what} harms nobody but itself`, async (t) => {
    const emulator = await startEmulator(t, 'unruly', { args: ['--keep-warm', '0.25'] });
    const before = descriptorsOf(emulator.ready.pid);
    const client = await emulator.connect();

    assert.equal(await client.ask({ action: 'calm', text: 'before' }), 'calm before');
    client.send(message);
    client.send({ action: 'calm', text: 'meanwhile' });
    const answers = [await client.nextMessage(), await client.nextMessage()];
    assert.ok(answers.includes('calm meanwhile'), `among ${JSON.stringify(answers).slice(0, 300)}`);
    const [own] = answers.filter((text) => text !== 'calm meanwhile');
    if (answer) assert.match(own, answer);
    if (line) await emulator.waitForLog(line);
    assert.equal(await client.ask('after'), 'after');
    await until('all that was started to end', () => processesIn(emulator.folder).length === 0, () => processesIn(emulator.folder).map(nameOf).join(' '));
    assert.equal(await client.ask('again'), 'again');
    await client.close();
    await until('the descriptors of handlers to be closed', () => processesIn(emulator.folder).length === 0 && descriptorsOf(emulator.ready.pid) <= before,
      () => `${descriptorsOf(emulator.ready.pid)} are open, ${before} were before`);
  });
}

test('an answer that comes after the integration timeout is dropped, and the process goes on', async (t) => {
  const postern = JSON.parse(fs.readFileSync(path.join(ROOT, 'fixtures/projects/unruly/postern.json'), 'utf8'));
  postern.functions.unruly.timeout = 20;
  postern.apis.unruly.routes.$default.timeoutInMillis = 1000;
  const emulator = await startEmulator(t, 'unruly', { files: { 'postern.json': postern } });
  const client = await emulator.connect();

  await until('the process to be warm', async () => (await client.ask('warm')) === 'warm');
  assert.match(await client.ask({ late: 1500 }), /^\{"message": "Endpoint request timed out", /);
  await emulator.waitForLog(/reason=late-result/);
  const [pid] = processesIn(emulator.folder);
  assert.equal(await client.ask('after'), 'after');
  assert.deepEqual(processesIn(emulator.folder), [pid]);
  await client.close();
});

test('what handlers have started ends with the emulator, however it ends', async (t) => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const emulator = await startEmulator(t, 'unruly');
    const client = await emulator.connect();

    await client.ask({ keepPipes: true });
    await client.ask({ daemonise: true });
    await client.ask({ ignoreSigterm: true });
    await until('the daemons to run', () => processesIn(emulator.folder).length >= 4);
    await emulator.stop(signal);
    await until('everything to end', () => processesIn(emulator.folder).length === 0, () => processesIn(emulator.folder).map(nameOf).join(' '));
  }
});
