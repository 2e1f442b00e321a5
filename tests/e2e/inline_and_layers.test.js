// Functions whose code is in the template, and layers that are folders beside it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: nodejs22.x, Handler: index.handler, Timeout: 10}
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        node: {FunctionArn: !GetAtt Node.Arn, RouteResponseSelectionExpression: $default}
        module: {FunctionArn: !GetAtt Module.Arn, RouteResponseSelectionExpression: $default}
        python: {FunctionArn: !GetAtt Python.Arn, RouteResponseSelectionExpression: $default}
  Common: {Type: 'AWS::Serverless::LayerVersion', Properties: {LayerName: common-things, ContentUri: layers/common}}
  Other: {Type: 'AWS::Lambda::LayerVersion', Properties: {Content: layers/other}}
  Node:
    Type: AWS::Serverless::Function
    Properties:
      Layers: [!Ref Common, !Ref Other, 'arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38']
      InlineCode: |
        exports.handler = async () => ({ statusCode: 200, body: \`first \${require('greeting')} \${require('both')} \${process.env.POSTERN_LAYERS}\` });
  Module:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: module, Handler: app.handler, Layers: [!Ref Common]}
  Python:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Layers: [!Ref Common]
      Code:
        ZipFile: |
          import tools, subprocess
          def handler(event, context):
              return {"statusCode": 200, "body": tools.NAME + " " + subprocess.check_output(["from-layer"], text=True).strip()}
`;
const FILES = {
  'template.yaml': TEMPLATE,
  'layers/common/nodejs/node_modules/greeting/index.js': 'module.exports = "hello";',
  'layers/common/nodejs/node_modules/both/index.js': 'module.exports = "common";',
  'layers/common/nodejs/node_modules/modern/package.json': { type: 'module', exports: './main.js' },
  'layers/common/nodejs/node_modules/modern/main.js': 'export const name = "modern";',
  'layers/common/python/tools.py': 'NAME = "tools"\n',
  'layers/common/bin/from-layer': '#!/bin/sh\necho command\n',
  'layers/other/nodejs/node_modules/both/index.js': 'module.exports = "other";',
  'module/app.mjs': 'import { name } from "modern";\nexport const handler = async () => ({ statusCode: 200, body: name });',
};

test('inline code runs, finds what is in its layers, and is reloaded with the template', async (t) => {
  const emulator = await startEmulator(t, null, { files: FILES });
  const client = await emulator.connect('/dev');

  assert.equal(await client.ask({ action: 'node' }), 'first hello other undefined');
  assert.equal(await client.ask({ action: 'python' }), 'tools command');
  if (module.register) assert.equal(await client.ask({ action: 'module' }), 'modern');
  assert.match(emulator.log, /Node\.Layers: the layer arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:38 isn't on this machine/);

  fs.writeFileSync(path.join(emulator.folder, 'template.yaml'), TEMPLATE.replace('`first ', '`second '));
  await emulator.waitForLog(/reloaded .*template\.yaml in .*function Node changed/);
  assert.equal(await client.ask({ action: 'node' }), 'second hello other undefined');
  fs.writeFileSync(path.join(emulator.folder, 'layers/common/python/tools.py'), 'NAME = "changed tools"\n');
  await emulator.waitForLog(/reloaded .*tools\.py has changed/);
  assert.equal(await client.ask({ action: 'python' }), 'changed tools command');
  await client.close();
});

test('inline code that AWS would not run is told about', async (t) => {
  const functions = {
    ruby: { runtime: 'ruby3.4', handler: 'index.handler', inlineCode: 'def handler; end' },
    named: { runtime: 'nodejs22.x', handler: 'app.handler', inlineCode: 'exports.handler = 1' },
    both: { runtime: 'nodejs22.x', handler: 'index.handler', inlineCode: 'x', codeUri: '.' },
    layered: { runtime: 'nodejs22.x', handler: 'index.handler', inlineCode: 'x', layers: ['nowhere'] },
  };
  const { status, stderr } = await postern(['check', makeProject(t, null, { 'postern.json': { functions, apis: { chat: { routes: {} } } } })]);

  assert.equal(status, 2);
  assert.match(stderr, /functions\.ruby\.inlineCode: can be code of nodejs… and python… only, not of ruby3\.4/);
  assert.match(stderr, /warning: functions\.named\.inlineCode: becomes a file called index, in which AWS won't find the handler app\.handler/);
  assert.match(stderr, /functions\.both\.inlineCode: there is a "codeUri" as well: remove one of them/);
  assert.match(stderr, /warning: functions\.layered\.layers: there is no folder nowhere/);
});

// Replaces the archive at once: names with their contents; a link is {link: target}.
function writeZip(file, entries) {
  const script = `
import json, os, sys, zipfile
with zipfile.ZipFile(sys.argv[1] + ".new", "w", zipfile.ZIP_DEFLATED) as archive:
    for name, content in json.loads(sys.argv[2]).items():
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (0o100644 if isinstance(content, str) else 0o120777) << 16
        archive.writestr(info, content if isinstance(content, str) else content["link"])
os.rename(sys.argv[1] + ".new", sys.argv[1])`;

  fs.mkdirSync(path.dirname(file), { recursive: true });
  execFileSync('/usr/bin/python3', ['-c', script, file, JSON.stringify(entries)]);
}

const ZIPPED = `Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: nodejs22.x, Handler: app.handler, Timeout: 10}}
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      StageName: dev
      Routes:
        zip: {FunctionArn: !GetAtt Zip.Arn, RouteResponseSelectionExpression: $default}
        bad: {FunctionArn: !GetAtt Bad.Arn, RouteResponseSelectionExpression: $default}
  Common: {Type: 'AWS::Serverless::LayerVersion', Properties: {ContentUri: packages/layer.zip}}
  Zip: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: packages/code.zip, Layers: [!Ref Common]}}
  Bad: {Type: 'AWS::Serverless::Function', Properties: {CodeUri: packages/bad.zip}}
`;
const zipped = (text) => ({
  'app.js': `const { name } = require('./lib/name'); exports.handler = async () => ({ statusCode: 200, body: '${text} ' + name + require('layered') });`,
  'lib/real.js': "exports.name = 'linked';",
  'lib/name.js': { link: 'real.js' },
});

test('code and layers in zip files run, are unpacked anew when the file changes, and stay in their folder', async (t) => {
  const folder = makeProject(t, null, { 'template.yaml': ZIPPED, '.postern/runtime/code/old-0123456789/index.js': '' });
  const unpacked = path.join(folder, '.postern/runtime/code');

  writeZip(path.join(folder, 'packages/code.zip'), zipped('first'));
  writeZip(path.join(folder, 'packages/layer.zip'), { 'nodejs/node_modules/layered/index.js': "module.exports = ' layered';" });
  writeZip(path.join(folder, 'packages/bad.zip'), { 'app.js': '', '../../escaped.js': 'exports.handler = 1;' });
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect('/dev');

  assert.equal(await client.ask({ action: 'zip' }), 'first linked layered');
  assert.match(await client.ask({ action: 'bad' }), /Internal server error/);
  assert.match(emulator.log, /Bad: .*bad\.zip can't be unpacked: \.\.\/\.\.\/escaped\.js: is no path inside of the archive/);
  assert.ok(!fs.existsSync(path.join(folder, '.postern/escaped.js')) && !fs.existsSync(path.join(folder, '.postern/runtime/escaped.js')));
  assert.ok(!fs.existsSync(path.join(unpacked, 'old-0123456789')), 'what no function uses any more is gone');
  assert.equal(fs.readdirSync(unpacked).length, 2);

  writeZip(path.join(folder, 'packages/bad.zip'), { 'app.js': 'exports.handler = async () => ({ statusCode: 200, body: "good" });' });
  writeZip(path.join(folder, 'packages/code.zip'), zipped('second'));
  await until('both to be reloaded', async () => (await client.ask({ action: 'bad' })) === 'good' && (await client.ask({ action: 'zip' })) === 'second linked layered');

  writeZip(path.join(folder, 'packages/code.zip'), { 'app.js': { link: '../../outside' } });
  await emulator.waitForLog(/app\.js: is a link that leads out of the archive/);
  assert.equal(await client.ask({ action: 'zip' }), 'second linked layered');
  await client.close();
});
