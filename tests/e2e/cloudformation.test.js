// A CloudFormation template with every part of the API written out, as the published samples have it.

import { GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, ROOT, startEmulator, test } from './support/emulator.js';

const FIXTURE = path.join(ROOT, 'fixtures/projects/cloudformation-chat/template.yaml');

test('a template of routes, integrations and a stage runs as it is', async (t) => {
  const emulator = await startEmulator(t, 'cloudformation-chat', { args: ['--region', 'eu-west-1', '--account', '123456789012'] });
  const client = await emulator.connect('/Prod');

  const answer = JSON.parse(await client.ask({ action: 'sendmessage', data: 'hello' }));
  assert.equal(answer.said, 'hello');
  assert.equal(answer.table, 'arn:aws:dynamodb:eu-west-1:123456789012:table/simplechat_connections');
  assert.match(answer.queue, /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/project-Later-[A-Z0-9]{12}$/);

  const [{ connectionId }] = JSON.parse((await emulator.request('GET', '/_postern/connections')).body).items;
  const management = emulator.managementAt(emulator.url('/Prod'));
  await management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: 'hi' }));
  assert.equal(await client.nextMessage(), 'hi');
  await client.close();
  await emulator.waitForLog(/gone: /);
  await assert.rejects(management.send(new GetConnectionCommand({ ConnectionId: connectionId })), { name: 'GoneException' });
});

// A template of one API, with that in its Api, a route for each key with that in it, and more resources.
const template = (api, routes, more = {}) => ({
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action', ...api } },
    Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { ApiId: { Ref: 'Api' }, IntegrationType: 'AWS_PROXY', IntegrationUri: { 'Fn::GetAtt': ['Chat', 'Arn'] } } },
    ...Object.fromEntries(Object.entries(routes).map(([id, properties]) => [id, { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey: id, Target: { 'Fn::Sub': 'integrations/${Integration}' }, ...properties } }])),
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: 'live', AutoDeploy: true } },
    Chat: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x', Handler: 'app.handler', Code: '.', Timeout: 5 } },
    ...more,
  },
});
const ANSWER = 'exports.handler = async ({ requestContext }) => ({ statusCode: 200, body: requestContext.routeKey });';

test('a selection expression, a RouteResponse, or both make a route two-way', async (t) => {
  const response = (route) => ({ Type: 'AWS::ApiGatewayV2::RouteResponse', Properties: { ApiId: { Ref: 'Api' }, RouteId: { Ref: route }, RouteResponseKey: '$default' } });
  const expression = { RouteResponseSelectionExpression: '$default' };
  const files = { 'app.js': ANSWER, 'template.json': template({}, { None: {}, Expression: expression, Response: {}, Both: expression }, { One: response('Response'), Two: response('Both') }) };
  const emulator = await startEmulator(t, null, { files });
  const client = await emulator.connect('/live');

  client.send({ action: 'None' });
  for (const action of ['Expression', 'Response', 'Both']) assert.equal(await client.ask({ action }), action);
  await emulator.waitForLog(/routeKey=None.*reason=no-route-response/);
  assert.deepEqual(client.messages, []);
  await client.close();
});

test('the route settings of a stage throttle', async (t) => {
  const json = template({}, { Loose: { RouteResponseSelectionExpression: '$default' }, Tight: { RouteResponseSelectionExpression: '$default' } });
  const settings = { DefaultRouteSettings: { ThrottlingRateLimit: 0, ThrottlingBurstLimit: { Ref: 'Burst' }, LoggingLevel: 'INFO' }, RouteSettings: { Tight: { ThrottlingBurstLimit: 1 } } };
  Object.assign(json.Resources.Stage.Properties, settings);
  json.Parameters = { Burst: { Type: 'Number', Default: 2 } };
  const emulator = await startEmulator(t, null, { files: { 'app.js': ANSWER, 'template.json': json } });
  const client = await emulator.connect('/live');

  for (const action of ['Loose', 'Loose', 'Tight']) assert.equal(await client.ask({ action }), action);
  for (const action of ['Loose', 'Tight']) assert.match(await client.ask({ action }), /^\{"message": "Too Many Requests", /);
  await client.close();
});

test('keys and usage plans of a template let in and refuse', async (t) => {
  const value = 'partner-0123456789abcdef';
  const json = template({}, { $connect: { ApiKeyRequired: true } }, {
    Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true, Value: { Ref: 'KeyValue' } } },
    Plan: { Type: 'AWS::ApiGateway::UsagePlan', Properties: { ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }], Quota: { Limit: 1, Period: 'MONTH' } } },
    PlanKey: { Type: 'AWS::ApiGateway::UsagePlanKey', Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } } },
  });
  json.Parameters = { KeyValue: { Type: 'String', NoEcho: true, Default: value } };
  const emulator = await startEmulator(t, null, { files: { 'app.js': ANSWER, 'template.json': json } });
  const options = { headers: { 'x-api-key': value } };

  await (await emulator.connect('/live', options)).close();
  assert.equal((await emulator.refused('/live', options)).body, '{"message":"Limit Exceeded"}');
  assert.equal((await emulator.refused('/live')).status, 403);
});

test('DisableExecuteApiEndpoint refuses the host of the API', async (t) => {
  const emulator = await startEmulator(t, null, { files: { 'app.js': ANSWER, 'template.json': template({ DisableExecuteApiEndpoint: true }, { None: {} }) } });
  const { id } = emulator.ready.apis[0];

  assert.equal((await emulator.refused('/live', { headers: { Host: `${id}.execute-api.us-east-1.amazonaws.com` } })).status, 403);
  await (await emulator.connect('/live')).close();
});

test('the same template as JSON, with the long forms of functions, is the same', async (t) => {
  const template = {
    Resources: {
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'chat', ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' } },
      Integration: {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: 'Api' },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: {
            'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':apigateway:', { Ref: 'AWS::Region' }, ':lambda:path/2015-03-31/functions/', { 'Fn::GetAtt': ['Chat', 'Arn'] }, '/invocations']],
          },
        },
      },
      Route: { Type: 'AWS::ApiGatewayV2::Route', Properties: { ApiId: { Ref: 'Api' }, RouteKey: '$default', Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] } } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: 'live', AutoDeploy: true } },
      Chat: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x', Handler: 'app.handler', Code: '.', Timeout: 5 } },
    },
  };
  const code = 'exports.handler = async () => ({ statusCode: 200 });';
  const folder = makeProject(t, null, { 'template.json': template, 'app.js': code });
  const named = makeProject(t, null, { 'infrastructure.json': template, 'app.js': code });
  const resolved = /^ {2}API chat \([a-z0-9]{10}\), routes by \$request\.body\.action\n {4}stage live: \/live\n {4}\$default {2}Chat {2}nodejs22\.x app\.handler\n$/;

  for (const project of [folder, path.join(folder, 'template.json'), path.join(named, 'infrastructure.json')]) {
    const { status, stdout, stderr } = await postern(['check', project]);
    assert.equal(stderr, '');
    assert.match(stdout, resolved);
    assert.equal(status, 0);
  }
});

test('what cannot run yet is refused by name', async (t) => {
  const template = fs.readFileSync(FIXTURE, 'utf8')
    .replace('IntegrationType: AWS_PROXY\n', 'IntegrationType: HTTP_PROXY\n      ConnectionType: VPC_LINK\n');
  const { status, stderr } = await postern(['check', makeProject(t, 'cloudformation-chat', { 'template.yaml': template })]);

  assert.equal(status, 2);
  assert.match(stderr, /template\.yaml:\d+: .*there are no VPC links here/);
});

test('stage variables say which functions a stage calls', async (t) => {
  const lambda = (handler, name) => ({ Type: 'AWS::Lambda::Function', Properties: { FunctionName: name, Runtime: 'nodejs22.x', Handler: handler, Code: '.', Timeout: 5 } });
  const uri = (name) => ({ 'Fn::Sub': `arn:aws:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/${name}/invocations` });
  const named = (name) => uri(`arn:aws:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${name}`);
  const stage = (StageName, StageVariables) => ({ Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName, AutoDeploy: true, StageVariables } });
  const json = template({}, { ask: { RouteResponseSelectionExpression: '$default' }, $connect: { AuthorizationType: 'CUSTOM', AuthorizerId: { Ref: 'Gate' }, Target: undefined } }, {
    Integration: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { ApiId: { Ref: 'Api' }, IntegrationType: 'AWS_PROXY', IntegrationUri: named('chat-${!stageVariables.color}') } },
    Gate: { Type: 'AWS::ApiGatewayV2::Authorizer', Properties: { ApiId: { Ref: 'Api' }, Name: 'gate', AuthorizerType: 'REQUEST', AuthorizerUri: uri('${!stageVariables.gate}') } },
    Stage: stage('blue', { color: 'blue', gate: { 'Fn::Sub': '${Allow.Arn}:live' } }),
    Green: stage('green', { color: 'green', gate: { 'Fn::GetAtt': ['Allow', 'Arn'] } }),
    Grey: stage('grey', { color: 'grey', gate: { 'Fn::GetAtt': ['Allow', 'Arn'] } }),
    None: stage('none', { color: 'blue' }),
    Blue: lambda('app.blue', 'chat-blue'), GreenFunction: lambda('app.green', 'chat-green'), Allow: lambda('app.allow', 'allow'),
  });
  const code = `exports.blue = async () => ({ statusCode: 200, body: 'blue' });
exports.green = async () => ({ statusCode: 200, body: 'green' });
exports.allow = async ({ methodArn }) => ({ principalId: 'me', policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }] } });`;
  const emulator = await startEmulator(t, null, { files: { 'app.js': code, 'template.json': json } });

  for (const color of ['blue', 'green']) {
    const client = await emulator.connect(`/${color}`);
    assert.equal(await client.ask({ action: 'ask' }), color);
    await client.close();
  }
  const client = await emulator.connect('/grey');
  assert.equal(JSON.parse(await client.ask({ action: 'ask' })).message, 'Internal server error');
  await client.close();
  await emulator.waitForLog(/there is no such function.*functionName=chat-grey.*reason=no-function/);
  const { status, body } = await emulator.refused('/none');
  assert.deepEqual([status, body], [500, '{"message":"Internal server error"}']);
  await emulator.waitForLog(/names a function that isn't there/);
  assert.match(emulator.log, /warning: .*stages\.grey: chat-\$\{stageVariables\.color\} comes to "chat-grey" in it, and there is no such function: what calls it fails, as on AWS/);
  assert.match(emulator.log, /warning: .*stages\.none: \$\{stageVariables\.gate\} comes to "" in it, and there is no such function: AWS refuses every client with 500/);
});
