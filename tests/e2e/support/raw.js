// A bare TCP or TLS connection, for what no client library would send.

import net from 'node:net';
import tls from 'node:tls';

import { until } from './until.js';

export class RawConnection {
  received = Buffer.alloc(0);
  ended = false;

  static async open(port, tlsOptions = null, host = '127.0.0.1') {
    const connection = new RawConnection();
    const socket = tlsOptions ? tls.connect({ port, host, ...tlsOptions }) : net.connect({ port, host });
    connection.socket = socket;
    socket.on('data', (data) => { connection.received = Buffer.concat([connection.received, data]); });
    socket.on('end', () => { connection.ended = true; });
    socket.on('close', () => { connection.ended = true; });
    await new Promise((resolve, reject) => {
      socket.once(tlsOptions ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => { connection.ended = true; });
    return connection;
  }

  write(data) {
    return new Promise((resolve) => { this.socket.write(data, resolve); });
  }

  // The next HTTP answer: {status, head, headers, body}. isHead: it has no body, whatever its length says.
  async nextAnswer({ isHead = false } = {}) {
    let answer;
    await until('an HTTP answer', () => {
      answer = this.#takeAnswer(isHead);
      return answer || this.ended;
    }, () => `after ${JSON.stringify(this.received.toString('latin1').slice(0, 300))}`);
    answer ??= this.#takeAnswer(isHead);
    if (!answer) throw new Error(`the connection ended within an answer: ${JSON.stringify(this.received.toString('latin1'))}`);
    return answer;
  }

  #takeAnswer(isHead) {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.received.toString('latin1', 0, end);
    const [line, ...fields] = head.split('\r\n');
    const headers = Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim()]));
    const status = Number(line.split(' ')[1]);
    const size = isHead || status === 101 || status === 100 ? 0 : Number(headers['content-length'] ?? 0);
    if (this.received.length < end + 4 + size) return undefined;
    const body = this.received.toString('utf8', end + 4, end + 4 + size);
    this.received = this.received.subarray(end + 4 + size);
    return { status, head, headers, body };
  }

  // The next frame of the server: {opcode, payload}. Servers don't mask.
  async nextFrame() {
    let frame;
    await until('a frame', () => {
      frame = this.#takeFrame();
      return frame || this.ended;
    });
    frame ??= this.#takeFrame();
    if (!frame) throw new Error('the connection ended before a frame came');
    return frame;
  }

  #takeFrame() {
    const data = this.received;
    if (data.length < 2) return undefined;
    let size = data[1] & 0x7f;
    let start = 2;
    if (size === 126) {
      if (data.length < 4) return undefined;
      size = data.readUInt16BE(2);
      start = 4;
    } else if (size === 127) {
      if (data.length < 10) return undefined;
      size = Number(data.readBigUInt64BE(2));
      start = 10;
    }
    if (data.length < start + size) return undefined;
    this.received = data.subarray(start + size);
    return { opcode: data[0] & 0x0f, isFinal: (data[0] & 0x80) !== 0, payload: Buffer.from(data.subarray(start, start + size)) };
  }

  async untilEnded() {
    await until('the connection to end', () => this.ended);
  }

  destroy() {
    this.socket.destroy();
  }
}

// A client's frame, masked.
export function clientFrame(opcode, payload, { isFinal = true } = {}) {
  const data = Buffer.from(payload);
  const mask = Buffer.from([1, 2, 3, 4]);
  let head;
  if (data.length < 126) head = Buffer.from([0, 0x80 | data.length]);
  else if (data.length < 65536) {
    head = Buffer.alloc(4);
    head[1] = 0x80 | 126;
    head.writeUInt16BE(data.length, 2);
  } else {
    head = Buffer.alloc(10);
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(data.length), 2);
  }
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i % 4])]);
}
