// Which route a message takes: what its selection expression finds in it.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

// An API with these one-way routes; its messages are all handled by one process, in their order.
const start = (t, expression, keys) => startEmulator(t, 'echo', {
  files: {
    'postern.json': {
      functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', concurrency: 1 } },
      apis: { echo: { routeSelectionExpression: expression, routes: Object.fromEntries(['$connect', '$disconnect', '$default', ...keys].map((key) => [key, { function: 'echo' }])) } },
    },
  },
});

// Sends each message; the route keys of their events, in that order.
async function routeKeys(emulator, messages) {
  const client = await emulator.connect();
  const seen = () => emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE');

  for (const message of messages) {
    const before = seen().length;
    client.send(message);
    await until(`the event of ${message}`, () => seen().length > before);
  }
  await client.close();
  assert.deepEqual(seen().map(({ event }) => event.body), messages);
  return seen().map(({ event }) => event.requestContext.routeKey);
}

// cases: [message, its route].
async function assertRoutes(emulator, cases) {
  assert.deepEqual(await routeKeys(emulator, cases.map(([message]) => message)), cases.map(([, key]) => key));
}

test('what is not JSON, no object, or without a value for the expression goes to $default', async (t) => {
  const emulator = await start(t, '$request.body.action', ['join']);

  await assertRoutes(emulator, [
    ...['hello', '{"action":"join"', '"join"', '5', '[]', '[{"action":"join"}]', '{}', '{"action":null}', '{"action":""}', '{"Action":"join"}', '{"action":"Join"}', ''].map((message) => [message, '$default']),
    ['{"action":"join"}', 'join'],
  ]);
});

test('numbers, booleans, arrays and objects select the route of their text', async (t) => {
  const emulator = await start(t, '$request.body.action', ['5', '1.5', 'true', '[a, b]', '{k=v, k2=v2}']);

  await assertRoutes(emulator, [
    ['{"action":5}', '5'],
    ['{"action":"5"}', '5'],
    ['{"action":1.5}', '1.5'],
    ['{"action":true}', 'true'],
    ['{"action":false}', '$default'],
    ['{"action":["a","b"]}', '[a, b]'],
    ['{"action":{"k":"v","k2":"v2"}}', '{k=v, k2=v2}'],
  ]);
});

test('a message that names $connect, $disconnect or $default goes to $default', async (t) => {
  const emulator = await start(t, '$request.body.action', []);

  await assertRoutes(emulator, ['$connect', '$disconnect', '$default'].map((action) => [JSON.stringify({ action }), '$default']));
});

test('an expression of an escaped dollar sends every message to $default', async (t) => {
  const emulator = await start(t, '\\$default', ['join']);

  await assertRoutes(emulator, [['{"action":"join"}', '$default'], ['join', '$default']]);
});

test('several variables and text make one key, in which a missing one is empty', async (t) => {
  const emulator = await start(t, '${request.body.service}-${request.body.action}', ['chat-join', 'chat-', '-join']);

  await assertRoutes(emulator, [
    ['{"service":"chat","action":"join"}', 'chat-join'],
    ['{"service":"chat"}', 'chat-'],
    ['{"action":"join"}', '-join'],
    ['{"service":"chat","action":"leave"}', '$default'],
  ]);
});

test('a path leads into the message', async (t) => {
  const emulator = await start(t, '$request.body.a[1].do', ['join']);

  await assertRoutes(emulator, [['{"a":[{"do":"leave"},{"do":"join"}]}', 'join'], ['{"a":[{"do":"join"}]}', '$default']]);
});
