// Clients of every kind. Each kind is a function of the world and a chance of its own; it ends when its client is gone.

import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';

import WebSocket from 'ws';

import { clientFrame } from '../e2e/support/raw.js';
import { waitFor } from './world.js';

// On a loaded machine an answer may take long; none takes longer.
const PATIENCE_MILLISECONDS = 60_000;
const HANGING_MILLISECONDS = 150_000;

// AWS gives a process ten seconds to start; on a loaded machine one may need more, and fails for that.
const LATE_MILLISECONDS = 9000;

const WAYS = ['throw', 'late', 'exit', 'kill', 'abort', 'timeout', 'flood', 'fork', 'deaf', 'large', 'nonsense'];

// Resolves when the socket is closed, whatever happened to it.
const closing = (socket) => new Promise((resolve) => { socket.once('close', resolve); });

// ---- with ws

// An open client, or the status that it was refused with.
async function connect(world, chance, what = '', { stage = 'dev', ...options } = {}) {
  const number = ++world.number;
  const scheme = chance.oneIn(4) ? 'wss' : 'ws';
  const socket = new WebSocket(world.emulator.url(`/${stage}?n=${number}&what=${what}`, scheme), { ...options, rejectUnauthorized: false, perMessageDeflate: chance.oneIn(2) });
  socket.on('error', () => {});
  socket.gone = closing(socket);
  socket.on('message', (data) => { if (!data.toString().startsWith('posted')) socket.onAnswer?.(data.toString()); });
  const outcome = await new Promise((resolve) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (request, response) => {
      response.resume();
      resolve(response.statusCode);
      request.destroy();
    });
    socket.once('error', (error) => resolve(error.code ?? error.message));
    setTimeout(resolve, PATIENCE_MILLISECONDS, 'no answer').unref();
  });
  if (outcome === 'open') world.accepted.add(number);
  return { socket, outcome };
}

// One that must be let in, as soon as the account has room; undefined, with a problem, if it isn't.
async function enter(world, chance, what, options) {
  let { socket, outcome } = await connect(world, chance, what, options);
  for (let patience = 0; outcome === 429 && patience < 100; patience++) {
    await pause(100);
    ({ socket, outcome } = await connect(world, chance, what, options));
  }
  if (outcome === 'open') return socket;
  world.problem(`a client that should be let in: ${outcome}`);
  return undefined;
}

// Node never says that a socket is closed which is reset after it has begun to end.
function reset(socket) {
  const under = socket._socket ?? socket;
  if (under instanceof tls.TLSSocket || under.writableEnded) under.destroy();
  else under.resetAndDestroy();
}

async function leave(socket, chance) {
  const ways = [
    () => socket.close(),
    () => socket.close(1000, 'bye'),
    () => socket.close(4000, 'x'.repeat(123)),
    () => socket.terminate(),
    () => reset(socket),
  ];
  chance.of(ways)();
  await socket.gone;
}

// Sends a message, and waits for its answer; null if the connection ends first. What is posted meanwhile is none.
async function ask(world, socket, message) {
  const text = JSON.stringify(message);
  const answered = new Promise((resolve) => { socket.onAnswer = resolve; });
  socket.send(text);
  const answer = await Promise.race([answered, socket.gone.then(() => null), pause(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
  if (answer === undefined) world.problem(`no answer to ${text.slice(0, 200)}`);
  return answer;
}

// Asks, is answered, and says goodbye, or doesn't.
async function polite(world, chance) {
  const socket = await enter(world, chance);
  if (!socket) return;
  for (let i = chance.between(0, 4); i > 0 && socket.readyState === WebSocket.OPEN; i--) {
    const message = { action: 'echo', i, text: 'é'.repeat(chance.between(0, 2000)) };
    const answer = await ask(world, socket, message);
    if (typeof answer === 'string' && answer !== JSON.stringify(message)) world.problem(`an echo that is none: ${answer.slice(0, 200)}`);
    await pause(chance.between(0, 50));
  }
  await leave(socket, chance);
}

// Its messages make handlers fail.
async function chaotic(world, chance) {
  const socket = await enter(world, chance);
  if (!socket) return;
  for (let i = chance.between(1, 3); i > 0 && socket.readyState === WebSocket.OPEN; i--) {
    const message = { action: 'chaos', way: chance.of(WAYS) };
    if (chance.oneIn(3)) socket.send(JSON.stringify(message));
    else await ask(world, socket, message);
  }
  await leave(socket, chance);
}

// Says nothing, until the idle timeout or a moment before.
async function silent(world, chance) {
  const socket = await enter(world, chance);
  if (!socket) return;
  if (!await waitFor(socket.gone, chance.between(500, 5000))) reset(socket);
  await socket.gone;
}

// Leaves while its $connect handler runs.
async function impatient(world, chance) {
  const socket = new WebSocket(world.emulator.url(`/dev?n=${++world.number}&what=slow`), { rejectUnauthorized: false });
  socket.on('error', () => {});
  const closed = closing(socket);
  await pause(chance.between(1, 150));
  socket.terminate();
  await closed;
}

async function refused(world, chance) {
  const { socket, outcome } = await connect(world, chance, chance.of(['refuse', 'throw', 'exit']));
  if (![403, 500, 502].includes(outcome)) world.problem(`a client that should be refused: ${outcome}`);
  world.count(`refused ${outcome}`);
  socket.terminate();
}

// One that may be let in or refused for having come too often, and whatever else is expected.
async function enterOr(world, chance, what, expected, options) {
  const began = Date.now();
  const { socket, outcome } = await connect(world, chance, what, options);
  const isLate = [500, 502, 504].includes(outcome) && Date.now() - began > LATE_MILLISECONDS;
  world.count(`${options.stage}: ${outcome}`);
  if (outcome === 'open' && expected.includes('open')) return socket;
  if (outcome !== 429 && !isLate && !expected.includes(outcome)) world.problem(`a client of ${options.stage} (${what}): ${outcome}`);
  socket.terminate();
  return undefined;
}

const VERDICTS = { allow: 'open', deny: 403, silent: 403, unauthorized: 401, throw: 500, nonsense: 500, large: 500, exit: 500 };

// Asks an authorizer, which says all that one can say.
async function authorized(world, chance) {
  const what = chance.oneIn(3) ? 'allow' : chance.of(Object.keys(VERDICTS));
  const socket = await enterOr(world, chance, what, [VERDICTS[what]], { stage: 'guarded' });
  if (socket) await leave(socket, chance);
}

// Has a key that its plan throttles, one whose quota is soon used up, one that is in no plan, or none.
async function keyed(world, chance) {
  const [key, expected] = chance.of([['throttled-key-00000000', 'open'], ['counted-key-0000000000', 'open'], ['stray-key-000000000000', 403], [undefined, 403]]);
  const socket = await enterOr(world, chance, '', [expected], { stage: 'keyed', headers: key && { 'x-api-key': key } });
  if (socket) await leave(socket, chance);
}

// Sends more than its stage takes.
async function throttled(world, chance) {
  const socket = await enterOr(world, chance, '', ['open'], { stage: 'tight' });
  if (!socket) return;
  for (let i = chance.between(1, 8); i > 0 && socket.readyState === WebSocket.OPEN; i--) {
    const message = { action: 'echo', i };
    const answer = await ask(world, socket, message);
    const isRefused = typeof answer === 'string' && answer.startsWith('{"message": "Too Many Requests"');
    world.count(`tight: message ${isRefused ? 'throttled' : 'taken'}`);
    if (typeof answer === 'string' && !isRefused && answer !== JSON.stringify(message)) world.problem(`an echo that is none: ${answer.slice(0, 200)}`);
  }
  await leave(socket, chance);
}

// ---- with bytes

async function open(world, isSecure = false) {
  const socket = isSecure ? tls.connect({ port: world.emulator.port, host: '127.0.0.1', rejectUnauthorized: false }) : net.connect(world.emulator.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.gone = closing(socket);
  await Promise.race([once(socket, isSecure ? 'secureConnect' : 'connect').catch(() => {}), socket.gone]);
  return socket;
}

function head(world, chance) {
  return [`GET /dev?n=${++world.number} HTTP/1.1`, `Host: localhost:${world.emulator.port}`, 'Connection: Upgrade', 'Upgrade: websocket',
    'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${chance.bytes(16).toString('base64')}`, '', ''].join('\r\n');
}

// A bare socket behind a handshake; undefined if it didn't come to that.
async function upgrade(world, chance) {
  const socket = await open(world, chance.oneIn(5));
  const bytes = head(world, chance);
  const { number } = world;
  socket.write(bytes);
  const [answer] = await Promise.race([once(socket, 'data'), socket.gone.then(() => [undefined]), pause(PATIENCE_MILLISECONDS, [undefined], { ref: false })]);
  if (answer?.toString('latin1').startsWith('HTTP/1.1 101')) {
    world.accepted.add(number);
    return socket;
  }
  if (!answer?.toString('latin1').startsWith('HTTP/1.1 429')) world.problem(`a bare client that should be let in: ${answer?.toString('latin1').split('\r\n')[0] ?? 'closed'}`);
  socket.destroy();
  return undefined;
}

// Waits for the other side to close, and closes after a while.
async function linger(socket, milliseconds) {
  socket.resume();
  if (!await waitFor(socket.gone, milliseconds)) reset(socket);
  await socket.gone;
}

// Part of a head, or of a TLS hello, and then nothing.
async function halfway(world, chance) {
  const socket = await open(world);
  const hello = Buffer.from('16030102000100', 'hex');
  const bytes = chance.oneIn(4) ? hello : Buffer.from(head(world, chance));
  socket.write(bytes.subarray(0, chance.between(0, bytes.length - 1)));
  await linger(socket, chance.between(0, 3000));
}

// A whole head, a few bytes at a time.
async function dribbling(world, chance) {
  const socket = await open(world);
  const bytes = Buffer.from(head(world, chance));
  const { number } = world;
  socket.once('data', (data) => { if (data.toString('latin1').startsWith('HTTP/1.1 101')) world.accepted.add(number); });
  for (let at = 0; at < bytes.length && !socket.destroyed; at += 8) {
    socket.write(bytes.subarray(at, at + 8));
    await pause(chance.between(0, 30));
  }
  await linger(socket, chance.between(50, 1500));
}

// What is neither HTTP nor TLS nor WebSocket.
async function garbage(world, chance) {
  const socket = await open(world, chance.oneIn(4));
  socket.write(chance.bytes(chance.between(1, 3000)));
  await linger(socket, chance.between(0, 1000));
}

const badFrames = [
  () => clientFrame(0x1, 'x'.repeat(40_000)), // larger than a frame may be
  () => Buffer.from('81ff7fffffffffffffff00000000', 'hex'), // 2^63 - 1 bytes are said to come
  () => clientFrame(0x3, 'reserved'),
  () => clientFrame(0x0, 'goes on with nothing'),
  () => clientFrame(0x9, 'x'.repeat(126)), // a control frame that is too long
  () => clientFrame(0x2, 'binary'),
  () => clientFrame(0x1, Buffer.from([0xff, 0xfe])),
  () => clientFrame(0x8, Buffer.from([0x03])), // half a close code
  () => clientFrame(0x8, Buffer.from([0x03, 0xed])), // 1005, which may not be sent
  () => Buffer.from('810568656c6c6f', 'hex'), // unmasked
  () => Buffer.concat([clientFrame(0x1, 'a', { isFinal: false }), clientFrame(0x1, 'b')]),
  (chance) => chance.bytes(50),
];

async function malformed(world, chance) {
  const socket = await upgrade(world, chance);
  if (!socket) return;
  socket.write(chance.of(badFrames)(chance));
  await linger(socket, chance.between(100, 2000));
}

// Begins a frame and doesn't end it.
async function unfinished(world, chance) {
  const socket = await upgrade(world, chance);
  if (!socket) return;
  const frame = clientFrame(0x1, JSON.stringify({ action: 'echo', text: 'x'.repeat(20_000) }), { isFinal: chance.oneIn(2) });
  socket.write(frame.subarray(0, chance.between(1, frame.length)));
  await linger(socket, chance.between(0, 2000));
}

// Asks for much and reads none of it.
async function deaf(world, chance) {
  const socket = await upgrade(world, chance);
  if (!socket) return;
  socket.pause();
  for (let i = chance.between(1, 10); i > 0; i--) socket.write(clientFrame(0x1, JSON.stringify({ action: chance.of(['echo', 'chaos']), way: 'large', text: 'x'.repeat(30_000) })));
  await pause(chance.between(100, 3000));
  reset(socket);
  await socket.gone;
}

// Begins a post and doesn't end it, or ends it early.
async function halfPost(world, chance) {
  const socket = await open(world, chance.oneIn(4));
  const id = chance.of(world.recentIds().concat('Wk3vZdT9liACExQ='));
  const framing = chance.of(['Content-Length: 1000\r\n', 'Transfer-Encoding: chunked\r\n', 'Content-Length: 5\r\nContent-Length: 6\r\n']);
  socket.write(`POST /dev/@connections/${encodeURIComponent(id)} HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n${chance.of(['', 'hello', '5\r\nhello\r\n', 'zz\r\n'])}`);
  await linger(socket, chance.between(0, 2000));
}

export const kinds = [
  [20, polite], [10, chaotic], [4, silent], [4, impatient], [4, refused], [5, authorized], [4, keyed], [4, throttled], [4, halfway], [4, dribbling], [3, garbage], [6, malformed], [4, unfinished], [3, deaf], [4, halfPost],
];

// Clients that come and go: what is kept of those who were there is full then.
export async function runThrough(world, count, atOnce) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const socket = await enter(world, world.chance.branch(left));
      if (socket) await leave(socket, world.chance.branch(-left));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

// Runs clients, so many at once, until the time is over; ends when the last one is gone.
export async function runClients(world, atOnce, until) {
  const worker = async () => {
    while (Date.now() < until) {
      const chance = world.chance.branch(world.counts.get('clients') ?? 0);
      const kind = chance.weighed(kinds);
      world.count('clients');
      world.count(`clients: ${kind.name}`);
      if (!await waitFor(kind(world, chance), HANGING_MILLISECONDS)) world.problem(`a ${kind.name} client is never done`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
