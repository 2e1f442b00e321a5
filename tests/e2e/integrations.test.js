// Integrations that are no Lambda proxy: HTTP_PROXY, HTTP, MOCK, AWS, with real backends and real clients.

import assert from 'node:assert/strict';
import http from 'node:http';

import { startBackend } from './support/backend.js';
import { atEnd, startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const API_ID = 'chat000001';
const ANY = { $default: {} };

const project = (routes, more = {}) => ({ 'postern.json': { apis: { chat: { id: API_ID, routes, ...more } }, functions: more.functions ?? {} } });
const proxy = (url, more = {}) => ({ integration: { integrationType: 'HTTP_PROXY', integrationMethod: 'POST', integrationUri: url, ...more }, routeResponse: true });
const mock = (template, more = {}) => ({ integration: { integrationType: 'MOCK', requestTemplates: { $default: template }, integrationResponses: ANY, ...more }, routeResponse: true });
const start = (t, routes, options = {}) => startEmulator(t, null, { files: project(routes), ...options });
const errorFrame = (text) => new RegExp(`^\\{"message": "${text}", "connectionId":"[\\w-]{15}=", "requestId":"[\\w-]{15}="\\}$`);

test('an HTTP_PROXY backend gets the message as it is, and its answer goes back on a two-way route', async (t) => {
  const backend = await startBackend(t, ({ body }) => ({ status: body.includes('wrong') ? 404 : 200, body: `seen ${body}` }));
  const emulator = await start(t, {
    echo: proxy(`${backend.url}/rooms/{room}?fixed=1`, {
      requestParameters: {
        'integration.request.path.room': 'route.request.body.room',
        'integration.request.querystring.id': 'context.connectionId',
        'integration.request.header.X-Route': 'context.routeKey',
        'integration.request.header.X-Static': "'one two'",
        'integration.request.header.X-Missing': 'route.request.body.missing',
      },
    }),
  });
  const client = await emulator.connect('/dev');
  const message = '{"action": "echo", "room": "a b"}';

  assert.equal(await client.ask(message), `seen ${message}`);
  const request = await backend.next();
  const id = new URL(request.url, backend.url).searchParams.get('id');
  assert.equal(request.method, 'POST');
  assert.match(request.url, /^\/rooms\/a%20b\?fixed=1&id=[\w%-]+$/);
  assert.match(id, /^[\w-]{15}=$/);
  assert.equal(request.body, message);
  assert.equal(request.headers['user-agent'], `AmazonAPIGateway_${API_ID}`);
  assert.equal(request.headers['x-amzn-apigateway-api-id'], API_ID);
  assert.equal(request.headers['content-type'], 'application/json');
  assert.equal(request.headers['x-forwarded-proto'], 'https');
  assert.equal(request.headers['x-route'], 'echo');
  assert.equal(request.headers['x-static'], 'one two');
  assert.match(request.headers['x-amzn-trace-id'], /^Root=1-/);
  assert.ok(!('x-missing' in request.headers));
  assert.match(await client.ask('{"action": "echo", "room": "wrong"}'), /^seen /, 'an error status passes, too');
  await client.close();
});

test('the backend of $connect decides by its status, sees the client\'s headers and query, and chooses the subprotocol', async (t) => {
  const backend = await startBackend(t, ({ url }) => (url.includes('no') ? { status: 403, headers: { 'Content-Type': 'text/why', 'X-Why': 'no' }, body: '{"why":"not you"}' } : { headers: { 'Sec-WebSocket-Protocol': 'chat' } }));
  const emulator = await start(t, { $connect: proxy(`${backend.url}/connect`, { requestParameters: { 'integration.request.header.Sec-WebSocket-Version': "'0'" } }), $disconnect: proxy(`${backend.url}/bye`, { requestParameters: { 'integration.request.header.X-Id': 'context.connectionId', 'integration.request.header.X-Code': 'context.disconnectStatusCode' } }) });
  const client = await emulator.connect('/dev?name=ada', { protocols: ['chat'], headers: { 'X-Token': 'secret', Cookie: 'a=b', 'User-Agent': 'tester', 'X-Amzn-Trace-Id': 'Root=1-5e-a', 'X-Amzn-Apigateway-Api-Id': 'forged', 'X-Forwarded-For': '9.9.9.9' } });
  const connect = await backend.next();

  assert.equal(client.protocol, 'chat');
  assert.equal(connect.url, '/connect?name=ada');
  assert.equal(connect.headers['x-token'], 'secret');
  assert.equal(connect.headers.cookie, 'a=b');
  assert.equal(connect.headers['sec-websocket-version'], '0', 'what is mapped replaces the client\'s');
  assert.equal(connect.headers['user-agent'], 'tester');
  assert.equal(connect.headers['x-amzn-trace-id'], 'Root=1-5e-a');
  assert.equal(connect.headers['x-amzn-apigateway-api-id'], API_ID);
  assert.match(connect.headers['x-forwarded-for'], /^9\.9\.9\.9, (127\.0\.0\.1|::1)$/);
  assert.equal(connect.headers.host, `127.0.0.1:${backend.port}`);
  await client.close(4001, 'enough');
  const bye = await backend.next();
  assert.equal(bye.url, '/bye');
  assert.equal(bye.headers['x-code'], '4001');
  const refusal = await emulator.refused('/dev?no=1');
  assert.equal(refusal.status, 403);
  assert.equal(refusal.body, '{"why":"not you"}');
  assert.equal(refusal.headers['content-type'], 'text/why');
  assert.equal(refusal.headers['x-why'], 'no');
});

test('a backend of $connect that is slow, or away, refuses', async (t) => {
  const backend = await startBackend(t, () => undefined);
  const emulator = await startEmulator(t, null, {
    files: {
      'postern.json': {
        apis: {
          slow: { routes: { $connect: proxy(backend.url, { timeoutInMillis: 100 }) }, stages: { slow: {} } },
          away: { routes: { $connect: proxy('http://127.0.0.1:1/') }, stages: { away: {} } },
        },
      },
    },
  });

  const late = await emulator.refused('/slow');
  assert.equal(late.status, 504);
  assert.equal(late.body, '{"message":"Endpoint request timed out"}');
  await emulator.waitForLog(/has not answered within 100 ms.*reason=integration-timeout/);
  assert.equal((await emulator.refused('/away')).status, 500);
  await emulator.waitForLog(/reason=backend-failed/);
});

test('messages that fail get the frames that AWS sends', async (t) => {
  const backend = await startBackend(t, () => undefined);
  const endless = http.createServer((request, response) => {
    const write = () => { while (!response.destroyed && response.write('x'.repeat(65536))); };
    response.on('drain', write).on('error', () => {});
    write();
  });
  await new Promise((resolve) => { endless.listen(0, '127.0.0.1', resolve); });
  atEnd(t, () => endless.close());
  const emulator = await start(t, {
    slow: proxy(backend.url, { timeoutInMillis: 100 }),
    away: proxy('http://127.0.0.1:1/'),
    endless: proxy(`http://127.0.0.1:${endless.address().port}/`),
    none: mock('{"statusCode": 404}', { integrationResponses: { '/2\\d\\d/': {} } }),
    never: mock('{"statusCode": 200}', { requestTemplates: { other: '{}' }, templateSelectionExpression: '${request.body.kind}', passthroughBehavior: 'NEVER' }),
    broken: mock('{\n  $input.path(\'$[\')'),
    brokenAnswer: mock('{"statusCode": 200}', { integrationResponses: { $default: { responseTemplates: { text: 'answer $util.urlDecode("%zz")' } } } }),
    text: mock('{"statusCode": "200"}'),
    open: mock('{"statusCode": 200'),
    $default: proxy(backend.url, { requestParameters: { 'integration.request.header.X-Id': 'route.request.body.id' } }),
  });
  const client = await emulator.connect('/dev');

  assert.match(await client.ask({ action: 'slow' }), errorFrame('Endpoint request timed out'));
  await emulator.waitForLog(/reason=integration-timeout/);
  assert.match(await client.ask({ action: 'away' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/reason=backend-failed/);
  assert.match(await client.ask({ action: 'endless' }), errorFrame('Internal server error'));
  assert.match(await client.ask({ action: 'none' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/Endpoint Response Status Code: 404.*reason=no-integration-response/);
  assert.match(await client.ask({ action: 'never' }), errorFrame('Unsupported Media Type'));
  await emulator.waitForLog(/reason=no-request-template/);
  assert.match(await client.ask({ action: 'broken' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/the request template "\$default" fails at 2:3: .*routeKey=broken .*reason=template-failed/);
  assert.match(await client.ask({ action: 'brokenAnswer' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/the response template "text" fails at 1:8: .*routeKey=brokenAnswer .*reason=template-failed/);
  assert.match(await client.ask({ action: 'text' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/Unable to parse statusCode.*routeKey=text .*reason=bad-mapping/);
  assert.match(await client.ask({ action: 'open' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/Unable to parse statusCode.*routeKey=open .*reason=bad-mapping/);
  const asked = backend.requests.length;
  assert.match(await client.ask('{broken'), errorFrame('Invalid JSON in request body'));
  assert.equal(backend.requests.length, asked, 'nobody is asked about broken JSON that is mapped');
  await client.close();
});

test('mapped values can not break a request, and what backends answer in odd ways is understood', async (t) => {
  const bodies = { '/redirect': [302, { Location: '/elsewhere' }, 'moved'], '/empty': [204, {}, ''], '/unchanged': [304, {}, ''], '/packed': [200, { 'Content-Encoding': 'gzip' }, 'as it is'] };
  let connections = 0;
  const urls = [];
  const server = http.createServer((request, response) => {
    urls.push([request.url, request.headers['x-value']]);
    request.resume().on('end', () => {
      if (request.url === '/hints') response.writeEarlyHints?.({ link: '</a>; rel=preload' });
      if (request.url === '/cut') return void request.socket.destroy();
      const [status, headers, body] = bodies[request.url] ?? [200, {}, 'fine'];
      response.writeHead(status, headers);
      response.write(body.slice(0, 2));
      return response.end(body.slice(2));
    });
  }).on('connection', () => { connections += 1; });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  atEnd(t, () => { server.closeAllConnections?.(); server.close(); });
  const url = `http://127.0.0.1:${server.address().port}`;
  const value = { requestParameters: { 'integration.request.header.X-Value': 'route.request.body.value', 'integration.request.querystring.q': 'route.request.body.value', 'integration.request.path.part': 'route.request.body.value' } };
  const emulator = await start(t, {
    ...Object.fromEntries(['redirect', 'empty', 'unchanged', 'packed', 'hints', 'cut'].map((name) => [name, proxy(`${url}/${name}`)])),
    map: proxy(`${url}/in/{part}/side`, value),
    taken: proxy(url, { requestParameters: { 'integration.request.header.content-length': "'5'" } }),
  });
  const client = await emulator.connect('/dev');

  for (const part of ['a\r\nX-Evil: 1', 'a\nb', 'a\u0000b']) {
    assert.match(await client.ask({ action: 'map', value: part }), errorFrame('Internal server error'));
    await emulator.waitForLog(/routeKey=map .*reason=bad-mapping/);
  }
  assert.match(await client.ask({ action: 'taken' }), errorFrame('Internal server error'));
  assert.deepEqual(urls, [], 'none of them is sent');
  for (const [part, encoded] of [['../a/b', '..%2Fa%2Fb'], ['a b&c=d?#%', 'a%20b%26c%3Dd%3F%23%25'], ['é', '%C3%A9'], ['', '']]) {
    assert.equal(await client.ask({ action: 'map', value: part }), 'fine');
    assert.equal(urls.pop()[0], `/in/${encoded}/side?q=${encoded}`);
  }
  client.send({ action: 'empty' });
  client.send({ action: 'unchanged' });
  assert.equal(await client.ask({ action: 'redirect' }), 'moved', 'it is not followed, and an empty answer is no frame');
  assert.equal(await client.ask({ action: 'packed' }), 'as it is');
  assert.equal(await client.ask({ action: 'hints' }), 'fine');
  assert.ok(connections < urls.length, `${connections} connections for ${urls.length} requests`);
  assert.match(await client.ask({ action: 'cut' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/routeKey=cut .*reason=backend-failed/);
  await client.close();
});

test('a MOCK answers with its templates, chosen by status and by what the message says', async (t) => {
  const emulator = await start(t, {
    $connect: mock('{"statusCode": #if($input.params(\'token\') == \'yes\')200#{else}401#end}', { integrationResponses: { $default: { responseTemplates: { $default: '{"why":"no token"}' }, responseParameters: { 'method.response.header.X-Why': "'no token'", 'method.response.header.X-Id': 'context.connectionId', 'method.response.header.Content-Length': "'7'", 'method.response.header.Sec-WebSocket-Protocol': "'chat'" } } } }),
    ask: mock('#set($context.responseOverride.note = \'kept\'){"statusCode": $input.path(\'$.code\')}', {
      integrationResponses: {
        '/4\\d{2}/': { responseTemplates: { $default: '{"bad":"$context.connectionId","status":$context.status,"params":"$input.params()"}' } },
        $default: { responseTemplates: { 200: 'fine $stageVariables.color $context.routeKey', $default: 'other' }, templateSelectionExpression: '$integration.response.statuscode' },
      },
    }),
    silent: mock('{statusCode: 200}'),
  });

  const refusal = await emulator.refused('/dev');
  assert.deepEqual([refusal.status, refusal.body, refusal.headers['x-why'], refusal.headers['content-type']], [401, '{"why":"no token"}', 'no token', 'application/json']);
  assert.match(refusal.headers['x-id'], /^[\w-]{15}=$/);
  const client = await emulator.connect('/dev?token=yes', { protocols: ['chat'] });
  assert.equal(client.protocol, 'chat');
  assert.equal(await client.ask({ action: 'ask', code: 200 }), 'fine  ask');
  assert.equal(await client.ask({ action: 'ask', code: 201 }), 'other');
  const bad = JSON.parse(await client.ask({ action: 'ask', code: 404 }));
  assert.match(bad.bad, /^[\w-]{15}=$/);
  assert.equal(bad.status, 404);
  assert.equal(bad.params, '{path={}, querystring={}, header={}}');
  client.send({ action: 'silent' });
  assert.equal(await client.ask({ action: 'ask', code: 202 }), 'other', 'nothing came for the silent one');
  await client.close();
});

test('templates are chosen by what the message, the status and the headers say, or as passthroughBehavior does', async (t) => {
  const backend = await startBackend(t, ({ body }) => ({ status: 201, headers: { 'X-Kind': ['a', 'b'] }, body: `got ${body}` }));
  const http = (more) => ({ integration: { integrationType: 'HTTP', integrationMethod: 'POST', integrationUri: backend.url, integrationResponses: ANY, ...more }, routeResponse: true });
  const named = (keys) => Object.fromEntries(keys.map((key) => [key, key.replace('$', '')]));
  const request = (expression, keys, passthroughBehavior) => http({ requestTemplates: named(keys), ...(expression && { templateSelectionExpression: expression }), ...(passthroughBehavior && { passthroughBehavior }) });
  const response = (expression, keys) => http({ integrationResponses: { $default: { responseTemplates: named(keys), ...(expression && { templateSelectionExpression: expression }) } } });
  const answers = {
    byBody: [request('$request.body.kind', ['x', '$default']), 'got x'],
    byOther: [request('$request.body.none', ['x', '$default']), 'got default'],
    byMix: [request('v-${request.body.kind}', ['v-x']), 'got v-x'],
    byText: [request('fixed', ['fixed', 'x']), 'got fixed'],
    byDollar: [request('\\$default', ['$default']), 'got default'],
    byType: [request(null, ['x', 'application/json']), 'got application/json'],
    byNothing: [request(null, []), /^got \{"action"/],
    noMatch: [request('$request.body.none', ['x']), /^got \{"action"/],
    noTemplates: [request(null, [], 'WHEN_NO_TEMPLATES'), /^got \{"action"/],
    someTemplates: [request('$request.body.none', ['x'], 'WHEN_NO_TEMPLATES'), errorFrame('Unsupported Media Type')],
    never: [request(null, [], 'NEVER'), errorFrame('Unsupported Media Type')],
    status: [response('$integration.response.statuscode', ['201', '$default']), '201'],
    braces: [response('s${integration.response.statuscode}-${request.body.kind}', ['s201-x']), 's201-x'],
    header: [response('$integration.response.header.X-Kind', ['a', 'b']), 'b'],
    headers: [response('$integration.response.multivalueheader.X-Kind', ['[a, b]', '$default']), '[a, b]'],
    message: [response('$request.body.kind', ['x', '$default']), 'x'],
    error: [response('$integration.response.body.errorMessage', ['x', '$default']), 'default'],
    one: [response(null, ['200']), '200'],
    none: [response(null, []), /^got/],
  };
  const routes = Object.fromEntries(Object.entries(answers).map(([name, [route]]) => [name, route]));
  const emulator = await start(t, {
    $connect: mock(undefined, { requestTemplates: { 200: '{"statusCode": 200}', 400: '{"statusCode": 400}' }, templateSelectionExpression: '200' }),
    $default: request('fixed', ['fixed', 'x']),
    ...routes,
  });
  const client = await emulator.connect('/dev');

  for (const [action, [, expected]] of Object.entries(answers)) {
    const answer = await client.ask({ action, kind: 'x' });
    if (expected instanceof RegExp) assert.match(answer, expected, action);
    else assert.equal(answer, expected, action);
  }
  assert.equal(await client.ask('no JSON'), 'got fixed', 'text chooses a template whatever the message is');
  await client.close();
});

test('an HTTP integration sends what its template makes, and only mapped headers', async (t) => {
  const backend = await startBackend(t, () => ({ status: 201, headers: { 'Content-Type': 'text/plain' }, body: '{"id":7}' }));
  const integration = {
    integrationType: 'HTTP', integrationMethod: 'PUT', integrationUri: '${stageVariables.backend}/orders',
    requestTemplates: { $default: '{"from":"$context.connectionId","item":$input.json(\'$.item\')}' },
    integrationResponses: { $default: { responseTemplates: { 'text/plain': 'order $input.path(\'$.id\')' }, templateSelectionExpression: '$integration.response.header.Content-Type' } },
  };
  const get = { integrationType: 'HTTP', integrationMethod: 'GET', integrationUri: '${stageVariables.backend}/list', requestParameters: { 'integration.request.header.Accept': "'text/csv'" }, integrationResponses: ANY };
  const emulator = await startEmulator(t, null, { files: project({ order: { integration, routeResponse: true }, list: { integration: get, routeResponse: true } }, { stages: { dev: { stageVariables: { backend: backend.url } } } }) });
  const client = await emulator.connect('/dev');

  assert.equal(await client.ask({ action: 'order', item: { name: 'tea' } }), 'order 7');
  const request = await backend.next();
  assert.equal(request.method, 'PUT');
  assert.equal(request.url, '/orders');
  assert.match(request.body, /^\{"from":"[\w-]{15}=","item":\{"name":"tea"\}\}$/);
  assert.equal(request.headers.accept, 'application/json');
  assert.ok(!('x-forwarded-for' in request.headers));
  assert.equal(await client.ask({ action: 'list' }), '{"id":7}');
  const list = await backend.next();
  assert.deepEqual([list.method, list.url, list.body], ['GET', '/list', '']);
  assert.deepEqual(list.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()).sort(), ['accept', 'content-length', 'host', 'user-agent', 'x-amzn-apigateway-api-id', 'x-amzn-trace-id']);
  assert.equal(list.headers.accept, 'text/csv');
  assert.equal(list.headers['content-length'], '0');
  await client.close();
});

test('AWS with a function is a custom integration: the template is the event, errorMessage selects the response', async (t) => {
  const integration = {
    integrationType: 'AWS',
    integrationUri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:worker/invocations',
    requestTemplates: { $default: '{"text":$input.json(\'$.text\'),"id":"$context.connectionId"}' },
    integrationResponses: { '/not .*/': { responseTemplates: { $default: 'refused: $input.path(\'$.errorMessage\')' } }, $default: { responseTemplates: { $default: '$input.path(\'$.answer\')' } } },
  };
  const later = (type) => ({
    integration: { ...integration, requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': `'${type}'` }, integrationResponses: { $default: { responseTemplates: { $default: 'taken: $input.body' } } } },
    routeResponse: true,
  });
  const files = {
    'postern.json': { functions: { worker: { runtime: 'nodejs20.x', handler: 'worker.handler' } }, apis: { chat: { id: API_ID, routes: { work: { integration, routeResponse: true }, later: later('Event'), dry: later('DryRun'), odd: later('Odd') } } } },
    'worker.js': 'exports.handler = async (event) => { if (event.text === "no") throw new Error("not this"); return { answer: `${event.text}!${Object.keys(event)}` }; };',
  };
  const emulator = await startEmulator(t, null, { files });
  const client = await emulator.connect('/dev');

  assert.equal(await client.ask({ action: 'work', text: 'yes' }), 'yes!text,id');
  assert.equal(await client.ask({ action: 'work', text: 'no' }), 'refused: not this');

  assert.equal(await client.ask({ action: 'later', text: 'no' }), 'taken: {}', 'nobody waits for it');
  await until('its failure to be told', () => /has failed: Error: not this.*functionName=worker.*reason=async-invocation-failed/.test(emulator.log));
  assert.equal(await client.ask({ action: 'dry', text: 'no' }), 'taken: {}');
  assert.match(await client.ask({ action: 'odd', text: 'no' }), errorFrame('Internal server error'));
  await client.close();
});

test('contentHandlingStrategy makes bytes of base64 for the backend, and base64 of bytes for the client', async (t) => {
  const bytes = Buffer.from([0, 255, 254, 128, 65]);
  const backend = await startBackend(t, ({ url }) => ({ body: url === '/base64' ? bytes.toString('base64') : bytes }));
  const http = (path, response = {}, more = {}) => ({
    integration: { integrationType: 'HTTP', integrationMethod: 'POST', integrationUri: `${backend.url}${path}`, integrationResponses: { $default: response }, ...more },
    routeResponse: true,
  });
  const emulator = await start(t, {
    $default: http('/text', { contentHandlingStrategy: 'CONVERT_TO_TEXT', responseTemplates: { $default: 'base64: $input.body' } }, { contentHandlingStrategy: 'CONVERT_TO_BINARY' }),
    up: http('/text', { contentHandlingStrategy: 'CONVERT_TO_TEXT' }, { contentHandlingStrategy: 'CONVERT_TO_BINARY', requestTemplates: { $default: '$input.path("$.data")' } }),
    text: http('/base64', { contentHandlingStrategy: 'CONVERT_TO_TEXT' }, { contentHandlingStrategy: 'CONVERT_TO_TEXT' }),
    down: http('/base64', { contentHandlingStrategy: 'CONVERT_TO_BINARY' }),
    raw: http('/text'),
    wrong: http('/text', { contentHandlingStrategy: 'CONVERT_TO_BINARY' }),
    proxy: proxy(`${backend.url}/base64`, { contentHandlingStrategy: 'CONVERT_TO_BINARY' }),
  });
  const client = await emulator.connect('/dev', { skipUTF8Validation: true });
  const sent = [];
  client.socket.on('message', (data) => sent.push(data));

  assert.equal(await client.ask(bytes.toString('base64')), `base64: ${bytes.toString('base64')}`);
  assert.deepEqual((await backend.next()).bytes, bytes);
  assert.equal(await client.ask({ action: 'up', data: 'Zm9v' }), bytes.toString('base64'));
  assert.equal((await backend.next()).body, 'foo');
  assert.equal(await client.ask({ action: 'text' }), bytes.toString('base64'), 'text stays as it is, both ways');
  assert.equal((await backend.next()).body, '{"action":"text"}');
  await client.ask({ action: 'down' });
  assert.deepEqual(sent.at(-1), bytes, 'bytes come in a text frame, as all do');
  await emulator.waitForLog(/answer is no UTF-8.*routeKey=down.*reason=not-text/);
  await client.ask({ action: 'raw' });
  assert.deepEqual(sent.at(-1), bytes);
  assert.match(await client.ask({ action: 'up', data: 'no base64' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/what is to be sent isn't base64: no base64.*reason=bad-mapping/);
  assert.match(await client.ask({ action: 'proxy' }), errorFrame('Internal server error'));
  assert.match(await client.ask({ action: 'wrong' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/the answer isn't base64.*routeKey=wrong.*reason=bad-mapping/);
  await client.close();
});

test('AWS service actions go, signed, to the endpoint of their service', async (t) => {
  const backend = await startBackend(t, ({ headers }) => (headers.authorization.includes('/sqs/')
    ? { headers: { 'Content-Type': 'text/xml' }, body: '<SendMessageResponse xmlns="x"><SendMessageResult><MessageId>m-1</MessageId></SendMessageResult></SendMessageResponse>' }
    : { body: '{}' }));
  const service = (uri, template, more = {}) => ({
    integration: {
      integrationType: 'AWS', integrationMethod: 'POST', integrationUri: `arn:aws:apigateway:eu-west-1:${uri}`, credentialsArn: 'arn:aws:iam::000000000000:role/gateway',
      requestTemplates: { $default: template }, integrationResponses: ANY, ...more,
    },
    routeResponse: true,
  });
  const emulator = await start(t, {
    put: service('dynamodb:action/PutItem', '{"TableName":"rooms","Item":{"id":{"S":"$context.connectionId"}}}'),
    send: service('sqs:path/000000000000/orders', 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)', {
      requestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
      integrationResponses: { $default: { responseTemplates: { $default: '$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')' } } },
    }),
    start: service('states:action/StartExecution', '{}'),
  }, { env: { AWS_ENDPOINT_URL_DYNAMODB: backend.url, AWS_ENDPOINT_URL_SQS: backend.url } });
  const client = await emulator.connect('/dev');

  assert.equal(await client.ask({ action: 'put' }), '{}');
  const put = await backend.next();
  assert.equal(put.url, '/?Action=PutItem');
  assert.equal(put.headers['x-amz-target'], 'DynamoDB_20120810.PutItem');
  assert.equal(put.headers['content-type'], 'application/x-amz-json-1.0');
  assert.match(put.headers.authorization, /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/);
  assert.match(JSON.parse(put.body).Item.id.S, /^[\w-]{15}=$/);

  assert.equal(await client.ask({ action: 'send', text: 'a&b' }), 'm-1');
  const sent = await backend.next();
  assert.equal(sent.url, '/000000000000/orders');
  assert.equal(sent.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.equal(new URLSearchParams(sent.body).get('MessageBody'), '{"action":"send","text":"a&b"}');

  assert.match(await client.ask({ action: 'start' }), errorFrame('Internal server error'));
  await emulator.waitForLog(/set AWS_ENDPOINT_URL_SFN.*reason=no-service-endpoint/);
  await client.close();
});

test('one socket posts to another through execute-api, which is the emulator itself', async (t) => {
  const emulator = await start(t, {
    tell: {
      integration: {
        integrationType: 'AWS', integrationMethod: 'POST', integrationUri: `arn:aws:apigateway:us-east-1:${API_ID}.execute-api:path/dev/@connections/{id}`,
        requestParameters: { 'integration.request.path.id': 'route.request.body.to' },
        requestTemplates: { $default: 'hello from $context.connectionId' }, integrationResponses: ANY,
      },
    },
    whoami: mock('{"statusCode": 200}', { integrationResponses: { $default: { responseTemplates: { $default: '$context.connectionId' } } } }),
  });
  const [a, b] = [await emulator.connect('/dev'), await emulator.connect('/dev')];
  const id = await a.ask({ action: 'whoami' });

  a.send({ action: 'tell', to: await b.ask({ action: 'whoami' }) });
  assert.equal(await b.nextMessage(), `hello from ${id}`);
  await Promise.all([a.close(), b.close()]);
});
