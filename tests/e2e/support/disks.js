// Disks in trouble. Each function returns false where this machine doesn't allow it, for a test to be skipped.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { atEnd } from './emulator.js';

const run = (command, ...args) => spawnSync(command, args).status === 0;

// A small file system of its own at folder, until the test is over.
export function mountSmall(t, folder, kilobytes) {
  fs.mkdirSync(folder, { recursive: true });
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'postern-test', folder)) return false;
  atEnd(t, () => run('umount', '-l', folder));
  return true;
}

// Makes folder read-only, for root too, until the test is over.
export function makeReadOnly(t, folder) {
  if (process.getuid() !== 0) {
    atEnd(t, () => run('chmod', '-R', 'u+w', folder));
    return run('chmod', '-R', 'a-w', folder);
  }
  if (!run('mount', '--bind', folder, folder)) return false;
  atEnd(t, () => run('umount', '-l', folder));
  return run('mount', '-o', 'remount,ro,bind', folder);
}

// Fills the file system of folder to the last byte; returns a function that makes room again.
export function fill(folder) {
  const file = path.join(folder, 'filler');
  const descriptor = fs.openSync(file, 'a');
  try {
    for (;;) fs.writeSync(descriptor, Buffer.alloc(1024));
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error;
  } finally {
    fs.closeSync(descriptor);
  }
  return () => fs.rmSync(file);
}

// How large a process may make a file: a number of bytes, or "unlimited".
export function limitFiles(pid, size) {
  return run('prlimit', `--pid=${pid}`, `--fsize=${size}:unlimited`);
}
