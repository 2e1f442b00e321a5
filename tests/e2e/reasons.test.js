// Reasons of the log, provoked like those of explanations.test.js: authorization, functions under load, the Runtime API, starts and ends.

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import assert from 'node:assert/strict';
import path from 'node:path';

import { startEmulator, test, writeFiles } from './support/emulator.js';
import { told } from './support/log.js';

const ECHO = { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 };
const GONE_ID = 'AAAAAAAAAAAAAAA=';

const project = (functions, routes, api = {}) => ({ 'postern.json': { functions, apis: { echo: { id: 'a1b2c3d4e5', routes, ...api } } } });

const start = (t, { args = [], ...options } = {}) => startEmulator(t, 'echo', { args: ['--log-format', 'json', ...args], ...options });

const startWith = (t, functions, routes, { api, files, ...options } = {}) => start(t, { files: { ...project(functions, routes, api), ...files }, ...options });

test('signatures that are verified and wrong are explained', async (t) => {
  const emulator = await start(t, { args: ['--signatures', 'verify'] });
  const stranger = emulator.managementAt(emulator.url('/dev'), { credentials: { accessKeyId: 'AKIDSTRANGER', secretAccessKey: 'unknown' } });

  await assert.rejects(stranger.send(new PostToConnectionCommand({ ConnectionId: GONE_ID, Data: 'x' })));
  await told(emulator, 'bad-signature', { connectionId: GONE_ID });
});

test('handshakes that authorization refuses are explained', async (t) => {
  const policy = (Effect, Resource) => ({ principalId: 'u', policyDocument: { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }] } });
  const emulator = await startWith(t, { echo: ECHO }, { $connect: { function: 'echo', authorizer: 'token' } }, {
    api: { authorizers: { token: { function: 'echo', identitySource: ['route.request.querystring.result'] } } },
    files: { 'echo.js': 'exports.handler = async ({ queryStringParameters: { result } }) => { if (result[0] !== "{") throw new Error(result); return JSON.parse(result); };' },
  });
  const refusals = [
    ['missing-identity-source', 401, ''],
    ['authorizer-refuses', 401, 'Unauthorized'],
    ['authorizer-failed', 500, 'broken'],
    ['policy-denies', 403, JSON.stringify(policy('Deny', '*'))],
    ['policy-silent', 403, JSON.stringify(policy('Allow', 'arn:aws:execute-api:us-east-1:000000000000:other/*'))],
    ['malformed-authorizer-result', 500, '{}'],
  ];

  for (const [reason, status, result] of refusals) {
    assert.equal((await emulator.refused(result ? `/dev?result=${encodeURIComponent(result)}` : '/dev')).status, status, reason);
    await told(emulator, reason, { connectionId: true, ...(status !== 401 || result ? { functionName: 'echo', requestId: true } : {}) });
  }
});

test('handlers that throw, exit, crash or run into their timeout are explained', async (t) => {
  const emulator = await startWith(t, { echo: { ...ECHO, timeout: 1 } }, { $connect: { function: 'echo' }, ask: { function: 'echo', routeResponse: true } });
  const client = await emulator.connect();
  const failures = [
    [{ throw: 'on purpose' }, null],
    [{ exit: 3 }, 'handler-exited'],
    [{ signal: 'SIGSEGV' }, 'handler-exited'],
    [{ hang: 1 }, 'function-timeout'],
  ];

  for (const [orders, reason] of failures) {
    const { requestId: extendedRequestId } = JSON.parse(await client.ask({ action: 'ask', ...orders }));
    const { awsRequestId: requestId, pid } = emulator.events().at(-1);
    await told(emulator, 'handler-failed', { connectionId: client.connectionId, routeKey: 'ask', functionName: 'echo', requestId, extendedRequestId });
    if (reason) await told(emulator, reason, { functionName: 'echo', requestId, pid: String(pid) });
  }
});

test('a function with too many waiting events, and one that goes while they wait, are explained', async (t) => {
  const routes = { $connect: { function: 'echo' }, $default: { function: 'slow' } };
  const emulator = await startWith(t, { echo: ECHO, slow: { ...ECHO, concurrency: 1 } }, routes, { args: ['--limits', 'relaxed'] });
  const client = await emulator.connect();

  client.send({ waitFor: path.join(emulator.outside, 'never') });
  await emulator.event(({ requestContext }) => requestContext.eventType === 'MESSAGE');
  for (let i = 0; i < 10_001; i++) client.socket.send('{}');
  await told(emulator, 'function-throttled', { connectionId: client.connectionId, routeKey: '$default', functionName: 'slow' });
  writeFiles(emulator.folder, project({ echo: ECHO }, { $connect: { function: 'echo' } }));
  await told(emulator, 'reloaded');
  await told(emulator, 'no-function', { connectionId: client.connectionId, functionName: 'slow' });
  await client.drop();
});

test('$disconnect events that fail or wait for the next start are explained', async (t) => {
  const emulator = await startWith(t, { echo: { ...ECHO, timeout: 600 }, broken: { runtime: 'nodejs20.x', handler: 'broken.handler', timeout: 600 } },
    { $connect: { function: 'echo' }, $disconnect: { function: 'broken' } }, {
      args: ['--grace', '0.2'],
      files: { 'broken.js': "const fs = require('node:fs');\nexports.handler = async () => { if (fs.existsSync('hang')) await new Promise(() => setInterval(() => {}, 1000)); throw new Error('no'); };" },
    });
  const [failing, crashing, hanging] = [await emulator.connect(), await emulator.connect(), await emulator.connect()];

  await failing.close();
  await told(emulator, 'disconnect-handler-failed', { connectionId: failing.connectionId, functionName: 'broken' });
  await emulator.stop('SIGKILL');
  emulator.log = '';
  await emulator.start();
  await told(emulator, 'left-by-crash', { connectionId: crashing.connectionId });
  await told(emulator, 'left-by-crash', { connectionId: hanging.connectionId });
  writeFiles(emulator.folder, { hang: '' });
  await (await emulator.connect()).drop();
  await emulator.stop();
  assert.match((await told(emulator, 'undelivered')).message, /next start delivers/);
});

test('a port and a data folder that are in use are explained, with their owner', async (t) => {
  const emulator = await start(t);
  const pid = String(emulator.child.pid);

  await assert.rejects(start(t, { args: ['--port', String(emulator.port)] }), (error) => {
    const line = JSON.parse(error.message.split('\n').find((each) => each.includes('port-in-use')));
    assert.equal(line.pid, pid);
    assert.match(line.message, new RegExp(`port ${emulator.port} is in use by .*\\(pid ${pid}\\).*--port`));
    return true;
  });
  await assert.rejects(start(t, { folder: emulator.folder }), (error) => {
    const line = JSON.parse(error.message.split('\n').find((each) => each.includes('data-in-use')));
    assert.match(line.message, new RegExp(`pid ${pid}.*--data`));
    return true;
  });
});
