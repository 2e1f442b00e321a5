// Access logs: a line for each $connect, message and $disconnect, in the stage's own format.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { startBackend } from './support/backend.js';
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

test('the status of a line is what an integration of any type has answered, or what the client gets instead', async (t) => {
  const mock = (status, more) => ({ integration: { integrationType: 'MOCK', requestTemplates: { $default: `{"statusCode": ${status}}` }, integrationResponses: { '/[2-4]../': {} }, ...more } });
  const stage = (name) => ({ [name]: { accessLogSettings: { destinationArn: './access.log', format: FORMAT } } });
  const emulator = await startEmulator(t, null, {
    files: {
      'postern.json': {
        apis: {
          a: { stages: stage('a'), routes: { $connect: mock(201), $disconnect: mock(404), ok: mock(202), bad: mock(404), none: mock(500), never: mock(200, { requestTemplates: {}, passthroughBehavior: 'NEVER' }) } },
          b: { stages: stage('b'), routes: { $connect: mock(403) } },
          c: { stages: stage('c'), routes: { $connect: mock(0) } },
        },
      },
    },
  });
  const client = await emulator.connect('/a');
  let count = 0;
  const last = async () => { count += 1; return (await lines(emulator, count))[count - 1]; };

  assert.equal((await last()).status, '201');
  for (const [action, status, type] of [['ok', '202', '-'], ['bad', '404', '-'], ['none', '500', 'INTEGRATION_FAILURE'], ['never', '415', 'UNSUPPORTED_MEDIA_TYPE']]) {
    client.send({ action });
    const line = await last();
    assert.deepEqual([line.routeKey, line.status, line['error.responseType']], [action, status, type]);
  }
  await client.close();
  assert.equal((await last()).eventType, 'DISCONNECT');
  assert.equal((await emulator.refused('/b')).status, 403);
  assert.equal((await last()).status, '403');
  assert.equal((await emulator.refused('/c')).status, 500);
  assert.equal((await last()).status, '500');
});

test('an access log without a file is part of the emulator\'s log', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: project({ destinationArn: 'arn:aws:logs:us-east-1:000000000000:log-group:chat', format: '{"id":"$context.requestId","to":"$context.routeKey",\n"x":"$input.body"}' }),
  });
  const client = await emulator.connect('/dev?x=1');

  await emulator.waitForLog(/access: \{"id":"[\w-]{15}=","to":"\$connect", "x":"\$input\.body"\}.*stage=dev/);
  await client.close();
});

// ---- from a template, with every kind of integration but Lambda proxies

const KIND_NAMES = ['eventType', 'routeKey', 'status', 'integration.status', 'integration.integrationStatus', 'integrationLatency', 'integration.error', 'integration.requestId', 'authorizer.principalId', 'authorizer.color', 'authorizer.status', 'error.responseType', 'error.validationErrorString', 'requestId'];

function template(backend) {
  const parts = {};
  const add = (id, Type, Properties) => { parts[id] = { Type: `AWS::ApiGatewayV2::${Type}`, Properties: { ApiId: { Ref: 'Api' }, ...Properties } }; };
  const route = (key, integration, more = {}) => {
    const id = key.replace('$', '');
    add(`${id}Integration`, 'Integration', integration);
    if (integration.IntegrationType !== 'HTTP_PROXY') add(`${id}Answer`, 'IntegrationResponse', { IntegrationId: { Ref: `${id}Integration` }, IntegrationResponseKey: '$default' });
    add(`${id}Route`, 'Route', { RouteKey: key, Target: { 'Fn::Sub': `integrations/\${${id}Integration}` }, RouteResponseSelectionExpression: '$default', ...more });
  };
  const mock = (text) => ({ IntegrationType: 'MOCK', RequestTemplates: { $default: text } });
  const uri = { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Auth.Arn}/invocations' };
  const http = (url) => ({ IntegrationType: 'HTTP_PROXY', IntegrationMethod: 'POST', IntegrationUri: url });

  route('$connect', mock('{"statusCode": $input.params(\'code\')}'), { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Token' } });
  route('$disconnect', mock('{"statusCode": 299}'));
  route('echo', http(backend.url));
  route('away', http('http://127.0.0.1:1/'));
  route('work', { IntegrationType: 'AWS', IntegrationMethod: 'POST', IntegrationUri: uri, RequestTemplates: { $default: '{"queryStringParameters":{},"methodArn":"x"}' } });
  route('checked', mock('{"statusCode": 201}'), { ModelSelectionExpression: '$request.body.action', RequestModels: { checked: 'Order' } });
  route('broken', mock('{"statusCode": 200}'), { ModelSelectionExpression: '$request.body.action', RequestModels: { broken: 'Broken' } });
  add('Token', 'Authorizer', { Name: 'token', AuthorizerType: 'REQUEST', AuthorizerUri: uri, IdentitySource: ['route.request.querystring.code'] });
  add('Order', 'Model', { Name: 'Order', ContentType: 'application/json', Schema: { type: 'object', required: ['n'] } });
  add('Broken', 'Model', { Name: 'Broken', Schema: { type: 'objekt' } });
  add('Stage', 'Stage', { StageName: 'dev', AutoDeploy: true, AccessLogSettings: { DestinationArn: { 'Fn::GetAtt': ['Lines', 'Arn'] }, Format: KIND_NAMES.map((name) => `$context.${name}`).join('|') } });
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'kinds', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action', DisableSchemaValidation: true } },
      Auth: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs20.x', Handler: 'auth.handler', Timeout: 20, Code: '.' } },
      Lines: { Type: 'AWS::Logs::LogGroup' },
      ...parts,
    },
  };
}

test('each kind of integration has its line of the access log, from a template with models', async (t) => {
  const backend = await startBackend(t, () => ({ status: 418, body: 'short' }));
  const emulator = await startEmulator(t, null, { files: { 'template.json': template(backend), 'auth.js': AUTHORIZER } });
  let count = 0;
  const line = async (expected) => {
    const all = () => emulator.log.split('\n').filter((one) => one.includes('access: '));
    const text = await until('the line', () => all()[count], () => emulator.log);
    const values = /access: (.*?)(?: apiId=.*)?$/.exec(text)[1].split('|');
    const found = Object.fromEntries(KIND_NAMES.map((name, i) => [name, values[i]]));
    count += 1;
    for (const [name, value] of Object.entries(expected)) {
      if (value instanceof RegExp) assert.match(found[name], value, `${name} in ${text}`);
      else assert.equal(found[name], value, `${name} in ${text}`);
    }
  };
  const inside = { 'authorizer.principalId': 'user-42', 'authorizer.color': 'blue' };
  const ran = { integrationLatency: /^\d+$/, 'integration.error': '-' };

  assert.match(emulator.log, /warning: .*models\.Broken\.schema: .*"disableSchemaValidation"/);
  assert.equal((await emulator.refused('/dev?code=403')).status, 403);
  await line({ ...inside, ...ran, eventType: 'CONNECT', routeKey: '$connect', status: '403', 'integration.status': '403', 'authorizer.status': '200' });
  assert.equal((await emulator.refused('/dev?code=x')).status, 500);
  await line({ ...inside, eventType: 'CONNECT', status: '500', 'integration.status': '-', integrationLatency: /^\d+$/, 'integration.error': /^Unable to parse statusCode/, 'error.responseType': 'API_CONFIGURATION_ERROR' });
  const client = await emulator.connect('/dev?code=201');
  await line({ ...inside, ...ran, eventType: 'CONNECT', status: '201', 'integration.status': '201' });

  assert.equal(await client.ask({ action: 'echo' }), 'short');
  await line({ ...inside, ...ran, eventType: 'MESSAGE', routeKey: 'echo', status: '418', 'integration.status': '418', 'integration.integrationStatus': '418', 'authorizer.status': '-' });
  await client.ask({ action: 'away' });
  await line({ eventType: 'MESSAGE', routeKey: 'away', status: '500', 'integration.status': '-', 'integration.error': /^the backend can't be asked/, 'error.responseType': 'INTEGRATION_FAILURE' });
  assert.match(await client.ask({ action: 'work' }), /"principalId":"user-42"/);
  await line({ ...ran, routeKey: 'work', status: '200', 'integration.status': '200', 'integration.integrationStatus': '200', 'integration.requestId': /^[0-9a-f-]{36}$/ });
  client.send({ action: 'checked', n: 1 });
  await line({ ...ran, routeKey: 'checked', status: '201', 'error.validationErrorString': '-' });
  await client.ask({ action: 'checked' });
  await line({ routeKey: 'checked', status: '400', integrationLatency: '-', 'error.responseType': 'BAD_REQUEST_BODY', 'error.validationErrorString': '[object has missing required properties (["n"])]' });
  assert.match(await client.ask({ action: 'broken' }), /Invalid request body/);
  await line({ routeKey: 'broken', status: '400' });
  await client.close();
  await line({ ...inside, ...ran, eventType: 'DISCONNECT', routeKey: '$disconnect', status: '299', 'integration.status': '299' });
});
