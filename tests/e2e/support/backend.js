// An HTTP server behind the gateway that records what it is asked.

import http from 'node:http';

import { atEnd } from './emulator.js';
import { until } from './until.js';

// answer(request): {status, headers, body}, or nothing: then it never answers. request: {method, url, headers, rawHeaders, bytes, body}.
export async function startBackend(t, answer = () => ({})) {
  const requests = [];
  const server = http.createServer(async (incoming, response) => {
    const parts = [];
    for await (const data of incoming) parts.push(data);
    const bytes = Buffer.concat(parts);
    const request = { method: incoming.method, url: incoming.url, headers: incoming.headers, rawHeaders: incoming.rawHeaders, bytes, body: bytes.toString() };
    requests.push(request);
    const said = answer(request);
    if (!said) return;
    response.writeHead(said.status ?? 200, said.headers ?? {});
    response.end(said.body ?? '');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  atEnd(t, () => {
    server.closeAllConnections?.();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    port: server.address().port,
    requests,
    next: () => until('a request of the backend', () => requests.length > 0).then(() => requests.shift()),
  };
}
