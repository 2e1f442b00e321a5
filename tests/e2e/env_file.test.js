// --env-file and .env: more environment for handlers. --env-vars: SAM's env.json.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, makeProject, startEmulator, test, writeFiles } from './support/emulator.js';
import { until } from './support/until.js';

const postern = (args, env = {}) => spawnSync(BINARY, args, { encoding: 'utf8', env: environment(env), timeout: 60_000 });

function project(t, files) {
  return makeProject(t, 'echo', {
    'postern.json': {
      functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20, environment: { OWN: 'of the function' } } },
      apis: { echo: { routes: { $connect: {}, ask: { function: 'echo', routeResponse: true } } } },
    },
    ...files,
  });
}

test('handlers see .env, under what the caller and the function set', async (t) => {
  const folder = project(t, { '.env': '# ours\nexport PLAIN=from the file # said so\nQUOTED="two\\nlines"\nOWN=of the file\nCALLER=of the file\nAWS_REGION=mars-north-1\n' });
  const emulator = await startEmulator(t, null, { folder, env: { CALLER: 'of the caller' } });
  const client = await emulator.connect();

  for (const [name, value] of Object.entries({ PLAIN: 'from the file', QUOTED: 'two\nlines', OWN: 'of the function', CALLER: 'of the caller', AWS_REGION: 'us-east-1' }))
    assert.equal(await client.ask({ action: 'ask', environment: name }), value, name);
  await client.close();
});

test('--env-file is read instead of .env, by start, invoke and run', async (t) => {
  const folder = project(t, { '.env': 'A=1\nB=2\n', 'test.env': 'A=other\n' });
  const file = path.join(folder, 'test.env');
  const emulator = await startEmulator(t, null, { folder, args: ['--env-file', file] });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', environment: 'A' }), 'other');
  assert.equal(await client.ask({ action: 'ask', environment: 'B' }), '(not set)');
  await client.close();

  const invoke = (args, env) => JSON.parse(postern(['invoke', 'echo', folder, '--body', '{"action":"ask","environment":"A"}', ...args], env).stdout).body;
  assert.equal(invoke([]), '1');
  assert.equal(invoke(['--env-file', file]), 'other');
  assert.equal(invoke([], { POSTERN_ENV_FILE: file }), 'other');
});

test('a file that is named must be there, and everything wrong in it is reported', (t) => {
  const folder = project(t, { '.env': 'A=1\n2B=3\n\nC="open\nno equals\n' });

  for (const command of ['check', 'start']) {
    const { status, stderr } = postern([command, folder]);
    assert.equal(status, 2);
    assert.match(stderr, /project\/\.env:2: "2B" can't be the name of a variable/);
    assert.match(stderr, /project\/\.env:4: C: there is no " that ends the value/);
    assert.match(stderr, /project\/\.env:5: there is no '='/);
  }
  const missing = postern(['start', folder, '--env-file', 'nowhere.env']);
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /^nowhere\.env: can't be read: No such file or directory/m);
});

test('--env-vars replaces variables that functions declare, and a change of it counts at once', async (t) => {
  const folder = project(t, { '.env': 'UNDECLARED=of .env\n' });
  const file = path.join(path.dirname(folder), 'env.json');
  writeFiles(path.dirname(file), { 'env.json': { Parameters: { OWN: 'of all' }, echo: { OWN: 'of env.json', UNDECLARED: 'x' } } });
  const emulator = await startEmulator(t, null, { folder, args: ['--env-vars', file], env: { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' } });
  const client = await emulator.connect();
  const ask = (name) => client.ask({ action: 'ask', environment: name });

  assert.equal(await ask('OWN'), 'of env.json');
  assert.equal(await ask('UNDECLARED'), 'of .env');
  assert.equal(await ask('AWS_ENDPOINT_URL_DYNAMODB'), 'http://127.0.0.1:8000');
  await emulator.waitForLog(/env\.json:7: warning: echo\.UNDECLARED: the function declares no variable UNDECLARED/);

  fs.writeFileSync(file, '{"echo": {"OWN": "changed"}}');
  await until('the new value', async () => (await ask('OWN')) === 'changed');
  await client.close();
});

test('env.json names functions of a template by their logical ids', (t) => {
  const folder = makeProject(t, 'sam-chat', { 'env.json': { MessageFunction: { GREETING: 'from env.json' }, MesageFunction: {} }, 'event.json': { requestContext: { authorizer: {} }, stageVariables: {} } });
  const file = path.join(folder, 'env.json');
  const { status, stdout, stderr } = postern(['invoke', 'MessageFunction', folder, '--env-vars', file, '--event', path.join(folder, 'event.json')]);

  assert.equal(status, 0, stderr);
  assert.match(stdout, /from env\.json/);
  assert.match(stderr, /env\.json:5: warning: there is no function MesageFunction in the project: did you mean MessageFunction\?/);

  fs.writeFileSync(file, '{"GREETING": "flat"}');
  const flat = postern(['check', folder], { POSTERN_ENV_VARS: file });
  assert.equal(flat.status, 2);
  assert.match(flat.stderr, /env\.json:1: GREETING: is a string, and must be an object with the variables of one function/);
});
