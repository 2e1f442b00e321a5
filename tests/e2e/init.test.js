// postern init: what it writes works at once, and nothing is lost.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';

const postern = (args, options = {}) => spawnSync(BINARY, args, { encoding: 'utf8', env: environment(), timeout: 60_000, ...options });

const programs = { nodejs: 'node', python: 'python3', ruby: 'ruby', custom: 'curl' };

for (const [runtime, program, template] of Object.entries(programs).flatMap(([runtime, program]) => [[runtime, program, 'postern'], [runtime, program, 'sam']])) {
  test(`a new project for ${runtime} with ${template === 'sam' ? 'a template of SAM' : 'a postern.json'} is fine, starts and talks`, { skip: spawnSync(program, ['--version']).error !== undefined }, async (t) => {
    const folder = path.join(temporaryFolder(t), 'deep/er');
    const written = postern(['init', folder, '--runtime', runtime, '--template', template]);
    assert.equal(written.status, 0, written.stderr);
    for (const name of [template === 'sam' ? 'template.yaml' : 'postern.json', 'README.md', '.gitignore']) assert.ok(written.stdout.includes(`${folder}/${name}\n`), name);

    const checked = postern(['check', folder]);
    assert.equal(checked.status, 0);
    assert.equal(checked.stderr, '');

    const emulator = await startEmulator(t, null, { folder });
    const client = await emulator.connect();
    client.send({ action: 'greet', name: 'Ada' });
    assert.match((await client.nextJson()).greeting, /^Hello, .+!$/);
    client.send('what?');
    assert.equal((await client.nextJson()).try.action, 'greet');
    await emulator.waitForLog(/connected: .*functionName=/);
    await client.close(1000, 'bye');
    await emulator.waitForLog(/disconnected: .*functionName=/);

    const [command] = /postern invoke (\w+) --body '(.*)'/.exec(fs.readFileSync(path.join(folder, 'README.md'), 'utf8'));
    const invoked = spawnSync('sh', ['-c', command.replace('postern', BINARY)], { cwd: folder, encoding: 'utf8', env: environment(), timeout: 60_000 });
    assert.equal(invoked.status, 0);
    assert.match(JSON.parse(JSON.parse(invoked.stdout).body).greeting, /^Hello, /);
  });
}

test('init writes into the current folder, and nothing over what is there', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, { 'README.md': 'mine', 'app.py': 'mine too' });
  const refused = postern(['init', '--runtime', 'python'], { cwd });

  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^README\.md is there already.*\napp\.py is there already.*\n$|^app\.py.*\nREADME\.md/);
  assert.deepEqual(fs.readdirSync(cwd).sort(), ['README.md', 'app.py']);
  assert.equal(fs.readFileSync(path.join(cwd, 'README.md'), 'utf8'), 'mine');

  fs.rmSync(path.join(cwd, 'README.md'));
  fs.symlinkSync('nowhere', path.join(cwd, 'postern.json')); // leads nowhere, and is there nevertheless
  fs.rmSync(path.join(cwd, 'app.py'));
  assert.match(postern(['init'], { cwd }).stderr, /^postern\.json is there already/);
  assert.deepEqual(fs.readdirSync(cwd), ['postern.json']);

  fs.rmSync(path.join(cwd, 'postern.json'));
  assert.equal(postern(['init'], { cwd }).status, 0);
  assert.deepEqual(fs.readdirSync(cwd).sort(), ['.gitignore', 'README.md', 'app.mjs', 'postern.json']);
});

test('init refuses what it cannot do', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, { file: '' });

  assert.equal(postern(['init', '--runtime', 'cobol'], { cwd }).status, 2);
  const inFile = postern(['init', 'file/below'], { cwd });
  assert.equal(inFile.status, 1);
  assert.match(inFile.stderr, /Not a directory/);
  assert.equal(postern(['init', 'file'], { cwd }).status, 1);
});
