// SigV4: with --signatures verify only who signs with a known key reaches @connections, and $connect with AWS_IAM.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { promisify } from 'node:util';

import { DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';

import { startEmulator, test } from './support/emulator.js';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const VERIFY = ['--signatures', 'verify', '--access-key', `${CREDENTIALS.accessKeyId}=${CREDENTIALS.secretAccessKey}`];

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// Written after AWS's description, not after our own code. canonical: the lines of the canonical request.
function signatureOf(secret, time, canonical) {
  const scope = `${time.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
  const key = [time.slice(0, 8), 'us-east-1', 'execute-api', 'aws4_request'].reduce(hmac, `AWS4${secret}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical.join('\n'))}`).toString('hex');
}

const amzDate = (date) => date.toISOString().replace(/[-:]|\.\d+/g, '');

// A target with the query of a presigned GET.
function presign(host, path, { accessKeyId, secretAccessKey } = CREDENTIALS, { date = new Date(), expires = 300, query = '' } = {}) {
  const time = amzDate(date);
  const scope = `${time.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
  const parameters = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${time}`,
    `X-Amz-Expires=${expires}`,
    'X-Amz-SignedHeaders=host',
    ...(query ? query.split('&') : []),
  ].sort();
  const signature = signatureOf(secretAccessKey, time, ['GET', path, parameters.join('&'), `host:${host}`, '', 'host', sha256('')]);
  return `${path}?${parameters.join('&')}&X-Amz-Signature=${signature}`;
}

// The headers of a signed GET without a query.
function signHead(host, path, { accessKeyId, secretAccessKey } = CREDENTIALS) {
  const time = amzDate(new Date());
  const canonical = ['GET', path, '', `host:${host}`, `x-amz-date:${time}`, '', 'host;x-amz-date', sha256('')];
  const credential = `${accessKeyId}/${time.slice(0, 8)}/us-east-1/execute-api/aws4_request`;
  return {
    'X-Amz-Date': time,
    Authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signatureOf(secretAccessKey, time, canonical)}`,
  };
}

const withIam = {
  'postern.json': {
    functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler', timeout: 20 } },
    apis: { echo: { id: 'a1b2c3d4e5', routes: { $connect: { function: 'echo', authorizationType: 'AWS_IAM' }, $default: { function: 'echo' }, $disconnect: { function: 'echo' } } } },
  },
};

test('the SDK for JavaScript reaches a client when its key is known', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY });
  const client = await emulator.connect();
  const management = emulator.managementAt(emulator.url('/dev'), { credentials: CREDENTIALS });

  await management.send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'signed' }));
  assert.equal(await client.nextMessage(), 'signed');
  assert.ok((await management.send(new GetConnectionCommand({ ConnectionId: client.connectionId }))).ConnectedAt);
  await management.send(new DeleteConnectionCommand({ ConnectionId: client.connectionId }));
  await client.closed;
});

test('a session token is part of the signature', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY });
  const client = await emulator.connect();
  const management = emulator.managementAt(emulator.url('/dev'), { credentials: { ...CREDENTIALS, sessionToken: 'SESSION/TOKEN+==' } });

  await management.send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'signed' }));
  assert.equal(await client.nextMessage(), 'signed');
  await client.close();
});

test('temporary credentials of the environment need their token, until it expires', async (t) => {
  const token = 'SESSION/TOKEN+==';
  const env = { AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: token, AWS_CREDENTIAL_EXPIRATION: '2020-01-02T03:04:05+00:00' };
  const emulator = await startEmulator(t, 'echo', { args: ['--signatures', 'verify'], env });
  const get = (sessionToken) => emulator.managementAt(emulator.url('/dev'), { credentials: { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken } })
    .send(new GetConnectionCommand({ ConnectionId: 'L0SM9cOFvHcCIhw=' }));

  for (const wrong of [undefined, 'another'])
    await assert.rejects(get(wrong), { name: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' });
  await assert.rejects(get(token), { name: 'ExpiredTokenException', message: 'The security token included in the request is expired' });
});

test('unknown keys and wrong secrets are refused with what AWS says', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY });
  const client = await emulator.connect();
  const post = (credentials) => emulator.managementAt(emulator.url('/dev'), { credentials })
    .send(new PostToConnectionCommand({ ConnectionId: client.connectionId, Data: 'no' }));

  await assert.rejects(post({ ...CREDENTIALS, accessKeyId: 'AKIDOTHER' }), (error) => {
    assert.equal(error.name, 'UnrecognizedClientException');
    assert.equal(error.message, 'The security token included in the request is invalid.');
    return error.$metadata.httpStatusCode === 403;
  });
  await assert.rejects(post({ ...CREDENTIALS, secretAccessKey: 'wrong' }), (error) => {
    assert.equal(error.name, 'InvalidSignatureException');
    assert.match(error.message, /^The request signature we calculated does not match .*\n\nThe Canonical String for this request should have been\n'POST\n\/dev\/%40connections\//);
    return error.$metadata.httpStatusCode === 403;
  });
  await emulator.waitForLog(/The Canonical String for this request should have been.*reason=bad-signature/);
  assert.deepEqual(client.messages, []);
  await client.close();
});

test('without a signature there is 403, whatever is asked of which connection', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY });

  for (const [method, id] of [['POST', 'nonsense'], ['GET', 'L0SM9cOFvHcCIhw='], ['DELETE', 'L0SM9cOFvHcCIhw=']]) {
    const { status, headers, body } = await emulator.request(method, `/dev/@connections/${id}`);
    assert.equal(status, 403);
    assert.equal(headers['x-amzn-errortype'], 'MissingAuthenticationTokenException');
    assert.equal(body, '{"message":"Missing Authentication Token"}');
  }
  const { headers } = await emulator.request('POST', '/dev/@connections/L0SM9cOFvHcCIhw=', { headers: { Authorization: 'Bearer abc' } });
  assert.equal(headers['x-amzn-errortype'], 'IncompleteSignatureException');
});

test("handlers' posts pass, with the credentials that handlers are given", async (t) => {
  const emulator = await startEmulator(t, 'chat', { args: VERIFY });
  const ann = await emulator.connect('/dev?nickname=ann');

  await ann.send(JSON.stringify({ action: 'sendMessage', text: 'hello' }));
  assert.match(await ann.nextMessage(), /hello/);
  await ann.close();
});

test('boto3 signs so as well', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY });
  const client = await emulator.connect();
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
  };
  const code = 'import boto3, sys\nboto3.client("apigatewaymanagementapi", endpoint_url=sys.argv[1]).post_to_connection(ConnectionId=sys.argv[2], Data=b"from boto3")';

  await promisify(execFile)('/usr/bin/python3', ['-c', code, emulator.url('/dev'), client.connectionId], { env });
  assert.equal(await client.nextMessage(), 'from boto3');
  await client.close();
});

test('a $connect with AWS_IAM takes presigned URLs', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY, files: withIam });
  const host = `localhost:${emulator.port}`;
  const client = await emulator.connect(presign(host, '/dev', CREDENTIALS, { query: 'room=a%20b' }));
  const { event } = emulator.events()[0];

  assert.equal(event.queryStringParameters.room, 'a b');
  assert.equal(event.requestContext.identity.accessKey, CREDENTIALS.accessKeyId);
  assert.equal(event.requestContext.identity.accountId, '000000000000');
  assert.equal(event.requestContext.identity.userArn, `arn:aws:iam::000000000000:user/${CREDENTIALS.accessKeyId}`);
  await client.close();

  const old = presign(host, '/dev', CREDENTIALS, { date: new Date(Date.now() - 400_000) });
  const forged = presign(host, '/dev', { ...CREDENTIALS, secretAccessKey: 'wrong' });
  for (const [target, type, message] of [
    ['/dev', 'MissingAuthenticationTokenException', /^Missing Authentication Token$/],
    [old, 'InvalidSignatureException', /^Signature expired: /],
    [forged, 'InvalidSignatureException', /^The request signature we calculated does not match/],
    [presign(host, '/dev', { ...CREDENTIALS, accessKeyId: 'AKIDOTHER' }), 'UnrecognizedClientException', /security token/],
  ]) {
    const refusal = await emulator.refused(target);
    assert.equal(refusal.status, 403, target);
    assert.equal(refusal.headers['x-amzn-errortype'], type);
    assert.match(JSON.parse(refusal.body).message, message);
  }
  assert.equal(emulator.events().filter(({ event: { requestContext } }) => requestContext.eventType === 'CONNECT').length, 1);
});

test('a $connect with AWS_IAM takes signed headers, for the host and path that they were made for', async (t) => {
  const emulator = await startEmulator(t, 'echo', { args: VERIFY, files: withIam });
  const host = `localhost:${emulator.port}`;
  const headers = signHead(host, '/dev');
  const client = await emulator.connect('/dev', { headers });

  assert.equal(emulator.events()[0].event.requestContext.identity.accessKey, CREDENTIALS.accessKeyId);
  await client.close();
  for (const [target, more] of [['/dev', { Host: `127.0.0.1:${emulator.port}` }], ['/dev/', {}], ['/dev?a=b', {}]]) {
    const refusal = await emulator.refused(target, { headers: { ...headers, ...more } });
    assert.equal(refusal.status, 403, target);
    assert.equal(refusal.headers['x-amzn-errortype'], 'InvalidSignatureException');
  }
});

test('where signatures are ignored everything passes, and a malformed one is mentioned once', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files: withIam });
  const client = await emulator.connect();

  for (let i = 0; i < 3; i++) {
    const { status } = await emulator.request('POST', `/dev/@connections/${encodeURIComponent(client.connectionId)}`, { headers: { Authorization: 'Bearer abc' }, body: 'x' });
    assert.equal(status, 200);
    assert.equal(await client.nextMessage(), 'x');
  }
  await client.close();
  await emulator.disconnectEvent(client.connectionId);
  assert.equal(emulator.log.match(/reason=malformed-signature/g).length, 1);
});
