// Waiting for a condition: the only way in which a test waits.

import { setTimeout as pause } from 'node:timers/promises';

// Generous, since it is only ever reached by a test that fails.
export const DEADLINE_SECONDS = 30;

// The first truthy value of condition(), which may be async. Fails after the deadline, saying what was waited for; describe() may
// add what was seen instead.
export async function until(what, condition, describe = () => '') {
  const deadline = Date.now() + DEADLINE_SECONDS * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${DEADLINE_SECONDS} s for ${what} ${describe()}`);
    await pause(5);
  }
}

// promise, or a failure that says what was waited for.
export async function within(what, promise) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${DEADLINE_SECONDS} s for ${what}`)), DEADLINE_SECONDS * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
