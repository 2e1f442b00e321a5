// wss and https on the same port, and handlers that post to where their event says.

import assert from 'node:assert/strict';
import https from 'node:https';
import tls from 'node:tls';

import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { startEmulator, test } from './support/emulator.js';

test('wss and https work with the emulator as the authority', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect('/dev', { scheme: 'wss', ca: emulator.ca });

  assert.equal(await client.ask({ action: 'ask', body: 'secret' }), 'secret');
  assert.equal(await client.ask({ action: 'ask', bodySize: 100_000 }), 'x'.repeat(100_000));
  assert.equal((await emulator.request('POST', `/dev/@connections/${client.connectionId}`, { scheme: 'https', ca: emulator.ca, body: 'posted' })).status, 200);
  assert.equal(await client.nextMessage(), 'posted');
  assert.deepEqual(await client.close(4001, 'x'), { code: 4001, reason: 'x' });
  assert.equal((await emulator.disconnectEvent(client.connectionId)).requestContext.disconnectStatusCode, 4001);
});

test('X-Forwarded-Proto and -Port say https and 443, however the client came', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  await emulator.connect('/dev');
  await emulator.connect('/dev', { scheme: 'wss', ca: emulator.ca });
  for (const { event } of emulator.events()) {
    assert.equal(event.headers['X-Forwarded-Proto'], 'https');
    assert.equal(event.headers['X-Forwarded-Port'], '443');
  }
});

test('a refusal arrives by wss too', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const refusal = await emulator.refused('/dev?status=403', { scheme: 'wss', ca: emulator.ca });

  assert.equal(refusal.status, 403);
  assert.equal(refusal.body, 'status 403');
});

test('the certificate is made for the name that the client asks for', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const servername of ['localhost', 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com', 'a1b2c3d4e5.execute-api.eu-central-1.localhost']) {
    const connection = await emulator.raw({ servername, ca: emulator.ca });
    assert.equal(tls.checkServerIdentity(servername, connection.socket.getPeerCertificate()), undefined);
    assert.match(connection.socket.getProtocol(), /^TLSv1\.[23]$/);
    connection.destroy();
  }
});

test('the authority stays the same over restarts', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const { ca } = emulator;

  await emulator.restart();
  assert.ok(emulator.ca.equals(ca));
  await (await emulator.connect('/dev', { scheme: 'wss', ca })).close();
});

test('the AWS SDK posts by https', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const management = emulator.managementAt(emulator.url('/dev', 'https'), { requestHandler: { httpsAgent: new https.Agent({ ca: emulator.ca }) } });

  await management.send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'hello' }));
  assert.equal(await client.nextMessage(), 'hello');
  management.destroy();
  await client.close();
});
