// Who may come in: Lambda authorizers and API keys.

import assert from 'node:assert/strict';

import { startEmulator, test, writeFiles } from './support/emulator.js';
import { assertWellFormed, goldenEvent } from './support/events.js';
import { until } from './support/until.js';

const ARN = 'arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/dev/$connect';
const KEY = 'EXAMPLEAPIKEY0123456789abcdefghijklmnopqr';

// Returns what the query string's `returns` says, or lets the user of `user` in; `fail` is the message to fail with.
const AUTHORIZER = `
const fs = require('node:fs');
exports.handler = async (event) => {
  fs.appendFileSync(process.env.EVENTS_FILE, JSON.stringify({ event }) + '\\n');
  const query = event.queryStringParameters;
  if (query.fail) throw new Error(query.fail);
  if (query.hang) await new Promise(() => setInterval(() => {}, 1000));
  if (query.returns) return JSON.parse(query.returns);
  return {
    principalId: query.user ?? 'user-42',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
    context: { stringKey: 'stringval', numberKey: 123, booleanKey: true },
    ...(query.key && { usageIdentifierKey: query.key }),
  };
};
`;

const project = ({ api = {}, connect = {}, authorizer = {}, ...rest } = {}) => ({
  'authorizer.js': AUTHORIZER,
  'postern.json': {
    functions: {
      echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 },
      auth: { runtime: 'nodejs20.x', handler: 'authorizer.handler', timeout: 2 },
    },
    apis: {
      echo: {
        id: 'a1b2c3d4e5',
        authorizers: { token: { function: 'auth', ...authorizer } },
        routes: {
          $connect: { function: 'echo', authorizer: 'token', ...connect },
          $disconnect: { function: 'echo' },
          $default: { function: 'echo' },
        },
        ...api,
      },
    },
    ...rest,
  },
});

const start = (t, options) => startEmulator(t, 'echo', { files: project(options) });

// The target whose authorizer returns that document.
const returning = (document) => `/dev?returns=${encodeURIComponent(JSON.stringify(document))}`;

const statement = (Effect, Resource, more = {}) => ({ Effect, Action: 'execute-api:Invoke', Resource, ...more });
const policy = (...Statement) => ({ principalId: 'u', policyDocument: { Version: '2012-10-17', Statement } });

const types = (emulator) => emulator.events().map(({ event }) => event.type ?? event.requestContext.eventType);

test('who is let in carries what the authorizer said to every later event', async (t) => {
  const emulator = await start(t);
  const client = await emulator.connect('/dev?user=user-42');
  const context = goldenEvent('message.with-authorizer').requestContext.authorizer;

  await client.send('hello');
  await client.close();
  const connect = await emulator.event((event) => event.requestContext.eventType === 'CONNECT' && !event.type);
  const message = await emulator.event((event) => event.requestContext.eventType === 'MESSAGE');
  const disconnect = await emulator.disconnectEvent(client.connectionId);

  for (const event of [connect, message, disconnect]) assertWellFormed(event);
  const { integrationLatency, ...rest } = connect.requestContext.authorizer;
  assert.ok(Number.isInteger(integrationLatency) && integrationLatency >= 0, `integrationLatency ${integrationLatency}`);
  assert.equal(JSON.stringify(rest), JSON.stringify(context));
  assert.equal(JSON.stringify(message.requestContext.authorizer), JSON.stringify(context));
  assert.equal(JSON.stringify(disconnect.requestContext.authorizer), JSON.stringify(context));
});

test("the authorizer's event is AWS's, for the same connection", async (t) => {
  const emulator = await start(t);
  const client = await emulator.connect('/dev?a=1&a=2', { headers: { 'X-Token': 'secret' } });
  const [{ event }, { event: connect }] = emulator.events();

  assert.deepEqual(Object.keys(event), Object.keys(goldenEvent('authorizer.request')));
  assert.equal(event.type, 'REQUEST');
  assert.equal(event.methodArn, ARN);
  assert.equal(event.headers.Connection.toLowerCase(), 'upgrade');
  assert.equal(event.headers.Upgrade, 'websocket');
  assert.equal(event.headers['X-Token'], 'secret');
  assert.deepEqual(event.multiValueQueryStringParameters, { a: ['1', '2'] });
  assert.deepEqual(event.stageVariables, {});
  assert.equal(event.requestContext.connectionId, connect.requestContext.connectionId);
  assert.equal(event.headers['X-Amzn-Trace-Id'], connect.headers['X-Amzn-Trace-Id']);
  assert.equal('authorizer' in event.requestContext, false);
  await client.close();
});

test('without a query the authorizer gets empty objects', async (t) => {
  const emulator = await start(t);
  const client = await emulator.connect('/dev');
  const [{ event }] = emulator.events();

  assert.deepEqual(event.queryStringParameters, {});
  assert.deepEqual(event.multiValueQueryStringParameters, {});
  await client.close();
});

test('what an authorizer answers decides, and $connect runs only for who is let in', async (t) => {
  const emulator = await start(t);
  const silent = '{"Message":"User is not authorized to access this resource"}';
  const denied = '{"Message":"User is not authorized to access this resource with an explicit deny"}';
  const failure = '{"message":"Internal server error"}';
  const cases = [
    ['a policy that denies', returning(policy(statement('Allow', '*'), statement('Deny', ARN))), 403, denied, 'policy-denies'],
    ['a policy for another stage', returning(policy(statement('Allow', ARN.replace('/dev/', '/prod/')))), 403, silent, 'policy-silent'],
    ['a resource of two segments', returning(policy(statement('Allow', ARN.replace('$connect', '*/*')))), 403, silent, 'policy-silent'],
    ['a condition that is not met', returning(policy(statement('Allow', '*', { Condition: { NotIpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1'] } } }))), 403, silent, 'policy-silent'],
    ['a deny whose condition is met', returning(policy(statement('Allow', '*'), statement('Deny', '*', { Condition: { Null: { 'aws:Referer': 'true' } } }))), 403, denied, 'policy-denies'],
    ['a condition operator that is none', returning(policy(statement('Allow', '*', { Condition: { StringIs: { 'aws:SourceIp': '::1' } } }))), 500, failure, 'malformed-authorizer-result'],
    ['no principal', returning({ ...policy(statement('Allow', '*')), principalId: undefined }), 500, failure, 'malformed-authorizer-result'],
    ['no policy', returning({ principalId: 'u' }), 500, failure, 'malformed-authorizer-result'],
    ['an object in the context', returning({ ...policy(statement('Allow', '*')), context: { a: {} } }), 500, failure, 'malformed-authorizer-result'],
    ["an HTTP API's answer", returning({ isAuthorized: true }), 500, failure, 'malformed-authorizer-result'],
    ['the error Unauthorized', '/dev?fail=Unauthorized', 401, '{"message":"Unauthorized"}', 'authorizer-refuses'],
    ['any other error', '/dev?fail=unauthorized', 500, failure, 'authorizer-failed'],
    ['no answer in time', '/dev?hang=1', 500, failure, 'authorizer-failed'],
  ];

  for (const [what, target, status, body, reason] of cases) {
    const refusal = await emulator.refused(target);
    assert.equal(refusal.status, status, what);
    assert.equal(refusal.body, body, what);
    await emulator.waitForLog(new RegExp(`reason=${reason}`));
  }
  assert.deepEqual(types(emulator), cases.map(() => 'REQUEST'));
});

test('wildcards let a client in', async (t) => {
  const emulator = await start(t);

  for (const resource of ['*', 'arn:aws:execute-api:*:*:a1b2c3d4e5/dev/*', ['arn:aws:s3:::x', ARN]]) {
    const client = await emulator.connect(returning(policy(statement('Allow', resource))));
    await client.close();
  }
});

test('a missing identity source is 401, and the authorizer is not asked', async (t) => {
  const emulator = await start(t, { authorizer: { identitySource: ['route.request.header.X-Token', 'route.request.querystring.room'] } });

  for (const [target, headers] of [['/dev?room=a', {}], ['/dev', { 'X-Token': 't' }], ['/dev?room=', { 'X-Token': 't' }], ['/dev?room=a', { 'X-Token': '' }]]) {
    const refusal = await emulator.refused(target, { headers });
    assert.equal(refusal.status, 401, target);
    assert.equal(refusal.body, '{"message":"Unauthorized"}');
  }
  assert.deepEqual(emulator.events(), []);
  const client = await emulator.connect('/dev?room=a', { headers: { 'x-token': 't' } });
  await client.close();
});

test('stage variables and the context can be identity sources', async (t) => {
  const identitySource = ['stageVariables.color', 'context.identity.userAgent'];
  const stages = { dev: { stageVariables: { color: 'blue' } }, bare: {} };
  const emulator = await start(t, { authorizer: { identitySource }, api: { stages } });

  assert.equal((await emulator.refused('/dev')).status, 401); // without User-Agent
  assert.equal((await emulator.refused('/bare', { headers: { 'User-Agent': 'tests/1' } })).status, 401);
  assert.deepEqual(emulator.events(), []);
  await (await emulator.connect('/dev', { headers: { 'User-Agent': 'tests/1' } })).close();
  assert.equal(types(emulator)[0], 'REQUEST');
});

test('an authorizer that comes later leaves those alone who are in', async (t) => {
  const emulator = await start(t, { connect: { authorizer: undefined } });
  const client = await emulator.connect('/dev');

  writeFiles(emulator.folder, project());
  await emulator.waitForLog(/reason=reloaded/);
  await until('the authorizer to be asked', async () => (await emulator.refused('/dev?fail=Unauthorized').catch(() => ({}))).status === 401);
  client.send('still here');
  const { requestContext } = await emulator.event((event) => event.requestContext.eventType === 'MESSAGE');
  assert.equal(requestContext.connectionId, client.connectionId);
  assert.equal('authorizer' in requestContext, false);
  await client.close();
});

test('an API key is asked for before the authorizer', async (t) => {
  const emulator = await start(t, { connect: { apiKeyRequired: true }, apiKeys: { partner: { value: KEY } } });

  assert.equal((await emulator.refused('/dev')).status, 403);
  assert.deepEqual(emulator.events(), []);
  await (await emulator.connect('/dev', { headers: { 'x-api-key': KEY } })).close();
});

test('an API key of the header', async (t) => {
  const emulator = await start(t, {
    connect: { authorizer: undefined, apiKeyRequired: true },
    apiKeys: { partner: { value: KEY }, former: { value: KEY.toLowerCase(), enabled: false } },
  });

  for (const headers of [{}, { 'x-api-key': 'x'.repeat(40) }, { 'x-api-key': KEY.toLowerCase() }]) {
    const refusal = await emulator.refused('/dev', { headers });
    assert.equal(refusal.status, 403);
    assert.equal(refusal.body, '{"message":"Forbidden"}');
  }
  const client = await emulator.connect('/dev', { headers: { 'X-Api-Key': KEY } });
  const { event } = emulator.events()[0];
  assert.equal(event.requestContext.identity.apiKey, KEY);
  assert.match(event.requestContext.identity.apiKeyId, /^[a-z0-9]{10}$/);
  await client.close();
  assert.deepEqual(types(emulator).slice(0, 1), ['CONNECT']);
});

test("an API key of the authorizer's result", async (t) => {
  const emulator = await start(t, {
    api: { apiKeySelectionExpression: '$context.authorizer.usageIdentifierKey' },
    connect: { apiKeyRequired: true },
    apiKeys: { partner: { value: KEY } },
  });

  assert.equal((await emulator.refused('/dev', { headers: { 'x-api-key': KEY } })).status, 403);
  assert.equal((await emulator.refused(`/dev?key=${'x'.repeat(40)}`)).status, 403);
  const client = await emulator.connect(`/dev?key=${KEY}`);
  const connect = await emulator.event((event) => event.requestContext.eventType === 'CONNECT' && !event.type);
  assert.equal(connect.requestContext.identity.apiKey, KEY);
  await client.close();
});

test('a client that leaves while its authorizer runs never comes to its $connect', async (t) => {
  const emulator = await start(t);
  const connection = await emulator.raw();

  await connection.write('GET /dev?hang=1 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    + 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  await emulator.event((event) => event.type === 'REQUEST');
  connection.destroy();
  await emulator.waitForLog(/the client left before its authorizer had answered/);
  const client = await emulator.connect('/dev');
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  assert.deepEqual(types(emulator), ['REQUEST', 'REQUEST', 'CONNECT', 'DISCONNECT']);
});

test("after a crash the $disconnect has the authorizer's context, and the API key", async (t) => {
  const emulator = await start(t, { connect: { apiKeyRequired: true }, apiKeys: { partner: { value: KEY } } });
  const client = await emulator.connect('/dev?user=ann', { headers: { 'x-api-key': KEY } });
  const { connectionId } = client;
  const connect = await emulator.event((event) => event.requestContext.eventType === 'CONNECT' && !event.type);

  await emulator.stop('SIGKILL');
  await emulator.restart();
  const disconnect = await emulator.disconnectEvent(connectionId);
  assert.equal(disconnect.requestContext.authorizer.principalId, 'ann');
  assert.equal(disconnect.requestContext.authorizer.numberKey, '123');
  assert.equal(disconnect.requestContext.identity.apiKey, KEY);
  assert.deepEqual(disconnect.requestContext.identity, connect.requestContext.identity);
});
