// What real clients were captured sending, byte for byte, only with a connection id that exists.

import assert from 'node:assert/strict';

import { startEmulator, test } from './support/emulator.js';
import { captureNames, readCapture, retarget } from './support/wire.js';

const files = {
  'postern.json': {
    functions: { echo: { runtime: 'nodejs20.x', handler: 'echo.handler' } },
    apis: { echo: { routes: { $connect: { function: 'echo' }, $default: { function: 'echo', routeResponse: true }, $disconnect: { function: 'echo' } }, stages: { prod: {} } } },
  },
};

const isManagement = (name) => /-mgmt-|^awscli-|^curl-/.test(name) && !/noscheme|h2c/.test(name);

// What each request is answered with.
function expectedStatus(request) {
  const line = request.toString('latin1', 0, request.indexOf('\r\n'));
  if (/a%2Fb|connections\/gone/.test(line)) return 400; // ids that can't be
  if (request.length > 1_000_000) return 413;
  return line.startsWith('DELETE') ? 204 : 200;
}

for (const name of captureNames().filter(isManagement)) {
  test(`the request of ${name} is understood`, async (t) => {
    const emulator = await startEmulator(t, 'echo', { files });
    const client = await emulator.connect('/prod', { skipUTF8Validation: true }); // one posts bytes that are no text
    const connection = await emulator.raw();

    for (const captured of readCapture(name).requests) {
      const status = expectedStatus(captured);
      const request = status === 400 ? captured : retarget(captured, client.connectionId);
      const isPost = request.toString('latin1', 0, 4) === 'POST';
      await connection.write(request);
      let answer = await connection.nextAnswer({ isHead: captured.toString('latin1', 0, 4) === 'HEAD' });
      if (answer.status === 100) answer = await connection.nextAnswer();
      assert.equal(answer.status, status);
      if (isPost && status === 200) {
        const body = captured.subarray(captured.indexOf('\r\n\r\n') + 4);
        const message = await client.nextMessage();
        assert.equal(message, /chunked/.test(name) ? 'hello' : body.toString());
      }
    }
    connection.destroy();
  });
}

for (const name of captureNames().filter((capture) => capture.startsWith('ws-'))) {
  test(`the handshake and the frames of ${name} are understood`, async (t) => {
    const emulator = await startEmulator(t, 'echo', { files });
    const { requests, frames } = readCapture(name);
    const connection = await emulator.raw();

    await connection.write(requests[0]);
    assert.equal((await connection.nextAnswer()).status, 101);
    const connect = (await emulator.event(({ requestContext }) => requestContext.eventType === 'CONNECT'));
    assert.ok(connect.queryStringParameters.token === 'a b' || connect.queryStringParameters.a === 'b');
    for (const frame of frames) {
      const opcode = frame[0] & 0x0f;
      await connection.write(frame);
      assert.equal((await connection.nextFrame()).opcode, opcode); // a text is echoed, a close is closed
    }
    connection.destroy();
    await emulator.disconnectEvent(connect.requestContext.connectionId);
  });
}

test('an upgrade to HTTP/2 is not taken for one to WebSocket', async (t) => {
  const emulator = await startEmulator(t, 'echo', { files });
  const client = await emulator.connect('/prod');
  const connection = await emulator.raw();

  await connection.write(retarget(readCapture('curl-h2c').requests[0], client.connectionId));
  assert.equal((await connection.nextAnswer()).status, 200);
  connection.destroy();
  await client.close();
});
