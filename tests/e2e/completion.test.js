// The scripts that complete command lines, in the shells they are for.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { postern } from './support/command.js';
import { BINARY, environment, startEmulator, temporaryFolder, test, writeFiles } from './support/emulator.js';
import { within } from './support/until.js';

// As bash takes a line apart at blanks, "=" and ":" before it calls the function; the cursor is at the end.
function split(line) {
  return line.split(/ +/).flatMap((word) => word.match(/[=:]+|[^=:]+/g) ?? ['']);
}

// What bash may put in place of the last piece of the line.
async function complete(line, { cwd = '/', env = {} } = {}) {
  const words = split(line);
  const driver = `
source <("$BINARY" completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE=$LINE COMP_POINT=\${#LINE}
_postern
((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const child = spawn('bash', ['-uc', driver, 'bash', ...words], { cwd, env: environment({ BINARY, LINE: line, ...env }), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (data) => { output += data; });
  child.stderr.setEncoding('utf8').on('data', (data) => { errors += data; });
  const status = await within(`bash for "${line}"`, new Promise((resolve) => { child.on('close', resolve); }));
  assert.deepEqual({ status, errors }, { status: 0, errors: '' }, line);
  return output.split('\n').slice(0, -1).sort();
}

test('bash completes commands, options and choices', async () => {
  const cases = [
    ['postern st', ['start']],
    ['postern con', ['connect', 'connections']],
    ['postern --v', ['--version']],
    ['postern start --re', ['--ready-file', '--region']],
    ['postern start --limits ', ['aws', 'relaxed']],
    ['postern start --limits=', ['aws', 'relaxed']],
    ['postern start --limits=r', ['relaxed']],
    ['postern start --log-level d', ['debug']],
    ['postern start --port ', []],
    ['postern start --quiet --log-f', ['--log-format']],
    ['postern connections --lim', []],
    ['postern get --j', ['--json']],
    ['postern completion ', ['bash', 'zsh']],
    ['postern completion z', ['zsh']],
    ['postern completion zsh ', []],
    ['postern help disc', ['disconnect']],
    ['postern event m', ['message']],
    ['postern init --runtime p', ['python']],
    ['postern connect -', undefined],
    ['postern bogus ', []],
  ];
  for (const [line, expected] of cases) {
    const replies = await complete(line);
    if (expected) assert.deepEqual(replies, expected, line);
    else for (const option of ['-H', '--header', '-h', '--help']) assert.ok(replies.includes(option), option);
  }
});

test('bash completes files, folders and the command of run', async (t) => {
  const folder = temporaryFolder(t);
  writeFiles(folder, { 'one.json': '', 'one/two': '', 'tool-of-test': '#!/bin/sh\n', 'a:b': '' });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const cases = [
    ['postern start o', ['one', 'one.json']],
    ['postern check one/', ['one/two']],
    ['postern check one ', []],
    ['postern start --data o', ['one']],
    ['postern start --data=o', ['one']],
    ['postern start --ready-file=one.', ['one.json']],
    ['postern start --ready-file=a:', ['b']],
    ['postern start --port 0 o', ['one', 'one.json']],
    ['postern start --port=0 o', ['one', 'one.json']],
    ['postern run --quiet -- tool-of', ['tool-of-test']],
    ['postern run one -- tool-of-test o', ['one', 'one.json']],
    ['postern run one tool-of', []],
    ['postern send x @o', ['@one', '@one.json']],
    ['postern send x o', []],
    ['postern send --file o', ['one', 'one.json']],
  ];
  for (const [line, expected] of cases) assert.deepEqual(await complete(line, { cwd: folder, env }), expected, line);
});

test('bash completes the ids of open connections', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const { connectionId: id } = await emulator.connect();
  const env = { POSTERN_HTTP: emulator.url() };

  assert.deepEqual(await complete(`${BINARY} get `, { env }), [id]);
  assert.deepEqual(await complete(`${BINARY} send ${id.slice(0, 3)}`, { env }), [id]);
  assert.deepEqual(await complete(`${BINARY} disconnect --endpoint ${emulator.url()} `), [id]);
  assert.deepEqual(await complete(`${BINARY} get --endpoint=${emulator.url()} ${id.slice(0, 8)}`), [id]);
  assert.deepEqual(await complete(`${BINARY} get ${id} `, { env }), []);
  assert.deepEqual(await complete(`${BINARY} get --endpoint http://localhost:1 `), []);
});

test('zsh finds nothing wrong with its script', { skip: spawnSync('zsh', ['--version']).error ? 'there is no zsh here' : false }, async (t) => {
  const folder = temporaryFolder(t);
  const { status, stdout } = await postern(['completion', 'zsh']);
  const script = path.join(folder, '_postern');

  assert.equal(status, 0);
  fs.writeFileSync(script, stdout);
  assert.equal(spawnSync('zsh', ['-n', script]).status, 0);
  const found = spawnSync('zsh', ['-fc', 'fpath=($1 $fpath) && autoload -Uz compinit && compinit -D -u && print $_comps[postern]', 'zsh', folder], { encoding: 'utf8' });
  assert.deepEqual([found.stdout, found.stderr], ['_postern\n', '']);
  const sourced = spawnSync('zsh', ['-fc', 'autoload -Uz compinit && compinit -D -u && source $1 && print $_comps[postern] && whence -w _postern-start', 'zsh', script], { encoding: 'utf8' });
  assert.deepEqual([sourced.stdout, sourced.stderr], ['_postern\n_postern-start: function\n', '']);
});

test('a shell that is not known is wrong usage', async () => {
  const { status, stderr } = await postern(['completion', 'fish']);

  assert.equal(status, 2);
  assert.match(stderr, /SHELL is bash or zsh, not "fish"/);
});
