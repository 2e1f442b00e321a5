// Functions that run elsewhere: "url" in postern.json and --function NAME=URL forward to an Invoke endpoint.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { postern } from './support/command.js';
import { atEnd, makeProject, startEmulator, test } from './support/emulator.js';

const PATH = '/2015-03-31/functions/chat/invocations';
const TOO_LARGE = 6_291_557;

// An Invoke endpoint: answer(event, response) says what becomes of each event.
async function endpoint(t, answer) {
  const requests = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (data) => { body += data; });
    request.on('end', () => {
      requests.push({ method: request.method, url: request.url, type: request.headers['content-type'], event: JSON.parse(body) });
      answer(JSON.parse(body), response);
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  atEnd(t, () => { server.close(); server.closeAllConnections?.(); });
  return { url: `http://127.0.0.1:${server.address().port}${PATH}`, requests };
}

const project = (t, url, more = {}) => makeProject(t, null, {
  'postern.json': {
    functions: { chat: { url, ...more } },
    apis: { chat: { routes: { $connect: { function: 'chat' }, $default: { function: 'chat', routeResponse: true, timeoutInMillis: 1500 } } } },
  },
});

// What the endpoint makes of a message.
const ANSWERS = {
  fine: (response) => response.end(JSON.stringify({ statusCode: 200, body: 'from elsewhere' })),
  thrown: (response) => response.writeHead(200, { 'X-Amz-Function-Error': 'Unhandled' }).end('{"errorType":"TypeError","errorMessage":"no such room"}'),
  unknown: (response) => response.writeHead(404).end('{"Message":"Function not found"}'),
  large: (response) => response.end(JSON.stringify({ statusCode: 200, body: 'x'.repeat(TOO_LARGE) })),
  torn: (response) => response.destroy(),
  silent: () => {},
};

const serve = (event, response) => (event.body ? ANSWERS[event.body](response) : response.end('{"statusCode":200}'));

test('events are posted to the endpoint, and its answers are results, failures and late ones too', async (t) => {
  const { url, requests } = await endpoint(t, serve);
  const emulator = await startEmulator(t, null, { folder: project(t, url) });
  const client = await emulator.connect();

  assert.match(emulator.output, new RegExp(`\\$default +chat +${url}`));
  assert.equal(await client.ask('fine'), 'from elsewhere');
  assert.deepEqual(requests.map(({ method, url: path_, type, event }) => [method, path_, type, event.requestContext.routeKey]),
    [['POST', PATH, 'application/json', '$connect'], ['POST', PATH, 'application/json', '$default']]);

  const logged = {
    thrown: /TypeError: no such room/,
    unknown: /it answers with status 404: {"Message":"Function not found"} functionName=chat .*reason=remote-failed/,
    large: /Function\.ResponseSizeTooLarge/,
    torn: /no answer: .* functionName=chat .*reason=remote-failed/,
    silent: /the gateway waits no longer/,
  };
  for (const [message, line] of Object.entries(logged)) {
    assert.match(JSON.stringify(await client.ask(message)), message === 'silent' ? /Endpoint request timed out/ : /Internal server error/, message);
    await emulator.waitForLog(line);
  }
  assert.equal(await client.ask('fine'), 'from elsewhere');
  await client.close();
});

test('an endpoint where nobody listens refuses clients, and says so in the log', async (t) => {
  const emulator = await startEmulator(t, null, { folder: project(t, `http://127.0.0.1:1${PATH}`) });

  assert.equal((await emulator.refused('/dev')).status, 502);
  await emulator.waitForLog(/http:\/\/127\.0\.0\.1:1\/\S+: no answer: .*reason=remote-failed/);
});

test('--function sends a function of a template elsewhere, in whatever language it is', async (t) => {
  const { url, requests } = await endpoint(t, (event, response) => response.end('"from elsewhere"'));
  const folder = makeProject(t, 'sam-chat');
  const template = path.join(folder, 'template.yaml');
  fs.writeFileSync(template, fs.readFileSync(template, 'utf8').replace('CodeUri: message/', 'CodeUri: message/\n      Runtime: java21'));
  const invoke = await postern(['invoke', 'MessageFunction', folder, '--event', '-', '--function', `MessageFunction=${url}`], { input: '{"a":1}' });

  assert.equal(invoke.stdout.trim(), '"from elsewhere"', invoke.stderr);
  assert.deepEqual(requests.map(({ event }) => event), [{ a: 1 }]);

  const wrong = await postern(['check', makeProject(t, 'sam-chat'), '--function', `MesageFunction=${url}`, '--function', 'ConnectFunction=nowhere']);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^--function: there is no function MesageFunction in the project: did you mean MessageFunction\?$/m);
  assert.match(wrong.stderr, /^--function: ConnectFunction=nowhere: the URL is no endpoint/m);
});
