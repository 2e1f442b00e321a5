// /_postern/metrics: real traffic, and the figures that it leaves.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { startEmulator, test } from './support/emulator.js';
import { readMetrics } from './support/metrics.js';
import { until } from './support/until.js';

const ROUTE = (route) => ({ api: 'a1b2c3d4e5', stage: 'dev', route });
const ECHO = { function: 'echo' };

// The figures once condition(figures) holds.
function figuresWhen(emulator, condition) {
  return until('the figures', async () => {
    const figures = await readMetrics(emulator);
    return condition(figures) && figures;
  });
}

test('an emulator without traffic has every family, and zeros', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  const { families, samples, value } = await readMetrics(emulator);
  assert.deepEqual(Object.keys(families).sort(), [
    'client_error', 'concurrent_executions', 'connect_count', 'duration', 'errors', 'execution_error', 'integration_error', 'integration_latency',
    'invocations', 'message_count', 'postern_allocated_bytes', 'postern_build_info', 'postern_closes_total', 'postern_cold_start_seconds', 'postern_cold_starts_total', 'postern_dropped_answers_total',
    'postern_failed_starts_total', 'postern_handshakes_total', 'postern_invocations_total', 'postern_late_results_total', 'postern_log_lines_dropped_total', 'postern_open_connections',
    'postern_post_seconds', 'postern_posts_total', 'postern_processes', 'postern_send_queue_bytes', 'postern_store_waiting_writes', 'postern_throttled_total',
    'postern_uptime_seconds', 'postern_waiting_events', 'throttles',
  ]);
  for (const { name, labels, value: figure } of samples)
    if (!/^postern_(allocated_bytes|build_info|uptime_seconds|store_waiting_writes)/.test(name)) assert.equal(figure, 0, `${name} ${JSON.stringify(labels)}`);
  assert.equal(value('postern_build_info'), 1);
  const routes = samples.filter(({ name }) => name === 'message_count').map(({ labels }) => labels.route);
  assert.deepEqual(routes.sort(), ['', '$connect', '$default', '$disconnect', '@connections', 'ask', 'impatient', 'tell']);
});

test('traffic is counted by route, with both directions', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const other = await emulator.connect();

  assert.equal(await client.ask({ action: 'ask', body: 'one' }), 'one');
  assert.equal(await client.ask({ action: 'ask', body: 'two' }), 'two');
  await client.ask({ action: 'ask', throw: 'no' });
  await client.ask({ action: 'ask', status: 418 });
  await client.ask({ action: 'ask', result: '"nonsense"' });
  client.send({ action: 'tell' });
  await figuresWhen(emulator, ({ value }) => value('invocations', ECHO) === 8 && value('concurrent_executions', ECHO) === 0);
  const { value } = await readMetrics(emulator);

  assert.equal(value('postern_open_connections', { api: 'a1b2c3d4e5', stage: 'dev' }), 2);
  assert.equal(value('postern_handshakes_total', { status: '101' }), 2);
  assert.equal(value('connect_count', ROUTE('$connect')), 2);
  assert.equal(value('message_count', ROUTE('$connect')), 0);
  assert.equal(value('integration_latency_count', ROUTE('$connect')), 2);
  assert.equal(value('message_count', ROUTE('ask')), 10);
  assert.equal(value('message_count', ROUTE('tell')), 1);
  assert.equal(value('integration_error', ROUTE('ask')), 2); // thrown, and 418
  assert.equal(value('execution_error', ROUTE('ask')), 1);
  assert.equal(value('client_error', ROUTE('ask')), 0);
  assert.equal(value('integration_latency_count', ROUTE('ask')), 5);
  assert.equal(value('integration_latency_bucket', { ...ROUTE('ask'), le: '+Inf' }), 5);
  assert.ok(value('integration_latency_sum', ROUTE('ask')) >= value('integration_latency_sum', ROUTE('tell')));
  assert.equal(value('errors', ECHO), 1);
  assert.equal(value('duration_count', ECHO), 8);
  assert.equal(value('postern_invocations_total', { ...ECHO, outcome: 'succeeded' }), 7);
  assert.equal(value('postern_invocations_total', { ...ECHO, outcome: 'function-error' }), 1);
  assert.equal(value('postern_waiting_events', ECHO), 0);

  await client.close();
  await other.close();
  const after = await figuresWhen(emulator, (figures) => figures.value('integration_latency_count', ROUTE('$disconnect')) === 2);
  assert.equal(after.value('postern_open_connections', { stage: 'dev' }), 0);
  assert.equal(after.value('invocations', ECHO), 10);
});

test('closes are counted by code and reason', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [normal, own, lost, deleted, binary] = await Promise.all([1, 2, 3, 4, 5].map(() => emulator.connect()));

  await normal.close(1000);
  await own.close(4001);
  await lost.drop();
  await emulator.request('DELETE', `/dev/@connections/${deleted.connectionId}`);
  binary.socket.send(Buffer.from('x'));
  await binary.whenClosed();
  const { value } = await figuresWhen(emulator, (figures) => figures.value('postern_open_connections', { stage: 'dev' }) === 0);
  const expected = { 'closed-by-client': { 1000: 1, application: 1 }, 'connection-lost': { 1006: 1 }, deleted: { 1000: 1 }, 'binary-frame': { 1003: 1 } };
  for (const [reason, codes] of Object.entries(expected))
    for (const [code, count] of Object.entries(codes)) assert.equal(value('postern_closes_total', { reason, code }), count, `${reason} ${code}`);
});

test('cold starts and processes are counted', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  await client.ask({ action: 'ask', body: 'warm' });
  const idle = await figuresWhen(emulator, ({ value }) => value('postern_processes', { state: 'idle' }) === 1);
  assert.equal(idle.value('postern_cold_starts_total', ECHO), 1);
  assert.equal(idle.value('postern_cold_start_seconds_count', ECHO), 1);
  assert.ok(idle.value('postern_cold_start_seconds_sum', ECHO) > 0.001);
  const [file, open] = emulator.gate('busy');
  client.send({ action: 'tell', waitFor: file });
  const busy = await figuresWhen(emulator, ({ value }) => value('concurrent_executions', ECHO) === 1);
  assert.equal(busy.value('postern_processes', { state: 'busy' }), 1);
  assert.equal(busy.value('postern_processes', { state: 'idle' }), 0);
  open();
  await figuresWhen(emulator, ({ value }) => value('concurrent_executions', ECHO) === 0);
  client.send({ action: 'tell', exit: 3 });
  const after = await figuresWhen(emulator, ({ value }) => value('errors', ECHO) === 1);
  assert.equal(after.value('duration_count', ECHO), 4);
  assert.equal(after.value('postern_failed_starts_total', ECHO), 0);
});

test('posts are counted by status', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const post = (id, data = 'x') => emulator.management.send(new PostToConnectionCommand({ ConnectionId: id, Data: data }));

  for (let i = 0; i < 3; i++) await post(client.connectionId);
  await assert.rejects(post('AAAAAAAAAAAAAAA='), { name: 'GoneException' });
  await assert.rejects(post('nonsense'), { name: 'BadRequestException' });
  await assert.rejects(post(client.connectionId, 'x'.repeat(131_073)), { name: 'PayloadTooLargeException' });
  const { value } = await readMetrics(emulator);
  for (const [status, count] of Object.entries({ 200: 3, 410: 1, 400: 1, 413: 1 })) assert.equal(value('postern_posts_total', { status }), count, status);
  assert.equal(value('postern_post_seconds_count'), 6);
  assert.equal(value('message_count', ROUTE('@connections')), 3);
  assert.equal(value('postern_send_queue_bytes'), 0);
});

test('refusals and integration timeouts are counted', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const [file, open] = emulator.gate('late');

  await emulator.refused('/dev?status=403');
  await emulator.refused('/dev?throw=no');
  await emulator.refused('/nowhere');
  const client = await emulator.connect();
  await client.ask({ action: 'impatient', waitFor: file });
  open();
  const { value } = await figuresWhen(emulator, (figures) => figures.value('postern_late_results_total', ECHO) === 1);
  assert.equal(value('postern_handshakes_total', { status: '403' }), 2);
  assert.equal(value('postern_handshakes_total', { status: '502' }), 1);
  assert.equal(value('postern_handshakes_total', { status: '101' }), 1);
  assert.equal(value('connect_count', ROUTE('$connect')), 3);
  assert.equal(value('integration_error', ROUTE('$connect')), 2);
  assert.equal(value('execution_error', ROUTE('impatient')), 1);
  assert.equal(value('postern_invocations_total', { ...ECHO, outcome: 'timed-out' }), 1);
});

test('a message without a route is a client error of none', async (t) => {
  const project = { functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } }, apis: { echo: { id: 'a1b2c3d4e5', routes: { $connect: { function: 'echo' } } } } };
  const emulator = await startEmulator(t, 'echo', { files: { 'postern.json': project } });
  const client = await emulator.connect();

  await client.ask('hello');
  const { value } = await readMetrics(emulator);
  assert.equal(value('client_error', ROUTE('')), 1);
  assert.equal(value('message_count', ROUTE('')), 2); // it, and the Forbidden frame
});

test('counts survive a reload of the project', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const file = path.join(emulator.folder, 'postern.json');
  const client = await emulator.connect();
  await client.ask({ action: 'ask', body: 'before' });

  const project = JSON.parse(fs.readFileSync(file, 'utf8'));
  project.functions.echo.timeout = 19;
  project.apis.echo.routes.more = { function: 'echo' };
  fs.writeFileSync(file, JSON.stringify(project));
  await emulator.waitForLog(/reason=reloaded/);
  await client.ask({ action: 'ask', body: 'after' });
  const { value } = await readMetrics(emulator);
  assert.equal(value('message_count', ROUTE('ask')), 4);
  assert.equal(value('message_count', ROUTE('more')), 0);
  assert.equal(value('connect_count', ROUTE('$connect')), 1);
  assert.equal(value('invocations', ECHO), 3);
});
