// The captured requests in fixtures/wire/: the exact bytes that real clients send.

import fs from 'node:fs';
import path from 'node:path';

import { ROOT } from './emulator.js';

const FOLDER = path.join(ROOT, 'fixtures/wire');
const MARK = /^### CLIENT request \((\d+) bytes\)\n/;

export function captureNames() {
  return fs.readdirSync(FOLDER).filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, -'.txt'.length));
}

// A body that was cut when it was captured is filled up with its last byte.
function take(data, size) {
  const cut = data.indexOf('\n... (cut:');
  if (data.length >= size || cut < 0) return Buffer.from(data.subarray(0, size));
  return Buffer.concat([data.subarray(0, cut), Buffer.alloc(size - cut, data[cut - 1])]);
}

// The client's side of a capture: {requests: [Buffer], frames: [Buffer]}.
export function readCapture(name) {
  const data = fs.readFileSync(path.join(FOLDER, `${name}.txt`));
  const requests = [];
  const frames = [];

  for (let at = data.indexOf('### '); at >= 0; at = data.indexOf('\n### ', at) + 1 || -1) {
    const rest = data.subarray(at);
    const line = rest.toString('latin1', 0, rest.indexOf('\n') + 1);
    const request = MARK.exec(line);
    const frame = /^### CLIENT ws bytes \(hex\) ([0-9a-f]+)/.exec(line);
    if (request) {
      requests.push(take(rest.subarray(line.length), Number(request[1])));
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
