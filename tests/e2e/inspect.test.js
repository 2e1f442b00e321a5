// --inspect: an editor's debugger attaches to a function, which then may take its time.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { postern } from './support/command.js';
import { makeProject, startEmulator, test } from './support/emulator.js';
import { Inspector } from './support/inspector.js';
import { until } from './support/until.js';

const PAUSE_MILLISECONDS = 1300; // longer than any timeout of the project

const SLOW = `
let count = 0;
exports.handler = async (event) => {
  count++;
  const body = event.body ?? '';
  debugger;
  return { statusCode: 200, body: \`\${body} \${count}\` };
};
`;

const files = (functions) => ({
  'postern.json': {
    functions,
    apis: { debugged: { routes: Object.fromEntries(Object.keys(functions).map((name) => [name, { function: name, routeResponse: true, timeoutInMillis: 1000 }])) } },
  },
  'slow.js': SLOW,
});

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

test('a debugger attaches before the first event, and what it holds up does not time out', async (t) => {
  const port = await freePort();
  const folder = makeProject(t, null, files({ slow: { runtime: 'nodejs20.x', handler: 'slow.handler', timeout: 1 } }));
  const emulator = await startEmulator(t, null, { folder, args: ['--inspect', `slow=${port}`, '--keep-warm', '1'] });
  await emulator.waitForLog(new RegExp(`attach a debugger to 127\\.0\\.0\\.1:${port}; the function's timeouts are suspended functionName=slow pid=\\d+ reason=debugger`));

  const inspector = await Inspector.attach(port);
  const pid = await inspector.evaluate('process.pid');
  assert.match(emulator.log, new RegExp(`attach a debugger .* pid=${pid}`));
  await inspector.send('Debugger.enable');

  const client = await emulator.connect();
  client.send({ action: 'slow' });
  const { callFrames: [frame] } = await inspector.next('Debugger.paused');
  const since = Date.now();
  const script = inspector.events.find(({ method, params }) => method === 'Debugger.scriptParsed' && params.scriptId === frame.location.scriptId);
  assert.equal(path.basename(script.params.url), 'slow.js');
  const { result } = await inspector.send('Debugger.evaluateOnCallFrame', { callFrameId: frame.callFrameId, expression: 'body' });
  assert.equal(result.value, '{"action":"slow"}');

  client.send({ action: 'slow' }); // waits for the only process
  await until('the timeouts to have passed', () => Date.now() - since > PAUSE_MILLISECONDS);
  assert.equal(client.messages.length, 0);
  await inspector.send('Debugger.resume');
  assert.equal(await client.nextMessage(), '{"action":"slow"} 1');
  await inspector.next('Debugger.paused');
  await inspector.send('Debugger.resume');
  assert.equal(await client.nextMessage(), '{"action":"slow"} 2');

  fs.writeFileSync(path.join(folder, 'slow.js'), 'exports.handler = async () => ({ statusCode: 200, body: "new" });\n');
  await inspector.closed; // the process has gone with its code, and the next one can be attached to
  const next = await Inspector.attach(port);
  assert.notEqual(await next.evaluate('process.pid'), pid);
  await next.close();
  client.send({ action: 'slow' });
  assert.equal(await client.nextMessage(), 'new');
  await client.close();
});

test('what cannot be inspected is refused before anything starts', async (t) => {
  const folder = makeProject(t, null, files({
    slow: { runtime: 'nodejs20.x', handler: 'slow.handler' },
    other: { runtime: 'nodejs20.x', handler: 'slow.handler' },
    own: { command: ['./own'] },
  }));
  const { status, stderr } = await postern(['start', folder, '--inspect', 'slwo', '--inspect', 'own', '--inspect', 'slow=99999', '--inspect', 'other=9300', '--inspect', 'slow=9300']);

  assert.equal(status, 2);
  assert.match(stderr, /^--inspect: there is no function slwo in the project: did you mean slow\?$/m);
  assert.match(stderr, /^--inspect: own: only functions with a runtime nodejs… or python…, and no command, can be given a debugger's port/m);
  assert.match(stderr, /^--inspect: slow=99999: a port is a whole number from 1 to 65535, like slow=9230$/m);
  assert.match(stderr, /^--inspect: slow=9300: other has that port already: take another one$/m);
});

test('Python functions are debugged through debugpy, or say how to get it', async (t) => {
  const port = await freePort();
  const handler = 'def handler(event, context):\n    return {"statusCode": 200, "body": open("listening").read()}\n';
  const folder = makeProject(t, null, {
    ...files({ python: { runtime: 'python3.12', handler: 'app.handler', timeout: 20, environment: { PYTHONPATH: '.' } } }),
    'app.py': handler,
    'debugpy.py': 'raise ModuleNotFoundError("No module named \'debugpy\'")\n',
  });
  const emulator = await startEmulator(t, null, { folder, args: [`--inspect=python=${port}`] });
  await emulator.waitForLog(/--inspect needs debugpy, which this Python can't import: python3 -m pip install debugpy, or apt-get install python3-debugpy/);

  fs.writeFileSync(path.join(folder, 'debugpy.py'), 'def listen(address):\n    open("listening", "w").write(repr(address))\n');
  const client = await emulator.connect();
  await until('the stand-in to listen', () => fs.existsSync(path.join(folder, 'listening')));
  client.send({ action: 'python' });
  assert.equal(await client.nextMessage(), `('127.0.0.1', ${port})`);
  await client.close();
});
