// `postern connect` as a child process, with its streams as pipes or at a terminal.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { BINARY, SANITIZER_REPORT, environment } from './emulator.js';
import { until, within } from './until.js';

const AT_TERMINAL = path.join(path.dirname(fileURLToPath(import.meta.url)), 'at_terminal.py');

export class Connect {
  output = ''; // standard output; at a terminal everything
  errors = ''; // standard error
  seen = 0; // of output: what a test has waited for already

  // options: cwd, env; isTerminal: at a terminal; input: "ignore" for none.
  static start(args, options = {}) {
    return new Connect(args, options);
  }

  constructor(args, { cwd, env = {}, isTerminal = false, input = 'pipe' } = {}) {
    const command = [BINARY, 'connect', ...args];
    const [file, ...rest] = isTerminal ? ['/usr/bin/python3', AT_TERMINAL, ...command] : command;
    this.child = spawn(file, rest, {
      cwd,
      env: environment({ TERM: 'xterm', LANG: 'C.UTF-8', HOME: '/nonexistent', ...env }),
      stdio: [input, 'pipe', 'pipe'],
    });
    this.chunks = [];
    this.child.stdout.on('data', (data) => { this.chunks.push(data); this.output += data; });
    this.child.stderr.setEncoding('utf8').on('data', (data) => { this.errors += data; });
    this.child.stdin?.on('error', () => {}); // it may end before it has read all
    this.ended = new Promise((resolve) => {
      this.child.on('close', (status, signal) => {
        this.status = status ?? signal;
        resolve(this.status);
      });
    });
  }

  // How it exited, once it has.
  async exit() {
    const status = await within('postern connect to end', this.ended);
    if (SANITIZER_REPORT.test(this.output + this.errors)) throw new Error(`a sanitizer has found something: ${this.output}${this.errors}`);
    return status;
  }

  // Ends it as Ctrl-C does; how it exited.
  interrupt() {
    this.child.kill('SIGINT');
    return this.exit();
  }

  write(data) {
    this.child.stdin.write(data);
  }

  end(data) {
    this.child.stdin.end(data);
  }

  // Waits for text (a string or a pattern) in what came since the last time.
  async sees(text) {
    let end;
    await until(`${text} in the output`, () => {
      end = this.#endOf(text);
      return end || this.status !== undefined;
    }, () => `but there is ${JSON.stringify(this.output.slice(this.seen))}, ${this.errors}`);
    end ??= this.#endOf(text);
    if (!end) throw new Error(`it ended without ${text}: ${JSON.stringify(this.output)} ${this.errors}`);
    this.seen = end;
  }

  #endOf(text) {
    const rest = this.output.slice(this.seen);
    const found = typeof text === 'string' ? (rest.includes(text) ? { index: rest.indexOf(text), 0: text } : null) : rest.match(text);
    return found ? this.seen + found.index + found[0].length : undefined;
  }

  // Waits, then types.
  async type(after, text) {
    await this.sees(after);
    this.write(text);
  }

  // The output as JSON, a value a line.
  get happened() {
    return this.output.trim().split('\n').map((line) => JSON.parse(line));
  }
}
