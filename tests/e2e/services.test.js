// AWS service integrations, against a server that writes down what it is asked: what each service gets, and what becomes of its answer.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { startBackend } from './support/backend.js';
import { startEmulator, test } from './support/emulator.js';

const API_ID = 'chat000001';
const FORM = "'application/x-www-form-urlencoded'";
const xml = (action, result) => `<?xml version="1.0"?>\n<${action}Response xmlns="http://example.com/doc/2012-11-05/">\n  <${action}Result>${result}</${action}Result>\n  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>\n</${action}Response>\n`;

// By route: the URI behind the region, what is mapped, the template, the answer's template; what the service is to get; what it says, and what the
// client gets. Facts: the wire forms that API Gateway was seen to use.
const SERVICES = {
  sqsQuery: {
    uri: 'sqs:path/000000000000/orders', headers: { 'Content-Type': FORM },
    template: 'Action=SendMessage&MessageBody=$util.urlEncode($input.json("$.text"))', response: '$input.path("$.SendMessageResponse.SendMessageResult.MessageId")',
    url: '/000000000000/orders', service: 'sqs', type: 'application/x-www-form-urlencoded', body: 'Action=SendMessage&MessageBody=%22a%26b+%C3%A9%22',
    says: xml('SendMessage', '<MessageId>m-1</MessageId>'), client: 'm-1',
  },
  sqsJson: {
    uri: 'sqs:path/', headers: { 'Content-Type': "'application/x-amz-json-1.0'", 'X-Amz-Target': "'AmazonSQS.SendMessage'" },
    template: '{"QueueUrl":"http://queues/orders","MessageBody":$input.json("$.text")}', response: '$input.path("$.MessageId")',
    url: '/', service: 'sqs', type: 'application/x-amz-json-1.0', target: 'AmazonSQS.SendMessage', body: '{"QueueUrl":"http://queues/orders","MessageBody":"a&b é"}',
    says: '{"MessageId":"m-2"}', client: 'm-2',
  },
  sns: {
    uri: 'sns:action/Publish', headers: { 'Content-Type': FORM },
    template: 'Action=Publish&TopicArn=$util.urlEncode("arn:aws:sns:eu-west-1:000000000000:said")&Message=$util.urlEncode($input.path("$.text"))', response: '$input.path("$.PublishResponse.PublishResult.MessageId")',
    url: '/?Action=Publish', service: 'sns', type: 'application/x-www-form-urlencoded', body: 'Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A000000000000%3Asaid&Message=a%26b+%C3%A9',
    says: xml('Publish', '<MessageId>m-3</MessageId>'), client: 'm-3',
  },
  kinesis: {
    uri: 'kinesis:action/PutRecord',
    template: '{"StreamName":"said","PartitionKey":"$context.routeKey","Data":"$util.base64Encode($input.path("$.text"))"}', response: '$input.path("$.SequenceNumber")',
    url: '/?Action=PutRecord', service: 'kinesis', type: 'application/x-amz-json-1.1', target: 'Kinesis_20131202.PutRecord', body: '{"StreamName":"said","PartitionKey":"kinesis","Data":"YSZiIMOp"}',
    says: '{"SequenceNumber":"49","ShardId":"s-0"}', client: '49',
  },
  states: {
    uri: 'states:action/StartExecution',
    template: '{"input":"$util.escapeJavaScript($input.json("$.text"))","stateMachineArn":"arn:aws:states:eu-west-1:000000000000:stateMachine:orders"}', response: '$input.path("$.executionArn")',
    url: '/?Action=StartExecution', service: 'states', type: 'application/x-amz-json-1.0', target: 'AWSStepFunctions.StartExecution',
    body: '{"input":"\\"a&b \\u00E9\\"","stateMachineArn":"arn:aws:states:eu-west-1:000000000000:stateMachine:orders"}',
    says: '{"executionArn":"arn:x","startDate":1.7E9}', client: 'arn:x',
  },
  events: {
    uri: 'events:action/PutEvents', headers: { 'Content-Type': "'application/x-amz-json-1.1'", 'X-Amz-Target': "'AWSEvents.PutEvents'" },
    template: '{"Entries":[{"Source":"chat","DetailType":"said","Detail":"{}"}]}', response: '$input.path("$.Entries[0].EventId")',
    url: '/?Action=PutEvents', service: 'events', type: 'application/x-amz-json-1.1', target: 'AWSEvents.PutEvents', body: '{"Entries":[{"Source":"chat","DetailType":"said","Detail":"{}"}]}',
    says: '{"FailedEntryCount":0,"Entries":[{"EventId":"e-1"}]}', client: 'e-1',
  },
  eventsBare: { // AWS adds no target here: whoever forgets it sees the service's own error
    uri: 'events:action/PutEvents', template: '{}', response: 'refused: $input.path("$.__type")', url: '/?Action=PutEvents', service: 'events', type: 'application/json', body: '{}',
    status: 400, says: '{"__type":"UnknownOperationException"}', client: 'refused: UnknownOperationException',
  },
  ssm: { // the query protocol, by GET: no body, no target
    uri: 'ssm:action/GetParameter', method: 'GET', query: { Name: 'route.request.body.name' }, template: '{}', response: '$input.path("$.GetParameterResponse.GetParameterResult.Parameter.Value")',
    url: '/?Action=GetParameter&Name=color', service: 'ssm', body: '', says: xml('GetParameter', '<Parameter><Name>color</Name><Value>blue</Value></Parameter>'), client: 'blue',
  },
};

const prefixed = (kind, map = {}) => Object.fromEntries(Object.entries(map).map(([name, value]) => [`integration.request.${kind}.${name}`, value]));

const route = ({ uri, method = 'POST', headers, query, template, response }) => ({
  integration: {
    integrationType: 'AWS', integrationMethod: method, integrationUri: `arn:aws:apigateway:eu-west-1:${uri}`, credentialsArn: 'arn:aws:iam::000000000000:role/gateway',
    requestParameters: { ...prefixed('header', headers), ...prefixed('querystring', query) },
    requestTemplates: { $default: template }, integrationResponses: { '/200/': { responseTemplates: { $default: response } }, '/4\\d\\d/': { responseTemplates: { $default: response } } },
  },
  routeResponse: true,
});

function project(services) {
  const bare = (uri) => route({ uri, template: '{}', response: '$input.body' });
  const routes = Object.fromEntries(Object.entries(SERVICES).map(([name, service]) => [name, route(service)]));
  return { 'postern.json': { services, apis: { chat: { id: API_ID, routes: { ...routes, s3: bare('s3:path/bucket/key'), logs: bare('logs:action/PutLogEvents'), newest: bare('newest:action/Do') } } } } };
}

test('each AWS service gets what API Gateway sends it, and its answer goes through the response templates', async (t) => {
  const answers = [];
  const backend = await startBackend(t, () => answers.shift());
  const { url } = backend;
  const emulator = await startEmulator(t, null, {
    files: project({ kinesis: url, ssm: url }),
    env: { AWS_ENDPOINT_URL_SQS: url, AWS_ENDPOINT_URL_SNS: url, AWS_ENDPOINT_URL_SFN: url, AWS_ENDPOINT_URL_EVENTBRIDGE: url, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' },
  });
  const client = await emulator.connect('/dev');

  for (const [name, service] of Object.entries(SERVICES)) {
    answers.push({ status: service.status ?? 200, body: service.says });
    assert.equal(await client.ask({ action: name, text: 'a&b é', name: 'color' }), service.client, name);
    const { method, url: target, headers, body } = await backend.next();
    const [, scope, signed] = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/(\S+)\/aws4_request, SignedHeaders=(\S+), Signature=[0-9a-f]{64}$/.exec(headers.authorization);

    assert.equal(method, service.method ?? 'POST', name);
    assert.equal(target, service.url, name);
    assert.equal(body, service.body, name);
    assert.equal(headers['content-type'], service.type, name);
    assert.equal(headers['x-amz-target'], service.target, name);
    assert.equal(headers.accept, 'application/json', name);
    assert.equal(headers.host, `127.0.0.1:${backend.port}`, name);
    assert.equal(headers['user-agent'], `AmazonAPIGateway_${API_ID}`, name);
    assert.equal(headers['x-amz-security-token'], 'token', name);
    assert.equal(headers['x-amz-content-sha256'], createHash('sha256').update(body).digest('hex'), name);
    assert.match(headers['x-amz-date'], /^\d{8}T\d{6}Z$/, name);
    assert.equal(scope, `eu-west-1/${service.service}`, name);
    for (const header of ['host', 'x-amz-date', 'x-amz-security-token']) assert.ok(signed.split(';').includes(header), `${name}: ${header} is signed`);
  }

  for (const [name, variable] of [['s3', 'AWS_ENDPOINT_URL_S3'], ['logs', 'AWS_ENDPOINT_URL_CLOUDWATCH_LOGS'], ['newest', 'AWS_ENDPOINT_URL_NEWEST']]) {
    assert.match(await client.ask({ action: name }), /"Internal server error"/);
    await emulator.waitForLog(new RegExp(`set ${variable}, or AWS_ENDPOINT_URL, .*routeKey=${name} .*reason=no-service-endpoint`));
  }
  assert.equal(backend.requests.length, 0);
  await client.close();
});
