// wscat, the client that AWS's own documentation uses.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';

import { ROOT, atEnd, environment, startEmulator, test } from './support/emulator.js';
import { until, within } from './support/until.js';

const WSCAT = path.join(ROOT, 'tests/node_modules/wscat/bin/wscat');
const TERMINAL = path.join(ROOT, 'tests/e2e/support/at_terminal.py');

// Runs it at a terminal, without which it says little: what it has printed so far, its input, and its end.
function wscat(t, ...args) {
  const child = spawn('/usr/bin/python3', [TERMINAL, process.execPath, WSCAT, '--no-color', ...args], { env: environment({ TERM: 'xterm' }) });
  const seen = { output: '', input: child.stdin };

  child.stdout.setEncoding('utf8').on('data', (data) => { seen.output += data; });
  seen.ended = new Promise((resolve) => { child.on('close', (status) => resolve(status)); });
  atEnd(t, () => child.kill('SIGKILL'));
  return seen;
}

test('wscat talks, with headers and a subprotocol, pings, and closes with its code', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = wscat(t, '-c', emulator.url('/dev?protocol=chat.v2', 'ws'), '-H', 'X-Token: of wscat', '-o', 'https://example.com', '-s', 'chat.v1', '-s', 'chat.v2', '-P', '--slash');

  const connect = await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');
  assert.equal(connect.headers['X-Token'], 'of wscat');
  assert.equal(connect.headers.Origin, 'https://example.com');
  assert.equal(connect.headers['Sec-WebSocket-Protocol'], 'chat.v1,chat.v2');
  await until('wscat to be connected', () => client.output.includes('Connected'), () => client.output);
  client.input.write(`${JSON.stringify({ action: 'ask', body: 'grüße' })}\n`);
  await until('an answer', () => client.output.includes('< grüße'), () => client.output);
  client.input.write('/ping there?\n');
  await until('a pong', () => client.output.includes('Received pong (data: "there?")'), () => client.output);
  client.input.write('/close 4001 enough\n');
  const { requestContext } = await emulator.disconnectEvent(connect.requestContext.connectionId);
  assert.deepEqual([requestContext.disconnectStatusCode, requestContext.disconnectReason], [4001, 'enough']);
  assert.equal(await within('wscat', client.ended), 0);
  assert.match(client.output, /Disconnected \(code: 4001/);
});

test('wscat shows the status of a refusal, and that a subprotocol was not chosen', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await Promise.all([
    ['/dev?status=401', 'Unexpected server response: 401'],
    ['/dev?status=403', 'Unexpected server response: 403'],
    ['/nowhere', 'Unexpected server response: 403'],
    ['/dev', 'Server sent no subprotocol', '-s', 'chat.v1'],
  ].map(async ([pathAndQuery, error, ...args]) => {
    const client = wscat(t, '-c', emulator.url(pathAndQuery, 'ws'), ...args);
    assert.notEqual(await within('wscat', client.ended), 0);
    assert.ok(client.output.includes(`error: ${error}`), client.output);
  }));
});

test('wscat by wss, with the authority and without looking', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const file = path.join(emulator.folder, '.postern/ca.pem');

  await Promise.all([['--ca', file], ['-n']].map(async (trust) => {
    const client = wscat(t, '-c', emulator.url('/dev', 'wss'), ...trust, '-x', JSON.stringify({ action: 'ask', body: 'safe' }), '-w', '-1');
    await until('an answer', () => client.output.includes('safe'), () => client.output);
  }));
});
