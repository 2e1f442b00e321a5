// @connections in every form in which clients write it, and HTTP as it shouldn't be.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';

const AWS_HOST = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
const LOCAL_AWS_HOST = 'a1b2c3d4e5.execute-api.us-east-1.localhost:3001';

const forms = [
  ['the plain form', (id) => `/dev/@connections/${id}`],
  ['an encoded equals sign', (id) => `/dev/@connections/${encodeURIComponent(id)}`],
  ['an encoded at sign', (id) => `/dev/%40connections/${id}`],
  ['both encoded', (id) => `/dev/%40connections/${encodeURIComponent(id)}`],
  ['a doubled slash', (id) => `/dev//@connections/${id}`],
  ['doubled slashes everywhere', (id) => `//dev//@connections//${id}`],
  ['a slash at the end', (id) => `/dev/@connections/${id}/`],
  ['the API by its id', (id) => `/a1b2c3d4e5/dev/@connections/${id}`],
  ['the API by its name', (id) => `/echo/dev/@connections/${id}`],
  ["LocalStack's form", (id) => `/_aws/execute-api/a1b2c3d4e5/dev/@connections/${id}`],
  ["serverless-offline's form", (id) => `/@connections/${id}`],
  ['an AWS host', (id) => `/dev/@connections/${id}`, AWS_HOST],
  ['an AWS host below localhost', (id) => `/dev/@connections/${id}`, LOCAL_AWS_HOST],
  ['a query string', (id) => `/dev/@connections/${id}?x=1`],
];

test('a connection is found by every form of its path', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const [what, path, host] of forms) {
    const headers = host ? { Host: host } : {};
    assert.equal((await emulator.request('POST', path(client.connectionId), { headers, body: what })).status, 200, what);
    assert.equal(await client.nextMessage(), what);
    assert.equal((await emulator.request('GET', path(client.connectionId), { headers })).status, 200, what);
  }
  await client.close();
});

const refusals = [
  ['an unknown stage', 'POST', '/nowhere/@connections/L0SM9cOFvHcCIhw=', 403, 'ForbiddenException', '{"message":"Forbidden"}'],
  ['an unknown API', 'POST', '/zzzzzzzzzz/dev/@connections/L0SM9cOFvHcCIhw=', 403, 'ForbiddenException', '{"message":"Forbidden"}'],
  ['a malformed id', 'POST', '/dev/@connections/abc', 400, 'BadRequestException', '{"message":"Invalid connectionId: abc"}'],
  ['a malformed id, encoded', 'GET', '/dev/@connections/a%2Fb%20%22', 400, 'BadRequestException', '{"message":"Invalid connectionId: a/b \\""}'],
  ['an id that was never there', 'DELETE', '/dev/@connections/L0SM9cOFvHcCIhw=', 410, 'GoneException', ''],
  ['no id', 'GET', '/dev/@connections/', 404, 'NotFoundException', '{"message":"No method found matching route dev/@connections/ for http method GET."}'],
  ['nothing behind @connections', 'POST', '/dev/@connections', 404, 'NotFoundException', '{"message":"No method found matching route dev/@connections for http method POST."}'],
  ['a method that is no operation', 'PUT', '/dev/@connections/L0SM9cOFvHcCIhw=', 404, 'NotFoundException', '{"message":"No method found matching route dev/@connections/L0SM9cOFvHcCIhw= for http method PUT."}'],
];
for (const [what, method, path, status, type, body] of refusals) {
  test(`${method} with ${what} is answered with ${status}`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const answer = await emulator.request(method, path);

    assert.equal(answer.status, status);
    assert.equal(answer.headers['x-amzn-errortype'], type);
    assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.body)));
    assert.equal(answer.body, body);
  });
}

test('Expect: 100-continue is answered before the body comes', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const connection = await emulator.raw();

  await connection.write(`POST /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`);
  assert.equal((await connection.nextAnswer()).status, 100);
  await connection.write('hello');
  assert.equal((await connection.nextAnswer()).status, 200);
  assert.equal(await client.nextMessage(), 'hello');
  connection.destroy();
  await client.close();
});

test('a chunked body is put together', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const connection = await emulator.raw();

  await connection.write(`POST /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\n\r\n`);
  assert.equal((await connection.nextAnswer()).status, 200);
  assert.equal(await client.nextMessage(), 'hello world');
  connection.destroy();
  await client.close();
});

test('a chunked body of more than 128 KiB is refused with 413', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const connection = await emulator.raw();

  await connection.write(`POST /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n20001\r\n${'x'.repeat(131073)}\r\n0\r\n\r\n`);
  assert.equal((await connection.nextAnswer()).status, 413);
  connection.destroy();
  await client.close();
});

test('requests sent one behind the other are answered in their order', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const connection = await emulator.raw();
  const posts = ['one', 'two', 'three'].map((text) => `POST /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${text.length}\r\n\r\n${text}`);

  await connection.write(posts.join(''));
  for (const text of ['one', 'two', 'three']) {
    assert.equal((await connection.nextAnswer()).status, 200);
    assert.equal(await client.nextMessage(), text);
  }
  connection.destroy();
  await client.close();
});

test('two lengths, or a length and a transfer coding, are refused with 400', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const headers of ['Content-Length: 5\r\nContent-Length: 6', 'Content-Length: 5\r\nTransfer-Encoding: chunked']) {
    const connection = await emulator.raw();
    await connection.write(`POST /dev/@connections/${client.connectionId} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`);
    assert.equal((await connection.nextAnswer()).status, 400, headers);
    await connection.untilEnded();
  }
  assert.deepEqual(client.messages, []);
  await client.close();
});
