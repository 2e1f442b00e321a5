// Access logs: a line for each $connect, message and $disconnect, in the stage's own format.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const AUTHORIZER = `
exports.handler = async (event) => {
  if (event.queryStringParameters.fail) throw new Error(event.queryStringParameters.fail);
  return {
    principalId: 'user-42',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
    context: { color: 'blue' },
  };
};
`;

const HANDLER = `
exports.handler = async (event) => {
  if (event.requestContext.eventType !== 'MESSAGE') return { statusCode: 200 };
  const { fail, status } = JSON.parse(event.body);
  if (fail) throw new Error(fail);
  return { statusCode: status ?? 200, body: 'done' };
};
`;

const NAMES = [
  'requestId', 'eventType', 'routeKey', 'status', 'connectionId', 'messageId', 'identity.sourceIp', 'identity.userAgent', 'error.message',
  'error.messageString', 'error.responseType', 'integration.status', 'integration.integrationStatus', 'integration.latency', 'integrationLatency',
  'integration.error', 'integration.requestId', 'authorizer.principalId', 'authorizer.color', 'authorizer.status', 'authorizer.integrationStatus',
  'authorizer.error', 'authorize.status', 'authenticate.status', 'waf.status', 'stage', 'apiId', 'domainName', 'nothing', 'disconnectStatusCode',
];

const project = (accessLogSettings) => ({
  'auth.js': AUTHORIZER,
  'handler.js': HANDLER,
  'postern.json': {
    functions: {
      handler: { runtime: 'nodejs20.x', handler: 'handler.handler', timeout: 20 },
      auth: { runtime: 'nodejs20.x', handler: 'auth.handler', timeout: 20 },
    },
    apis: {
      chat: {
        id: 'chat000001',
        authorizers: { token: { function: 'auth' } },
        routes: {
          $connect: { function: 'handler', authorizer: 'token' },
          $disconnect: { function: 'handler' },
          do: { function: 'handler' },
          hurry: { function: 'handler', timeoutInMillis: 50 },
        },
        stages: { dev: { accessLogSettings } },
      },
    },
  },
});

const FORMAT = NAMES.map((name) => `$context.${name}`).join('|');

// The lines that have come to the file, once there are so many.
async function lines(emulator, count) {
  const file = path.join(emulator.folder, 'access.log');
  const read = () => fs.readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => {
    const values = line.split('|');
    return Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));
  });
  return until(`${count} lines`, () => read().length >= count && read(), () => fs.readFileSync(file, 'utf8'));
}

test('each request of a stage is a line of its access log, when it is over', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: project({ destinationArn: './access.log', format: FORMAT }) });
  const client = await emulator.connect('/dev?x=1', { headers: { 'User-Agent': 'tester' } });
  const [connect] = await lines(emulator, 1);

  assert.match(connect.requestId, /^[\w-]{15}=$/);
  assert.match(connect.connectionId, /^[\w-]{15}=$/);
  assert.match(connect['integration.requestId'], /^[0-9a-f-]{36}$/);
  assert.match(connect.integrationLatency, /^\d+$/);
  assert.equal(connect.integrationLatency, connect['integration.latency']);
  assert.ok(['127.0.0.1', '::1'].includes(connect['identity.sourceIp']));
  const expected = {
    eventType: 'CONNECT', routeKey: '$connect', status: '200', messageId: '-', 'identity.userAgent': 'tester', 'error.message': '-',
    'integration.status': '200', 'integration.integrationStatus': '200', 'integration.error': '-', 'authorizer.principalId': 'user-42',
    'authorizer.color': 'blue', 'authorizer.status': '200', 'authorizer.integrationStatus': '200', 'authorizer.error': '-', 'authorize.status': '200',
    'authenticate.status': '-', 'waf.status': '-', stage: 'dev', apiId: 'chat000001', domainName: `localhost:${emulator.port}`, nothing: '-',
    disconnectStatusCode: '-',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(connect[name], value, name);

  client.send(JSON.stringify({ action: 'do', status: 418 }));
  const message = (await lines(emulator, 2))[1];
  assert.equal(message.eventType, 'MESSAGE');
  assert.equal(message.routeKey, 'do');
  assert.equal(message.status, '418');
  assert.equal(message['integration.status'], '418');
  assert.equal(message['authorizer.color'], 'blue');
  assert.equal(message['authorizer.status'], '-');
  assert.equal(message.connectionId, connect.connectionId);
  assert.match(message.messageId, /^[\w-]{15}=$/);
  assert.notEqual(message.requestId, connect.requestId);

  client.send(JSON.stringify({ action: 'do', fail: 'no "room"' }));
  const failed = (await lines(emulator, 3))[2];
  assert.equal(failed.status, '500');
  assert.equal(failed['integration.status'], '-');
  assert.equal(failed['integration.integrationStatus'], '200');
  assert.equal(failed['integration.error'], 'Error: no "room"');
  assert.equal(failed['error.message'], 'Internal server error');
  assert.equal(failed['error.messageString'], '"Internal server error"');
  assert.equal(failed['error.responseType'], 'INTEGRATION_FAILURE');
  const frame = await client.nextJson();
  assert.equal(frame.requestId, failed.requestId);

  client.send('nonsense');
  const unrouted = (await lines(emulator, 4))[3];
  assert.equal(unrouted.status, '403');
  assert.equal(unrouted['error.message'], 'Forbidden');
  assert.equal(unrouted.routeKey, '-');
  assert.equal(unrouted.integrationLatency, '-');

  await client.close();
  const disconnect = (await lines(emulator, 5))[4];
  assert.equal(disconnect.eventType, 'DISCONNECT');
  assert.equal(disconnect.routeKey, '$disconnect');
  assert.equal(disconnect.status, '200');
  assert.equal(disconnect['integration.status'], '200');
  assert.notEqual(disconnect.disconnectStatusCode, '-');

  const refusal = await emulator.refused('/dev?fail=Unauthorized');
  assert.equal(refusal.status, 401);
  const refused = (await lines(emulator, 6))[5];
  assert.equal(refused.eventType, 'CONNECT');
  assert.equal(refused.status, '401');
  assert.equal(refused['error.message'], 'Unauthorized');
  assert.equal(refused['error.responseType'], 'UNAUTHORIZED');
  assert.equal(refused['authorizer.status'], '401');
  assert.equal(refused['authorizer.error'], 'Error: Unauthorized');
  assert.equal(refused['authorizer.principalId'], '-');
  assert.equal(refused.integrationLatency, '-');
});

test('an access log without a file is part of the emulator\'s log', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: project({ destinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:chat', format: '{"id":"$context.requestId","to":"$context.routeKey",\n"x":"$input.body"}' }),
  });
  const client = await emulator.connect('/dev?x=1');

  await emulator.waitForLog(/access: \{"id":"[\w-]{15}=","to":"\$connect", "x":"\$input\.body"\}.*stage=dev/);
  await client.close();
});
