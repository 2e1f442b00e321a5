// postern connect: a WebSocket client for people and for scripts.

import assert from 'node:assert/strict';
import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import fs from 'node:fs';
import path from 'node:path';
import { WebSocketServer } from 'ws';

import { Connect } from './support/connect.js';
import { startEmulator, temporaryFolder, test } from './support/emulator.js';
import { until } from './support/until.js';

// Runs it to its end: {status, output, errors}.
async function connect(args, options = {}) {
  const client = Connect.start(args, { input: 'ignore', ...options });
  await client.exit();
  return client;
}

// Sends a message that a handler answers with body, and ends once the answer is there.
async function ask(args, body, options = {}) {
  const client = Connect.start([...args, '-x', JSON.stringify({ action: 'ask', body }), '-w', 'inf'], { input: 'ignore', ...options });
  await client.sees(`${body}\n`);
  await client.interrupt();
  return client;
}

// A WebSocket server that isn't ours, for what an emulator never does.
function startServer(t, onConnection, options = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  server.on('connection', onConnection);
  t.after(() => server.close());
  return new Promise((resolve) => server.on('listening', () => resolve(`ws://127.0.0.1:${server.address().port}/`)));
}

const connectEvent = (emulator) => emulator.event((event) => event.requestContext.eventType === 'CONNECT');
const twoApis = {
  'postern.json': {
    functions: { f: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
    apis: {
      first: { id: 'aaaaaaaaaa', routes: { $connect: { function: 'f' } } },
      second: { id: 'bbbbbbbbbb', routes: { $connect: { function: 'f' } }, stages: { dev: {}, prod: {} } },
    },
  },
};

test('what is executed is sent, and standard output has the answers alone', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await ask([emulator.url('/dev', 'ws')], 'one');

  assert.equal(client.output, 'one\n');
  assert.equal(client.errors, 'Disconnected (code: 1000, reason: "")\n');
  assert.equal(client.status, 0);
});

test('after the last message it listens for a while, and closes', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const executed = await connect([emulator.url('/dev', 'ws'), '-x', '{"action":"tell"}', '-x', '{"action":"tell"}', '-w', '0.1', '--json']);
  const ended = await connect([emulator.url('/dev', 'ws'), '-w', '0', '--json']);

  assert.deepEqual(executed.happened.map(({ event }) => event), ['open', 'sent', 'sent', 'close']);
  assert.ok(Date.parse(executed.happened[3].time) - Date.parse(executed.happened[2].time) >= 100);
  assert.deepEqual(ended.happened.map(({ event }) => event), ['open', 'close']);
  assert.deepEqual([executed.status, ended.status], [0, 0]);
});

test('lines of standard input are messages, with or without a line end', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '--wait=inf']);

  client.write('{"action":"ask","body":"one"}\n{"action":"ask",');
  await client.sees('one\n');
  client.write('"body":"two"}\r\n');
  await client.sees('two\n');
  client.end('{"action":"ask","body":"three"}');
  await client.sees('three\n');
  assert.equal(await client.interrupt(), 0);
  assert.equal(client.output, 'one\ntwo\nthree\n');
});

test('a stage is found by its name, a path, host and port, and as the only one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const endpoint = ['--endpoint', emulator.url()];

  for (const words of [['dev', ...endpoint], ['/a1b2c3d4e5/dev', ...endpoint], ['echo/dev?a=b', ...endpoint], [`localhost:${emulator.port}/dev`], ['-c', emulator.url('/dev')], endpoint])
    assert.equal((await ask(words, 'here')).output, 'here\n', words.join(' '));
  assert.equal((await ask([], 'here', { env: { POSTERN_HTTP: emulator.url() } })).output, 'here\n');
});

test('with several stages and no URL, it lists them and exits with 2', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: twoApis });
  const client = await connect(['--endpoint', emulator.url()]);
  const { status, body } = await emulator.request('GET', '/_postern/stages');

  assert.equal(client.status, 2);
  assert.match(client.errors, /several stages: choose one/);
  for (const where of ['aaaaaaaaaa/dev', 'bbbbbbbbbb/dev', 'prod']) assert.ok(client.errors.includes(`  ${emulator.url(`/${where}`, 'ws')}  (API `), client.errors);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body).items.find(({ stage }) => stage === 'prod'), {
    apiId: 'bbbbbbbbbb', name: 'second', stage: 'prod', ws: emulator.url('/prod', 'ws'), http: emulator.url('/prod'),
  });
});

test('an emulator that isn\'t there, and wrong usage, are told apart', async () => {
  const nobody = await connect(['--endpoint', 'http://127.0.0.1:1']);
  assert.equal(nobody.status, 1);
  assert.match(nobody.errors, /no emulator at http:\/\/127\.0\.0\.1:1: .*Connection refused/);
  assert.equal((await connect(['ws://127.0.0.1:1/dev'])).status, 1);

  for (const [words, reason] of [
    [['ftp://host/'], /ftp:\/\/ is no scheme/],
    [['dev', '-H', 'nonsense'], /--header|-H/],
    [['dev', '-s', 'a b'], /subprotocol/],
    [['dev', '-w', 'soon'], /seconds/],
    [['dev', '-o', 'a\nb'], /control character/],
    [['dev', '-x', '/bogus'], /no such command/],
    [['dev', '-x', '/close 1005'], /1000 to 4999/],
  ]) {
    const client = await connect(words);
    assert.equal(client.status, 2, words.join(' '));
    assert.match(client.errors, reason);
  }
});

test('headers, origin, subprotocols and credentials reach $connect', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await connect([emulator.url('/dev?protocol=chat', 'ws'), '-H', 'X-Token: a: b', '--header=x-empty:', '-s', 'chat', '-s', 'other', '-o', 'http://page.example', '--auth', 'ada:secret', '-x', '/quit', '--json']);
  const { headers } = await connectEvent(emulator);

  assert.equal(headers['X-Token'], 'a: b');
  assert.equal(headers['Sec-WebSocket-Protocol'], 'chat, other');
  assert.equal(headers.Origin, 'http://page.example');
  assert.equal(headers.Authorization, `Basic ${Buffer.from('ada:secret').toString('base64')}`);
  assert.match(headers['User-Agent'], /^postern\//);
  assert.equal(client.happened[0].protocol, 'chat');
  assert.equal(client.status, 0);
});

test('a handler that chooses no subprotocol is warned about, since browsers would close', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await connect([emulator.url('/dev', 'ws'), '-s', 'chat', '-x', '/quit']);

  assert.match(client.errors, /warning: the server chose none of the subprotocols/);
  assert.equal(client.status, 0);
});

test('a refused handshake prints status, error type and body, and exits with 1', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const unknown = await connect([emulator.url('/nope', 'ws')]);
  const refused = await connect([emulator.url('/dev?status=401', 'ws'), '--json']);

  assert.equal(unknown.status, 1);
  assert.equal(unknown.output, '');
  assert.match(unknown.errors, /^refused: HTTP\/1\.1 403 Forbidden\nx-amzn-ErrorType: ForbiddenException\n\{"message":"Forbidden".*\}\n/);
  const misnamed = await connect(['prod?a=dev', '--endpoint', emulator.url()]);
  const named = await connect(['dev?status=403', '--endpoint', emulator.url()]);
  assert.equal(misnamed.status, 1);
  assert.ok(misnamed.errors.endsWith(`no such stage; it serves\n  ${emulator.url('/dev', 'ws')}  (API echo, id a1b2c3d4e5)\n`), misnamed.errors);
  assert.equal(named.errors, 'refused: HTTP/1.1 403 Forbidden\nstatus 403\n');

  assert.equal(refused.status, 1);
  assert.equal(refused.happened[0].event, 'refused');
  assert.equal(refused.happened[0].status, 401);
  assert.equal(refused.happened[0].body, 'status 401');
});

test('pings are answered, and commands work in -x', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const pinged = Connect.start([emulator.url('/dev', 'ws'), '-x', '/ping hello', '-w', '-1', '--json']);
  await pinged.sees('"event":"pong","data":"hello"');
  pinged.child.kill('SIGTERM');
  assert.equal(await pinged.exit(), 0);

  const closed = await connect([emulator.url('/dev', 'ws'), '-x', '/close 4001 bye']);
  assert.equal(closed.status, 0);
  assert.match(closed.errors, /^Disconnected \(code: 4001, /);
  const { requestContext } = await emulator.event((event) => event.requestContext.disconnectStatusCode === 4001);
  assert.equal(requestContext.disconnectReason, 'bye');
});

test('pings and pongs are shown with -P only', async (t) => {
  const url = await startServer(t, (socket) => {
    socket.ping('are you there');
    socket.on('pong', (data) => { socket.send(`pong ${data}`); socket.close(1000); });
  });
  const silent = await connect([url], { input: 'pipe' });
  const shown = await connect([url, '-P'], { input: 'pipe' });

  assert.equal(silent.output, 'pong are you there\n');
  assert.equal(silent.errors, 'Disconnected (code: 1000, reason: "")\n');
  assert.equal(shown.errors, `received ping: are you there\n${silent.errors}`);
});

test('a message over 32 KB goes in frames of 32 KB and arrives as one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '-w', 'inf']);
  const text = 'x'.repeat(100_000);

  client.write(`${text}\n`);
  const { body } = await emulator.event((event) => event.requestContext.eventType === 'MESSAGE');
  assert.equal(body, text);
  assert.equal(await client.interrupt(), 0);
});

test('a message over 128 KB is sent with a warning, and AWS\'s close makes it fail', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '-w', 'inf']);

  client.end(`${'x'.repeat(131_073)}\n`);
  assert.equal(await client.exit(), 1);
  assert.match(client.errors, /warning: a message of 131073 bytes/);
  assert.match(client.errors, /Disconnected \(code: 1009/);
});

test('what isn\'t UTF-8 isn\'t sent, and said so', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws')]);

  client.write(Buffer.concat([Buffer.from([0x61, 0xff, 0x0a]), Buffer.from('{"action":"ask","body":"fine"}\n')]));
  await client.sees('fine\n');
  assert.equal(await client.interrupt(), 1);
  assert.equal(client.output, 'fine\n');
  assert.match(client.errors, /not sent: this isn't valid UTF-8/);
});

test('a close by the backend is printed, and is a success', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '--json']);
  const { requestContext } = await connectEvent(emulator);
  const { connectionId } = requestContext;

  await client.sees('"event":"open"');
  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'from outside \u009b' }));
  await client.sees('"data":"from outside \\u009b"'); // C1 reaches no terminal
  await emulator.management.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  assert.equal(await client.exit(), 0);
  assert.deepEqual(client.happened.map(({ event }) => event), ['open', 'message', 'close']);
  assert.equal(client.happened[2].code, 1000);
  for (const { time } of client.happened) assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});

test('closes that mean trouble, and lost connections, make it fail', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const lost = Connect.start([emulator.url('/dev', 'ws'), '--json']);
  await lost.sees('"event":"open"');
  await emulator.stop('SIGKILL');
  assert.equal(await lost.exit(), 1);
  assert.deepEqual([lost.happened[1].event, lost.happened[1].code], ['close', 1006]);

  const closing = await startServer(t, (socket) => socket.close(4000, 'go \u001b[2J away'));
  const closed = await connect([closing], { input: 'pipe' });
  assert.equal(closed.status, 1);
  assert.equal(closed.errors, 'Disconnected (code: 4000, reason: "go \\u001b[2J away")\n');
});

test('a server that doesn\'t answer our close is waited for until the second Ctrl-C', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '-w', 'inf', '--json']);

  await client.sees('"event":"open"');
  emulator.child.kill('SIGSTOP');
  client.child.kill('SIGINT');
  await until('the signal to be taken', () => !fs.readFileSync(`/proc/${client.child.pid}/status`, 'utf8').match(/^ShdPnd:.*[1-9a-f]/m));
  client.child.kill('SIGINT');
  assert.equal(await client.exit(), 0);
  emulator.child.kill('SIGCONT');
  assert.deepEqual(client.happened.map(({ event, code }) => [event, code]), [['open', undefined], ['close', 1006]]);
});

test('nobody who reads standard output is no reason to hang', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '-w', 'inf']);

  client.write('{"action":"ask","body":"one"}\n');
  await client.sees('one\n');
  client.child.stdout.destroy();
  client.write('{"action":"ask","body":"two"}\n');
  assert.equal(await client.exit(), 0);
});

test('binary messages go to a pipe as they are, and are base64 in JSON', async (t) => {
  const bytes = Buffer.from([0, 1, 0xff, 0x1b]);
  const url = await startServer(t, (socket) => { socket.send(bytes); socket.close(1000); });
  const raw = await connect([url], { input: 'pipe' });
  const json = await connect([url, '--json'], { input: 'pipe' });

  assert.deepEqual(Buffer.concat(raw.chunks), Buffer.concat([bytes, Buffer.from('\n')]));
  assert.equal(raw.status, 0);
  assert.deepEqual([json.happened[1].type, json.happened[1].data], ['binary', bytes.toString('base64')]);
});

test('a message that never ends is refused with 1009', async (t) => {
  let code;
  const url = await startServer(t, (socket) => { socket.on('close', (given) => { code = given; }); socket.send('x'.repeat(17 * 1024 * 1024)); });
  const client = await connect([url], { input: 'pipe' });

  assert.equal(client.status, 1);
  assert.equal(client.output, '');
  assert.match(client.errors, /more than 16 MiB/);
  await until('the server to know', () => code === 1009);
});

test('wss is trusted by the emulator\'s authority only, unless unchecked', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const url = emulator.url('/dev', 'wss');
  const cwd = temporaryFolder(t);
  const ca = path.join(emulator.folder, '.postern/ca.pem');

  const untrusted = await connect([url], { cwd });
  assert.equal(untrusted.status, 1);
  assert.match(untrusted.errors, /TLS was refused: .*certificate.*--no-check/);
  for (const [more, options] of [[['-n'], { cwd }], [['--ca', ca], { cwd }], [['--data', path.dirname(ca)], { cwd }], [[], { cwd: emulator.folder }], [[], { cwd, env: { NODE_EXTRA_CA_CERTS: ca } }]])
    assert.equal((await ask([url, ...more], 'secret', options)).output, 'secret\n', more.join(' '));
  const foreign = await connect([emulator.url('/dev', 'wss').replace('localhost', '127.0.0.1'), '--ca', ca, '-x', '/quit'], { cwd });
  assert.equal(foreign.status, 0, foreign.errors);
});

test('at a terminal lines are sent, answers shown, and the history kept for the user alone', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const home = temporaryFolder(t);
  const first = Connect.start([emulator.url('/dev', 'ws')], { isTerminal: true, env: { HOME: home } });

  await first.sees('Connected to ws://localhost');
  await first.type('> ', '{"action":"ask","body":"gr\u00fc\u00dfe \\u001b[2J"}\r');
  await first.type('< gr\u00fc\u00dfe \\u001b[2J', '/bogus\r');
  await first.type('no such command', '/ping x\r');
  await first.type('received pong: x', '\u0004');
  assert.equal(await first.exit(), 0);
  assert.match(first.output, /Disconnected \(code: 1000/);
  assert.ok(!first.output.includes('\u001b[2J'));
  assert.equal(fs.statSync(path.join(home, '.postern_history')).mode & 0o777, 0o600);

  const second = Connect.start([emulator.url('/dev', 'ws')], { isTerminal: true, env: { HOME: home, NO_COLOR: '1' } });
  await second.type('> ', '\u001b[A\u001b[A\u001b[A'); // up to what was sent
  await second.type('body', '\r');
  await second.sees('< gr\u00fc\u00dfe');
  second.write('\u0003');
  assert.equal(await second.exit(), 0);
  assert.ok(!/\u001b\[\d*m/.test(second.output));
});

test('at a terminal a message that comes leaves the line being typed in place', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws'), '--no-color'], { isTerminal: true });
  const { requestContext } = await connectEvent(emulator);
  const long = `{"action":"ask","body":"${'long '.repeat(12)}"}`; // more than a row

  await client.type('> ', long);
  await client.sees(/"\}$/);
  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: requestContext.connectionId, Data: 'first\nsecond' }));
  await client.sees(/\u001b\[1A\r\u001b\[J< first\r\n {2}second\r\n/);
  await client.sees(/"\}$/); // typed again
  client.write('\r');
  await client.sees('< long long');
  client.write('/close 4321 enough\r');
  assert.equal(await client.exit(), 0);
  assert.match(client.output, /Disconnected \(code: 4321/);
});

test('at a terminal lines that are pasted are as many messages', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws')], { isTerminal: true });
  const bodies = Array.from({ length: 20 }, (_, i) => `line ${i}`);

  await client.type('> ', `${bodies.map((body) => JSON.stringify({ action: 'tell', body })).join('\r')}\r`);
  const sent = () => emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE').map(({ event }) => JSON.parse(event.body).body);
  await until('all lines', () => sent().length === bodies.length, () => JSON.stringify(sent()));
  assert.deepEqual(sent().sort(), bodies.sort());
  client.write('/quit\r');
  assert.equal(await client.exit(), 0);
});

test('at a terminal Ctrl-Z gives the terminal back, and going on shows the line again', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = Connect.start([emulator.url('/dev', 'ws')], { isTerminal: true });
  const stopped = () => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0] === 'T';
  let pid;

  await client.type('> ', 'half a l');
  await client.sees('half a l');
  pid = fs.readFileSync(`/proc/${client.child.pid}/task/${client.child.pid}/children`, 'utf8').trim();
  client.write('\u001a');
  await until('it to stop', stopped);
  process.kill(Number(pid), 'SIGCONT');
  await client.sees('half a l');
  client.write('\u0003');
  assert.equal(await client.exit(), 0);
});

test('at a terminal binary messages are dumped, and the server\'s close ends it', async (t) => {
  const url = await startServer(t, (socket) => {
    socket.send(Buffer.from('\u001b]0;title\u0007'));
    socket.on('message', () => socket.close(1001, 'over'));
  });
  const client = Connect.start([url], { isTerminal: true });

  await client.sees('00000000  1b 5d 30 3b 74 69 74 6c  65 07');
  client.write('end\r');
  assert.equal(await client.exit(), 0);
  assert.match(client.output, /Disconnected \(code: 1001, reason: "over"\)/);
  assert.ok(!client.output.includes('\u0007'));
});
