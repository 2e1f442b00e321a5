// What messages and $connect are checked against: models, and required parameters.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { startEmulator, test } from './support/emulator.js';
import { until } from './support/until.js';

const project = {
  'postern.json': {
    functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 } },
    apis: {
      echo: {
        id: 'a1b2c3d4e5',
        models: {
          Order: {
            schema: {
              $schema: 'http://json-schema.org/draft-04/schema#', type: 'object', required: ['action', 'items'],
              properties: { items: { type: 'array', minItems: 1, items: { $ref: 'https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Item' } } },
            },
          },
          Item: { schema: '{"type":"object","required":["id"],"properties":{"id":{"type":"string","pattern":"^i-"}}}' },
          Other: { schema: { type: 'object' } },
        },
        routes: {
          $connect: { function: 'echo', requestParameters: { 'route.request.header.X-Token': { required: true }, 'route.request.querystring.room': { required: true }, 'route.request.querystring.more': { required: false } } },
          $default: { function: 'echo', routeResponse: true },
          order: { function: 'echo', routeResponse: true, modelSelectionExpression: '$request.body.action', requestModels: { order: 'Order' } },
          any: { function: 'echo', routeResponse: true, modelSelectionExpression: '$request.body.kind', requestModels: { $default: 'Item', other: 'Other' } },
        },
        stages: { dev: { accessLogSettings: { destinationArn: './access.log', format: '$context.requestId|$context.routeKey|$context.status|$context.error.validationErrorString' } } },
      },
    },
  },
};

async function assertInvalid(emulator, client, message, why) {
  const frame = await client.ask(typeof message === 'string' ? message : JSON.stringify(message));
  const { requestId } = JSON.parse(frame);
  assert.equal(frame, `{"message": "Invalid request body", "connectionId":"${client.connectionId}", "requestId":"${requestId}"}`);
  const file = path.join(emulator.folder, 'access.log');
  const line = await until('its line', () => fs.readFileSync(file, 'utf8').split('\n').find((one) => one.startsWith(requestId)));
  assert.equal(line.split('|').slice(2).join('|'), `400|${why}`);
  await emulator.waitForLog(new RegExp(`"Invalid request body", as on AWS: Request body does not match model schema for content type application/json: \\[.*${requestId} reason=invalid-body`));
}

test('messages that don\'t fit their model get "Invalid request body", and $connect its required parameters', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: project });

  const refusal = await emulator.refused('/dev?room=');
  assert.equal(refusal.status, 400);
  assert.equal(refusal.body, '{"message":"Missing required request parameters: [X-Token, room]"}');
  await emulator.waitForLog(/Missing required request parameters.*reason=missing-parameter/);
  assert.equal(emulator.events().length, 0);

  const client = await emulator.connect('/dev?room=1', { headers: { 'x-token': 'yes' } });
  await assertInvalid(emulator, client, { action: 'order' }, '[object has missing required properties (["items"])]');
  await assertInvalid(emulator, client, { action: 'order', items: [{ id: 'x' }] }, '[ECMA 262 regex "^i-" does not match input string "x"]');
  const good = JSON.stringify({ action: 'order', items: [{ id: 'i-1' }] });
  assert.equal(await client.ask(good), good);

  await assertInvalid(emulator, client, { action: 'any' }, '[object has missing required properties (["id"])]');
  const other = JSON.stringify({ action: 'any', kind: 'other' });
  assert.equal(await client.ask(other), other);
  assert.equal(await client.ask('no JSON, no model'), 'no JSON, no model');
  assert.deepEqual(emulator.events().filter(({ event }) => event.body).map(({ event }) => event.body), [good, other, 'no JSON, no model']);
  await client.close();
});
