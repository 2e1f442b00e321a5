// The command line: what is printed where, and how it exits.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import net from 'node:net';

import { BINARY, environment, makeProject, startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const postern = (args, more = {}) => spawnSync(BINARY, args, { encoding: 'utf8', env: environment(more.env), timeout: 60_000, ...more.options });

test('the banner names every URL and route, and ends with "Ready."', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await until('the last line', () => emulator.output.endsWith('Ready.\n')); // the ready file may be seen first
  assert.match(emulator.output, /^postern \d+\.\d+\.\d+ /);
  assert.ok(emulator.output.includes(`ws://localhost:${emulator.port}/dev\n`));
  assert.ok(emulator.output.includes(`http://localhost:${emulator.port}/dev/@connections/`));
  for (const route of ['$connect', '$disconnect', '$default', 'tell', 'ask']) assert.ok(emulator.output.includes(` ${route} `), route);
  assert.match(emulator.output, /\nReady\.\n$/);
});

test('version and help exit with 0, wrong usage with 2', () => {
  assert.match(postern(['version']).stdout, /^postern \d+\.\d+\.\d+\n$/);
  for (const args of [['help'], ['help', 'start'], ['start', '--help']]) {
    const { status, stdout } = postern(args);
    assert.equal(status, 0, args.join(' '));
    assert.match(stdout, /postern/);
  }
  for (const args of [['bogus'], ['start', '--prot', '1'], ['start', '--port', 'many'], ['start', '--port', '70000'], ['start', '--limits', 'none']]) {
    const { status, stderr } = postern(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /postern help/);
  }
  assert.match(postern(['start', '--prot', '1']).stderr, /did you mean --port\?/);
});

test('check reports every problem with its line, and exits with 2', (t) => {
  const folder = makeProject(t, null, {
    'postern.json': `{
  "functions": { "f": { "runtme": "nodejs20.x", "handler": "app.handler" } },
  "apis": {
    "a": {
      "models": { "Order": { "schema": { "type": "text" } } },
      "routes": {
        "$connect": { "function": "missing" },
        "order": { "integration": { "integrationType": "MOCK" } }
      }
    }
  }
}
`,
  });

  for (const command of ['check', 'start']) {
    const { status, stderr } = postern([command, folder]);
    assert.equal(status, 2);
    assert.match(stderr, /postern\.json:2: .*runtme.*did you mean "runtime"/);
    assert.match(stderr, /postern\.json:5: apis.*models\.Order\.schema: "type" must be/);
    assert.match(stderr, /postern\.json:7: .*"missing"/);
    assert.match(stderr, /postern\.json:8: warning: .*integration: has no "integrationResponses"/);
  }
});

test('check prints what a good project resolves to, and exits with 0', (t) => {
  const { status, stdout } = postern(['check', makeProject(t, 'echo')]);

  assert.equal(status, 0);
  for (const part of ['a1b2c3d4e5', '$connect', 'echo.handler']) assert.ok(stdout.includes(part), part);
});

test('JSON that is none is a problem of its line', (t) => {
  const { status, stderr } = postern(['check', makeProject(t, null, { 'postern.json': '{\n  "apis": {\n    "a" {}\n  }\n}\n' })]);

  assert.equal(status, 2);
  assert.match(stderr, /postern\.json:3: /);
});

test('a port that is taken is named, and the exit status is 1', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  const { status, stderr } = postern(['start', makeProject(t, 'echo'), '--port', String(port), '--in-memory']);
  server.close();

  assert.equal(status, 1);
  assert.ok(stderr.includes(String(port)));
});

test('run gives its command the URLs, leaves it standard output, and exits with its status', (t) => {
  const folder = makeProject(t, 'echo');
  const script = 'echo "$POSTERN_HTTP $POSTERN_WS $POSTERN_WS_URL $POSTERN_CONNECTIONS_URL $AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI $AWS_ACCESS_KEY_ID"; exit 7';
  const { status, stdout, stderr } = postern(['run', folder, '--port', '0', '--', 'sh', '-c', script]);
  const [http, ws, wsUrl, connections, endpoint, key] = stdout.trim().split(' ');

  assert.equal(status, 7);
  assert.equal(stdout.split('\n').length, 2);
  assert.match(http, /^http:\/\/localhost:\d+$/);
  assert.equal(ws, http.replace('http', 'ws'));
  assert.equal(wsUrl, `${ws}/dev`);
  assert.equal(connections, `${http}/dev`);
  assert.equal(endpoint, `${http}/dev`);
  assert.ok(key);
  assert.match(stderr, /Ready\./);
});

test('run exits with 128 and the signal that ended its command', (t) => {
  assert.equal(postern(['run', makeProject(t, 'echo'), '--port', '0', '--', 'sh', '-c', 'kill -9 $$']).status, 128 + 9);
});

test('options have twins in the environment, and win over them', async (t) => {
  const emulator = await startEmulator(t, 'echo', { env: { POSTERN_DOMAIN: 'from.environment:1', POSTERN_REGION: 'ap-south-1', POSTERN_UNKNOWN: 'ignored' }, args: ['--domain', 'from.option:2'] });
  const client = await emulator.connect();

  assert.equal(emulator.events()[0].event.requestContext.domainName, 'from.option:2');
  assert.equal(await client.ask({ action: 'ask', environment: 'AWS_REGION' }), 'ap-south-1');
  await client.close();
});

test('logs can be JSON, a line each', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: ['--log-format', 'json'] });
  const client = await emulator.connect();

  client.send({ action: 'tell', print: 'a "quoted" line' });
  const line = await emulator.waitForLog(/quoted/);
  assert.ok(JSON.stringify(JSON.parse(line)).includes('a \\"quoted\\" line'));
  for (const each of emulator.log.trim().split('\n')) JSON.parse(each);
  await client.close();
});
