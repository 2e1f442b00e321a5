// What everybody in a soak shares: the emulator, what was counted, what went wrong.

import fs from 'node:fs';
import path from 'node:path';

export class World {
  counts = new Map(); // what happened: how often
  problems = []; // what must not have
  accepted = new Set(); // numbers of the clients that were let in
  number = 0; // of clients so far
  #seen = { size: 0, ids: [] };

  constructor(emulator, chance) {
    this.emulator = emulator;
    this.chance = chance;
    this.connectedFile = path.join(emulator.outside, 'connected');
    this.disconnectedFile = path.join(emulator.outside, 'disconnected');
  }

  count(what) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  problem(what) {
    this.problems.push(what);
  }

  // The ids of the connections that have come last, gone ones among them.
  recentIds() {
    const text = fs.readFileSync(this.connectedFile, { encoding: 'utf8', flag: 'a+' });
    if (text.length !== this.#seen.size) this.#seen = { size: text.length, ids: text.split('\n').slice(-101, -1).map((line) => line.split(' ')[0]) };
    return this.#seen.ids;
  }

  // The lines that a handler has written, each as its words.
  lines(file) {
    return fs.readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1).map((line) => line.split(' '));
  }
}

// Resolves after a while, or as soon as the promise does; true if it did. Its failure is the caller's.
export async function waitFor(promise, milliseconds) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, milliseconds, false); });
  const ended = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}
