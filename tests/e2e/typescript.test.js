// Handlers in TypeScript: bundled by the project's own esbuild, or left to Node.js.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { makeProject, ROOT, startEmulator, test } from './support/emulator.js';
import { postern } from './support/command.js';
import { until } from './support/until.js';

const NODE = process.versions.node.split('.').map(Number);
const NODE_STRIPS = NODE[0] > 22 || (NODE[0] === 22 && NODE[1] >= 6);

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: nodejs22.x, CodeUri: code, Timeout: 20}}
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        common: {FunctionArn: !GetAtt Common.Arn, RouteResponseSelectionExpression: $default}
        module: {FunctionArn: !GetAtt Module.Arn, RouteResponseSelectionExpression: $default}
        script: {FunctionArn: !GetAtt Script.Arn, RouteResponseSelectionExpression: $default}
  Common:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: esbuild
      BuildProperties: {EntryPoints: [src/handlers/common.ts], Define: ['STAGE="test"'], External: [nosuch]}
    Properties: {Handler: common.handler}
  Module:
    Type: AWS::Serverless::Function
    Properties: {Handler: src/handlers/module.handler}
  Script:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: esbuild, BuildProperties: {EntryPoints: [src/handlers/script.js], Format: esm}}
    Properties: {Handler: script.handler}
`;

const COMMON = `import { greet } from '../greet';
import plain from 'plain';
import modern from 'modern';
import type { Event } from '../event';
enum Color { Red = 'red' }
declare const STAGE: string;

export const handler = async (event: Event) => {
  if (event.body.includes('nosuch')) require('nosuch');
  if (event.body.includes('fail')) throw new Error('on purpose');
  return { statusCode: 200, body: [greet('common'), plain.where, modern, Color.Red, STAGE].join(' ') };
};
`;

const FILES = {
  'template.yaml': TEMPLATE,
  'code/src/event.ts': 'export interface Event { body: string }\n',
  'code/src/greet.ts': "export const greet = (name: string): string => `hello ${name}`;\n",
  'code/src/handlers/common.ts': COMMON,
  'code/src/handlers/module.mts': `import { greet } from '../greet.js';
import { where } from 'plain';
const ready: string = await Promise.resolve('ready');
export const handler = async () => ({ statusCode: 200, body: [greet(ready), where, import.meta.url].join(' ') });
`,
  'code/src/handlers/script.js': "import { greet } from '../greet';\nexport const handler = async () => ({ statusCode: 200, body: greet('script') });\n",
  'code/node_modules/plain/index.js': "exports.where = require('path').basename(__dirname);\n",
  'code/node_modules/modern/package.json': { type: 'module', exports: { import: './main.js' } },
  'code/node_modules/modern/main.js': "export default 'modern';\n",
};

// The project's own esbuild is the tests' one.
function withEsbuild(t, files) {
  const folder = makeProject(t, null, files);

  for (const name of ['esbuild', '@esbuild']) {
    fs.mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'tests/node_modules', name), path.join(folder, 'node_modules', name));
  }
  return folder;
}

test('TypeScript is bundled as SAM would do it, with packages of both kinds, and anew once it changes', async (t) => {
  const folder = withEsbuild(t, FILES);
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect();

  assert.equal(await client.ask({ action: 'common' }), 'hello common plain modern red test');
  assert.equal(await client.ask({ action: 'module' }), `hello ready plain file://${folder}/code/src/handlers/module.mts`);
  assert.equal(await client.ask({ action: 'script' }), 'hello script');

  assert.match(await client.ask({ action: 'common', what: 'fail' }), /Internal server error/);
  await emulator.waitForLog(/common\.ts:10/);
  assert.match(await client.ask({ action: 'common', what: 'nosuch' }), /Internal server error/);
  await emulator.waitForLog(/Cannot find module 'nosuch'/);

  fs.writeFileSync(path.join(folder, 'code/src/greet.ts'), "export const greet = (name: string): string => `bye ${name}`;\n");
  await until('the new greeting', async () => (await client.ask({ action: 'common' })).startsWith('bye'));
  assert.equal(await client.ask({ action: 'common' }), 'bye common plain modern red test');

  fs.writeFileSync(path.join(folder, 'code/src/greet.ts'), 'export const greet = (: string;\n');
  await until('the broken file to be told about', async () => (await client.ask({ action: 'common' })).includes('Internal'));
  await emulator.waitForLog(/greet\.ts:1:\d+: /);
  await client.close();
});

test('TypeScript without esbuild is left to a Node.js that takes types away, or refused with the remedy', async (t) => {
  const folder = makeProject(t, null, {
    'postern.json': { functions: { f: { runtime: 'nodejs22.x', handler: 'app.handler' } }, apis: { a: { routes: { $default: { function: 'f' } } } } },
    'app.ts': 'export const handler = async (event: { body: string }) => ({ statusCode: 200, body: event.body });\n',
  });
  const { status, stdout, stderr } = await postern(['invoke', 'f', folder, '--body', 'typed']);

  if (NODE_STRIPS) {
    assert.match(stdout, /"body":"typed"/);
    return;
  }
  assert.equal(status, 1);
  assert.match(stderr, /app\.ts is TypeScript, which Node\.js v\d+\.\d+\.\d+ doesn't run by itself: cd '.*' && npm install --save-dev esbuild/);
});
