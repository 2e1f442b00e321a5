// What no library would send: frames that break RFC 6455, requests that mean two things, other protocols.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { clientFrame } from './support/raw.js';

const MASK = Buffer.from([1, 2, 3, 4]);

const upgrade = (more = '') => `GET /dev HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

const ask = (body) => JSON.stringify({ action: 'ask', body });

const closeFrame = (code, reason = '') => clientFrame(8, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));

// An open connection, and the id that its handler was told.
async function open(emulator) {
  const connection = await emulator.raw();
  const before = emulator.events().length;

  await connection.write(upgrade());
  assert.equal((await connection.nextAnswer()).status, 101);
  const { requestContext } = await emulator.event((event, record) => event.requestContext.eventType === 'CONNECT' && emulator.events().findIndex((seen) => seen.awsRequestId === record.awsRequestId) >= before);
  return { connection, id: requestContext.connectionId };
}

async function assertClosed(emulator, { connection, id }, code, reason) {
  const frame = await connection.nextFrame();
  assert.equal(frame.opcode, 8);
  assert.equal(frame.payload.length >= 2 ? frame.payload.readUInt16BE() : 1005, code);
  connection.destroy();
  const { requestContext } = await emulator.disconnectEvent(id);
  assert.equal(requestContext.disconnectStatusCode, code);
  if (reason !== undefined) assert.equal(requestContext.disconnectReason, reason);
}

// ---- frames

const text = (part) => Buffer.from(part, 'latin1');

for (const [what, ...frames] of [
  ['a ping', clientFrame(9, 'there?')],
  ['a pong', clientFrame(10, 'unasked')],
  ['an empty frame', clientFrame(0, '', { isFinal: false })],
]) {
  test(`${what} between the fragments of a message changes nothing about it`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const { connection } = await open(emulator);
    const message = ask('whole');

    await connection.write(Buffer.concat([clientFrame(1, message.slice(0, 9), { isFinal: false }), ...frames, clientFrame(0, message.slice(9))]));
    let frame = await connection.nextFrame();
    if (frame.opcode === 10) {
      assert.equal(frame.payload.toString(), 'there?');
      frame = await connection.nextFrame();
    }
    assert.equal(frame.payload.toString(), 'whole');
    connection.destroy();
  });
}

test('a character may be cut in two by frames', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const { connection } = await open(emulator);
  const message = Buffer.from(ask('ä'));
  const cut = message.indexOf(0xc3) + 1;

  await connection.write(Buffer.concat([clientFrame(1, message.subarray(0, cut), { isFinal: false }), clientFrame(0, message.subarray(cut))]));
  assert.equal((await connection.nextFrame()).payload.toString(), 'ä');
  connection.destroy();
});

for (const [what, code, ...frames] of [
  ['a character that the last frame cuts short', 1007, clientFrame(1, text('a'), { isFinal: false }), clientFrame(0, text('\xc3'))],
  ['a character that an empty last frame cuts short', 1007, clientFrame(1, text('a\xc3'), { isFinal: false }), clientFrame(0, '')],
  ['a new message within another', 1002, clientFrame(1, 'a', { isFinal: false }), clientFrame(1, 'b')],
  ['a continuation of nothing', 1002, clientFrame(0, 'a')],
  ['a ping in fragments', 1002, clientFrame(9, 'a', { isFinal: false })],
  ['the first reserved bit', 1002, Buffer.concat([Buffer.from([0xc1, 0x81]), MASK, Buffer.from([0])])],
  ['the last reserved bit', 1002, Buffer.concat([Buffer.from([0x91, 0x81]), MASK, Buffer.from([0])])],
  ['an unknown kind of control frame', 1002, clientFrame(11, '')],
  ['an HTTP request', 1002, Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ['a frame that says it has 4 GB', 1009, Buffer.concat([Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0]), MASK, Buffer.from('a')])],
  ['a close with a code below those there are', 1002, closeFrame(999)],
  ['a close with a code above those there are', 1002, closeFrame(5000)],
  ['a close with the code of none', 1002, closeFrame(1005)],
  ['a close with the code of a lost connection', 1002, closeFrame(1006)],
]) {
  test(`${what} closes with ${code}`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const opened = await open(emulator);

    await opened.connection.write(Buffer.concat(frames));
    await assertClosed(emulator, opened, code);
    assert.ok(!emulator.events().some(({ event }) => event.requestContext.eventType === 'MESSAGE'));
  });
}

for (const [what, frame, code, reason] of [
  ['the longest reason', closeFrame(3000, 'r'.repeat(123)), 3000, 'r'.repeat(123)],
  ['the highest code', closeFrame(4999), 4999, ''],
  ['the code of a server', closeFrame(1011, 'odd'), 1011, 'odd'],
  ['nothing', clientFrame(8, ''), 1005, 'Client-side close frame status not set'],
]) {
  test(`a close with ${what} is answered and told to $disconnect, and nothing behind it counts`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const opened = await open(emulator);

    await opened.connection.write(Buffer.concat([frame, clientFrame(1, ask('too late')), closeFrame(4000)]));
    await assertClosed(emulator, opened, code, reason);
    assert.ok(!emulator.events().some(({ event }) => event.requestContext.eventType === 'MESSAGE'));
  });
}

test('a client that ends its side without a close frame is 1006, within a frame too', async (t) => {
  const emulator = await startEmulator(t, 'echo');

  for (const bytes of [Buffer.alloc(0), clientFrame(1, ask('half')).subarray(0, 9)]) {
    const { connection, id } = await open(emulator);
    connection.socket.end(bytes);
    await connection.untilEnded();
    assert.equal((await emulator.disconnectEvent(id)).requestContext.disconnectStatusCode, 1006);
  }
});

// ---- requests

async function answerTo(emulator, bytes, options) {
  const connection = await emulator.raw();

  await connection.write(Buffer.from(bytes, 'latin1'));
  const answer = await connection.nextAnswer(options);
  return { connection, answer };
}

for (const [what, bytes, detail] of [
  ['a body of known length', `${upgrade('Content-Length: 5\r\n')}hello`, 'An upgrade request has no body'],
  ['a chunked body', `${upgrade('Transfer-Encoding: chunked\r\n')}0\r\n\r\n`, 'An upgrade request has no body'],
  ['a length and a coding', upgrade('Content-Length: 0\r\nTransfer-Encoding: chunked\r\n'), 'Bad Request'],
  ['two lengths', upgrade('Content-Length: 0\r\nContent-Length: 0\r\n'), 'Bad Request'],
  ['two hosts', upgrade('Host: other\r\n'), 'Bad Request'],
  ['two keys', upgrade('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'), 'Invalid Sec-WebSocket-Key'],
  ['two versions', upgrade('Sec-WebSocket-Version: 13\r\n'), 'Sec-WebSocket-Version must be 13'],
  ['HTTP/1.0', upgrade().replace('HTTP/1.1', 'HTTP/1.0'), 'WebSocket needs HTTP/1.1'],
  ['a blank before a colon', upgrade('X-Odd : x\r\n'), 'Bad Request'],
  ['a folded header', upgrade('X-Folded: x\r\n y\r\n'), 'Bad Request'],
  ['a NUL in a header', upgrade('X-Nul: x\0y\r\n'), 'Bad Request'],
  ['lines without CR', upgrade().replaceAll('\r\n', '\n'), 'Bad Request'],
]) {
  test(`an upgrade with ${what} is refused with 400, and the connection closed`, async (t) => {
    const emulator = await startEmulator(t, 'echo');
    const { connection, answer } = await answerTo(emulator, bytes);

    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), { message: detail });
    await connection.untilEnded();
    assert.equal(emulator.events().length, 0);
  });
}

test('an upgrade that says it has an empty body is one', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const { connection, answer } = await answerTo(emulator, upgrade('Content-Length: 0\r\n'));

  assert.equal(answer.status, 101);
  connection.destroy();
});

test('a post that says in two ways where it ends, or in an odd one, is refused with 400, and the connection closed', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const post = (headers, version = 'HTTP/1.1') => `POST /dev/@connections/${client.connectionId} ${version}\r\nHost: localhost\r\n${headers}\r\n2\r\nab\r\n0\r\n\r\n`;

  for (const [bytes, status] of [
    [post('Content-Length: 1\r\nContent-Length: 12\r\n'), 400],
    [post('Content-Length: 12\r\nContent-Length: 12\r\n'), 400],
    [post('Content-Length: 12, 12\r\n'), 400],
    [post('Content-Length: +12\r\n'), 400],
    [post('Content-Length: -12\r\n'), 400],
    [post('Content-Length: 0x0c\r\n'), 400],
    [post('Content-Length: \r\n'), 400],
    [post('Content-Length: 99999999999999999999\r\n'), 413],
    [post('Content-Length: 12\r\nTransfer-Encoding: chunked\r\n'), 400],
    [post('Transfer-Encoding: gzip, chunked\r\n'), 400],
    [post('Transfer-Encoding: identity\r\n'), 400],
    [post('Transfer-Encoding: xchunked\r\n'), 400],
    [post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), 400],
    [post('Transfer-Encoding: chunked\r\n', 'HTTP/1.0'), 400],
    [post('Transfer-Encoding: chunked\r\n').replace('\r\n2\r\n', '\r\nzz\r\n'), 400],
    [post('Transfer-Encoding: chunked\r\n').replace('\r\n2\r\n', '\r\nffffffffffffffff2\r\n'), 413],
    [post('Host: other\r\nTransfer-Encoding: chunked\r\n'), 400],
    [post('Transfer-Encoding: chunked\r\n').replace('Host: localhost\r\n', ''), 400],
  ]) {
    const { connection, answer } = await answerTo(emulator, bytes);
    assert.equal(answer.status, status, bytes);
    await connection.untilEnded();
  }
  assert.equal((await emulator.request('POST', `/dev/@connections/${client.connectionId}`, { body: 'the first that counts' })).status, 200);
  assert.equal(await client.nextMessage(), 'the first that counts');
  await client.close();
});

test('a URL of more than 4096 characters is 414 for plain HTTP too, headers of more than 10240 bytes 431', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const target = `/dev/@connections/${client.connectionId}?`;
  const status = async (size, headers) => (await emulator.request('GET', target + 'a'.repeat(size - target.length), { headers })).status;

  assert.equal(await status(4096), 200);
  assert.equal(await status(4097), 414);
  assert.equal(await status(100, { 'X-Long': 'a'.repeat(10_000) }), 200);
  assert.equal(await status(100, { 'X-Long': 'a'.repeat(10_240) }), 431);
  await emulator.waitForLog(/got 414: .*reason=url-too-long/);
  await emulator.waitForLog(/got 431: .*reason=headers-too-large/);
  await client.close();
});

test('HTTP/2 is answered as HTTP/1.1: its preface with 505, an upgrade to h2c as if it were none', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const preface = await answerTo(emulator, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
  const h2c = await answerTo(emulator, 'GET /dev HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n');
  const both = await answerTo(emulator, upgrade().replace('Upgrade: websocket', 'Upgrade: h2c, websocket'));

  assert.equal(preface.answer.status, 505);
  assert.match(preface.answer.head, /^HTTP\/1\.1 505 /);
  await preface.connection.untilEnded();
  assert.equal(h2c.answer.status, 426);
  assert.equal(h2c.answer.headers.upgrade, 'websocket');
  h2c.connection.destroy();
  assert.equal(both.answer.status, 101);
  assert.equal(both.answer.headers.upgrade.toLowerCase(), 'websocket');
  both.connection.destroy();
});

test('HEAD has no body, and other methods are no operations', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();
  const path = `/dev/@connections/${client.connectionId}`;
  const isHead = { isHead: true };

  for (const [method, target, status, options] of [
    ['HEAD', path, 200, isHead], ['HEAD', '/dev', 426, isHead], ['HEAD', '/nowhere', 403, isHead],
    ['OPTIONS', path, 404], ['OPTIONS', '/dev', 426], ['PATCH', path, 404], ['TRACE', path, 404], ['BREW', path, 404], ['get', path, 404],
    ['OPTIONS', '*', 400], ['CONNECT', 'localhost:80', 400],
  ]) {
    const { connection, answer } = await answerTo(emulator, `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`, options);
    assert.equal(answer.status, status, `${method} ${target}`);
    if (options === isHead) {
      await connection.write('GET /dev HTTP/1.1\r\nHost: localhost\r\n\r\n'); // the answer follows at once: there was no body
      assert.equal((await connection.nextAnswer()).status, 426);
    }
    connection.destroy();
  }
  await client.close();
});

test('a TLS hello that is cut short, or none, ends that connection and nothing else', async (t) => {
  const emulator = await startEmulator(t, 'echo');
  const client = await emulator.connect();

  for (const bytes of ['\x16', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '\x16\x03\x01\xff\xff', '\x16GET / HTTP/1.1\r\nHost: localhost\r\n\r\n']) {
    const connection = await emulator.raw();
    connection.socket.end(Buffer.from(bytes, 'latin1'));
    await connection.untilEnded();
  }
  assert.equal(await client.ask({ action: 'ask', body: 'still here' }), 'still here');
  await client.close();
});
