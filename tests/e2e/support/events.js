// Compares what handlers have seen with the golden events in fixtures/events/: the same members, in the same order, with the same
// casing, and nothing else. What differs each time is checked for its form, and then replaced by the golden value.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { ROOT } from './emulator.js';

export const ID = /^[A-Za-z0-9_-]{15}=$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const VARIABLE_HEADERS = {
  'Sec-WebSocket-Key': /^[A-Za-z0-9+/]{22}==$/,
  'X-Amzn-Trace-Id': /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/,
  'X-Forwarded-For': /^(127\.0\.0\.1|::1)?$/,
};

export function goldenEvent(name) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'fixtures/events', `${name}.json`), 'utf8'));
}

const isRecent = (milliseconds) => Number.isSafeInteger(milliseconds) && Math.abs(Date.now() - milliseconds) < 300_000;

// 16/Nov/2024:11:35:24 +0000
export function requestTime(milliseconds) {
  const time = new Date(milliseconds);
  const two = (number) => String(number).padStart(2, '0');
  return `${two(time.getUTCDate())}/${MONTHS[time.getUTCMonth()]}/${time.getUTCFullYear()}:${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())} +0000`;
}

// What holds for every event, whatever else is in it.
export function assertWellFormed(event) {
  const context = event.requestContext;
  assert.match(context.requestId, ID);
  assert.equal(context.extendedRequestId, context.requestId);
  assert.match(context.connectionId, ID);
  assert.ok(isRecent(context.connectedAt), `connectedAt ${context.connectedAt}`);
  assert.ok(isRecent(context.requestTimeEpoch), `requestTimeEpoch ${context.requestTimeEpoch}`);
  assert.ok(context.requestTimeEpoch >= context.connectedAt);
  assert.equal(context.requestTime, requestTime(context.requestTimeEpoch));
  assert.equal(context.messageDirection, 'IN');
  assert.equal('messageId' in context, context.eventType === 'MESSAGE');
  if (context.messageId) {
    assert.match(context.messageId, ID);
    const node = (id) => Buffer.from(id, 'base64url').subarray(8).toString('hex'); // the last three bytes name the node
    assert.equal(node(context.messageId), node(context.connectionId));
  }
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {})) assert.equal(values.at(-1), event.headers[name]);
  assert.deepEqual(Object.keys(event.multiValueHeaders ?? {}), Object.keys(event.headers ?? {}));
}

// event is the golden one called name, but for what differs each time. more: {member: value} of requestContext to expect instead.
export function assertGolden(event, name, more = {}) {
  const golden = goldenEvent(name);
  const seen = structuredClone(event);

  assertWellFormed(event);
  for (const [header, form] of Object.entries(VARIABLE_HEADERS)) {
    if (!(header in (golden.headers ?? {}))) continue;
    assert.match(seen.headers[header] ?? '(missing)', form, header);
    seen.headers[header] = golden.headers[header];
    seen.multiValueHeaders[header] = golden.multiValueHeaders[header];
  }
  for (const member of ['extendedRequestId', 'requestTime', 'connectedAt', 'requestTimeEpoch', 'requestId', 'connectionId', 'messageId'])
    if (member in seen.requestContext) seen.requestContext[member] = golden.requestContext[member];
  assert.match(seen.requestContext.identity.sourceIp, /^(127\.0\.0\.1|::1)$/);
  seen.requestContext.identity.sourceIp = golden.requestContext.identity.sourceIp;
  for (const [member, value] of Object.entries(more)) golden.requestContext[member] = value;

  assert.equal(JSON.stringify(seen, null, 2), JSON.stringify(golden, null, 2)); // texts: the order counts
}
