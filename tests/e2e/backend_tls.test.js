// Backends that speak TLS, with a certificate that no public authority has signed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

import { atEnd, ROOT, startEmulator, test } from './support/emulator.js';

const CERTIFICATE = path.join(ROOT, 'fixtures/tls/certificate.pem'); // of localhost and 127.0.0.1, until 2126

// Listens on host; port 0: a free one. The port.
async function serve(t, host, port, text) {
  const server = https.createServer({ key: fs.readFileSync(path.join(ROOT, 'fixtures/tls/key.pem')), cert: fs.readFileSync(CERTIFICATE) }, (request, response) => response.end(text));
  await new Promise((resolve, reject) => { server.on('error', reject).listen(port, host, resolve); });
  atEnd(t, () => {
    server.closeAllConnections?.();
    server.close();
  });
  return server.address().port;
}

const proxy = (url) => ({ integration: { integrationType: 'HTTP_PROXY', integrationMethod: 'POST', integrationUri: url }, routeResponse: true });
const project = (port, strange) => ({ 'postern.json': { apis: { chat: { routes: { $default: proxy(`https://127.0.0.1:${port}/`), stranger: proxy(`https://127.0.0.2:${strange}/`) } } } } });

test('an https backend is asked when its authority is trusted, and named in the log when it isn\'t', async (t) => {
  const port = await serve(t, '127.0.0.1', 0, 'over TLS');
  const strange = await serve(t, '127.0.0.2', 0, 'from another host');
  const trusting = await startEmulator(t, null, { files: project(port, strange), env: { NODE_EXTRA_CA_CERTS: CERTIFICATE } });
  const wary = await startEmulator(t, null, { files: project(port, strange) });
  const [a, b] = [await trusting.connect('/dev'), await wary.connect('/dev')];

  assert.equal(await a.ask('hello'), 'over TLS');
  assert.match(await b.ask('hello'), /"Internal server error"/);
  await wary.waitForLog(/certificate isn't trusted: .*self-signed certificate.*NODE_EXTRA_CA_CERTS.*reason=backend-failed/);
  assert.match(await a.ask({ action: 'stranger' }), /"Internal server error"/, 'the name must be the certificate\'s');
  await trusting.waitForLog(/certificate isn't trusted: .*127\.0\.0\.2.*routeKey=stranger.*reason=backend-failed/);
  await Promise.all([a.close(), b.close()]);
});
