// The captured requests in fixtures/wire/: the exact bytes that real clients send.

import fs from 'node:fs';
import path from 'node:path';

import { ROOT } from './emulator.js';

const FOLDER = path.join(ROOT, 'fixtures/wire');
const MARK = /^### CLIENT request \(/;

export function captureNames() {
  return fs.readdirSync(FOLDER).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -'.txt'.length));
}

// The request at the start of data: its head, and the body that the head announces. (The number of bytes in a capture's own
// headings is from before it was made anonymous.) A body that was cut when it was captured is filled up with its last byte.
function takeRequest(data) {
  const start = data.indexOf('\r\n\r\n') + 4;
  const head = data.toString('latin1', 0, start);
  const size = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const cut = data.indexOf('\n... (cut:');

  if (/^transfer-encoding: *chunked/im.test(head)) return Buffer.from(data.subarray(0, data.indexOf('\r\n0\r\n\r\n') + 7));
  if (cut < 0) return Buffer.from(data.subarray(0, start + size));
  return Buffer.concat([data.subarray(0, cut), Buffer.alloc(start + size - cut, data[cut - 1])]);
}

// The client's side of a capture: {requests: [Buffer], frames: [Buffer]}.
export function readCapture(name) {
  const data = fs.readFileSync(path.join(FOLDER, `${name}.txt`));
  const requests = [];
  const frames = [];

  for (let at = data.indexOf('### '); at >= 0; at = data.indexOf('\n### ', at) + 1 || -1) {
    const rest = data.subarray(at);
    const line = rest.toString('latin1', 0, rest.indexOf('\n') + 1);
    const isRequest = MARK.test(line);
    const frame = /^### CLIENT ws bytes \(hex\) ([0-9a-f]+)/.exec(line);
    if (isRequest) {
      requests.push(takeRequest(rest.subarray(line.length)));
    } else if (frame) {
      frames.push(Buffer.from(frame[1], 'hex'));
    }
  }
  return { requests, frames };
}

// The request with its connection id replaced, encoded as it was.
export function retarget(request, connectionId) {
  const text = request.toString('latin1');
  const end = text.indexOf('\r\n');
  const line = text.slice(0, end).replace(/@connections\/([^ ?]*)/, (whole, id) => `@connections/${id.includes('%3D') ? encodeURIComponent(connectionId) : connectionId}`);
  return Buffer.from(line + text.slice(end), 'latin1');
}
