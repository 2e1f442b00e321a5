// The websockets library for Python, Debian's own.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

import { environment, startEmulator, test } from './support/emulator.js';
import { within } from './support/until.js';

const PYTHON = '/usr/bin/python3';
const withoutWebsockets = spawnSync(PYTHON, ['-c', 'import websockets']).status === 0 ? false : 'Python has no websockets here';

// What a program that talks by `socket`, connected with those arguments, prints as JSON.
async function talk(url, options, program, env = {}) {
  const code = `
import asyncio, json, sys, websockets
async def main():
    try:
        async with websockets.connect(sys.argv[1]${options}) as socket:
${program.map((line) => `            ${line}\n`).join('')}
    except Exception as error:
        status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
        print(json.dumps({"error": type(error).__name__, "status": status}))
asyncio.run(main())`;
  const { stdout } = await within('Python', promisify(execFile)(PYTHON, ['-c', code, url], { env: environment(env) }));
  return JSON.parse(stdout);
}

test('Python talks, with a subprotocol, and with compression declined', { skip: withoutWebsockets }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const seen = await talk(emulator.url('/dev?protocol=chat.v2', 'ws'), ', subprotocols=["chat.v1", "chat.v2"]', [
    'await socket.send(json.dumps({"action": "ask", "body": "gr\\u00fc\\u00dfe"}))',
    'answer = await socket.recv()',
    'await socket.close(4001, "enough")',
    'print(json.dumps([answer, socket.subprotocol, len(getattr(socket, "protocol", socket).extensions), socket.close_code, socket.close_reason]))',
  ]);

  assert.deepEqual(seen, ['grüße', 'chat.v2', 0, 4001, 'enough']);
  const { requestContext } = await emulator.event(({ requestContext: { eventType } }) => eventType === 'DISCONNECT');
  assert.equal(requestContext.disconnectStatusCode, 4001);
});

test('Python sees the status of a refusal', { skip: withoutWebsockets }, async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const status of [401, 403, 500]) assert.equal((await talk(emulator.url(`/dev?status=${status}`, 'ws'), '', ['pass'])).status, status);
});

test("Python's pings and fragments are understood", { skip: withoutWebsockets }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const seen = await talk(emulator.url('/dev', 'ws'), ', ping_interval=0.05, ping_timeout=20', [
    'await asyncio.wait_for(await socket.ping(b"there?"), 20)',
    'async def parts():',
    '    for part in ["{\\"action\\":\\"ask\\",", "\\"body\\":", "\\"whole\\"}"]: yield part',
    'await socket.send(parts())',
    'print(json.dumps(await socket.recv()))',
  ]);

  assert.equal(seen, 'whole');
});

test('Python talks wss when it trusts the authority', { skip: withoutWebsockets }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const program = ['await socket.send(json.dumps({"action": "ask", "body": "hidden"}))', 'print(json.dumps(await socket.recv()))'];
  const url = emulator.url('/dev', 'wss');

  assert.equal((await talk(url, '', program)).error, 'SSLCertVerificationError');
  assert.equal(await talk(url, '', program, { SSL_CERT_FILE: `${emulator.folder}/.postern/ca.pem` }), 'hidden');
});
