// A project of the serverless application model, as `sam init` would leave it: AWS::Serverless::WebSocketApi, nothing of ours.

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';

const RESOLVED = `  API chat-dev (ID), routes by $request.body.action
    stage dev: /dev
    $connect     ConnectFunction     nodejs22.x index.handler  authorized
    $disconnect  DisconnectFunction  nodejs22.x index.handler
    sendMessage  chat-message        nodejs22.x index.handler  5000 ms
    $default     chat-message        nodejs22.x index.handler  two-way
`;

test('a SAM template with a WebSocket API runs as it is', async (t) => {
  const emulator = await startEmulator(t, 'sam-chat');
  const { id, name } = emulator.ready.apis[0];
  const client = await emulator.connect('/dev?user=ada');

  assert.equal(name, 'chat-dev');
  const { table, greeting, ...rest } = JSON.parse(await client.ask('hello'));
  assert.deepEqual(rest, {
    user: 'ada',
    color: 'blue',
    endpoint: `https://${id}.execute-api.us-east-1.amazonaws.com/dev`,
    function: 'chat-message',
    memory: '256',
  });
  assert.match(table, /^project-Connections-[A-Z0-9]{12}$/);
  assert.equal(greeting, 'welcome to project');

  const [{ connectionId }] = JSON.parse((await emulator.request('GET', '/_postern/connections')).body).items;
  await emulator.management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'from outside' }));
  assert.equal(await client.nextMessage(), 'from outside');

  await client.close();
  await emulator.waitForLog(/ada is out/);
  assert.equal((await emulator.refused('/dev?user=mallory')).status, 403);
  assert.equal((await emulator.refused('/dev')).status, 401);
});

test('check prints what a template resolves to, and names each type that is not run', async (t) => {
  const { status, stdout, stderr } = await postern(['check', makeProject(t, 'sam-chat')]);

  assert.equal(stdout.replace(/\([a-z0-9]{10}\)/, '(ID)'), RESOLVED);
  assert.match(stderr, /^\S+template\.yaml:76: warning: Connections: AWS::DynamoDB::Table is not run here: .*\n$/);
  assert.equal(status, 0);
});

test('parameters are given with --parameter', async (t) => {
  const folder = makeProject(t, 'sam-chat');
  const production = await postern(['check', folder, '--parameter', 'Stage=prod']);
  const wrong = await postern(['check', folder, '--parameter', 'Stage=test', '--parameter', 'Greting=hi']);

  assert.match(production.stdout, /API chat-prod .*\n {4}stage prod: \/prod\n/);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /template\.yaml:\d+: ChatApi\.Name: "test" is none of the AllowedValues of the parameter Stage\n/);
  assert.match(wrong.stderr, /template\.yaml: --parameter Greting: the template has no such parameter: did you mean Greeting\?\n/);
});

test('each problem has its file, line, logical id and property', async (t) => {
  const folder = makeProject(t, null, {
    'template.yaml': `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes:
        $connect:
          FunctionArn: !GetAtt Chatt.Arn
        $default:
          FunctionArn: !GetAtt Old.Arn
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs22.x
      Timeout: soon
  Old:
    Type: AWS::Serverless::Function
    Properties: {Handler: app, Runtime: cobol74}
`,
  });
  const { status, stderr } = await postern(['check', folder]);

  assert.equal(status, 2);
  assert.match(stderr, /template\.yaml:9: ApiConnectIntegration\.IntegrationUri: there is no resource or parameter "Chatt": did you mean "Chat"\?\n/);
  assert.match(stderr, /template\.yaml:17: Chat\.Timeout: must be a number\n/);
  assert.match(stderr, /template\.yaml:20: Old\.Runtime: cobol74 can't be run here: /);
});

test('a changed template counts while clients stay connected, a broken one is told about', async (t) => {
  const emulator = await startEmulator(t, 'sam-chat');
  const file = path.join(emulator.folder, 'template.yaml');
  const text = fs.readFileSync(file, 'utf8');
  const client = await emulator.connect('/dev?user=ada');

  fs.writeFileSync(file, `${text}\n  broken: [`);
  await emulator.waitForLog(/template\.yaml:\d+: not YAML: /);
  assert.equal(JSON.parse(await client.ask('hello')).greeting, 'welcome to project');
  fs.writeFileSync(file, text.replace('Default: welcome', 'Default: good morning'));
  await emulator.waitForLog(/reloaded .*template\.yaml in /);
  assert.equal(JSON.parse(await client.ask('hello')).greeting, 'good morning to project');
  await client.close();
});
