// What an emulator holds when nobody is there, and what its database and its handlers say of those who were.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { descriptorsOf } from '../e2e/support/processes.js';

const SETTLED_SECONDS = 90;

// Bytes of the process alone: what it has allocated, and no page of a file.
function memoryOf(pid) {
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Anonymous:\s+(\d+) kB/m.exec(rollup)[1]) * 1024;
}

function childrenOf(pid) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((name) => {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
    } catch {
      return false; // gone meanwhile
    }
  }).map(Number);
}

// With those that nobody has waited for.
function descendantsOf(pid) {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function measure(emulator) {
  const { pid } = emulator.child;
  return { descriptors: descriptorsOf(pid), processes: descendantsOf(pid).length, memory: memoryOf(pid) };
}

function query(emulator, sql) {
  const output = execFileSync('sqlite3', ['-json', '-readonly', path.join(emulator.folder, '.postern/postern.db'), sql], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(output || '[]');
}

export const openRows = (emulator) => query(emulator, 'SELECT count(*) AS n FROM connections WHERE disconnected_at IS NULL OR disconnect_delivered IS NOT 1')[0].n;

// Bytes that its program has allocated and not freed.
async function allocatedBy(emulator) {
  return Number(/^postern_allocated_bytes (\d+)/m.exec((await emulator.request('GET', '/_postern/metrics')).body)[1]);
}

// Waits until nobody is connected, every $disconnect is delivered, no handler runs, and no more descriptors are open than least (or
// their number stays the same). Then the memory is what it is.
export async function settle(emulator, least = Infinity) {
  const deadline = Date.now() + SETTLED_SECONDS * 1000;
  let before;
  for (;;) {
    const { connections } = JSON.parse((await emulator.request('GET', '/_postern/health')).body);
    const now = { ...measure(emulator), rows: openRows(emulator), connections };
    const isQuiet = connections === 0 && now.rows === 0 && now.processes <= 1 && now.descriptors <= least;
    if ((isQuiet && now.descriptors === before?.descriptors) || Date.now() > deadline) return { ...now, allocated: await allocatedBy(emulator) };
    before = now;
    await pause(1000);
  }
}

// Everybody who was let in has left once, in the database as for the $disconnect handler.
export function reconcile(world) {
  const rows = query(world.emulator, 'SELECT connection_id AS id, disconnect_status_code AS code FROM connections');
  const connected = world.lines(world.connectedFile);
  const numbers = new Set(connected.map(([, number]) => Number(number)));
  const codes = new Map(rows.map(({ id, code }) => [id, String(code)]));
  const goodbyes = new Map();

  for (const [id, code] of world.lines(world.disconnectedFile)) {
    goodbyes.set(id, (goodbyes.get(id) ?? 0) + 1);
    if (codes.has(id) && codes.get(id) !== code) world.problem(`connection ${id}: $disconnect with ${code}, and ${codes.get(id)} in the database`);
    if (!codes.has(id)) world.problem(`connection ${id}: a $disconnect, and no row`);
  }
  for (const [id] of codes) if (goodbyes.get(id) !== 1) world.problem(`connection ${id}: ${goodbyes.get(id) ?? 0} times $disconnect`);
  for (const [id] of connected) if (!codes.has(id)) world.problem(`connection ${id}: its $connect handler said yes, and there is no row`);
  for (const number of world.accepted) if (!numbers.has(number)) world.problem(`client ${number}: let in without its $connect handler`);
  return { rows: rows.length, goodbyes: goodbyes.size };
}

