// Hot reload: what a changed file sets off while clients stay connected.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import WebSocket from 'ws';

import { startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';
import { processesIn } from './support/processes.js';
import { until } from './support/until.js';

const NODE = { runtime: 'nodejs20.x', handler: 'app.handler' };
const PYTHON = { runtime: 'python3.12', handler: 'app.handler' };

// Handlers that answer with their version.
const node = (version) => `exports.handler = async () => ({ statusCode: 200, body: '${version}' });\n`;
const python = (version) => `def handler(event, context):\n    return {"statusCode": 200, "body": "${version}"}\n`;

// Node's, that tells its version once the file is there that the message names.
const patient = (version) => `const fs = require('node:fs');
exports.handler = async ({ body }) => {
  while (!fs.existsSync(body)) await new Promise((resolve) => setTimeout(resolve, 5));
  return { statusCode: 200, body: '${version}' };
};
`;

// A project with one function f behind a two-way $default route; more goes over its API.
function project(definition = NODE, more = {}, functions = {}) {
  return {
    functions: { f: definition, ...functions },
    apis: { a: { id: 'a000000001', routes: { $default: { function: 'f', routeResponse: true }, ...more.routes }, stages: more.stages ?? { dev: {} } } },
  };
}

const start = (t, files, options = {}) => startEmulator(t, null, { files, ...options });

const reloads = (emulator) => emulator.log.split('\n').filter((line) => line.includes('reason=reloaded'));

// Changes files, and waits until the emulator says that it has taken them.
async function change(emulator, files, pattern = /reason=reloaded/) {
  const seen = emulator.log.length;
  writeFiles(emulator.folder, files);
  await until(`a log line like ${pattern}`, () => emulator.log.slice(seen).split('\n').slice(0, -1).some((line) => pattern.test(line)));
}

for (const [what, definition, file, source] of [['Node', NODE, 'app.js', node], ['Python', PYTHON, 'app.py', python]]) {
  test(`an open connection gets its next answer from changed ${what} code`, async (t) => {
    const emulator = await start(t, { 'postern.json': project(definition), [file]: source('one') });
    const client = await emulator.connect();

    assert.equal(await client.ask('x'), 'one');
    for (const version of ['two', 'three']) {
      await change(emulator, { [file]: source(version) }, new RegExp(`reloaded f in .*${file} has changed`));
      assert.equal(await client.ask('x'), version);
    }
    await client.close();
  });
}

test('a change takes effect within a second', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const client = await emulator.connect();

  assert.equal(await client.ask('x'), 'one');
  await change(emulator, { 'app.js': node('two') });
  const [, milliseconds] = /in (\d+) ms/.exec(reloads(emulator)[0]);
  assert.ok(Number(milliseconds) < 1000, reloads(emulator)[0]);
  await client.close();
});

test('an invocation that runs ends on the old code, and others meanwhile get the new', async (t) => {
  const emulator = await start(t, { 'postern.json': project({ ...NODE, timeout: 60 }), 'app.js': patient('one') });
  const [gate, open] = emulator.gate('answer');
  const [openGate, openAtOnce] = emulator.gate('open');
  const client = await emulator.connect();
  const other = await emulator.connect();

  openAtOnce();
  assert.equal(await other.ask(openGate), 'one');
  client.send(gate);
  await until('the process to have the message', async () => (await other.ask(openGate)) === 'one' && processesIn(emulator.folder).length === 2);
  await change(emulator, { 'app.js': patient('two') });
  assert.equal(await other.ask(openGate), 'two');
  open();
  assert.equal(await client.nextMessage(), 'one');
  assert.equal(await client.ask(gate), 'two');
  await Promise.all([client.close(), other.close()]);
});

test('routes that come and go count for the next message of open connections', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('default'), 'hello.js': node('hello') });
  const hello = project(NODE, { routes: { hello: { function: 'g', routeResponse: true } } }, { g: { runtime: 'nodejs20.x', handler: 'hello.handler' } });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'hello' }), 'default');
  await change(emulator, { 'postern.json': hello }, /reloaded .*postern\.json in .*: function g added, route hello added reason/);
  assert.equal(await client.ask({ action: 'hello' }), 'hello');
  await change(emulator, { 'postern.json': project() }, /function g removed, route hello removed/);
  assert.equal(await client.ask({ action: 'hello' }), 'default');
  await client.close();
});

test("a changed environment reaches the next process, the project's and .env's", async (t) => {
  const app = "exports.handler = async () => ({ statusCode: 200, body: `${process.env.COLOR} ${process.env.SIZE}` });\n";
  const emulator = await start(t, { 'postern.json': project(), 'app.js': app, '.env': 'SIZE=1\n' });
  const client = await emulator.connect();

  assert.equal(await client.ask('x'), 'undefined 1');
  await change(emulator, { 'postern.json': project({ ...NODE, environment: { COLOR: 'blue' } }) }, /function f changed/);
  assert.equal(await client.ask('x'), 'blue 1');
  await change(emulator, { '.env': 'SIZE=2\n' }, /function f changed/);
  assert.equal(await client.ask('x'), 'blue 2');
  await client.close();
});

for (const [what, folderOf] of [['elsewhere', (outside) => path.join(outside, 'settings')], ['in a folder without code', (outside) => path.join(outside, 'project/settings')]]) {
  test(`an --env-file ${what} is watched, and nothing beside it`, async (t) => {
    const app = 'exports.handler = async () => ({ statusCode: 200, body: process.env.SIZE });\n';
    const outside = temporaryFolder(t);
    const folder = folderOf(outside);
    writeFiles(path.join(outside, 'project'), { 'postern.json': project({ ...NODE, codeUri: 'src' }), 'src/app.js': app });
    writeFiles(folder, { 'dev.env': 'SIZE=1\n' });
    const emulator = await startEmulator(t, null, { folder: path.join(outside, 'project'), args: ['--env-file', path.join(folder, 'dev.env')] });
    const client = await emulator.connect();

    assert.equal(await client.ask('x'), '1');
    writeFiles(folder, { 'app.js': '', 'postern.json': '{' });
    writeFiles(folder, { 'dev.env': 'SIZE=2\n' });
    await emulator.waitForLog(/function f changed/);
    assert.equal(await client.ask('x'), '2');
    assert.equal(reloads(emulator).length, 1);
    await client.close();
  });
}

test('`postern run` reloads, too', async (t) => {
  const script = `const fs = require('node:fs');
fs.writeFileSync('project/app.js', fs.readFileSync('project/app.js', 'utf8').replace('one', 'two'));
const look = setInterval(() => fs.existsSync('seen') && (clearInterval(look), process.exit(3)), 5);`;
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });

  await emulator.stop();
  emulator.spawn(['run', emulator.folder, '--port', '0', '--', process.execPath, '-e', script]);
  await emulator.waitForLog(/reloaded f in .*: app\.js has changed/);
  fs.writeFileSync(path.join(emulator.outside, 'seen'), '');
  await emulator.ended;
  assert.deepEqual(emulator.exit, { status: 3, signal: null });
});

test('a broken project is told with its lines, once, and the last good one serves until it is mended', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const client = await emulator.connect();
  const problems = () => emulator.log.split('\n').filter((line) => /postern\.json:\d+: /.test(line));

  await change(emulator, { 'postern.json': '{\n  "functions": {\n' }, /what was read last goes on serving/);
  assert.match(problems()[0], /error .*postern\.json:3: .*reason=broken-project/);
  assert.equal(await client.ask('x'), 'one');
  await (await emulator.connect()).close();

  const before = problems().length;
  await change(emulator, { 'postern.json': '{\n  "functions": {\n', 'app.js': node('two') });
  assert.equal(await client.ask('x'), 'two');
  await change(emulator, { 'postern.json': { functions: { f: { ...NODE, hendler: 1 } } } }, /unknown key "hendler"/);
  assert.equal(problems().filter((line) => line.includes(':3: ')).length, before);

  await change(emulator, { 'postern.json': project() }, /can be used again/);
  assert.equal(await client.ask('x'), 'two');
  await client.close();
});

test('a project file that is deleted, renamed over or written anew is followed', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const file = path.join(emulator.folder, 'postern.json');
  const client = await emulator.connect();

  fs.rmSync(file);
  await emulator.waitForLog(/postern\.json: has gone/);
  assert.equal(await client.ask('x'), 'one');
  await change(emulator, { 'postern.json': project(NODE, { routes: { hello: { function: 'f' } } }) }, /route hello added/);
  writeFiles(emulator.folder, { 'postern.json.new': project() });
  fs.renameSync(`${file}.new`, file);
  await emulator.waitForLog(/route hello removed/);
  assert.ok(!emulator.log.includes('reloaded f in')); // the name on the way was no code
  assert.equal(await client.ask('x'), 'one');
  await client.close();
});

test('a project that appears in an empty folder is served', async (t) => {
  const emulator = await start(t, {});

  assert.equal((await emulator.refused('/dev')).status, 403);
  await change(emulator, { 'app.js': node('one'), 'postern.json': project() }, /API a added/);
  const client = await emulator.connect();
  assert.equal(await client.ask('x'), 'one');
  await client.close();
});

test('connections to a stage that is removed are closed with 1001, and its $disconnect still runs', async (t) => {
  const echo = { runtime: 'nodejs20.x', handler: 'echo.handler' };
  const routes = { $connect: { function: 'gone' }, $disconnect: { function: 'gone' } };
  const both = project(NODE, { routes, stages: { dev: {}, old: { stageVariables: { color: 'red' } } } }, { gone: echo });
  const emulator = await startEmulator(t, 'echo', { files: { 'postern.json': both, 'app.js': node('one') } });
  const staying = await emulator.connect('/dev');
  const leaving = await emulator.connect('/old');

  await change(emulator, { 'postern.json': project() }, /function gone removed, .*stage old removed/);
  assert.deepEqual(await leaving.whenClosed(), { code: 1001, reason: 'Going away' });
  const event = await emulator.disconnectEvent(leaving.connectionId);
  assert.equal(event.requestContext.stage, 'old');
  assert.deepEqual(event.stageVariables, { color: 'red' });
  assert.equal((await emulator.refused('/old')).status, 403);
  assert.equal(await staying.ask('x'), 'one');
  await staying.close();
});

test('a client whose stage is removed while its $connect handler runs is accepted and closed with 1001', async (t) => {
  const routes = { $connect: { function: 'gone' }, $disconnect: { function: 'gone' } };
  const gone = { gone: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 } };
  const emulator = await startEmulator(t, 'echo', { files: { 'postern.json': project(NODE, { routes, stages: { old: {} } }, gone), 'app.js': node('one') } });
  const [gate, open] = emulator.gate('connect');
  const connecting = emulator.connect(`/old?waitFor=${gate}`);

  await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT');
  await change(emulator, { 'postern.json': project() }, /stage old removed/);
  open();
  const client = await connecting;
  assert.equal((await client.whenClosed()).code, 1001);
  assert.equal((await emulator.disconnectEvent(client.connectionId)).requestContext.disconnectStatusCode, 1001);
});

test('an API with another id is another API', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const client = await emulator.connect();
  const other = project();

  other.apis.a.id = 'b000000002';
  await change(emulator, { 'postern.json': other }, /API a added, API a removed/);
  assert.equal((await client.whenClosed()).code, 1001);
  await (await emulator.connect('/b000000002/dev')).close();
});

test('code in new folders below, and in a codeUri elsewhere that comes later, is watched', async (t) => {
  const elsewhere = path.join(temporaryFolder(t), 'dist');
  const built = { g: { ...NODE, codeUri: elsewhere } };
  const emulator = await start(t, {
    'postern.json': project({ ...NODE, handler: 'lib/deep/app.handler' }, { routes: { built: { function: 'g', routeResponse: true } } }, built),
  });
  const client = await emulator.connect();

  await change(emulator, { 'lib/deep/app.js': node('one') }, /reloaded f/);
  assert.equal(await client.ask('x'), 'one');
  await change(emulator, { 'lib/deep/app.js': node('two') }, /reloaded f in .*lib\/deep\/app\.js/);
  assert.equal(await client.ask('x'), 'two');
  for (const version of ['three', 'four']) {
    const seen = emulator.log.length;
    fs.rmSync(elsewhere, { recursive: true, force: true });
    writeFiles(elsewhere, { 'app.js': node(version) });
    await until('the other folder to be noticed', () => /reloaded g/.test(emulator.log.slice(seen)));
    await until('its code to run', async () => (await client.ask({ action: 'built' })) === version);
  }
  await client.close();
});

test('a symbolic link to code that is led elsewhere is followed, and so are the files there', async (t) => {
  const releases = temporaryFolder(t);
  for (const version of ['one', 'two']) writeFiles(path.join(releases, version), { 'app.js': node(version) });
  const folder = path.join(temporaryFolder(t), 'project');
  writeFiles(folder, { 'postern.json': project({ ...NODE, codeUri: './current/' }) });
  fs.symlinkSync(path.join(releases, 'one'), path.join(folder, 'current'));
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect();

  assert.equal(await client.ask('x'), 'one');
  fs.symlinkSync(path.join(releases, 'two'), path.join(folder, 'next'));
  fs.renameSync(path.join(folder, 'next'), path.join(folder, 'current'));
  await until('the other code to run', async () => (await client.ask('x')) === 'two');
  writeFiles(path.join(releases, 'two'), { 'app.js': node('three') });
  await until('its change to run', async () => (await client.ask('x')) === 'three');
  await client.close();
});

test('the ready file names the stages that there are after a change', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const names = () => JSON.parse(fs.readFileSync(emulator.readyFile, 'utf8')).apis.flatMap((api) => api.stages.map((stage) => stage.name));

  assert.deepEqual(names(), ['dev']);
  await change(emulator, { 'postern.json': project(NODE, { stages: { dev: {}, beta: {} } }) });
  await until('the new stage to be named', () => names().includes('beta'));
});

test('what is no code sets off nothing: packages, hidden files, what editors leave, the data folder', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') }, { args: ['--data', 'project/data'] });
  const client = await emulator.connect();

  assert.equal(await client.ask('x'), 'one');
  writeFiles(emulator.folder, { 'node_modules/a/index.js': '', '.git/HEAD': '', '.app.js.swp': '', 'app.js~': '', 4913: '', '__pycache__/a.pyc': '', 'data/more': '' });
  await change(emulator, { 'app.js': node('two') }, /reloaded f in .*: app\.js has changed/);
  assert.equal(reloads(emulator).length, 1);
  await client.close();
});

test('a file that is only touched ends idle processes and nothing else', async (t) => {
  const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') });
  const client = await emulator.connect();

  assert.equal(await client.ask('x'), 'one');
  await change(emulator, { 'app.js': node('one') });
  await until('the idle process to be gone', () => processesIn(emulator.folder).length === 0);
  assert.equal(await client.ask('x'), 'one');
  await client.close();
});

test('a handler that writes into its own folder serves, and is told to write elsewhere', async (t) => {
  const writer = `const fs = require('node:fs');
fs.writeFileSync('started.txt', String(process.pid));
${node('written')}`;
  const emulator = await start(t, { 'postern.json': project(), 'app.js': writer });
  const client = await emulator.connect();

  await until('the warning', async () => {
    assert.equal(await client.ask('x'), 'written');
    return /started\.txt changes whenever the function runs.*os\.tmpdir\(\)/.test(emulator.log);
  });
  assert.equal(emulator.log.match(/reason=changes-itself/g).length, 1);
  await client.close();
});

for (const [what, options] of [['--no-watch', { args: ['--no-watch'] }], ['POSTERN_NO_WATCH', { env: { POSTERN_NO_WATCH: 'on' } }]]) {
  test(`with ${what} a process goes on as it is`, async (t) => {
    const emulator = await start(t, { 'postern.json': project(), 'app.js': node('one') }, options);
    const client = await emulator.connect();

    assert.equal(await client.ask('x'), 'one');
    writeFiles(emulator.folder, { 'app.js': node('two') });
    const end = Date.now() + 1000; // nothing tells that nothing happens
    while (Date.now() < end) assert.equal(await client.ask('x'), 'one');
    assert.deepEqual(reloads(emulator), []);
    await client.close();
  });
}

// What a client does in a storm, by its number: it always vanishes in one way or another.
async function weather(emulator, number) {
  const client = await emulator.connect().catch(() => undefined); // a stage may be gone just now
  if (!client) return;
  client.send({ action: number % 3 ? 'hello' : 'x', number });
  if (number % 4 === 0) await until('an answer, or the end', () => client.messages.length > 0 || client.socket.readyState !== WebSocket.OPEN);
  if (number % 2) await client.drop();
  else await client.close();
}

test('a storm of reloads and clients ends with a clean stop that leaves nothing behind', async (t) => {
  const routes = { $connect: { function: 'f' }, $disconnect: { function: 'g' } };
  const projects = [
    project(NODE, { routes }, { g: PYTHON }),
    project(NODE, { routes: { ...routes, hello: { function: 'g', routeResponse: true } } }, { g: PYTHON }),
    project({ ...NODE, environment: { A: 'b' } }, { routes, stages: { other: {} } }, { g: PYTHON }),
    '{',
  ];
  const emulator = await start(t, { 'postern.json': projects[0], 'app.js': node('one'), 'app.py': python('one') });
  const end = Date.now() + 4000;
  let number = 0;
  const clients = Array.from({ length: 8 }, async () => {
    while (Date.now() < end) await weather(emulator, number++);
  });
  const changes = (async () => {
    for (let i = 0; Date.now() < end; i++) {
      writeFiles(emulator.folder, { 'postern.json': projects[i % projects.length], 'app.js': node(i), [`more/${i % 7}.py`]: '' });
      if (i % 5 === 0) fs.rmSync(path.join(emulator.folder, 'more'), { recursive: true });
      await pause(50);
    }
  })();

  await Promise.all([...clients, changes]);
  await change(emulator, { 'postern.json': projects[0], 'app.js': node('calm') });
  const staying = await until('a connection', () => emulator.connect().catch(() => undefined));
  assert.equal(await staying.ask('x'), 'calm');
  assert.ok(reloads(emulator).length > 10, `${reloads(emulator).length} reloads`);
  assert.deepEqual(await emulator.stop(), { status: 0, signal: null });
  assert.equal((await staying.whenClosed()).code, 1001);
  assert.deepEqual(processesIn(emulator.folder), []);
});
