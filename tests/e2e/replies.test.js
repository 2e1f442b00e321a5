// What a client gets for a message: route responses, error frames, silence.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const isMessage = ({ requestContext }) => requestContext.eventType === 'MESSAGE';

function errorFrame(text, event) {
  return `{"message": "${text}", "connectionId":"${event.requestContext.connectionId}", "requestId":"${event.requestContext.requestId}"}`;
}

test('the body that a handler of a two-way route returns is sent as it is', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const body of ['plain', '{"a": 1,  "b":[]}', 'grüße \u{1f600} "quoted" \\ \n\t', 'x'.repeat(100_000)]) assert.equal(await client.ask({ action: 'ask', body: body.length < 20_000 ? body : undefined, bodySize: body.length < 20_000 ? undefined : body.length }), body);
  await client.close();
});

test('the status that a handler returns changes nothing about its body', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const status of [200, 301, 404, 500]) assert.equal(await client.ask({ action: 'ask', status }), `status ${status}`);
  await client.close();
});

test('a one-way route sends nothing back', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  client.send({ action: 'tell', body: 'nobody reads this' });
  client.send({ action: 'tell', nothing: true });
  client.send({ action: 'tell', status: 500 });
  await until('three events', () => emulator.events().filter(({ event }) => isMessage(event)).length === 3);
  assert.equal(await client.ask({ action: 'ask', body: 'the first message' }), 'the first message');
  await client.close();
});

const noProxyResults = ['null', '"fine"', '[]', '{}', '{"body":"no status"}', '{"statusCode":"often","body":"x"}', '{"statusCode":200,"body":{}}'];

test('what is no proxy result is an error frame on a two-way route, and nothing on a one-way one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const result of noProxyResults) {
    client.send({ action: 'tell', result });
    assert.match(await client.ask({ action: 'ask', result }), /^\{"message": "Internal server error", /, result);
  }
  await until('every event', () => emulator.events().filter(({ event }) => isMessage(event)).length === 2 * noProxyResults.length);
  assert.equal(await client.ask({ action: 'ask', body: 'the next message' }), 'the next message');
  await client.close();
});

test('an answer of 128 KiB passes, one byte more is an error frame', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'echo.js': `exports.handler = async ({ body }) => ({ statusCode: 200, body: body ? 'x'.repeat(JSON.parse(body).size) : undefined });` },
  });
  const client = await emulator.connect();

  assert.equal((await client.ask({ action: 'ask', size: 128 * 1024 })).length, 128 * 1024);
  assert.match(await client.ask({ action: 'ask', size: 128 * 1024 + 1 }), /^\{"message": "Internal server error", /);
  await emulator.waitForLog(/the answer has a body of 131073 bytes, .*reason=message-too-large/);
  assert.equal((await client.ask({ action: 'ask', size: 1 })), 'x');
  await client.close();
});

test('a result without a body, or with an empty one, sends nothing', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', concurrency: 1 } }, // one after the other
      apis: { echo: { routes: { $default: { function: 'echo', routeResponse: true } } } } } },
  });
  const client = await emulator.connect();

  for (const result of [{ statusCode: 200 }, { statusCode: 200, body: '' }, { statusCode: 200, body: null }, { statusCode: 500 }]) client.send({ result });
  assert.equal(await client.ask({ body: 'the first message' }), 'the first message');
  await client.close();
});

test('a route without an integration answers with an error frame', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
      apis: { echo: { routes: { $connect: { function: 'echo' }, nowhere: {} } } } } },
  });
  const client = await emulator.connect();

  assert.match(await client.ask({ action: 'nowhere' }), /^\{"message": "Internal server error", "connectionId":/);
  await emulator.waitForLog(/reason=no-integration/);
  await client.close();
});

const failures = [
  ['throws', { throw: 'no' }],
  ['exits', { exit: 3 }],
  ['is killed', { signal: 'SIGKILL' }],
];
for (const [what, order] of failures) {
  for (const action of ['ask', 'tell']) {
    test(`a handler that ${what} on a ${action === 'ask' ? 'two' : 'one'}-way route gets the client an error frame, and the connection stays open`, async (t) => {
      const emulator = await startEmulator(t, 'echo');
      const client = await emulator.connect();
      const frame = await client.ask({ action, ...order });

      assert.equal(frame, errorFrame('Internal server error', await emulator.event(isMessage)));
      assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
      await client.close();
    });
  }
}

test('a handler that is too slow for the integration gets the client "Endpoint request timed out"', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const frame = await client.ask({ action: 'impatient', hang: true });

  assert.equal(frame, errorFrame('Endpoint request timed out', await emulator.event(isMessage)));
  await client.close();
});

test('a message that no route wants gets "Forbidden", and the connection stays open', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
      apis: { echo: { routes: { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true } } } } } },
  });
  const client = await emulator.connect();

  for (const message of ['hi', '{}', '{"action":"other"}', '{"action":"Ask"}', '[]', '{"action":null}', '']) {
    assert.match(await client.ask(message), new RegExp(`^\\{"message": "Forbidden", "connectionId":"${client.connectionId}", "requestId":"[A-Za-z0-9_-]{15}="\\}$`), message);
  }
  assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
  assert.equal(emulator.events().filter(({ event }) => isMessage(event)).length, 1);
  await client.close();
});

test('messages of one connection are handled at the same time, and their answers come as they are ready', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const [first, openFirst] = emulator.gate('first');
  const [second, openSecond] = emulator.gate('second');

  client.send({ action: 'ask', waitFor: first, body: 'first' });
  client.send({ action: 'ask', waitFor: second, body: 'second' });
  await until('both to be handled', () => emulator.events().filter(({ event }) => isMessage(event)).length === 2);
  openSecond();
  assert.equal(await client.nextMessage(), 'second');
  openFirst();
  assert.equal(await client.nextMessage(), 'first');
  await client.close();
});
