// Writes down who has left.
import fs from 'node:fs';

export async function handler(event) {
  fs.appendFileSync(process.env.SOAK_DISCONNECTED, `${event.requestContext.connectionId} ${event.requestContext.disconnectStatusCode}\n`);
  return { statusCode: 200 };
}
