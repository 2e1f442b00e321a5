// The protocol that editors debug Node.js with, as far as tests need it.

import http from 'node:http';

import WebSocket from 'ws';

import { until, within } from './until.js';

function get(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => { text += data; });
      response.on('end', () => resolve(JSON.parse(text)));
    }).on('error', reject);
  });
}

export class Inspector {
  events = []; // {method, params} of what nobody has asked for
  answers = new Map(); // an id: what to call with its answer
  last = 0;

  // Attaches to the process that listens on port, which is waited for.
  static async attach(port) {
    const [target] = await until(`a debugger on port ${port}`, () => get(`http://127.0.0.1:${port}/json/list`).catch(() => null));
    const inspector = new Inspector(target.webSocketDebuggerUrl);
    await within('the debugger to be attached', new Promise((resolve, reject) => { inspector.socket.on('open', resolve).on('error', reject); }));
    return inspector;
  }

  constructor(url) {
    this.socket = new WebSocket(url);
    this.closed = new Promise((resolve) => { this.socket.on('close', resolve); });
    this.socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.id) this.answers.get(message.id)(message);
      else this.events.push(message);
    });
  }

  async send(method, params = {}) {
    const id = ++this.last;
    const answer = new Promise((resolve) => { this.answers.set(id, resolve); });
    this.socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await within(`the answer to ${method}`, answer);
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async evaluate(expression) {
    return (await this.send('Runtime.evaluate', { expression, includeCommandLineAPI: true })).result.value;
  }

  // The parameters of the next event of that name.
  async next(method) {
    const event = await until(method, () => this.events.find((seen) => seen.method === method));
    this.events.splice(this.events.indexOf(event), 1);
    return event.params;
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}
