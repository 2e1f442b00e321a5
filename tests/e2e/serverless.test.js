// Projects of the Serverless Framework as they are: serverless.yml with websocket events, nothing of ours.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';

const RESOLVED = `  API dev-chat-websockets (ID), routes by $request.body.action
    stage dev: /dev
    $connect     chat-dev-connection  nodejs20.x src/connection.handler
    $disconnect  chat-dev-connection  nodejs20.x src/connection.handler
    $default     chat-dev-message     nodejs20.x src/message.post
    echo         chat-dev-message     nodejs20.x src/message.post        two-way
`;

test('a serverless.yml with websocket events runs as it is', async (t) => {
  const emulator = await startEmulator(t, 'serverless-chat');
  const client = await emulator.connect('/dev');

  await emulator.waitForLog(/\$connect of /);
  const facts = JSON.parse(await client.ask('hello'));
  assert.deepEqual(facts, {
    route: '$default',
    greeting: 'welcome',
    offline: 'true',
    region: 'eu-central-1',
    function: 'chat-dev-message',
    memory: '1024',
  });
  assert.equal(JSON.parse(await client.ask('{"action":"echo"}')).route, 'echo');
  await client.close();
  await emulator.waitForLog(/\$disconnect of /);
});

test('check prints what a serverless.yml resolves to', async (t) => {
  const { status, stdout, stderr } = await postern(['check', makeProject(t, 'serverless-chat')]);

  assert.equal(stdout.replace(/\([a-z0-9]{10}\)/, '(ID)'), RESOLVED);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('the stage is chosen with --parameter', async (t) => {
  const { stdout } = await postern(['check', makeProject(t, 'serverless-chat'), '--parameter', 'stage=prod']);

  assert.match(stdout, /API prod-chat-websockets .*\n {4}stage prod: \/prod\n {4}\$connect {5}chat-prod-connection /);
});

test('variables, included files, an authorizer and resources make one project, and changes of its files count', async (t) => {
  const emulator = await startEmulator(t, 'serverless-rooms');
  const { id } = emulator.ready.apis[0];
  const client = await emulator.connect('/dev?user=ada');
  const facts = {
    routeKey: '$default',
    user: 'ada',
    TABLE: 'rooms-dev',
    TABLE_ARN: 'arn:aws:dynamodb:eu-west-1:000000000000:table/rooms-dev',
    COLOR: 'grey, as in rooms',
    SECRET: 'not so secret',
    FLAG: 'false',
    ENDPOINT: `https://${id}.execute-api.eu-west-1.amazonaws.com/dev`,
    AWS_REGION: 'eu-west-1',
  };

  assert.deepEqual(JSON.parse(await client.ask('hello')), facts);
  assert.equal(JSON.parse(await client.ask('{"type":"audit"}')).routeKey, 'audit');
  assert.equal((await emulator.refused('/dev?user=mallory')).status, 403);
  assert.equal((await emulator.refused('/dev')).status, 401);

  const functions = path.join(emulator.folder, 'config/functions.yml');
  const text = fs.readFileSync(functions, 'utf8');
  fs.writeFileSync(functions, text.replace('${param:color}, as', '${param:colour}, as'));
  await emulator.waitForLog(/config\/functions\.yml:\d+: functions\.talk\.environment: \$\{param:colour\} has no value: /);
  assert.equal(JSON.parse(await client.ask('hello')).COLOR, 'grey, as in rooms');
  fs.writeFileSync(functions, text.replace('as in', 'not as in'));
  await emulator.waitForLog(/reloaded .*serverless\.yml in /);
  assert.equal(JSON.parse(await client.ask('hello')).COLOR, 'grey, not as in rooms');
  await client.close();
});

test('values that are kept elsewhere are given with --parameter', async (t) => {
  const folder = makeProject(t, null, {
    'serverless.yml': `service: chat
provider:
  name: aws
  runtime: nodejs20.x
  environment:
    KEY: \${ssm:/chat/key}
functions:
  talk:
    handler: talk.handler
    events:
      - websocket: $default
`,
    'talk.js': '',
  });
  const without = await postern(['check', folder]);
  const given = await postern(['check', folder, '--parameter', 'ssm:/chat/key=abc']);

  assert.equal(without.status, 2);
  assert.match(without.stderr, /serverless\.yml:6: provider\.environment: \$\{ssm:\/chat\/key\} has no value: it is kept elsewhere: give it with --parameter 'ssm:\/chat\/key=VALUE', or under custom\.postern\.variables\n$/);
  assert.equal(given.stderr, '');
  assert.equal(given.status, 0);
});
