// --env-file and .env: more environment for handlers.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { BINARY, environment, makeProject, startEmulator, test } from './support/emulator.js';

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
