// Functions whose code is in the template, and layers that are folders beside it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';

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

test('inline code that AWS would not run is told about, and archives are refused', async (t) => {
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

  const archive = await postern(['check', makeProject(t, null, { ...FILES, 'template.yaml': TEMPLATE.replace('CodeUri: module', 'CodeUri: app.zip') })]);
  assert.equal(archive.status, 2);
  assert.match(archive.stderr, /template\.yaml:\d+: Module.*: code in an archive can't be run: unpack it, and name the folder\n/);
});
