// Handler processes of every kind, and how they go wrong.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { makeProject, startEmulator, test, writeFiles } from './support/emulator.js';
import { isRunning, processesIn } from './support/processes.js';
import { until } from './support/until.js';

// A project with one two-way $default route, and the function behind it.
function withFunction(definition, files = {}) {
  return {
    files: {
      'postern.json': { functions: { f: definition }, apis: { a: { routes: { $default: { function: 'f', routeResponse: true } } } } },
      ...files,
    },
  };
}

const INTERNAL_ERROR = /^\{"message": "Internal server error", /;

const kinds = [
  ['a CommonJS module', { runtime: 'nodejs20.x', handler: 'src/app.api.handler' },
    { 'src/app.js': "exports.api = { handler: async (event) => ({ statusCode: 200, body: `got ${event.body}` }) };" }],
  ['an ES module by its name', { runtime: 'nodejs20.x', handler: 'app.handler' },
    { 'app.mjs': "const ready = await Promise.resolve('got');\nexport const handler = async (event) => ({ statusCode: 200, body: `${ready} ${event.body}` });" }],
  ['an ES module by its package.json', { runtime: 'nodejs20.x', handler: 'app.handler' },
    { 'package.json': { type: 'module' }, 'app.js': "export const handler = async (event) => ({ statusCode: 200, body: `got ${event.body}` });" }],
  ['a callback', { runtime: 'nodejs18.x', handler: 'app.handler' },
    { 'app.js': "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { statusCode: 200, body: `got ${event.body}` }), 5); };" }],
  ['Python', { runtime: 'python3.12', handler: 'pkg/app.handler' },
    { 'pkg/app.py': 'def handler(event, context):\n    return {"statusCode": 200, "body": "got " + event["body"]}\n' }],
  ['a bootstrap in shell', { runtime: 'provided.al2023', codeUri: 'shell' }, { 'shell/bootstrap': shellHandler() }],
  ['a command', { command: ['./run.sh', 'got'] }, { 'run.sh': shellHandler() }],
];

function shellHandler() {
  return `#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while next=$(curl -sSi $api/next); do
    id=$(echo "$next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: *//Ip')
    body=$(echo "$next" | sed -n 's/.*"body":"\\([^"]*\\)".*/\\1/p')
    curl -sS -o /dev/null $api/$id/response -d "{\\"statusCode\\": 200, \\"body\\": \\"got $body\\"}"
done
`;
}

for (const [what, definition, files] of kinds) {
  test(`a handler that is ${what} gets events and answers them`, async (t) => {
    const emulator = await startEmulator(t, null, withFunction(definition, files));
    const client = await emulator.connect();

    for (const text of ['one', 'two']) assert.equal(await client.ask(text), `got ${text}`);
    await client.close();
  });
}

// Ruby and Java needn't be there: Ruby's test is skipped then, and Java's is a script of that name.
const hasRuby = spawnSync('ruby', ['--version']).status === 0;

test('a handler in Ruby gets events, uses its layer, logs, and its errors are reported', { skip: hasRuby ? false : 'there is no ruby' }, async (t) => {
  const emulator = await startEmulator(t, null, withFunction({ runtime: 'ruby3.3', handler: 'lib/app.Chat::Handler.process', layers: ['layer'], timeout: 20 }, {
    'layer/ruby/lib/greeting.rb': "GREETING = 'hello'\n",
    'lib/app.rb': `require 'greeting'
module Chat
  class Handler
    def self.process(event:, context:)
      puts "function #{context.function_name}"
      raise ArgumentError, 'on purpose' if event['body'] == 'fail'
      { statusCode: 200, body: "#{GREETING} #{event['body']}" }
    end
  end
end
`,
  }));
  const client = await emulator.connect();

  assert.equal(await client.ask('one'), 'hello one');
  await emulator.waitForLog(/function f\b/);
  assert.match(await client.ask('fail'), INTERNAL_ERROR);
  await emulator.waitForLog(/Function<ArgumentError>: on purpose/);
  assert.equal(await client.ask('two'), 'hello two');
  await client.close();
});

test('Java is started with the runtime client of the package, and says what is missing where there is none', async (t) => {
  const functions = { f: { runtime: 'java21', handler: 'chat.Handler::run', codeUri: 'built', timeout: 20, environment: { PATH: '' } }, bare: { runtime: 'java21', handler: 'chat.Handler::run', codeUri: 'bare' } };
  const folder = makeProject(t, null, {
    'built/lib/aws-lambda-java-runtime-interface-client-2.6.0.jar': '',
    'bare/Handler.class': '',
    'bin/java': `#!/bin/sh
echo "started with $*"
${shellHandler().replace('#!/bin/sh\n', '')}`,
  });
  functions.f.environment.PATH = `${folder}/bin:${process.env.PATH}`;
  writeFiles(folder, { 'postern.json': { functions, apis: { a: { routes: { $default: { function: 'f', routeResponse: true }, bare: { function: 'bare', routeResponse: true } } } } } });
  const emulator = await startEmulator(t, null, { folder });
  const client = await emulator.connect();

  assert.equal(await client.ask('one'), 'got one');
  await emulator.waitForLog(/started with -cp .*\/built:.*\/built\/\*:.*\/built\/lib\/\* com\.amazonaws\.services\.lambda\.runtime\.api\.client\.AWSLambda chat\.Handler::run/);
  assert.match(await client.ask({ action: 'bare' }), INTERNAL_ERROR);
  await emulator.waitForLog(/bare has no client of the Lambda Runtime API.*aws-lambda-java-runtime-interface-client/);
  await client.close();
});

const brokenStarts = [
  ['has no such file', { runtime: 'nodejs20.x', handler: 'missing.handler' }, {}, /Cannot find module 'missing'/],
  ['exports no such handler', { runtime: 'nodejs20.x', handler: 'app.missing' }, { 'app.js': 'exports.handler = () => {};' }, /app\.missing is undefined or not exported/],
  ['has a syntax error', { runtime: 'nodejs20.x', handler: 'app.handler' }, { 'app.js': 'exports.handler = (;' }, /SyntaxError/],
  ['throws while it loads', { runtime: 'nodejs20.x', handler: 'app.handler' }, { 'app.js': "throw new Error('no database');" }, /no database/],
  ['lacks the AWS SDK', { runtime: 'nodejs20.x', handler: 'app.handler' }, { 'app.js': "require('@aws-sdk/client-nothing');" }, /npm install .*@aws-sdk\/client-nothing/],
  ['is Python and lacks a module', { runtime: 'python3.12', handler: 'app.handler' }, { 'app.py': 'import nosuch\n' }, /No module named 'nosuch'/],
  ['is Python and lacks the handler', { runtime: 'python3.12', handler: 'app.missing' }, { 'app.py': '' }, /Handler 'missing' missing on module 'app'/],
  ['is Python with a syntax error', { runtime: 'python3.12', handler: 'app.handler' }, { 'app.py': 'def handler(:\n' }, /Syntax error in module 'app'/],
  ['is a command that does not exist', { command: ['./missing'] }, {}, /missing/],
  ['is a bootstrap that does not exist', { runtime: 'provided.al2023' }, {}, /bootstrap/],
  ['is a command that ends at once', { command: ['true'] }, {}, /before it asked for an event/],
];
for (const [what, definition, files, line] of brokenStarts) {
  test(`a function that ${what} fails its invocations with a log line that says why`, async (t) => {
    const emulator = await startEmulator(t, null, withFunction(definition, files));
    const client = await emulator.connect();

    assert.match(await client.ask('x'), INTERNAL_ERROR);
    await emulator.waitForLog(line);
    await client.close();
  });
}

test('a command that never asks for an event fails its invocation, and says what it should speak', async (t) => {
  const emulator = await startEmulator(t, null, withFunction({ command: ['sleep', '1000'], timeout: 1 }));
  const client = await emulator.connect();

  assert.match(await client.ask('x'), INTERNAL_ERROR);
  await emulator.waitForLog(/Lambda Runtime API/);
  await client.close();
});

test('a warm process gets the next event, and one that was killed is replaced', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const pid = await client.ask({ action: 'ask', pid: true });

  assert.equal(await client.ask({ action: 'ask', pid: true }), pid);
  assert.match(await client.ask({ action: 'ask', signal: 'SIGKILL' }), INTERNAL_ERROR);
  const next = await client.ask({ action: 'ask', pid: true });
  assert.notEqual(next, pid);
  assert.ok(!isRunning(Number(pid)));
  await client.close();
});

test('a handler that overruns its timeout is killed, and the log says which timeout that was', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 1 } },
      apis: { echo: { routes: { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true } } } } } },
  });
  const client = await emulator.connect();
  const pid = Number(await client.ask({ action: 'ask', pid: true }));

  assert.match(await client.ask({ action: 'ask', spin: true }), INTERNAL_ERROR);
  await emulator.waitForLog(/timeout of 1 s/);
  await until('the process to be gone', () => !isRunning(pid));
  assert.notEqual(Number(await client.ask({ action: 'ask', pid: true })), pid);
  await client.close();
});

test('a process that is idle for longer than --keep-warm ends', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--keep-warm', '0.3'] });
  const client = await emulator.connect();

  await until('all handlers to end', () => processesIn(emulator.folder).length === 0);
  assert.match(await client.ask({ action: 'ask', pid: true }), /^\d+$/);
  await client.close();
});

test('a function runs as many processes as its concurrency allows, and the rest waits', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 60, concurrency: 2 } },
      apis: { echo: { routes: { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true } } } } } },
  });
  const client = await emulator.connect();
  const [gate, open] = emulator.gate('all');
  const running = () => emulator.events().filter(({ event }) => event.requestContext.eventType === 'MESSAGE');

  for (let i = 0; i < 5; i++) client.send({ action: 'ask', waitFor: gate, body: `answer ${i}` });
  await until('two handlers to run', () => running().length === 2);
  assert.equal(processesIn(emulator.folder).length, 2);
  assert.equal(running().length, 2);
  open();
  const answers = [];
  while (answers.length < 5) answers.push(await client.nextMessage());
  assert.deepEqual(answers.sort(), [0, 1, 2, 3, 4].map((i) => `answer ${i}`));
  assert.equal(new Set(running().map(({ pid }) => pid)).size, 2);
  await client.close();
});

test('a handler sees what Lambda sets, its own variables, and none of POSTERN_*', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    env: { POSTERN_LOG_LEVEL: 'debug', FROM_OUTSIDE: 'yes' },
    args: ['--region', 'eu-west-1'],
    files: { 'postern.json': { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 7, memorySize: 512, environment: { TABLE: 'rooms' } } },
      apis: { echo: { routes: { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true } } } } } },
  });
  const client = await emulator.connect();
  const expected = {
    TABLE: 'rooms', FROM_OUTSIDE: 'yes', POSTERN_LOG_LEVEL: '(not set)', AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1', AWS_LAMBDA_FUNCTION_NAME: 'echo',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512', _HANDLER: 'echo.handler', LAMBDA_TASK_ROOT: emulator.folder,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x', AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/echo', TZ: ':UTC', AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: '(not set)',
  };

  for (const [name, value] of Object.entries(expected)) assert.equal(await client.ask({ action: 'ask', environment: name }), value, name);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE']) assert.notEqual(await client.ask({ action: 'ask', environment: name }), '(not set)', name);
  await client.close();
});

test('what a handler prints becomes log lines with its function and request id', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  client.send({ action: 'tell', print: 'on standard output', printError: 'on standard error\n' });
  const line = await emulator.waitForLog(/on standard output/);
  const { awsRequestId } = emulator.events().find(({ event }) => event.requestContext.eventType === 'MESSAGE');
  assert.match(line, /functionName=echo/);
  assert.ok(line.includes(awsRequestId));
  await emulator.waitForLog(/on standard error/);
  await client.close();
});

test('a handler that prints without end neither stops nor fills the emulator', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  assert.match(await client.ask({ action: 'ask', printMuch: 3_000_000, print: 'the end', pid: true }), /^\d+$/);
  await emulator.waitForLog(/the end/);
  assert.ok(emulator.log.length < 8_000_000);
  await client.close();
});

test('the event of a bootstrap is compact JSON, byte for byte what a JSON writer makes', async (t) => {
  // What it writes beside its code would end its process at a reload.
  const emulator = await startEmulator(t, null, { args: ['--no-watch'], ...withFunction({ runtime: 'provided.al2023' }, {
    bootstrap: `#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
while curl -sS -D headers -o event.new $api/next; do
    id=$(tr -d '\\r' < headers | sed -n 's/^lambda-runtime-aws-request-id: *//Ip')
    curl -sS -o /dev/null $api/$id/response -d '{"statusCode": 200, "body": "seen"}'
    mv event.new event
done
`,
  }) });
  const client = await emulator.connect();
  const { readFileSync, existsSync } = await import('node:fs');

  assert.equal(await client.ask('{"a":"\\u00e9 é \u{1f600} \\\\ \\n"}\t"/'), 'seen');
  await until('the event', () => existsSync(`${emulator.folder}/event`));
  const text = readFileSync(`${emulator.folder}/event`, 'utf8');
  assert.equal(JSON.parse(text).body, '{"a":"\\u00e9 é \u{1f600} \\\\ \\n"}\t"/');
  assert.equal(text, JSON.stringify(JSON.parse(text)));
  await client.close();
});

test('a runtime of its own may send a stack trace of 64 KB in a header', async (t) => {
  const emulator = await startEmulator(t, null, withFunction({ command: ['./run.sh'] }, {
    'run.sh': `#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation
cause=$(printf '%065000d' 0)
while next=$(curl -sSi $api/next); do
    id=$(echo "$next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: *//Ip')
    curl -sS $api/$id/error -H "Lambda-Runtime-Function-XRay-Error-Cause: $cause" -d '{"errorMessage": "on purpose", "errorType": "Mine"}'
done
`,
  }));
  const client = await emulator.connect();

  assert.match(await client.ask('hello'), INTERNAL_ERROR);
  await emulator.waitForLog(/on purpose/);
  await client.close();
});
