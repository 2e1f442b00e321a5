// Starts the real binary for one test, on a port and in a folder of its own, and ends it with the test.

import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { test as nodeTest } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client, Refusal } from './client.js';
import { RawConnection } from './raw.js';
import { until, within } from './until.js';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const BINARY = process.env.POSTERN_BINARY ?? path.join(ROOT, 'build/postern');

const TEST_TIMEOUT_MILLISECONDS = 120_000;
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
export const SANITIZER_REPORT = /AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:/;

const running = new Set();
const things = new Map(); // a test: {emulators, folders, endings} that go with it

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// node:test's. Afterwards the test's emulators are stopped and its folders removed, and a failure comes with their logs.
export function test(name, options, run = options) {
  nodeTest(name, { timeout: TEST_TIMEOUT_MILLISECONDS, ...(typeof options === 'object' ? options : {}) }, async (t) => {
    things.set(t, { emulators: [], folders: [], endings: [] });
    try {
      await run(t);
      await Promise.all(things.get(t).emulators.map((emulator) => emulator.end()));
    } catch (error) {
      for (const emulator of things.get(t).emulators) console.error(`--- log of the emulator of "${name}"\n${emulator.log.slice(-20_000)}---`);
      throw error;
    } finally {
      const { emulators, folders, endings } = things.get(t);
      await Promise.all(emulators.filter((emulator) => !emulator.exit).map((emulator) => emulator.stop('SIGKILL')));
      for (const ending of endings.reverse()) ending();
      for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      things.delete(t);
    }
  });
}

// Calls ending() after the test, once its emulators have ended and before its folders go.
export function atEnd(t, ending) {
  things.get(t).endings.push(ending);
}

// A folder that goes with the test.
export function temporaryFolder(t) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-')));
  things.get(t).folders.push(folder);
  return folder;
}

// Writes files below folder: their texts, or JSON of anything else. A text that begins like a script can be executed.
export function writeFiles(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content, null, 2);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text, { mode: text.toString().startsWith('#!') ? 0o755 : 0o644 });
  }
}

// Without what an emulator has left there; npm's packages are many, so they aren't copied but linked.
function copyProject(from, to) {
  const left = path.join(from, '.postern');
  const packages = path.join(from, 'node_modules');
  fs.cpSync(from, to, { recursive: true, filter: (file) => file !== left && file !== packages });
  if (fs.existsSync(packages)) fs.symlinkSync(packages, path.join(to, 'node_modules'));
}

// A copy of a project of fixtures/projects (its name), with files put over it.
export function makeProject(t, name, files = {}) {
  const folder = path.join(temporaryFolder(t), 'project');
  fs.mkdirSync(folder);
  if (name) copyProject(path.join(ROOT, 'fixtures/projects', name), folder);
  writeFiles(folder, files);
  return folder;
}

// What the emulator's environment is: little, so that tests depend on little.
export function environment(more = {}) {
  const kept = ['PATH', 'HOME', 'LANG', 'USER', 'TMPDIR', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'PYENV_ROOT', 'PYENV_VERSION'];
  return { ...Object.fromEntries(kept.filter((name) => process.env[name]).map((name) => [name, process.env[name]])), ...more };
}

// project: the name of a fixture, or null for none. options: files (put over it), args, env, under, folder (use that one, copy nothing).
export async function startEmulator(t, project, options = {}) {
  const folder = options.folder ?? makeProject(t, project, options.files);
  const emulator = new Emulator(folder, options);
  things.get(t).emulators.push(emulator);
  await emulator.start();
  return emulator;
}

export class Emulator {
  log = ''; // its standard error
  output = ''; // its standard output
  exit = undefined; // {status, signal} once it has ended

  // under: a command and its arguments that is to become the emulator.
  constructor(folder, { args = [], env = {}, under = [] } = {}) {
    this.under = under;
    this.folder = folder;
    this.args = args;
    this.env = env;
    this.outside = path.dirname(folder); // beside the project: what the test and its handlers share
    this.readyFile = path.join(this.outside, 'ready.json');
    this.eventsFile = path.join(this.outside, 'events');
  }

  async start() {
    fs.rmSync(this.readyFile, { force: true });
    this.spawn(['start', this.folder, '--port', '0', '--ready-file', this.readyFile, ...this.args]);
    await until('the emulator to be ready', () => this.exit || fs.existsSync(this.readyFile), () => this.log);
    if (this.exit) throw new Error(`the emulator ended with ${JSON.stringify(this.exit)}:\n${this.log}${this.output}`);
    this.ready = JSON.parse(fs.readFileSync(this.readyFile, 'utf8'));
    this.port = this.ready.port;
  }

  spawn(args) {
    this.exit = undefined;
    const [command, ...rest] = [...this.under, BINARY, ...args];
    this.child = spawn(command, rest, {
      cwd: this.outside,
      env: environment({ EVENTS_FILE: this.eventsFile, ...this.env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.child);
    this.child.stdout.setEncoding('utf8').on('data', (data) => { this.output += data; });
    this.child.stderr.setEncoding('utf8').on('data', (data) => {
      this.log += data;
      if (process.env.SHOW_LOG) process.stderr.write(data);
    });
    this.child.on('error', (error) => { this.exit = { status: null, signal: String(error) }; });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (status, signal) => {
        running.delete(this.child);
        this.exit = { status, signal };
        resolve(this.exit);
      });
    });
  }

  // Ends it with a signal and waits; {status, signal}.
  async stop(signal = 'SIGTERM') {
    if (!this.exit) this.child.kill(signal);
    return within(`the emulator to end after ${signal}`, this.ended);
  }

  // Starts it again on the same folder.
  async restart() {
    if (!this.exit) await this.stop();
    await this.start();
  }

  // After the test: it must have ended well, or do so now.
  async end() {
    const wasRunning = !this.exit;
    if (wasRunning) await this.stop();
    if (SANITIZER_REPORT.test(this.log)) throw new Error('a sanitizer has found something');
    if (wasRunning && this.exit.status !== 0) throw new Error(`the emulator ended with ${JSON.stringify(this.exit)}`);
  }

  // ---- its addresses

  url(pathAndQuery = '', scheme = 'http') {
    return `${scheme}://localhost:${this.port}${pathAndQuery}`;
  }

  get stage() {
    return this.ready.apis[0].stages[0];
  }

  // The certificate authority that it has made.
  get ca() {
    return fs.readFileSync(path.join(this.folder, '.postern/ca.pem'));
  }

  // ---- clients

  // A WebSocket connection to the path (the first stage), open; its connectionId if the project's handlers write down events.
  async connect(pathAndQuery = '/dev', { scheme = 'ws', ...options } = {}) {
    const client = await Client.open(this.url(pathAndQuery, scheme), options);
    client.connectionId = this.events().find(({ event }) => event.headers?.['Sec-WebSocket-Key'] === client.key)?.event.requestContext.connectionId;
    return client;
  }

  // What is answered to a handshake that is refused.
  async refused(pathAndQuery, options = {}) {
    let client;
    try {
      client = await this.connect(pathAndQuery, options);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    await client.drop();
    throw new Error(`${pathAndQuery} was accepted`);
  }

  // The AWS SDK's client of @connections.
  get management() {
    return this.managementAt(this.url('/dev'));
  }

  managementAt(endpoint, more = {}) {
    return new ApiGatewayManagementApiClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1, ...more });
  }

  // One HTTP request on a connection of its own: {status, headers, body}.
  request(method, pathAndQuery, { headers = {}, body, scheme = 'http', ...options } = {}) {
    return within(`the answer to ${method} ${pathAndQuery}`, new Promise((resolve, reject) => {
      const request = (scheme === 'https' ? https : http).request({ host: 'localhost', port: this.port, method, path: pathAndQuery, headers, agent: false, ...options }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (data) => { text += data; });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    }));
  }

  raw(tlsOptions = null) {
    return RawConnection.open(this.port, tlsOptions);
  }

  // ---- what happened

  // What the handlers have written down so far: [{event, awsRequestId, pid}].
  events() {
    if (!fs.existsSync(this.eventsFile)) return [];
    return fs.readFileSync(this.eventsFile, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));
  }

  // The first event that matches(event, record), waited for.
  async event(matches) {
    const record = await until('an event', () => this.events().find((seen) => matches(seen.event, seen)), () => `among ${JSON.stringify(this.events().map(({ event }) => event.requestContext))}`);
    return record.event;
  }

  disconnectEvent(connectionId) {
    return this.event(({ requestContext }) => requestContext.eventType === 'DISCONNECT' && requestContext.connectionId === connectionId);
  }

  // The first line of the log that pattern is found in, waited for.
  waitForLog(pattern) {
    return until(`a log line like ${pattern}`, () => this.log.split('\n').find((line) => pattern.test(line)));
  }

  // A file for the orders waitFor: [its path, a function that makes it].
  gate(name) {
    const file = path.join(this.outside, `gate-${name}`);
    return [file, () => fs.writeFileSync(file, '')];
  }
}
