// A real browser: what it makes of handshakes, subprotocols and closes, and what the emulator makes of it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import http from 'node:http';

import { atEnd, startEmulator, temporaryFolder, test } from './support/emulator.js';
import { within } from './support/until.js';

const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);
const withoutBrowser = BROWSER ? false : 'no Chromium here';

// In the page: opens a WebSocket, lets talk(socket) talk, and tells how it went once it is closed.
const PAGE = `
const converse = (url, protocols = [], talk = (socket) => socket.close()) => new Promise((resolve) => {
  const socket = new WebSocket(url, protocols);
  const seen = { opened: false, messages: [] };
  socket.onopen = () => { Object.assign(seen, { opened: true, protocol: socket.protocol, extensions: socket.extensions }); talk(socket); };
  socket.onmessage = ({ data }) => { seen.messages.push(data); if (talk.answer) talk.answer(socket); };
  socket.onclose = ({ code, reason, wasClean }) => resolve({ ...seen, code, reason, wasClean });
});
const tell = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
`;

// Opens a page with that script in a browser; what the script tells.
async function inBrowser(t, script) {
  let told;
  const result = new Promise((resolve) => { told = resolve; });
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data) => { body += data; });
    request.on('end', () => {
      if (request.url === '/result') told(JSON.parse(body));
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(request.url === '/' ? `<!doctype html><script type="module">${PAGE}${script}</script>` : '');
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const child = spawn(BROWSER, [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--ignore-certificate-errors',
    `--user-data-dir=${temporaryFolder(t)}`, '--remote-debugging-port=0', `http://127.0.0.1:${server.address().port}/`,
  ], { detached: true, stdio: 'ignore' });
  atEnd(t, () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    server.close();
    server.closeAllConnections();
  });
  return { told: () => within('the page in the browser', result) };
}

for (const scheme of ['ws', 'wss']) {
  test(`a browser talks ${scheme}, with the subprotocol that the handler chose`, { skip: withoutBrowser }, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const browser = await inBrowser(t, `
      const talk = (socket) => socket.send(JSON.stringify({ action: 'ask', body: 'grüße' }));
      talk.answer = (socket) => socket.close(4001, 'enough');
      tell(await converse('${emulator.url('/dev?protocol=chat.v2', scheme)}', ['chat.v1', 'chat.v2'], talk));`);

    assert.deepEqual(await browser.told(), { opened: true, protocol: 'chat.v2', extensions: '', messages: ['grüße'], code: 4001, reason: 'enough', wasClean: true });
    const connect = await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');
    assert.match(connect.headers.Origin, /^http:\/\/127\.0\.0\.1:/);
    const { requestContext } = await emulator.disconnectEvent(connect.requestContext.connectionId);
    assert.equal(requestContext.disconnectStatusCode, 4001);
    assert.equal(requestContext.disconnectReason, 'enough');
    });
}

test('a browser gives up without the subprotocol that it asked for, and when it is refused', { skip: withoutBrowser }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const browser = await inBrowser(t, `tell([await converse('${emulator.url('/dev', 'ws')}', ['chat.v1']), await converse('${emulator.url('/dev?status=403', 'ws')}')]);`);

  for (const seen of await browser.told()) assert.deepEqual(seen, { opened: false, messages: [], code: 1006, reason: '', wasClean: false });
  await emulator.waitForLog(/reason=no-subprotocol/);
});

test('a browser sees the code of a binary message and of a close without one', { skip: withoutBrowser }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const url = emulator.url('/dev', 'ws');
  const browser = await inBrowser(t, `tell([await converse('${url}', [], (socket) => socket.send(new Uint8Array([1, 2, 3]))), await converse('${url}')]);`);
  const [binary, plain] = await browser.told();

  assert.deepEqual([binary.code, binary.wasClean], [1003, true]);
  assert.deepEqual([plain.code, plain.wasClean], [1005, true]);
});

test('a page that is left closes with 1001', { skip: withoutBrowser }, async (t) => {
  const emulator = await startEmulator(t, 'echo');
  await inBrowser(t, `
    const page = document.documentElement.appendChild(document.createElement('iframe'));
    const socket = new page.contentWindow.WebSocket('${emulator.url('/dev', 'ws')}');
    socket.onopen = () => page.remove();`);
  const connect = await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');
  const { requestContext } = await emulator.disconnectEvent(connect.requestContext.connectionId);

  assert.equal(requestContext.disconnectStatusCode, 1001);
  assert.equal(requestContext.disconnectReason, '');
});
