// Runs the real binary's other subcommands, while the test's own clients and servers go on.

import { spawn } from 'node:child_process';

import { BINARY, environment } from './emulator.js';
import { within } from './until.js';

// {status, signal, stdout, stderr}. input is its standard input, empty if left out; options are spawn's, env is added to little.
export function postern(args, { input = '', env = {}, ...options } = {}) {
  const child = spawn(BINARY, args, { ...options, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
  const result = { stdout: '', stderr: '' };

  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (data) => { result[stream] += data; });
  child.stdin.on('error', () => {}); // it may end without having read it
  child.stdin.end(input);
  return within(`postern ${args.join(' ')}`, new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, ...result }));
  })).finally(() => child.kill('SIGKILL'));
}
