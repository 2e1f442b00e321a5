// postern export: a project of any kind as a postern.json that is the same project.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, makeProject, startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';

const shell = (command, cwd) => spawnSync('sh', ['-c', command.replaceAll('postern ', `${BINARY} `)], { cwd, encoding: 'utf8', env: environment(), timeout: 60_000 });

for (const name of ['sam-chat', 'serverless-chat', 'cdk-chat']) {
  test(`${name} is the same project once it is exported into its own folder`, (t) => {
    const cwd = makeProject(t, name);
    const before = shell('postern check', cwd);
    const exported = shell('postern export > ./postern.json', cwd);
    const after = shell('postern check', cwd);

    assert.equal(exported.status, 0, exported.stderr);
    assert.match(before.stdout, /\$connect/);
    assert.equal(after.stdout, before.stdout);
    assert.equal(after.stderr, '');
    assert.equal(shell('postern export', cwd).stdout, fs.readFileSync(path.join(cwd, 'postern.json'), 'utf8'));
  });
}

test('an exported template runs', async (t) => {
  const folder = makeProject(t, 'cloudformation-chat');

  assert.equal(shell('postern export > ./postern.json', folder).status, 0);
  const emulator = await startEmulator(t, null, { folder });
  assert.match(emulator.output, /postern\.json/);
  const client = await emulator.connect('/Prod');
  await client.close();
});

test('what a postern.json cannot say goes to standard error', (t) => {
  const cwd = makeProject(t, 'serverless-rooms');
  const { status, stderr } = shell('postern export', cwd);

  assert.equal(status, 0);
  assert.match(stderr, /^notice: a postern\.json can't say the region: start it with --region eu-west-1$/m);
  assert.match(stderr, /^notice: the values of .*SECRET.* are written as they are/m);
  assert.doesNotMatch(stderr, /paths are relative/);
  assert.match(shell('postern export here', linked(t, cwd)).stderr, /^notice: paths are relative to .*: that is where a postern\.json with this in it belongs$/m);
});

function linked(t, folder) {
  const parent = temporaryFolder(t);
  fs.symlinkSync(folder, path.join(parent, 'here'));
  return parent;
}

test('a project that is written over, wrong or absent is refused', (t) => {
  const cwd = temporaryFolder(t);
  const own = '{"functions": {}, "apis": {"a": {"routes": {"$default": {"function": "nobody"}}}}}';

  assert.deepEqual([shell('postern export', cwd).status, shell('postern export', cwd).stderr], [2, '.: there is no project here\n']);
  writeFiles(cwd, { 'postern.json': own });
  const wrong = shell('postern export', cwd);
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /^postern\.json:1: .*"nobody"/);
  const over = shell('postern export > ./postern.json', cwd);
  assert.equal(over.status, 2);
  assert.match(over.stderr, /postern\.json is what is written to, and there is no other project here/);
  assert.match(shell('postern export ./postern.json > ./postern.json', cwd).stderr, /is what is written to, too/);
});
