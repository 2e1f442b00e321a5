// get, send, disconnect, connections and reset: a running emulator from the command line.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { postern } from './support/command.js';
import { BINARY, environment, makeProject, startEmulator, temporaryFolder, test } from './support/emulator.js';
import { until } from './support/until.js';

const GONE = 'uNLt5z3p2nICAAA=';

// An emulator and what runs a command on it: fine(…) must exit with 0 and say nothing else, refused(…) with 1; both give the output.
async function start(t, project = 'echo', options = {}) {
  const emulator = await startEmulator(t, project, options);
  const run = (args, more = {}) => postern(args, { ...more, env: { POSTERN_HTTP: emulator.url(), ...more.env } });
  const fine = async (...args) => {
    const { status, stdout, stderr } = await run(args);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '));
    return stdout;
  };
  const refused = async (...args) => {
    const { status, stdout, stderr } = await run(args);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' }, args.join(' '));
    assert.ok(stderr.startsWith(`postern ${args[0]}: `) && stderr.endsWith('\n'), stderr);
    return stderr;
  };
  return { emulator, run, fine, refused };
}

test('send reaches the client, with a text, a file, a pipe and standard input', async (t) => {
  const { emulator, run, fine } = await start(t);
  const client = await emulator.connect();
  const id = client.connectionId;
  const file = path.join(temporaryFolder(t), 'data');
  fs.writeFileSync(file, 'from a file\nof two lines\n');

  assert.equal(await fine('send', id, 'a text'), '');
  assert.equal(await client.nextMessage(), 'a text');
  await fine('send', id, `@${file}`);
  assert.equal(await client.nextMessage(), 'from a file\nof two lines\n');
  await fine('send', '--file', file, id);
  assert.equal(await client.nextMessage(), 'from a file\nof two lines\n');
  for (const args of [['send', id, '-'], ['send', id]]) {
    assert.deepEqual((await run(args, { input: 'żółw' })).status, 0);
    assert.equal(await client.nextMessage(), 'żółw');
  }
  spawnSync('sh', ['-c', 'printf piped | "$0" send "$1" @/dev/stdin', BINARY, id], { env: environment({ POSTERN_HTTP: emulator.url() }) });
  assert.equal(await client.nextMessage(), 'piped');
  await fine('send', id, '--', '--json');
  assert.equal(await client.nextMessage(), '--json');
  await fine('send', id, '');
  assert.equal(await client.nextMessage(), '');
  await client.close();
});

test('send leaves it to the emulator what is too large', async (t) => {
  const { emulator, run } = await start(t);
  const client = await emulator.connect();

  assert.equal((await run(['send', client.connectionId], { input: 'x'.repeat(131_072) })).status, 0);
  assert.equal((await client.nextMessage()).length, 131_072);
  for (const size of [131_073, 5_000_000]) {
    const { status, stderr } = await run(['send', client.connectionId], { input: 'x'.repeat(size) });
    assert.equal(status, 1);
    assert.match(stderr, /^postern send: refused with 413: .*131072 bytes/);
  }
  const { status, stderr } = await run(['send', client.connectionId, '@/dev/zero']);
  assert.equal(status, 1);
  assert.match(stderr, /^postern send: cannot read \/dev\/zero: File too large\n$/);
  await client.close();
});

test('get says when, from where and with what a client is connected', async (t) => {
  const { emulator, fine } = await start(t);
  const before = Date.now();
  const client = await emulator.connect('/dev', { headers: { 'User-Agent': 'an agent/1.0 (x; y)' } });
  const lines = (await fine('get', client.connectionId)).split('\n');
  const field = (name) => lines.find((line) => line.startsWith(name)).slice(name.length).trim();

  assert.ok(Date.parse(field('connected')) >= before);
  assert.ok(Date.parse(field('last active')) >= before);
  assert.match(field('source IP'), /^127\.0\.0\.1$|^::1$/);
  assert.equal(field('user agent'), 'an agent/1.0 (x; y)');
  const answer = JSON.parse(await fine('get', client.connectionId, '--json'));
  assert.equal(answer.connectedAt, field('connected'));
  assert.equal(answer.identity.userAgent, 'an agent/1.0 (x; y)');
  await client.close();
});

test('disconnect closes the client, and its $disconnect handler runs', async (t) => {
  const { emulator, fine } = await start(t);
  const client = await emulator.connect();

  assert.equal(await fine('disconnect', client.connectionId), '');
  await client.whenClosed();
  await emulator.disconnectEvent(client.connectionId);
});

test('a connection that is gone is refused with 410, which says what to do', async (t) => {
  const { refused } = await start(t);

  for (const args of [['get', GONE], ['send', GONE, 'x'], ['disconnect', GONE]]) {
    assert.match(await refused(...args), /^postern \w+: refused with 410: the connection is gone.*`postern connections`/);
  }
  assert.match(await refused('get', 'not/an id'), /refused with 400 \(Invalid connectionId: not\/an id\)/);
});

test('connections lists them a line each, the oldest first, and as JSON', async (t) => {
  const { emulator, run, fine } = await start(t);
  const none = await run(['connections']);
  assert.deepEqual([none.status, none.stdout], [0, '']);
  assert.equal(await fine('connections', '--json'), '{"items":[]}\n');
  const clients = [];
  for (let i = 0; i < 3; i++) clients.push(await emulator.connect('/dev', { headers: { 'User-Agent': `agent ${i}` } }));
  const ids = clients.map(({ connectionId }) => connectionId);
  const lines = (await fine('connections')).split('\n');

  assert.equal(lines.pop(), '');
  assert.deepEqual(lines.map((line) => line.split(/\s+/)[0]), ids);
  for (const [i, line] of lines.entries()) assert.match(line, new RegExp(`^\\S{16}  a1b2c3d4e5 dev +\\d+s ago +\\S+ +agent ${i}$`));
  const { items } = JSON.parse(await fine('connections', '--json'));
  assert.deepEqual(items.map(({ connectionId }) => connectionId), ids);
  assert.equal(items[1].userAgent, 'agent 1');
  assert.equal(JSON.parse(await fine('connections', '--json', '--api', 'a1b2c3d4e5', '--stage', 'dev')).items.length, 3);
  assert.equal(await fine('connections', '--stage', 'prod'), '');
  assert.equal(await fine('connections', '--api', 'dev&stage=x'), '');
  await Promise.all(clients.map((client) => client.close()));
});

test('connections walks all pages', async (t) => {
  const { emulator, fine } = await start(t, null, { files: { 'postern.json': { apis: { many: { id: 'many000001', routes: { $connect: {} }, stages: { dev: {} } } } } }, args: ['--limits', 'relaxed'] });
  const clients = [];
  for (let i = 0; i < 11; i++) clients.push(...await Promise.all(Array.from({ length: 100 }, () => emulator.connect())));

  const lines = (await fine('connections')).trim().split('\n');
  assert.equal(lines.length, clients.length);
  assert.equal(new Set(lines.map((line) => line.split(' ')[0])).size, clients.length);
  assert.equal(JSON.parse(await fine('connections', '--json')).items.length, clients.length);
  assert.equal(await fine('reset'), `closed ${clients.length} connections\n`);
  await Promise.all(clients.map((client) => client.whenClosed()));
});

test('reset closes every connection and says how many there were', async (t) => {
  const { emulator, fine } = await start(t);

  assert.equal(await fine('reset'), 'closed 0 connections\n');
  const client = await emulator.connect();
  assert.equal(await fine('reset'), 'closed 1 connection\n');
  assert.equal((await client.whenClosed()).code, 1001);
});

test('the emulator is found by --endpoint before POSTERN_ENDPOINT and POSTERN_HTTP', async (t) => {
  const { emulator } = await start(t);
  const elsewhere = 'http://localhost:1';
  const status = async (args, env = {}) => (await postern(['connections', ...args], { env })).status;

  for (const endpoint of [emulator.url(), `localhost:${emulator.port}/`, emulator.url('/dev', 'ws')]) {
    assert.equal(await status(['--endpoint', endpoint], { POSTERN_HTTP: elsewhere }), 0, endpoint);
  }
  assert.equal(await status([], { POSTERN_ENDPOINT: emulator.url(), POSTERN_HTTP: elsewhere }), 0);
  assert.equal(await status([], { POSTERN_HTTP: emulator.url() }), 0);
  assert.equal(await status([], { POSTERN_HTTP: emulator.url(), HTTP_PROXY: elsewhere, http_proxy: elsewhere }), 0);
});

test('an endpoint may have a stage in its path', async (t) => {
  const { emulator, run } = await start(t);
  const client = await emulator.connect();
  const get = async (endpoint) => run(['get', client.connectionId, '--endpoint', endpoint]);

  assert.equal((await get(emulator.url('/dev'))).status, 0);
  assert.equal((await get(emulator.url('/a1b2c3d4e5/dev'))).status, 0);
  assert.match((await get(emulator.url('/prod'))).stderr, /refused with 403: no API and stage/);
  await client.close();
});

test('nobody listening is said with the endpoint and how to start one', async (t) => {
  const folder = temporaryFolder(t);

  for (const args of [['get', GONE], ['send', GONE, 'x'], ['disconnect', GONE], ['connections'], ['reset']]) {
    const { status, stdout, stderr } = await postern([...args, '--endpoint', 'http://localhost:1'], { cwd: folder });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`^postern ${args[0]}: nobody answers at http://localhost:1: .*\`postern start\`.*--endpoint`));
  }
});

test('https works with the authority of the variables or of this folder, and is refused without', async (t) => {
  const { emulator } = await start(t);
  const ca = path.join(emulator.folder, '.postern/ca.pem');
  const list = (cwd, env = {}, ...more) => postern(['connections', '--endpoint', emulator.url('', 'https'), ...more], { cwd, env });

  for (const name of ['NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE']) assert.equal((await list('/', { [name]: ca })).status, 0, name);
  assert.equal((await list(emulator.folder, { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt', AWS_CA_BUNDLE: 'missing' })).status, 0);
  assert.equal((await list('/', {}, '--data', path.dirname(ca))).status, 0);
  const { status, stderr } = await list('/');
  assert.equal(status, 1);
  assert.match(stderr, /^postern connections: the certificate of https:\/\/localhost:\d+ isn't trusted .*--data/);
});

test('what is no emulator is noticed', async (t) => {
  const server = http.createServer((request, response) => {
    if (request.url.startsWith('/_postern/')) response.end('<html>');
    else response.writeHead(request.method === 'GET' ? 200 : 502).end('{"message":"a\\u001bb"}');
  }).listen(0, 'localhost');
  await until('the server to listen', () => server.listening);
  const env = { POSTERN_HTTP: `http://localhost:${server.address().port}` };

  try {
    for (const args of [['connections'], ['reset'], ['get', GONE]]) {
      const { status, stderr } = await postern(args, { env });
      assert.equal(status, 1);
      assert.match(stderr, /isn't postern/);
    }
    assert.equal((await postern(['send', GONE, 'x'], { env })).stderr, 'postern send: refused with 502 (a\\u001bb)\n');
  } finally {
    server.close();
  }
});

test('wrong usage is told from a refusal by its status', async (t) => {
  const cases = [
    [['get'], /lacks CONNECTION_ID: one of those that `postern connections` lists/],
    [['get', GONE, 'x'], /"x" is too much: CONNECTION_ID is "uNLt5z3p2nICAAA=" already/],
    [['send', GONE, 'x', '--file', 'y'], /either DATA or --file, not both/],
    [['connections', 'x'], /"x" is too much: only options are taken/],
    [['connections', '--endpoint', 'ftp://x'], /--endpoint takes a URL like http:\/\/localhost:3001/],
    [['reset', '--jsno'], /unknown option --jsno/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = await postern(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
  }
  const { status, stderr } = await postern(['reset'], { env: { POSTERN_HTTP: 'ftp://x' } });
  assert.equal(status, 2);
  assert.match(stderr, /POSTERN_HTTP is no URL/);
  assert.equal((await postern(['send', GONE, '@missing'], { cwd: temporaryFolder(t) })).stderr, 'postern send: cannot read missing: No such file or directory\n');
});

test('run gives its command an emulator that the other subcommands find', async (t) => {
  const folder = makeProject(t, 'echo');
  const { status, stdout } = await postern(['run', folder, '--port', '0', '--', 'sh', '-c', '"$0" connections --json && "$0" reset', BINARY]);

  assert.equal(status, 0);
  assert.equal(stdout, '{"items":[]}\nclosed 0 connections\n');
});
