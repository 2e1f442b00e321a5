// postern event: sample events are what handlers really get.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, makeProject, ROOT, startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';
import { assertWellFormed } from './support/events.js';

const postern = (args, options = {}) => spawnSync(BINARY, args, { encoding: 'utf8', env: environment(options.env), timeout: 60_000, ...options });

// Standard output of an event that must succeed, as text.
function event(args, options) {
  const { status, stdout, stderr } = postern(['event', ...args], options);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout;
}

// The members' names, in their order, with those of the objects within.
const shape = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.entries(value).map(([name, member]) => [name, shape(member)]) : typeof value);

test('a sample has the members of a real event, in their order', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--domain', 'localhost:3001'] });
  const client = await emulator.connect('/dev?token=a%26b');
  await client.ask({ action: 'ask' });
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  const real = Object.fromEntries(emulator.events().map((seen) => [seen.event.requestContext.eventType.toLowerCase(), seen.event]));

  for (const [kind, args] of [['connect', ['--query', 'token=a&b']], ['message', ['--body', '{"action":"ask"}']], ['disconnect', []]]) {
    const sample = JSON.parse(event([kind, emulator.folder, ...args]));
    assertWellFormed(sample);
    assert.deepEqual(shape(sample), shape(real[kind]), kind);
    for (const name of ['routeKey', 'eventType', 'stage', 'apiId', 'domainName', 'messageDirection', 'disconnectStatusCode', 'disconnectReason'])
      assert.equal(sample.requestContext[name], real[kind].requestContext[name], `${kind} ${name}`);
    assert.deepEqual(sample.queryStringParameters, real[kind].queryStringParameters);
    assert.equal(sample.body, real[kind].body);
  }
});

// Lets everybody in, and leaves its event where the echo handler leaves its own.
const AUTHORIZER = `exports.handler = async (event) => {
  require('node:fs').appendFileSync(process.env.EVENTS_FILE, JSON.stringify({ event }) + '\\n');
  return { principalId: 'u', policyDocument: { Version: '2012-10-17', Statement: [{ Action: '*', Effect: 'Allow', Resource: '*' }] } };
};`;

test("an authorizer's sample is what the gateway sends it, and invoke makes the same", async (t) => {
  const files = { 'auth.js': AUTHORIZER, 'postern.json': JSON.parse(fs.readFileSync(path.join(ROOT, 'fixtures/projects/echo/postern.json'), 'utf8')) };
  files['postern.json'].functions.auth = { runtime: 'nodejs20.x', handler: 'auth.handler', timeout: 20 };
  files['postern.json'].apis.echo.authorizers = { token: { function: 'auth' } };
  files['postern.json'].apis.echo.routes.$connect.authorizer = 'token';
  const args = ['--domain', 'localhost:3001', '--region', 'eu-west-1'];
  const emulator = await startEmulator(t, 'echo', { args, files });
  const client = await emulator.connect('/dev?token=a%26b', { headers: { 'X-Mine': '1' } });
  const real = await emulator.event(({ type }) => type === 'REQUEST');
  const handshake = ['-q', 'token=a&b', '-H', 'X-Mine: 1'];
  const sample = JSON.parse(event(['authorizer', emulator.folder, ...args, ...handshake]));

  for (const [what, made] of [['event', sample], ['invoke --event authorizer', invoked(['--event', 'authorizer'])], ['invoke', invoked([])]]) {
    assertWellFormed(made);
    assert.deepEqual(shape(made), shape(real), what);
    for (const name of ['type', 'methodArn', 'queryStringParameters', 'stageVariables']) assert.deepEqual(made[name], real[name], `${what}: ${name}`);
    assert.equal(made.headers['X-Mine'], '1');
  }
  await client.close();

  // The event that the function got.
  function invoked(more) {
    const file = path.join(temporaryFolder(t), 'events');
    const { status, stderr } = postern(['invoke', 'auth', emulator.folder, ...args, ...handshake, ...more], { env: { EVENTS_FILE: file } });
    assert.equal(status, 0, stderr);
    return JSON.parse(fs.readFileSync(file, 'utf8')).event;
  }
});

test('a sample is on one line for programs, and needs no project', (t) => {
  const cwd = temporaryFolder(t);
  const text = event(['message', '--body', 'hello "you"', '--api', 'a1b2c3d4e5', '--stage', 'prod', '--connection', 'Wk3vZdT9liACExQ=', '--domain', 'ws.example'], { cwd });

  assert.equal(text.split('\n').length, 2);
  const { requestContext, body } = JSON.parse(text);
  assert.equal(body, 'hello "you"');
  assert.equal(requestContext.apiId, 'a1b2c3d4e5');
  assert.equal(requestContext.stage, 'prod');
  assert.equal(requestContext.routeKey, '$default');
  assert.equal(requestContext.connectionId, 'Wk3vZdT9liACExQ=');
  assert.equal(requestContext.domainName, 'ws.example');
  assert.match(requestContext.messageId, /^[\w-]{12}ExQ=$/); // it ends like its connection's
  assert.deepEqual(fs.readdirSync(cwd), []);
});

test('on a terminal a sample has a member a line', { skip: spawnSync('script', ['-V']).error !== undefined }, (t) => {
  const { stdout } = spawnSync('script', ['-qec', `${BINARY} event disconnect --code 4001 --reason bye`, '/dev/null'], { cwd: temporaryFolder(t), encoding: 'utf8', env: environment(), timeout: 60_000 });

  assert.match(stdout, /\n    "disconnectStatusCode": 4001,\r?\n/);
  assert.match(stdout, /\n    "disconnectReason": "bye",\r?\n/);
  assert.equal(JSON.parse(stdout).requestContext.disconnectStatusCode, 4001);
});

test('headers, a body from a file or standard input, and stage variables are in the sample', (t) => {
  const folder = makeProject(t, 'echo', {});
  const project = JSON.parse(fs.readFileSync(path.join(folder, 'postern.json'), 'utf8'));
  project.apis.echo.stages.dev = { stageVariables: { color: 'blue' } };
  writeFiles(folder, { 'postern.json': project, 'body.txt': 'from a file' });

  const connect = JSON.parse(event(['connect', folder, '-H', 'User-Agent: mine', '-H', 'X-Twice: 1', '--header', 'X-Twice: 2']));
  assert.equal(connect.requestContext.identity.userAgent, 'mine');
  assert.deepEqual(connect.multiValueHeaders['X-Twice'], ['1', '2']);
  assert.deepEqual(connect.stageVariables, { color: 'blue' });
  assert.equal(JSON.parse(event(['message', folder, '--body', `@${path.join(folder, 'body.txt')}`])).body, 'from a file');
  assert.equal(JSON.parse(event(['message', folder, '--body', '@-'], { input: 'from a pipe' })).body, 'from a pipe');
  assert.equal(JSON.parse(event(['message', folder, '--body', ''])).body, '');
  assert.equal(JSON.parse(event(['message', folder, '--route', 'tell'])).requestContext.routeKey, 'tell');
});

test('what fits no event is refused with 2 and a reason', (t) => {
  const folder = makeProject(t, 'echo');

  for (const [args, reason] of [
    [[], /lacks KIND/],
    [['mesage'], /did you mean message\?/],
    [['message', folder, '--route', 'tel'], /did you mean tell\?/],
    [['connect', folder, '--stage', 'prod'], /no stage prod/],
    [['connect', folder, '--header', 'nonsense'], /'Name: value'/],
    [['disconnect', folder, '--code', '12'], /1000 to 4999/],
    [['message', folder, '--body', '@nowhere'], /@nowhere: No such file/],
    [['connect', path.join(folder, 'nowhere')], /nowhere/],
  ]) {
    const { status, stdout, stderr } = postern(['event', ...args]);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, reason);
  }
});
