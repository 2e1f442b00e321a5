// The log never waits for its reader.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { BINARY, environment, Emulator, makeProject, startEmulator, temporaryFolder, test } from './support/emulator.js';
import { readMetrics } from './support/metrics.js';
import { until, within } from './support/until.js';

const BATCHES = 40;
const BATCH = 50;
const LINES = 2; // that each message makes its handler print
const LINE = /^\d\d:\d\d:\d\d\.\d{3} (error|warn |info |debug) .*[^\s]$/;

// An emulator whose standard error is a pipe that nobody reads, until the test does.
class Unread extends Emulator {
  constructor(t, folder, args) {
    super(folder, { args });
    this.pipe = path.join(temporaryFolder(t), 'log');
    execFileSync('mkfifo', [this.pipe]);
    this.writer = fs.openSync(this.pipe, 'r+'); // both ends are open: nobody waits for the other
  }

  spawn(args) {
    this.child = spawn(BINARY, args, { cwd: this.outside, env: environment({ EVENTS_FILE: this.eventsFile }), stdio: ['ignore', 'ignore', this.writer] });
    this.ended = new Promise((resolve) => {
      this.child.on('exit', (status, signal) => {
        this.exit = { status, signal };
        resolve(this.exit);
      });
    });
  }

  // Begins to read; this.log grows.
  read() {
    this.reader = fs.createReadStream(this.pipe, { encoding: 'utf8' });
    this.reader.on('data', (data) => { this.log += data; });
    const ended = new Promise((resolve) => { this.reader.on('end', resolve); });
    fs.closeSync(this.writer);
    return ended;
  }
}

async function startUnread(t, args = []) {
  const emulator = new Unread(t, makeProject(t, 'echo'), args);
  t.after(() => emulator.child.kill('SIGKILL'));
  await emulator.start();
  return emulator;
}

// What is printed is more than the pipe and the buffer hold.
async function flood(client) {
  const print = Array(LINES).fill(`printed ${'x'.repeat(900)}`).join('\n');
  for (let batch = 0; batch < BATCHES; batch++) {
    for (let i = 0; i < BATCH; i++) client.send({ action: 'ask', print, body: 'x' });
    for (let i = 0; i < BATCH; i++) assert.equal(await client.nextMessage(), 'x');
  }
}

test('a log that nobody reads holds nothing up; its lines are counted, and told about once somebody reads', async (t) => {
  const emulator = await startUnread(t);
  const client = await emulator.connect();

  await flood(client);
  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'posted' }));
  assert.equal(await client.nextMessage(), 'posted');
  const dropped = (await readMetrics(emulator)).value('postern_log_lines_dropped_total');
  assert.ok(dropped > 0, `${dropped} lines were dropped`);

  const ended = emulator.read();
  await emulator.waitForLog(/reason=log-lines-dropped/);
  client.send({ action: 'tell', print: 'after that' });
  await emulator.waitForLog(/after that/);
  await client.close();
  assert.deepEqual(await emulator.stop(), { status: 0, signal: null });
  await within('the end of the log', ended);

  const lines = emulator.log.split('\n');
  assert.equal(lines.pop(), '');
  for (const each of lines) assert.match(each, LINE);
  const told = lines.map((each) => each.match(/warn {2}(\d+) log lines were dropped/)).filter(Boolean).map((match) => Number(match[1]));
  assert.equal(told.reduce((sum, count) => sum + count), dropped);
  const printed = lines.filter((each) => / printed x{900} functionName=echo /.test(each)).length;
  assert.ok(printed + dropped >= BATCHES * BATCH * LINES, `${printed} were printed, and ${dropped} dropped`);
});

test('an emulator whose log nobody reads ends as any other', async (t) => {
  const emulator = await startUnread(t);
  const client = await emulator.connect();

  await flood(client);
  assert.deepEqual(await emulator.stop(), { status: 0, signal: null });
  fs.closeSync(emulator.writer);
});

test('the flags of standard error stay as they were', async (t) => {
  const emulator = await startUnread(t);
  const flags = (pid, descriptor) => fs.readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8').match(/flags:\s*(\d+)/)[1];
  const before = flags(process.pid, emulator.writer);

  const client = await emulator.connect();
  await client.ask({ action: 'ask', print: 'words', body: '' + 'x' });
  assert.equal(flags(emulator.child.pid, 2), before.replace(/^02/, '0'));
  assert.equal(flags(process.pid, emulator.writer), before);
  await emulator.stop();
  fs.closeSync(emulator.writer);
});

test('what was logged last is written before the end', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  await client.ask({ action: 'ask', printMuch: 200_000, body: 'x' });
  await emulator.stop();
  await until('the end of standard error', () => emulator.exit);
  assert.match(emulator.log, new RegExp(`disconnected: .* connectionId=${client.connectionId} .*code=1001 .*reason=stopping`));
  assert.ok(emulator.log.endsWith('\n'));
});
