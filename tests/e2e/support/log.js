// The log: its lines as JSON, and the reasons that there are.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { until } from './until.js';

const DEFINITION = /^#define REASON_\w+ +"([a-z0-9-]+)"/gm;

// All that there are.
export const REASONS = new Set([...fs.readFileSync(new URL('../../../emulator/base/reason.h', import.meta.url), 'utf8').matchAll(DEFINITION)].map(([, reason]) => reason));

// Whole lines so far of a --log-format json; each must be one object.
export function logLines(emulator) {
  return emulator.log.split('\n').slice(0, -1).map((line) => {
    const entry = JSON.parse(line);
    for (const field of ['time', 'level', 'message']) assert.equal(typeof entry[field], 'string', line);
    return entry;
  });
}

// The first line with that reason and these fields (true: it has one, whatever it is), waited for.
export function told(emulator, reason, fields = {}) {
  const fits = (line) => Object.entries(fields).every(([name, value]) => (value === true ? line[name]?.length > 0 : line[name] === value));
  assert.ok(REASONS.has(reason), `${reason} is in reason.h`);
  return until(`a line of reason ${reason} with ${JSON.stringify(fields)}`, () => logLines(emulator).find((line) => line.reason === reason && fits(line)),
    () => emulator.log.slice(-3000));
}
