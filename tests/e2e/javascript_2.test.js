// The AWS SDK for JavaScript 2, which much published code still uses.

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ROOT, startEmulator, test } from './support/emulator.js';

const ApiGatewayManagementApi = createRequire(import.meta.url)('aws-sdk/clients/apigatewaymanagementapi');

const handler = `
const ApiGatewayManagementApi = require('aws-sdk/clients/apigatewaymanagementapi');
const post = (endpoint, { requestContext: { connectionId } }, data) =>
  new ApiGatewayManagementApi({ apiVersion: '2018-11-29', endpoint }).postToConnection({ ConnectionId: connectionId, Data: data }).promise();

exports.hardCoded = async (event) => {
  await post('https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev', event, 'hard-coded');
  return { statusCode: 200 };
};
// As AWS's own samples for this SDK write it: without a scheme.
exports.bare = async (event) => {
  await post(event.requestContext.domainName + '/' + event.requestContext.stage, event, 'bare');
  return { statusCode: 200 };
};
`;

const own = (name) => ({ runtime: 'nodejs16.x', handler: `app.${name}`, timeout: 20 });

test('the SDK for JavaScript 2 posts, looks at, closes and misses connections; in handlers, too', async (t) => {
  const emulator = await startEmulator(t, 'echo', {
    files: {
      'app.js': handler,
      'postern.json': {
        functions: { echo: { runtime: 'nodejs16.x', handler: 'echo.handler', timeout: 20 }, bare: own('bare'), hardCoded: own('hardCoded') },
        apis: {
          echo: {
            id: 'a1b2c3d4e5',
            routes: { $connect: { function: 'echo' }, $disconnect: { function: 'echo' }, bare: { function: 'bare' }, hardCoded: { function: 'hardCoded' } },
          },
        },
      },
    },
    env: { NODE_PATH: path.join(ROOT, 'tests/node_modules') },
  });
  const management = new ApiGatewayManagementApi({ endpoint: emulator.url('/dev'), region: 'us-east-1', accessKeyId: 'test', secretAccessKey: 'test', maxRetries: 0 });
  const client = await emulator.connect('/dev', { headers: { 'User-Agent': 'tests/2' } });
  const ConnectionId = client.connectionId;

  for (const action of ['hardCoded', 'bare']) {
    await client.send(JSON.stringify({ action }));
    assert.equal(await client.nextMessage(), action === 'bare' ? 'bare' : 'hard-coded');
  }
  await management.postToConnection({ ConnectionId, Data: 'grüße' }).promise();
  assert.equal(await client.nextMessage(), 'grüße');
  const described = await management.getConnection({ ConnectionId }).promise();
  assert.equal(described.Identity.UserAgent, 'tests/2');
  assert.ok(described.LastActiveAt >= described.ConnectedAt);
  await assert.rejects(management.postToConnection({ ConnectionId, Data: 'x'.repeat(128 * 1024 + 1) }).promise(), { code: 'PayloadTooLargeException', statusCode: 413 });
  await management.deleteConnection({ ConnectionId }).promise();
  assert.equal((await client.whenClosed()).code, 1000);
  for (const gone of ['postToConnection', 'getConnection', 'deleteConnection'])
    await assert.rejects(management[gone]({ ConnectionId, ...(gone === 'postToConnection' && { Data: 'late' }) }).promise(), { code: 'GoneException', statusCode: 410 });
});
