// Projects of the Serverless Framework as they are: serverless.yml with websocket events, nothing of ours.

import assert from 'node:assert/strict';

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
    region: facts.region,
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
