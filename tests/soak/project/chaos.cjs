// Fails in every way there is; the message says which.
const { spawn } = require('node:child_process');

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const ways = {
  throw: () => { throw new Error('chaos'); },
  late: async () => { setImmediate(() => { throw new Error('thrown later'); }); await pause(5000); },
  exit: () => process.exit(3),
  kill: () => process.kill(process.pid, 'SIGKILL'),
  abort: () => process.abort(),
  timeout: () => pause(60_000),
  flood: () => { for (let i = 0; i < 500; i++) console.log(`${i} ${'flood '.repeat(50)}`); },
  fork: () => { spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref(); },
  deaf: async () => { process.on('SIGTERM', () => {}); await pause(60_000); },
  large: () => ({ statusCode: 200, body: 'x'.repeat(100_000) }),
  nonsense: () => 'nonsense',
};

exports.handler = async (event) => (await ways[JSON.parse(event.body).way]()) ?? { statusCode: 200, body: 'survived' };
