// A SAM project with a DynamoDB table, on dynalite: functions with the AWS SDK, and mapping templates without any function.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { startDynamoDB } from './support/dynamodb.js';
import { makeProject, ROOT, startEmulator, test } from './support/emulator.js';

async function start(t) {
  const table = await startDynamoDB(t);
  const folder = makeProject(t, 'sam-rooms');
  fs.symlinkSync(path.join(ROOT, 'tests/node_modules'), path.join(folder, 'rooms/node_modules'));
  const emulator = await startEmulator(t, null, { folder, env: { AWS_ENDPOINT_URL_DYNAMODB: table.url } });
  return { table, emulator };
}

const inRoom = (items, room) => items.filter((item) => item.room.S === room);

test('functions keep connection ids in a DynamoDB table, and broadcast to them', async (t) => {
  const { table, emulator } = await start(t);
  const [ada, bob, eve] = await Promise.all(['blue', 'blue', 'red'].map((room) => emulator.connect(`/dev?room=${room}`)));

  assert.equal(inRoom(await table.items('three connections', (items) => items.length === 3), 'blue').length, 2);
  ada.send({ action: 'say', room: 'blue', text: 'hello' });
  const heard = await ada.nextJson();
  assert.equal(heard.text, 'hello');
  assert.deepEqual(await bob.nextJson(), heard);
  await ada.close();
  assert.deepEqual(await bob.nextJson(), { room: 'blue', left: heard.from });
  assert.deepEqual(eve.messages, []);
  await Promise.all([bob.close(), eve.close()]);
  await table.items('no connections', (items) => items.length === 0);
});

test('mapping templates put, delete and query the same table without a function', async (t) => {
  const { table, emulator } = await start(t);
  const ada = await emulator.connect('/live?room=blue');
  const bob = await emulator.connect('/live?room=a%22b');
  const [item] = inRoom(await table.items('both connections', (items) => items.length === 2), 'blue');

  assert.match(item.id.S, /^[\w-]{15}=$/);
  assert.match(item.at.N, /^\d{13}$/);
  const { room, members } = JSON.parse(await bob.ask({ action: 'members', room: 'blue' }));
  assert.equal(room, 'blue');
  assert.deepEqual(members, [item.id.S]);
  assert.equal(JSON.parse(await ada.ask({ action: 'members', room: 'a"b' })).members.length, 1);
  assert.match(JSON.parse(await ada.ask({ action: 'members', room: 5 })).refused, /#SerializationException$/);

  bob.send('it\'s "so"');
  const [said] = inRoom(await table.items('what was said', (items) => inRoom(items, 'said').length === 1), 'said');
  assert.equal(said.text.S, 'it\'s "so"');
  await ada.close();
  await table.items('ada to be gone', (items) => !items.some(({ id }) => id.S === item.id.S));
  const puts = table.requests.filter(({ headers }) => headers['user-agent']?.startsWith('AmazonAPIGateway_'));
  assert.ok(puts.length >= 5);
  for (const { method, headers } of puts) {
    assert.equal(method, 'POST');
    assert.match(headers['x-amz-target'], /^DynamoDB_20120810\.(PutItem|DeleteItem|Query)$/);
    assert.match(headers.authorization, /\/us-east-1\/dynamodb\/aws4_request/);
  }
  await bob.close();
});
