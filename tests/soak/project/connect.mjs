// Lets clients in, and writes down whom; the query says what to do else.
import fs from 'node:fs';

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function handler(event) {
  const { n, what } = event.queryStringParameters ?? {};
  if (what === 'refuse') return { statusCode: 403 };
  if (what === 'throw') throw new Error('not you');
  if (what === 'exit') process.exit(7);
  if (what === 'slow') await pause(200);
  fs.appendFileSync(process.env.SOAK_CONNECTED, `${event.requestContext.connectionId} ${n}\n`);
  return { statusCode: 200 };
}
