// Many WebSocket connections at once, cheaply: bare sockets that hardly look at what comes.

import fs from 'node:fs';
import net from 'node:net';

import { within } from './until.js';

const AT_ONCE = 200; // connections that are being made
const SOURCES = 8; // addresses that they come from, as one has 28 000 ports

// How many descriptors a process may have here.
export function descriptorLimit() {
  const [, hard] = /^Max open files +\S+ +(\S+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'));
  return hard === 'unlimited' ? Infinity : Number(hard);
}

export class Bee {
  received = []; // what came behind the answer, unless it is stalled
  closed = false;

  constructor(port, path, number) {
    this.socket = net.connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${1 + (number % SOURCES)}` });
    this.socket.on('error', () => {});
    this.socket.on('close', () => { this.closed = true; });
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    this.answered = new Promise((resolve, reject) => {
      this.socket.once('close', () => reject(new Error('the connection ended')));
      this.socket.once('data', (data) => {
        this.socket.pause();
        if (data.toString('latin1').startsWith('HTTP/1.1 101 ')) resolve();
        else reject(new Error(`not accepted: ${data}`));
      });
    });
    this.answered.catch(() => {});
  }

  // Begins to read, or reads on.
  listen() {
    this.socket.on('data', (data) => this.received.push(data));
    this.socket.resume();
  }

  hasReceived(text) {
    return Buffer.concat(this.received).includes(text);
  }

  get receivedSize() {
    return this.received.reduce((size, { length }) => size + length, 0);
  }
}

// count connections, all open, none reading.
export async function swarm(port, path, count) {
  const bees = [];
  let started = 0;
  const work = async () => {
    while (started < count) {
      const bee = new Bee(port, path, started++);
      bees.push(bee);
      await within('a handshake', bee.answered);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return bees;
}
