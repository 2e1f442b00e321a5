// postern event: sample events are what handlers really get.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, makeProject, startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';
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
    [['authorizer'], /authorizer events can't be made yet/],
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
