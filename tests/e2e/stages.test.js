// Several APIs and stages in one emulator, and how a client says which it means.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';

const echo = { function: 'echo' };
const two = {
  files: {
    'postern.json': {
      functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
      apis: {
        first: { id: 'firstapi01', routes: { $connect: echo, $default: { ...echo, routeResponse: true } }, stages: { dev: { stageVariables: { color: 'blue' } }, beta: {} } },
        second: { id: 'secondapi2', routeSelectionExpression: '$request.body.kind.name', routes: { $connect: echo, $default: { ...echo, routeResponse: true }, special: echo }, stages: { dev: {} } },
      },
    },
  },
};

const forms = [
  ['/firstapi01/dev', {}, 'firstapi01', 'dev'],
  ['/first/dev', {}, 'firstapi01', 'dev'],
  ['/second/dev', {}, 'secondapi2', 'dev'],
  ['/secondapi2/dev/', {}, 'secondapi2', 'dev'],
  ['/beta', {}, 'firstapi01', 'beta'],
  ['/dev', { Host: 'secondapi2.execute-api.us-east-1.amazonaws.com' }, 'secondapi2', 'dev'],
  ['/beta?x=1', { Host: 'firstapi01.execute-api.eu-west-1.localhost:3001' }, 'firstapi01', 'beta'],
  ['/_aws/execute-api/firstapi01/beta', {}, 'firstapi01', 'beta'],
];
for (const [path, headers, apiId, stage] of forms) {
  test(`${headers.Host ?? ''}${path} means stage ${stage} of API ${apiId}`, async (t) => {
    const emulator = await startEmulator(t, 'echo', two);
    const client = await emulator.connect(path, { headers });
    const { requestContext, stageVariables } = emulator.events()[0].event;

    assert.equal(requestContext.apiId, apiId);
    assert.equal(requestContext.stage, stage);
    assert.deepEqual(stageVariables, apiId === 'firstapi01' && stage === 'dev' ? { color: 'blue' } : undefined);
    assert.equal(requestContext.domainName, headers.Host ?? `localhost:${emulator.port}`);
    await client.close();
  });
}

for (const [what, path, headers] of [
  ['a stage that two APIs have', '/dev', {}],
  ['no path where there are several stages', '/', {}],
  ["another API's stage", '/second/beta', {}],
  ['an AWS host of an unknown API', '/dev', { Host: 'unknownapi.execute-api.us-east-1.amazonaws.com' }],
]) {
  test(`${what} is refused with 403`, async (t) => {
    const emulator = await startEmulator(t, 'echo', two);
    const refusal = await emulator.refused(path, { headers });

    assert.equal(refusal.status, 403);
    assert.equal(refusal.body, '{"message":"Forbidden"}');
  });
}

test("each API selects routes by its own expression, and posts don't cross stages", async (t) => {
  const emulator = await startEmulator(t, 'echo', two);
  const client = await emulator.connect('/second/dev');

  client.send({ kind: { name: 'special' } });
  const event = await emulator.event(({ requestContext }) => requestContext.eventType === 'MESSAGE');
  assert.equal(event.requestContext.routeKey, 'special');
  assert.equal((await emulator.request('POST', `/second/dev/@connections/${client.connectionId}`, { body: 'x' })).status, 200);
  for (const path of ['/first/dev', '/beta']) assert.equal((await emulator.request('POST', `${path}/@connections/${client.connectionId}`, { body: 'x' })).status, 410, path);
  await client.close();
});

test('the ready file names every API and stage', async (t) => {
  const emulator = await startEmulator(t, 'echo', two);
  const { port } = emulator;
  const http = `http://localhost:${port}`;

  assert.equal(emulator.ready.pid, emulator.child.pid);
  assert.equal(emulator.ready.http, http);
  assert.equal(emulator.ready.ws, `ws://localhost:${port}`);
  assert.deepEqual(emulator.ready.apis.map(({ id, name, stages }) => [id, name, stages.map((stage) => stage.name).sort()]), [['firstapi01', 'first', ['beta', 'dev']], ['secondapi2', 'second', ['dev']]]);
  for (const api of emulator.ready.apis) for (const stage of api.stages) await (await emulator.connect(new URL(stage.ws).pathname)).close();
});

test('--domain is what events carry as domainName', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--domain', 'example.test:4000'] });

  await emulator.connect();
  assert.equal(emulator.events()[0].event.requestContext.domainName, 'example.test:4000');
});
