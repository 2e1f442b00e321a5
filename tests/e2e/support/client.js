// A WebSocket client for tests: what arrives is queued, and waiting for it has a deadline.

import WebSocket from 'ws';

import { until, within } from './until.js';

// Rejected with a Refusal when the server answers with anything but 101.
export class Refusal extends Error {
  constructor(status, headers, body) {
    super(`refused with ${status}: ${body}`);
    Object.assign(this, { name: 'Refusal', status, headers, body });
  }
}

export class Client {
  messages = []; // texts that nobody has asked for yet
  connectionId = undefined; // where the project's handlers tell it to the test

  // options: those of ws (headers, ca, …), and protocols.
  static async open(url, { protocols = [], ...options } = {}) {
    const client = new Client(url, protocols, options);
    await within(`the handshake of ${url}`, client.opened);
    return client;
  }

  constructor(url, protocols, options) {
    const socket = new WebSocket(url, protocols, { perMessageDeflate: true, ...options });
    this.socket = socket;
    this.key = socket._req.getHeader('Sec-WebSocket-Key');
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.opened = new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
      socket.on('unexpected-response', (request, response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (data) => { body += data; });
        response.on('end', () => reject(new Refusal(response.statusCode, response.headers, body)));
        response.on('error', reject);
      });
    });
    this.opened.catch(() => {}); // told to whoever awaits it
    socket.on('message', (data, isBinary) => this.messages.push(isBinary ? { binary: data } : data.toString()));
    socket.on('upgrade', (response) => { this.upgrade = response; });
  }

  // The subprotocol that was agreed on, "" without one.
  get protocol() {
    return this.socket.protocol;
  }

  // Text as it is; anything else as JSON.
  send(message) {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  async nextMessage() {
    await until('a message', () => this.messages.length > 0, () => (this.socket.readyState === WebSocket.OPEN ? '' : '(the connection is closed)'));
    return this.messages.shift();
  }

  async nextJson() {
    return JSON.parse(await this.nextMessage());
  }

  async ask(message) {
    this.send(message);
    return this.nextMessage();
  }

  // Closes with a close frame and waits until it is over. Without a code the frame has none.
  async close(code, reason) {
    this.socket.close(code, reason);
    return this.whenClosed();
  }

  // Drops the connection without a close frame.
  async drop() {
    this.socket.terminate();
    return this.whenClosed();
  }

  whenClosed() {
    return within('the connection to close', this.closed);
  }
}
