// Misbehaviour for a while, on loopback only, and then: is anything left over? SECONDS and SEED as environment.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { CREDENTIALS, Emulator, ROOT, SANITIZER_REPORT } from '../e2e/support/emulator.js';
import { runChanges, runPosts } from './backend.js';
import { Chance } from './chance.js';
import { runClients, runThrough } from './clients.js';
import { reconcile, settle } from './leftovers.js';
import { World } from './world.js';

const SECONDS = Number(process.env.SECONDS || 120);
const SEED = Number(process.env.SEED || Math.floor(Math.random() * 2 ** 31));
const CLIENTS = 40; // at once
const POSTERS = 4;
const WARM_UP_CLIENTS = 2000; // as many rows fill the database's cache
const WARM_UP_SECONDS = Math.max(6, SECONDS / 6);
const ALLOCATED_GROWTH_MAX = 300 * 1024;
const MEMORY_GROWTH_MAX = 2 * 1024 * 1024; // malloc keeps what is freed for later, here more, there less
const PROBLEMS_SHOWN = 20;

async function storm(world, seconds) {
  const until = Date.now() + seconds * 1000;
  const posters = Array.from({ length: POSTERS }, () => runPosts(world, until));
  await Promise.all([runClients(world, CLIENTS, until), runChanges(world, until), ...posters]);
}

function compare(world, before, after) {
  if (after.connections > 0) world.problem(`${after.connections} connections are left`);
  if (after.rows > 0) world.problem(`${after.rows} rows of connections that are not over`);
  if (after.processes > before.processes) world.problem(`${after.processes - before.processes} processes are left`);
  if (after.descriptors > before.descriptors) world.problem(`${after.descriptors - before.descriptors} descriptors are left`);
  if (after.allocated > before.allocated + ALLOCATED_GROWTH_MAX) world.problem(`${kilobytes(after.allocated - before.allocated)} more are allocated`);
  if (after.memory > before.memory + MEMORY_GROWTH_MAX && !isSanitized(before)) world.problem(`memory has grown by ${kilobytes(after.memory - before.memory)}`);
}

const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KB`;

// A sanitizer keeps what was freed, for a while; the C library's own allocator, which is what counts as allocated, has nothing then.
const isSanitized = ({ allocated }) => allocated === 0;

function print(world, before, after, totals) {
  const rows = [
    ['', 'before', 'after'],
    ['descriptors', before.descriptors, after.descriptors],
    ['processes', before.processes, after.processes],
    ['memory allocated', kilobytes(before.allocated), kilobytes(after.allocated)],
    ['memory held', kilobytes(before.memory), kilobytes(after.memory)],
    ['connections', before.connections, after.connections],
    ['rows not over', before.rows, after.rows],
    ['', '', ''],
    ...[...world.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => [what, '', count]),
    ['connections accepted', '', totals.rows],
    ['$disconnect delivered', '', totals.goodbyes],
  ];
  for (const [what, first, second] of rows) console.log(`${String(what).padEnd(26)}${String(first).padStart(12)}${String(second).padStart(12)}`.trimEnd());
}

async function soak(emulator) {
  const world = new World(emulator, new Chance(SEED));
  await emulator.start();
  await runThrough(world, WARM_UP_CLIENTS, CLIENTS);
  await storm(world, WARM_UP_SECONDS);
  const before = await settle(emulator);
  await storm(world, SECONDS);
  const after = await settle(emulator, before.descriptors);
  const totals = reconcile(world);
  compare(world, before, after);
  const { status, signal } = await emulator.stop();
  if (status !== 0) world.problem(`the emulator ended with status ${status}, signal ${signal}`);
  if (SANITIZER_REPORT.test(emulator.log)) world.problem('a sanitizer has found something');
  print(world, before, after, totals);
  return world.problems;
}

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'postern-soak-')));
const project = path.join(folder, 'project');
const emulator = new Emulator(project, {
  args: ['--signatures', 'verify', '--access-key', `${CREDENTIALS.accessKeyId}=${CREDENTIALS.secretAccessKey}`, '--idle-timeout', '3', '--keep-warm', '2', '--log-level', 'warn'],
  env: { SOAK_CONNECTED: path.join(folder, 'connected'), SOAK_DISCONNECTED: path.join(folder, 'disconnected') },
});

console.log(`soaking for ${SECONDS} s with SEED=${SEED}`);
fs.cpSync(path.join(ROOT, 'tests/soak/project'), project, { recursive: true });
const problems = await soak(emulator).catch((error) => [String(error.stack)]);
if (problems.length > 0) {
  fs.writeFileSync(path.join(folder, 'log'), emulator.log);
  console.log(`\n${problems.length} problems; again: make soak SECONDS=${SECONDS} SEED=${SEED}; the emulator's log and project are in ${folder}`);
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) console.log(`  ${problem}`);
} else {
  fs.rmSync(folder, { recursive: true, force: true });
  console.log('nothing is left over');
}
process.exit(problems.length > 0 ? 1 : 0);
