// The sample project: handlers in Node, Python and shell that post to https://{domainName}/{stage}, as they would on AWS.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';

test('a room is shared by handlers in Node, Python and shell', async (t) => {
  const emulator = await startEmulator(t, 'chat');
  const ada = await emulator.connect('/dev?nickname=ada');
  const bob = await emulator.connect('/dev?nickname=bob');
  const eve = await emulator.connect('/dev?nickname=eve&room=kitchen');

  assert.deepEqual(await ada.nextJson(), { type: 'joined', nickname: 'bob' });
  bob.send({ action: 'sendMessage', text: 'hello, ada' });
  for (const client of [ada, bob]) assert.deepEqual(await client.nextJson(), { type: 'message', from: 'bob', text: 'hello, ada' });

  const { connectionId, ...bobHimself } = JSON.parse(await bob.ask({ action: 'whoami' }));
  assert.match(connectionId, /^[A-Za-z0-9_-]{15}=$/);
  assert.deepEqual(bobHimself, { type: 'you', nickname: 'bob', room: 'lobby', others: ['ada'] });

  const time = JSON.parse(await eve.ask({ action: 'time' }));
  assert.equal(time.type, 'time');
  assert.match(time.now, /^\d\d:\d\d:\d\d$/);
  assert.equal(JSON.parse(await ada.ask('how does this work?')).type, 'help');

  await bob.close();
  assert.deepEqual(await ada.nextJson(), { type: 'left', nickname: 'bob' });
  assert.deepEqual(eve.messages, []);
  await Promise.all([ada.close(), eve.close()]);
});

test('nobody comes in without a nickname', async (t) => {
  const emulator = await startEmulator(t, 'chat');
  const refusal = await emulator.refused('/dev');

  assert.equal(refusal.status, 400);
  assert.equal(refusal.body, 'Who are you? Connect with ?nickname=ada');
});
