// Custom domain names: a Host whose paths begin with the key of an API mapping.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';

const project = {
  'postern.json': {
    functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 } },
    domainNames: {
      'ws.example.com': { apiMappings: { '': 'echo/dev', v2: 'echo/prod' } },
      '*.example.org': { apiMappings: { live: 'a1b2c3d4e5/prod' } },
    },
    apis: { echo: { id: 'a1b2c3d4e5', routes: { $connect: { function: 'echo' }, $disconnect: { function: 'echo' }, $default: { function: 'echo' } }, stages: { dev: {}, prod: {} } } },
  },
};

test('a custom domain finds the mapped stage, and events carry the host', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: project });

  for (const [host, path, stage] of [
    ['ws.example.com', '/', 'dev'],
    ['ws.example.com', '/v2', 'prod'],
    ['ws.example.com', '/v2/', 'prod'],
    ['eu.example.org', '/live?a=1', 'prod'],
  ]) {
    const client = await emulator.connect(path, { headers: { Host: host } });
    const { event } = emulator.events().find(({ event: { requestContext } }) => requestContext.connectionId === client.connectionId);
    assert.equal(event.requestContext.stage, stage, host + path);
    assert.equal(event.requestContext.domainName, host);
    assert.equal(event.requestContext.apiId, 'a1b2c3d4e5');
    assert.equal(event.headers.Host, host);
    await client.close();
    const disconnect = await emulator.disconnectEvent(client.connectionId);
    assert.equal(disconnect.headers.Host, host);
  }
});

test('@connections lie below the mapping, without the stage', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: project });
  const client = await emulator.connect('/v2', { headers: { Host: 'ws.example.com' } });
  const post = (path) => emulator.request('POST', `${path}/@connections/${encodeURIComponent(client.connectionId)}`, { headers: { Host: 'ws.example.com' }, body: 'hello' });

  assert.equal((await post('/v2')).status, 200);
  assert.equal(await client.nextMessage(), 'hello');
  assert.equal((await post('')).status, 410); // of another stage
  const { status, body } = await post('/prod');
  assert.equal(status, 404);
  assert.match(body, /^\{"message":"No method found matching route .* for http method POST\."\}$/);
  await client.close();
});

test('what is not mapped is refused', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: project });

  for (const [host, path] of [['eu.example.org', '/'], ['eu.example.org', '/prod'], ['ws.example.com', '/prod'], ['a.b.example.org', '/live']]) {
    const refusal = await emulator.refused(path, { headers: { Host: host } });
    assert.equal(refusal.status, 403, host + path);
    assert.equal(refusal.body, '{"message":"Forbidden"}');
  }
  const { status } = await emulator.request('GET', '/@connections/L0SM9cOFvHcCIhw=', { headers: { Host: 'eu.example.org' } });
  assert.equal(status, 404);
  for (const path of ['/ping', '/sping']) { // AWS's own health checks
    const answer = await emulator.request('GET', path, { headers: { Host: 'ws.example.com' } });
    assert.deepEqual([answer.status, answer.body], [200, 'healthy']);
    assert.equal((await emulator.refused(path, { headers: { Host: 'ws.example.com' } })).status, 403);
  }
});

test('an API whose default endpoint is disabled is found by its custom domain only', async (t) => {
  const definition = structuredClone(project['postern.json']);
  definition.apis.echo.disableExecuteApiEndpoint = true;
  const emulator = await startEmulator(t, 'echo', { files: { 'postern.json': definition } });
  const headers = { Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com' };
  const refusal = await emulator.refused('/dev', { headers });

  assert.equal(refusal.status, 403);
  assert.equal(refusal.body, '{"message":"Forbidden"}');
  assert.equal((await emulator.request('POST', '/dev/@connections/L0SM9cOFvHcCIhw=', { headers, body: 'x' })).status, 403);
  await emulator.waitForLog(/disableExecuteApiEndpoint.*reason=unknown-stage/);
  await (await emulator.connect('/', { headers: { Host: 'ws.example.com' } })).close();
});
