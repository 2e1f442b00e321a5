// Usage plans: which API keys may connect to which stage, and how often.

import assert from 'node:assert/strict';

import { postern } from './support/command.js';
import { startEmulator, test, writeFiles } from './support/emulator.js';
import { readMetrics } from './support/metrics.js';
import { until } from './support/until.js';

const key = (name) => `${name}-`.padEnd(30, '0');

const ALLOW = `exports.handler = async (event) => ({
  principalId: 'u',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: event.methodArn }] },
  usageIdentifierKey: event.queryStringParameters.key,
});`;

// What a burst or a limit allows is all there is, however slow the machine.
const project = (plans = {}) => ({
  'auth.js': ALLOW,
  'postern.json': {
    functions: { auth: { runtime: 'nodejs20.x', handler: 'auth.handler', timeout: 20 } },
    apis: {
      chat: { id: 'chat000001', routes: { $connect: { apiKeyRequired: true } }, stages: { dev: {}, prod: {}, bare: {} } },
      told: {
        apiKeySelectionExpression: '$context.authorizer.usageIdentifierKey',
        authorizers: { token: { function: 'auth' } },
        routes: { $connect: { apiKeyRequired: true, authorizer: 'token' } },
        stages: { told: {} },
      },
    },
    apiKeys: Object.fromEntries(['burst', 'daily', 'free', 'stray', 'later', 'taught'].map((name) => [name, { value: key(name) }])),
    usagePlans: {
      tight: { throttle: { rateLimit: 0, burstLimit: 2 }, apiStages: ['chat/dev', 'chat/prod', 'told/told'], apiKeys: ['burst', 'taught'] },
      counted: { quota: { limit: 2, period: 'MONTH' }, apiStages: ['chat/dev'], apiKeys: ['daily', 'later'] },
      open: { apiStages: ['chat000001/dev'], apiKeys: ['free'] },
      ...plans,
    },
  },
});

const withKey = (name) => ({ headers: { 'x-api-key': key(name) } });

async function assertRefused(emulator, target, options, status, body, type) {
  const refusal = await emulator.refused(target, options);
  assert.equal(refusal.status, status);
  assert.equal(refusal.body, body);
  assert.equal(refusal.headers['x-amzn-errortype'], type);
}

const TOO_MANY = [429, '{"message":"Too Many Requests"}', 'TooManyRequestsException'];
const EXCEEDED = [429, '{"message":"Limit Exceeded"}', 'LimitExceededException'];

test('usage plans', async (t) => {
  const emulator = await startEmulator(t, null, { files: project() });
  const enter = async (target, name) => (await emulator.connect(target, withKey(name))).close();

  await t.test('a key that connects faster than its usage plan allows is 429, over all stages of the plan', async () => {
    await enter('/dev', 'burst');
    await enter('/prod', 'burst');
    await assertRefused(emulator, '/dev', withKey('burst'), ...TOO_MANY);
    await assertRefused(emulator, '/prod', withKey('burst'), ...TOO_MANY);
    await emulator.waitForLog(/refused with 429.*the API key burst is allowed 0 requests a second and 2 at once by its usage plan tight.*reason=throttled/);
    const { value } = await readMetrics(emulator);
    assert.equal(value('postern_throttled_total', { limit: 'usage-plan' }), 2);
  });

  await t.test('a key that has used up the quota of its usage plan is 429 Limit Exceeded', async () => {
    await enter('/dev', 'daily');
    await enter('/dev', 'daily');
    await assertRefused(emulator, '/dev', withKey('daily'), ...EXCEEDED);
    await emulator.waitForLog(/the API key daily is allowed 2 requests a month by its usage plan counted.*reason=quota-exceeded/);
    const { value } = await readMetrics(emulator);
    assert.equal(value('postern_throttled_total', { limit: 'usage-plan-quota' }), 1);
  });

  await t.test('a key that no usage plan of the stage has is 403', async () => {
    const forbidden = [403, '{"message":"Forbidden"}', 'ForbiddenException'];
    await enter('/dev', 'free');
    await assertRefused(emulator, '/dev', withKey('stray'), ...forbidden);
    await assertRefused(emulator, '/prod', withKey('free'), ...forbidden);
    await assertRefused(emulator, '/bare', withKey('free'), ...forbidden);
    await emulator.waitForLog(/no usage plan has the API key stray and the stage dev of chat: add both to one.*reason=not-in-usage-plan/);
  });

  await t.test("a key of the authorizer's result counts like one of the header", async () => {
    const target = `/told?key=${key('taught')}`;
    await (await emulator.connect(target)).close();
    await (await emulator.connect(target)).close();
    await assertRefused(emulator, target, {}, ...TOO_MANY);
    await assertRefused(emulator, `/told?key=${key('stray')}`, {}, 403, '{"message":"Forbidden"}', 'ForbiddenException');
  });

  await t.test('a changed usage plan counts at once, with what was used', async () => {
    await enter('/dev', 'later');
    await enter('/dev', 'later');
    await assertRefused(emulator, '/dev', withKey('later'), ...EXCEEDED);
    writeFiles(emulator.folder, project({ counted: { quota: { limit: 3, period: 'MONTH' }, apiStages: ['chat/dev'], apiKeys: ['daily', 'later'] } }));
    await emulator.waitForLog(/usage plan counted changed/);
    await until('the new quota', async () => enter('/dev', 'later').then(() => true, () => false));
    await assertRefused(emulator, '/dev', withKey('later'), ...EXCEEDED);
  });

  await t.test('a reset gives keys back what they have used', async () => {
    await assertRefused(emulator, '/dev', withKey('burst'), ...TOO_MANY);
    assert.equal((await emulator.request('POST', '/_postern/reset')).status, 200);
    await enter('/dev', 'burst');
    await enter('/dev', 'daily');
  });
});

test('with relaxed limits usage plans let keys in as often as they like', async (t) => {
  const emulator = await startEmulator(t, null, { files: project(), args: ['--limits', 'relaxed'] });

  for (let i = 0; i < 4; i++) await (await emulator.connect('/dev', withKey('daily'))).close();
  assert.equal((await emulator.refused('/dev', withKey('stray'))).status, 403);
});

test('check shows usage plans, and what is wrong with them', async (t) => {
  const emulator = await startEmulator(t, null, { files: project() });
  const { stdout, stderr, status } = await postern(['check', emulator.folder]);

  assert.match(stdout, /usage plan counted: 2 requests a month, for each of the keys daily, later, to chat\/dev\n/);
  assert.match(stderr + stdout, /no plan has the stage bare of chat, whose \$connect asks for an API key/);
  assert.equal(status, 0);
});
