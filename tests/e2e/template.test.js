// postern template: mapping templates from the command line.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { BINARY, environment, ROOT, temporaryFolder, test, writeFiles } from './support/emulator.js';

const template = (args, options = {}) => spawnSync(BINARY, ['template', ...args], { encoding: 'utf8', env: environment(options.env), timeout: 60_000, ...options });

// What a template that must succeed prints.
function output(args, options) {
  const { status, stdout, stderr } = template(args, options);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout;
}

test('a template is evaluated with what the options give, and nothing is added', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, {
    'join.vtl': '#set($in = $input.path(\'$\'))\n{\n  "to": "$in.room",\n  "from": "$context.connectionId",\n  "table": "$stageVariables.table",\n  "token": "$input.params(\'token\')"\n}',
    'message.json': '{"room":"lobby"}',
  });

  const args = ['join.vtl', '--body', '@message.json', '--context', '{"connectionId":"abc="}', '--stage-variables', '{"table":"rooms"}', '--params', '{"querystring":{"token":"t1"}}'];
  assert.equal(output(args, { cwd }), '{\n  "to": "lobby",\n  "from": "abc=",\n  "table": "rooms",\n  "token": "t1"\n}');
});

test('template and body come from standard input, options from the environment', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, { 'echo.vtl': '[$input.body]' });

  assert.equal(output(['-'], { cwd, input: '[$input.json("$")]' }), '[{}]');
  assert.equal(output(['echo.vtl', '--body', '-'], { cwd, input: 'a message\n' }), '[a message\n]');
  assert.equal(output(['echo.vtl', '--body', '@-'], { cwd, input: 'another' }), '[another]');
  assert.equal(output(['-'], { cwd, input: '$context.stage', env: { POSTERN_CONTEXT: '{"stage":"dev"}' } }), 'dev');
});

test('a template that does not parse exits with 2 and says where, one that fails with 1', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, { 'open.vtl': 'a\n  #if(true)\nb', 'fails.vtl': 'printed\n$util.urlDecode("%zz")' });

  const open = template(['open.vtl'], { cwd });
  assert.equal(open.stderr, 'open.vtl:2:3: #if without #end\n');
  assert.deepEqual([open.status, open.stdout], [2, '']);

  const fails = template(['fails.vtl'], { cwd });
  assert.equal(fails.stderr, "fails.vtl:2:1: urlDecode: '%' without two hexadecimal digits\n");
  assert.deepEqual([fails.status, fails.stdout], [1, '']);
});

test('what can not be read is named', (t) => {
  const cwd = temporaryFolder(t);
  writeFiles(cwd, { 'a.vtl': 'a' });

  for (const [args, message] of [
    [['none.vtl'], /^postern template: none\.vtl: No such file or directory\n$/],
    [['a.vtl', '--body', '@none.json'], /^postern template: --body @none\.json: No such file or directory\n$/],
    [['a.vtl', '--context', '{"a":}'], /^postern template: --context: no JSON at 1:6: /],
    [['a.vtl', '--params', '[]'], /^postern template: --params: expected a JSON object, not an array\n$/],
    [[], /FILE/],
  ]) {
    const { status, stdout, stderr } = template(args, { cwd });
    assert.match(stderr, message);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
  }
});

test('the command gives what API Gateway gives', () => {
  const { cases } = JSON.parse(fs.readFileSync(path.join(ROOT, 'fixtures/vtl/cases.json'), 'utf8'));

  for (const one of cases.filter(({ name }) => /^(typical|params)-/.test(name))) {
    const args = ['-', '--body', one.body ?? '', '--context', JSON.stringify(one.context ?? {}), '--stage-variables', JSON.stringify(one.stageVariables ?? {}), '--params', JSON.stringify(one.params ?? {})];
    assert.equal(output(args, { input: one.template }), one.expected, one.name);
  }
});
